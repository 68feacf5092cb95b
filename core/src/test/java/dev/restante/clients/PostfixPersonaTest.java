package dev.restante.clients;

import static org.assertj.core.api.Assertions.assertThat;

import dev.restante.FakeSmtpServer;
import dev.restante.OutsideProgram;
import dev.restante.Persona;
import dev.restante.WireDialogue;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The persona of Postfix says what a real Postfix with its defaults says to the same client. */
@Timeout(120)
class PostfixPersonaTest {
    private static final String TOO_LARGE = ("x".repeat(998) + "\r\n").repeat(10_300);

    /** What a client says, and the whole replies it gets; ids in them differ from mail to mail. */
    private static List<String> dialogue(WireDialogue client) {
        List<String> replies = new ArrayList<>(client.reply());
        for (String command : List.of(
                "EHLO client.test",
                "MAIL FROM:<ann@example.com>",
                "RCPT TO:<bob@mx.example.com>",
                "NOOP",
                "DATA",
                "Subject: hello\r\n\r\nhello\r\n.",
                "RSET",
                "MAIL FROM:<ann@example.com>",
                "RCPT TO:<bob@mx.example.com>",
                "DATA",
                TOO_LARGE + ".",
                "MAIL FROM:<ann@example.com>")) {
            replies.addAll(client.send(command).reply());
        }
        for (int i = 0; i < 1002; i++) {
            replies.addAll(client.send("RCPT TO:<r" + i + "@mx.example.com>").reply());
        }
        replies.addAll(client.send("RSET").reply());
        replies.addAll(client.send("MAIL FROM:<ann@example.com> SIZE=10240001").reply());
        replies.addAll(client.send("HELO client.test").reply());
        replies.addAll(client.send("QUIT").reply());
        client.expectEnd();
        return replies.stream()
                .map(line -> line.replaceFirst("queued as \\w+$", "queued as ..."))
                .toList();
    }

    @Test
    void thePersonaSaysWhatPostfixSays() throws IOException, InterruptedException {
        List<String> real = real();

        try (FakeSmtpServer smtp =
                FakeSmtpServer.builder().hostName("mx.example.com").build().start()) {
            smtp.persona(Persona.named("postfix"));
            try (WireDialogue client = WireDialogue.with(smtp)) {
                assertThat(dialogue(client)).isEqualTo(real);
            }
        }
    }

    private static List<String> real() throws IOException, InterruptedException {
        OutsideProgram.named("postfix", "postfix");
        Postfix.asRoot("true");
        int port = freePort();
        Process guard = Postfix.started(configured(port));
        try (WireDialogue client = WireDialogue.with("127.0.0.1", port)) {
            return dialogue(client);
        } finally {
            guard.getOutputStream().close();
            assertThat(guard.waitFor(30, TimeUnit.SECONDS)).isTrue();
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** A Postfix with its defaults that listens on this port and delivers what it takes to nobody. */
    private static Path configured(int port) throws IOException {
        Path folder = Files.createTempDirectory(Path.of("/tmp"), "restante-postfix");
        Path etc = Files.createDirectory(folder.resolve("etc"));
        Files.createDirectory(folder.resolve("queue"));
        Files.createDirectory(folder.resolve("data"));
        Files.writeString(etc.resolve("main.cf"), """
                compatibility_level = 3.6
                queue_directory = FOLDER/queue
                data_directory = FOLDER/data
                maillog_file = FOLDER/log
                maillog_file_prefixes = FOLDER
                myhostname = mx.example.com
                mydestination = mx.example.com
                local_recipient_maps =
                local_transport = discard
                alias_maps =
                inet_interfaces = 127.0.0.1
                inet_protocols = ipv4
                """.replace("FOLDER", folder.toString()));
        Files.writeString(etc.resolve("master.cf"), """
                127.0.0.1:PORT inet n - n - - smtpd
                pickup   unix       n - n 60    1 pickup
                cleanup  unix       n - n -     0 cleanup
                qmgr     unix       n - n 300   1 qmgr
                rewrite  unix       - - n -     - trivial-rewrite
                bounce   unix       - - n -     0 bounce
                defer    unix       - - n -     0 bounce
                trace    unix       - - n -     0 bounce
                proxymap unix       - - n -     - proxymap
                anvil    unix       - - n -     1 anvil
                discard  unix       - - n -     - discard
                postlog  unix-dgram n - n -     1 postlogd
                """.replace("PORT", String.valueOf(port)));
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path each : all.toList()) {
                Files.setPosixFilePermissions(each, PosixFilePermissions.fromString("rwxr-xr-x"));
            }
        }
        Postfix.asRoot("chown", "postfix", folder.resolve("data").toString());
        return folder;
    }
}
