package dev.restante.corpus;

import dev.restante.FakeSmtpServer;
import dev.restante.SmtpFixture;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import javax.net.SocketFactory;

/** A raw client that carries any octets, by DATA or by BDAT, in TCP segments of its own choosing. */
final class Courier implements AutoCloseable {
    private static final int TIMEOUT_MILLIS = 20_000;

    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;

    /** How octets are cut into writes; each leaves at once, as the socket does not delay. */
    @FunctionalInterface
    interface Segments {
        /** All in one write. */
        Segments ONE = left -> left;

        /** Every octet in a write of its own. */
        Segments SINGLE = left -> 1;

        /** Mostly short ones, some long. */
        static Segments random(Random random) {
            return left -> 1 + random.nextInt(random.nextInt(4) == 0 ? left : Math.min(left, 12));
        }

        /** The length of the next write, at least 1, when this many octets are left. */
        int next(int left);
    }

    Courier(SmtpFixture server) {
        this(SocketFactory.getDefault(), server.host(), server.port());
    }

    private Courier(SocketFactory sockets, String host, int port) {
        try {
            socket = sockets.createSocket(host, port);
            socket.setSoTimeout(TIMEOUT_MILLIS);
            socket.setTcpNoDelay(true);
            in = new BufferedInputStream(socket.getInputStream());
            out = socket.getOutputStream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A courier inside TLS from the first octet, that has said EHLO. Each write is a record. */
    static Courier greetedInTls(FakeSmtpServer server) {
        return new Courier(server.tls().sslContext().getSocketFactory(), server.host(), server.smtpsPort()).greeted();
    }

    /** A courier that has said EHLO. */
    static Courier greeted(SmtpFixture server) {
        return new Courier(server).greeted();
    }

    private Courier greeted() {
        expect("220");
        say("EHLO corpus.test", "250");
        return this;
    }

    void send(byte[] octets, Segments segments) {
        try {
            int at = 0;
            while (at < octets.length) {
                int length = Math.min(octets.length - at, segments.next(octets.length - at));
                out.write(octets, at, length);
                at += length;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void send(String text) {
        send(text.getBytes(StandardCharsets.UTF_8), Segments.ONE);
    }

    void say(String line, String expected) {
        send(line + "\r\n");
        expect(expected);
    }

    /** Reads a whole reply and returns its last line, which must begin like this. */
    String expect(String beginning) {
        String line;
        do {
            line = line();
        } while (line.length() > 3 && line.charAt(3) == '-');
        if (!line.startsWith(beginning)) {
            throw new AssertionError("Expected " + beginning + " but heard: " + line);
        }
        return line;
    }

    private String line() {
        try {
            ByteArrayOutputStream line = new ByteArrayOutputStream();
            int octet;
            while ((octet = in.read()) != '\n') {
                if (octet < 0) {
                    throw new AssertionError("The connection ended after: " + line);
                }
                line.write(octet);
            }
            return line.toString(StandardCharsets.UTF_8).stripTrailing();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Delivers a mail by DATA, dot-stuffed. The body must be empty or end in CRLF. */
    void deliverByData(byte[] body, Segments segments) {
        send("MAIL FROM:<a@client.test>\r\nRCPT TO:<b@dest.test>\r\nDATA\r\n");
        expect("250");
        expect("250");
        expect("354");
        send(stuffed(body), segments);
        expect("250");
    }

    /** Says everything at once, the body included, as no client should and some do. */
    void deliverAtOnce(byte[] body, Segments segments) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes(
                "MAIL FROM:<a@client.test>\r\nRCPT TO:<b@dest.test>\r\nDATA\r\n".getBytes(StandardCharsets.UTF_8));
        all.writeBytes(stuffed(body));
        send(all.toByteArray(), segments);
        expect("250");
        expect("250");
        expect("354");
        expect("250");
    }

    /** Delivers a mail by BDAT in these chunks, all pipelined. */
    void deliverByBdat(byte[] body, Segments chunks, Segments segments) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes("MAIL FROM:<a@client.test> BODY=BINARYMIME\r\nRCPT TO:<b@dest.test>\r\n"
                .getBytes(StandardCharsets.UTF_8));
        int replies = 2;
        int at = 0;
        while (at < body.length) {
            int length = Math.min(body.length - at, chunks.next(body.length - at));
            all.writeBytes(("BDAT " + length + "\r\n").getBytes(StandardCharsets.UTF_8));
            all.write(body, at, length);
            at += length;
            replies++;
        }
        all.writeBytes("BDAT 0 LAST\r\n".getBytes(StandardCharsets.UTF_8));
        send(all.toByteArray(), segments);
        for (int i = 0; i < replies; i++) {
            expect("250");
        }
        expect("250");
    }

    /** Dot-stuffing (RFC 5321 section 4.5.2) and the final dot: only CRLF ends a line. */
    static byte[] stuffed(byte[] body) {
        ByteArrayOutputStream wire = new ByteArrayOutputStream(body.length + 16);
        for (int i = 0; i < body.length; i++) {
            boolean lineStart = i == 0 || (i > 1 && body[i - 1] == '\n' && body[i - 2] == '\r');
            if (lineStart && body[i] == '.') {
                wire.write('.');
            }
            wire.write(body[i]);
        }
        wire.writeBytes(".\r\n".getBytes(StandardCharsets.UTF_8));
        return wire.toByteArray();
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
