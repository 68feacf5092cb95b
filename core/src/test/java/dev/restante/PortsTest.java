package dev.restante;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Isolated;

/** Ports that are free again. Alone, because a test beside these might be given the same port. */
@Isolated
@Timeout(60)
class PortsTest {
    private static FakeSmtpServer started() {
        return FakeSmtpServer.create().start();
    }

    @Test
    void aGivenPortCanBeListenedOnAsSoonAsItIsFree() {
        FakeSmtpServer first = started();
        WireDialogue client = WireDialogue.greeted(first);
        first.close();

        try (FakeSmtpServer second =
                FakeSmtpServer.builder().port(first.port()).build().start()) {
            assertThat(second.port()).isEqualTo(first.port());
            WireDialogue.greeted(second).close();
        }
        client.close();
    }

    @Test
    void aPortInUseIsToldWithWhatToDo() {
        FakeSmtpServer other = started();
        FakeSmtpServer server = FakeSmtpServer.builder().port(other.port()).build();

        assertThatThrownBy(server::start)
                .isInstanceOf(UncheckedIOException.class)
                .hasMessage("Cannot listen for SMTP on 127.0.0.1 port " + other.port()
                        + ": the port is in use. Stop the program that listens there, choose another port, or take"
                        + " port 0 for a free one.");

        other.close();
        assertThatCode(server::start).as("once the port is free").doesNotThrowAnyException();
        server.close();
    }

    @Test
    void aServerThatCannotHaveAllItsPortsHasNone() {
        try (FakeSmtpServer other = started()) {
            int port = portThatWasFree();
            FakeSmtpServer server =
                    FakeSmtpServer.builder().port(port).smtpsPort(other.port()).build();

            assertThatThrownBy(server::start)
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessageContaining("Cannot listen for SMTPS on 127.0.0.1 port " + other.port());
            assertThatThrownBy(server::port).isInstanceOf(IllegalStateException.class);
            assertRefused(port);
            server.close();
        }
    }

    @Test
    void aServerThatIsClosedListensNoMore() {
        FakeSmtpServer server = FakeSmtpServer.builder().smtpsPort(0).build().start();
        server.close();
        assertRefused(server.port());
        assertRefused(server.smtpsPort());
    }

    private static int portThatWasFree() {
        FakeSmtpServer server = started();
        server.close();
        return server.port();
    }

    private static void assertRefused(int port) {
        assertThatThrownBy(() -> {
                    try (Socket socket = new Socket()) {
                        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 5000);
                    }
                })
                .isInstanceOf(ConnectException.class);
    }
}
