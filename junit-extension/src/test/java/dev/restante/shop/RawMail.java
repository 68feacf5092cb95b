package dev.restante.shop;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.restante.CapturedMail;
import dev.restante.FakeSmtpServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.util.List;

/** Sends a mail octet by octet, as no library would. */
public final class RawMail {
    private final FakeSmtpServer server;
    private List<String> envelope = List.of("MAIL FROM:<app@example.com>", "RCPT TO:<ann@example.com>");

    private boolean lmtp;

    private RawMail(FakeSmtpServer server) {
        this.server = server;
    }

    public static RawMail to(FakeSmtpServer server) {
        return new RawMail(server);
    }

    public RawMail envelope(String... commands) {
        envelope = List.of(commands);
        return this;
    }

    /** Speaks LMTP from now on. */
    public RawMail byLmtp() {
        lmtp = true;
        return this;
    }

    /** Sends these lines and takes what arrived. */
    public CapturedMail send(String... lines) {
        say(lines);
        return server.takeMail();
    }

    /** Sends these lines, whatever is answered. */
    public void say(String... lines) {
        try (Socket socket = new Socket(server.host(), lmtp ? server.lmtpPort() : server.port())) {
            BufferedReader in = new BufferedReader(new InputStreamReader(socket.getInputStream(), ISO_8859_1));
            reply(in);
            command(socket, in, (lmtp ? "LHLO" : "EHLO") + " raw.example.com");
            for (String command : envelope) {
                command(socket, in, command);
            }
            command(socket, in, "DATA");
            command(socket, in, String.join("\r\n", lines) + "\r\n.");
            if (lmtp) {
                for (int more = 2; more < envelope.size(); more++) {
                    reply(in);
                }
            }
            command(socket, in, "QUIT");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void command(Socket socket, BufferedReader in, String line) throws IOException {
        socket.getOutputStream().write((line + "\r\n").getBytes(ISO_8859_1));
        reply(in);
    }

    private static void reply(BufferedReader in) throws IOException {
        String line = in.readLine();
        while (line != null && line.length() > 3 && line.charAt(3) == '-') {
            line = in.readLine();
        }
    }
}
