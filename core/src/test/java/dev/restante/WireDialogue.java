package dev.restante;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;

/**
 * A client that says exactly what a test tells it to, and expects exactly what the test says. A failure shows the dialogue
 * so far.
 */
public final class WireDialogue implements AutoCloseable {
    private static final int TIMEOUT_MILLIS = 10_000;

    private final StringBuilder soFar = new StringBuilder();
    private final Socket plain;
    private Socket socket;
    private InputStream in;
    private OutputStream out;

    private WireDialogue(Socket socket) throws IOException {
        this.plain = socket;
        this.socket = socket;
        this.in = socket.getInputStream();
        this.out = socket.getOutputStream();
        socket.setSoTimeout(TIMEOUT_MILLIS);
        socket.setTcpNoDelay(true);
    }

    /** Connects in plain text. */
    public static WireDialogue with(SmtpFixture server) {
        return with(server.host(), server.port());
    }

    /** Connects in plain text. */
    public static WireDialogue with(String host, int port) {
        try {
            Socket socket = new Socket();
            // Without a time-out: with one, Java takes a reset that comes at once for a connection that was not made.
            socket.connect(new InetSocketAddress(host, port));
            return new WireDialogue(socket);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Connects, takes the banner and says EHLO. */
    public static WireDialogue greeted(SmtpFixture server) {
        return with(server).expect("220 ").say("EHLO client.test", "250 ");
    }

    /** Connects to the SMTPS port. */
    public static WireDialogue overTls(FakeSmtpServer server) {
        return with(server.host(), server.smtpsPort()).handshake(server.tls().sslContext());
    }

    /** Goes on inside TLS: the handshake only. */
    public WireDialogue handshake(SSLContext context) {
        try {
            SSLSocket secured =
                    (SSLSocket) context.getSocketFactory().createSocket(plain, "mx.test", plain.getPort(), true);
            secured.startHandshake();
            socket = secured;
            in = secured.getInputStream();
            out = secured.getOutputStream();
            soFar.append("-- TLS\n");
            return this;
        } catch (IOException e) {
            throw failure("The TLS handshake failed: " + e, e);
        }
    }

    /** Connects to the LMTP port, takes the banner and says LHLO. */
    public static WireDialogue overLmtp(FakeSmtpServer server) {
        return with(server.host(), server.lmtpPort()).expect("220 ").say("LHLO client.test", "250 ");
    }

    /** Sends a line, ended by CRLF. */
    public WireDialogue send(String line) {
        return sendRaw(line + "\r\n");
    }

    /** Sends these characters as UTF-8, as they are. */
    public WireDialogue sendRaw(String text) {
        return sendRaw(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Sends these octets. */
    public WireDialogue sendRaw(byte[] octets) {
        soFar.append("C: ").append(shown(octets)).append('\n');
        try {
            out.write(octets);
            out.flush();
            return this;
        } catch (IOException e) {
            throw failure("Sending failed: " + e, e);
        }
    }

    /** Sends a line and expects a reply. */
    public WireDialogue say(String line, String expected) {
        return send(line).expect(expected);
    }

    /** Expects a whole reply whose last line begins like this. */
    public WireDialogue expect(String beginning) {
        List<String> lines = reply();
        if (!lines.get(lines.size() - 1).startsWith(beginning)) {
            throw failure("Expected a reply that begins with \"" + beginning + "\".", null);
        }
        return this;
    }

    /** Reads a whole reply, one element for each line, without line ends. */
    public List<String> reply() {
        List<String> lines = new ArrayList<>();
        while (true) {
            String line = line();
            lines.add(line);
            if (line.length() < 4 || line.charAt(3) != '-') {
                return lines;
            }
        }
    }

    private String line() {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        while (true) {
            int octet = read();
            if (octet < 0) {
                throw failure(
                        "Expected a reply, but the connection ended after \"" + shown(line.toByteArray()) + "\".",
                        null);
            }
            line.write(octet);
            byte[] all = line.toByteArray();
            if (octet == '\n' && all.length > 1 && all[all.length - 2] == '\r') {
                String text = new String(all, 0, all.length - 2, StandardCharsets.UTF_8);
                soFar.append("S: ").append(text).append('\n');
                return text;
            }
        }
    }

    /** Reads exactly this many octets. */
    public byte[] octets(int count) {
        byte[] all = new byte[count];
        for (int i = 0; i < count; i++) {
            int octet = read();
            if (octet < 0) {
                throw failure("Expected " + count + " octets, but the connection ended after " + i + ".", null);
            }
            all[i] = (byte) octet;
        }
        soFar.append("S: ").append(shown(all)).append('\n');
        return all;
    }

    /** What one read of the socket gives: for tests of how many writes a reply came in. */
    public String nextRead() {
        byte[] buffer = new byte[8192];
        try {
            int count = in.read(buffer);
            String text = count < 0 ? "" : new String(buffer, 0, count, StandardCharsets.UTF_8);
            soFar.append("S: ").append(text).append('\n');
            return text;
        } catch (IOException e) {
            throw failure("Reading failed: " + e, e);
        }
    }

    private int read() {
        try {
            return in.read();
        } catch (SocketTimeoutException e) {
            throw failure("Nothing came within " + TIMEOUT_MILLIS + " ms.", e);
        } catch (IOException e) {
            throw failure("Reading failed: " + e, e);
        }
    }

    /** Expects the server to close in order, without another octet. */
    public WireDialogue expectEnd() {
        int octet = read();
        if (octet >= 0) {
            throw failure("Expected the end, but read octet " + octet + ".", null);
        }
        soFar.append("-- end\n");
        return this;
    }

    /** Expects a TCP reset, without another octet. */
    public WireDialogue expectReset() {
        try {
            int octet = in.read();
            throw failure(
                    octet < 0
                            ? "Expected a reset, but the server closed in order."
                            : "Expected a reset, but read octet " + octet + ".",
                    null);
        } catch (SocketTimeoutException e) {
            throw failure("Expected a reset, but nothing came.", e);
        } catch (SocketException | SSLException e) {
            if (!String.valueOf(e.getMessage()).contains("reset")
                    && !String.valueOf(e.getCause()).contains("reset")) {
                throw failure("Expected a reset, but got " + e + ".", e);
            }
            soFar.append("-- reset\n");
            return this;
        } catch (IOException e) {
            throw failure("Expected a reset, but got " + e + ".", e);
        }
    }

    /** Whether nothing comes for this long: the one wait that has to be sat out. */
    public WireDialogue expectSilence(int millis) {
        try {
            socket.setSoTimeout(millis);
            int octet = in.read();
            throw failure(
                    "Expected silence, but " + (octet < 0 ? "the connection ended." : "read octet " + octet + "."),
                    null);
        } catch (SocketTimeoutException e) {
            soFar.append("-- silence for ").append(millis).append(" ms\n");
            return this;
        } catch (IOException e) {
            throw failure("Expected silence, but got " + e + ".", e);
        } finally {
            try {
                socket.setSoTimeout(TIMEOUT_MILLIS);
            } catch (SocketException e) {
                soFar.append("-- closed\n");
            }
        }
    }

    /** Waits this long, or until the server closes, whatever it says meanwhile. */
    public void expectSilenceOrEnd(int millis) {
        try {
            socket.setSoTimeout(millis);
            in.read();
        } catch (IOException e) {
            // Silent, or closed: both are meant.
        } finally {
            try {
                socket.setSoTimeout(TIMEOUT_MILLIS);
            } catch (SocketException e) {
                // Closed.
            }
        }
    }

    /** Says MAIL, RCPT for each and DATA, and takes their positive replies; the body is next. */
    public WireDialogue envelope(String from, String... to) {
        say("MAIL FROM:<" + from + ">", "250 ");
        for (String recipient : to) {
            say("RCPT TO:<" + recipient + ">", "250 ");
        }
        return say("DATA", "354 ");
    }

    /** Sends a small mail from first to last and takes its positive replies. */
    public WireDialogue mail(String from, String... to) {
        return envelope(from, to).send("Subject: hello").send("").send("hello").say(".", "250 ");
    }

    /** The same on LMTP: a positive reply for each recipient. */
    public WireDialogue mailLmtp(String from, String... to) {
        envelope(from, to).send("Subject: hello").send("").send("hello").send(".");
        for (String recipient : to) {
            expect("250 2.0.0 <" + recipient + ">");
        }
        return this;
    }

    /** Ends what is sent; the server may still answer. */
    public WireDialogue endOutput() {
        try {
            socket.shutdownOutput();
            return this;
        } catch (IOException e) {
            throw failure("Ending failed: " + e, e);
        }
    }

    /** Resets the connection. */
    public void reset() {
        try {
            plain.setSoLinger(true, 0);
            plain.close();
        } catch (IOException e) {
            throw failure("Resetting failed: " + e, e);
        }
    }

    /** The port of this end. */
    public int localPort() {
        return plain.getLocalPort();
    }

    private AssertionError failure(String what, Throwable cause) {
        return new AssertionError(what + "\nThe dialogue so far:\n" + soFar, cause);
    }

    private static String shown(byte[] octets) {
        int most = 200;
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < Math.min(most, octets.length); i++) {
            int octet = octets[i] & 0xff;
            switch (octet) {
                case '\r' -> text.append("\\r");
                case '\n' -> text.append("\\n");
                default ->
                    text.append(
                            octet >= ' ' && octet < 0x7f
                                    ? String.valueOf((char) octet)
                                    : String.format("\\x%02x", octet));
            }
        }
        return octets.length > most ? text + "... (" + octets.length + " octets)" : text.toString();
    }

    /** Closes without a word. */
    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            soFar.append("-- closing failed\n");
        }
    }
}
