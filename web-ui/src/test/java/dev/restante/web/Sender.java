package dev.restante.web;

import dev.restante.FakeSmtpServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Sends mail as any program would: a dialogue over a socket. */
final class Sender implements AutoCloseable {
    private final Socket socket;
    private final BufferedReader in;
    private final OutputStream out;

    private Sender(String host, int port) throws IOException {
        socket = new Socket(InetAddress.getByName(host), port);
        socket.setSoTimeout(10_000);
        in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
        out = socket.getOutputStream();
        reply();
    }

    /** Connects and says EHLO. */
    static Sender to(FakeSmtpServer smtp, String helo) throws IOException {
        Sender sender = new Sender(smtp.host(), smtp.port());
        sender.say("EHLO " + helo);
        return sender;
    }

    /** The same, to an address. */
    static Sender to(String host, int port, String helo) throws IOException {
        Sender sender = new Sender(host, port);
        sender.say("EHLO " + helo);
        return sender;
    }

    /** Sends one mail; an exception tells the first reply that refuses it. */
    static void sendOrThrow(String host, int port, String from, String recipient, String mail) throws IOException {
        try (Sender sender = to(host, port, "app.test")) {
            for (String line : List.of(
                    "MAIL FROM:<" + from + "> BODY=8BITMIME",
                    "RCPT TO:<" + recipient + ">",
                    "DATA",
                    mail.replaceAll("\r?\n", "\r\n") + ".",
                    "QUIT")) {
                String reply = sender.say(line);
                if (reply.charAt(0) > '3') {
                    sender.say("QUIT");
                    throw new IOException(reply);
                }
            }
        }
    }

    /** Sends one mail whose recipients are all accepted, and quits. */
    static void send(FakeSmtpServer smtp, String from, List<String> recipients, String mail) throws IOException {
        send(smtp.host(), smtp.port(), "app.test", from, recipients, mail);
    }

    static void send(String host, int port, String helo, String from, List<String> recipients, String mail)
            throws IOException {
        try (Sender sender = new Sender(host, port)) {
            sender.say("EHLO " + helo);
            sender.say("MAIL FROM:<" + from + "> BODY=8BITMIME");
            for (String recipient : recipients) {
                sender.say("RCPT TO:<" + recipient + ">");
            }
            sender.say("DATA");
            String reply = sender.say(mail.replaceAll("\r?\n", "\r\n").replaceAll("(?m)^\\.", "..") + "\r\n.");
            if (!reply.startsWith("250")) {
                throw new IOException("The mail was answered with " + reply);
            }
            sender.say("QUIT");
        }
    }

    /** Says a line and returns the reply's last line. */
    String say(String line) throws IOException {
        put(line + "\r\n");
        return reply();
    }

    /** Writes without waiting for a reply. */
    void put(String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    private String reply() throws IOException {
        String line;
        do {
            line = in.readLine();
        } while (line != null && line.length() > 3 && line.charAt(3) == '-');
        return String.valueOf(line);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
