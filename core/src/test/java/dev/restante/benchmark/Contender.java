package dev.restante.benchmark;

import static dev.restante.Script.on;
import static dev.restante.Stage.DATA;
import static dev.restante.Stage.END_OF_DATA;
import static dev.restante.Stage.MAIL_FROM;
import static dev.restante.Stage.RCPT_TO;

import dev.restante.FakeSmtpServer;
import org.subethamail.wiser.Wiser;

/**
 * One server that {@code throughput.sh} measures: {@code restante PORT}, {@code scripted PORT} (with a rule for each command
 * that never matches) or {@code wiser PORT}. It runs until it is killed.
 */
final class Contender {
    private Contender() {}

    public static void main(String[] arguments) throws InterruptedException {
        int port = Integer.parseInt(arguments[1]);
        if (arguments[0].equals("restante")) {
            FakeSmtpServer.builder().port(port).build().start();
        } else if (arguments[0].equals("scripted")) {
            FakeSmtpServer scripted =
                    FakeSmtpServer.builder().port(port).build().start();
            scripted.script(
                    on(MAIL_FROM).from("nobody@*").reply(451, "4.3.0 Not now").always(),
                    on(RCPT_TO).to("nobody@*").reply(450, "4.2.1 Mailbox busy").always(),
                    on(DATA).from("nobody@*").reply(451, "4.3.0 Not now").always(),
                    on(END_OF_DATA).to("nobody@*").reply(554, "5.7.1 Rejected").always());
        } else {
            Wiser.port(port).start();
        }
        Thread.currentThread().join();
    }
}
