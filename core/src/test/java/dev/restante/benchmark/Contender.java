package dev.restante.benchmark;

import dev.restante.FakeSmtpServer;
import org.subethamail.wiser.Wiser;

/** One server that {@code throughput.sh} measures: {@code restante PORT} or {@code wiser PORT}. It runs until it is killed. */
final class Contender {
    private Contender() {}

    public static void main(String[] arguments) throws InterruptedException {
        int port = Integer.parseInt(arguments[1]);
        if (arguments[0].equals("restante")) {
            FakeSmtpServer.builder().port(port).build().start();
        } else {
            Wiser.port(port).start();
        }
        Thread.currentThread().join();
    }
}
