package dev.restante.fuzz;

import dev.restante.FakeSmtpServer;
import dev.restante.fuzz.Dialogue.Await;
import dev.restante.fuzz.Dialogue.EndOutput;
import dev.restante.fuzz.Dialogue.Pause;
import dev.restante.fuzz.Dialogue.RawTls;
import dev.restante.fuzz.Dialogue.Reset;
import dev.restante.fuzz.Dialogue.Send;
import dev.restante.fuzz.Dialogue.StartTls;
import dev.restante.fuzz.Dialogue.Step;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SSLSocket;

/** Carries out a dialogue, and takes down what was sent and heard. */
final class Courier {
    private static final int MOMENT = 15;
    /** How long to wait for a server's flight that may never come. */
    private static final int HANDSHAKE = 1_000;
    /** How long a connection may live on after its client has ended. */
    private static final int LONGEST = 5_000;

    /**
     * What a client did and saw.
     *
     * @param port the client's port
     * @param began when it connected
     * @param sent what it sent, first in plain text, then inside TLS if it came to that
     * @param heard what it heard, likewise
     * @param ended whether it read to the end in order
     * @param broken whether it, or the server, reset the connection
     * @param rawTls whether it sent octets of TLS by hand
     * @param failedTls whether it shook hands in vain
     */
    record Account(
            int port,
            Instant began,
            List<byte[]> sent,
            List<byte[]> heard,
            boolean ended,
            boolean broken,
            boolean rawTls,
            boolean failedTls) {}

    private final List<ByteArrayOutputStream> sent = new ArrayList<>(List.of(new ByteArrayOutputStream()));
    private final List<ByteArrayOutputStream> heard = new ArrayList<>(List.of(new ByteArrayOutputStream()));
    private final FakeSmtpServer server;
    private final Instant began = Instant.now();
    private final Socket plain = new Socket();
    private Socket socket = plain;
    private InputStream in;
    private OutputStream out;
    private boolean over;
    private boolean broken;
    private boolean rawTls;
    private boolean failedTls;
    private boolean outputEnded;

    private Courier(FakeSmtpServer server, int port) throws IOException {
        this.server = server;
        plain.connect(new InetSocketAddress(server.host(), port), LONGEST);
        plain.setTcpNoDelay(true);
        in = plain.getInputStream();
        out = plain.getOutputStream();
    }

    static Account carryOut(Dialogue dialogue, FakeSmtpServer server, int port) throws IOException {
        Courier courier = new Courier(server, port);
        try {
            return courier.carryOut(dialogue);
        } finally {
            courier.plain.close();
        }
    }

    private Account carryOut(Dialogue dialogue) throws IOException {
        int port = plain.getLocalPort();
        for (Step step : dialogue.steps()) {
            if (over) {
                break;
            }
            take(step);
        }
        boolean ended = false;
        if (!broken) {
            endOutput();
            ended = readToEnd();
        }
        return new Account(port, began, octets(sent), octets(heard), ended, broken, rawTls, failedTls);
    }

    private static List<byte[]> octets(List<ByteArrayOutputStream> all) {
        return all.stream().map(ByteArrayOutputStream::toByteArray).toList();
    }

    private void take(Step step) throws IOException {
        if (step instanceof Send send) {
            int from = 0;
            for (int cut : send.cuts()) {
                send(send.octets(), from, Math.min(cut, send.octets().length));
                from = Math.min(cut, send.octets().length);
                LockSupport.parkNanos(50_000); // so that the segments are several
            }
            send(send.octets(), from, send.octets().length);
        } else if (step instanceof Await) {
            await();
        } else if (step instanceof Pause pause) {
            read(pause.millis());
        } else if (step instanceof StartTls) {
            startTls();
        } else if (step instanceof RawTls raw) {
            rawTls = true;
            send(raw.octets(), 0, raw.octets().length);
        } else if (step instanceof EndOutput) {
            endOutput();
        } else if (step instanceof Reset) {
            plain.setSoLinger(true, 0);
            plain.close();
            broken = true;
            over = true;
        }
    }

    private void send(byte[] octets, int from, int to) {
        if (outputEnded || to <= from) {
            return;
        }
        try {
            out.write(octets, from, to - from);
            out.flush();
            sent.get(sent.size() - 1).write(octets, from, to - from);
        } catch (IOException e) {
            over = true; // closed by the server: what it said is still to be read
        }
    }

    /** Reads until a reply is whole, or nothing comes for a moment. */
    private void await() throws IOException {
        int before = heard.get(heard.size() - 1).size();
        while (!endsWithReply(before) && read(MOMENT)) {
            // More of it may come.
        }
    }

    private boolean endsWithReply(int from) {
        byte[] all = heard.get(heard.size() - 1).toByteArray();
        int line = from;
        for (int i = from; i < all.length; i++) {
            if (all[i] == '\n') {
                if (i - line >= 4 && all[line + 3] == ' ') {
                    return true;
                }
                line = i + 1;
            }
        }
        return false;
    }

    private boolean read(int millis) throws IOException {
        byte[] buffer = new byte[8192];
        try {
            socket.setSoTimeout(millis);
            int count = in.read(buffer);
            if (count < 0) {
                over = true;
                return false;
            }
            heard.get(heard.size() - 1).write(buffer, 0, count);
            return true;
        } catch (SocketTimeoutException e) {
            return false;
        } catch (IOException e) {
            over = true;
            broken = true;
            return false;
        }
    }

    private void startTls() throws IOException {
        if (socket != plain || outputEnded) {
            return;
        }
        while (read(2)) {
            // What was said in plain text comes first.
        }
        if (over) {
            return;
        }
        try {
            plain.setSoTimeout(HANDSHAKE);
            SSLSocket secured = (SSLSocket)
                    server.tls().sslContext().getSocketFactory().createSocket(plain, "mx.test", plain.getPort(), false);
            secured.startHandshake();
            socket = secured;
            in = secured.getInputStream();
            out = secured.getOutputStream();
            sent.add(new ByteArrayOutputStream());
            heard.add(new ByteArrayOutputStream());
        } catch (IOException e) {
            // Plain text was answered in plain text, or in none.
            failedTls = true;
            over = true;
            broken = true;
        }
    }

    private void endOutput() {
        if (!outputEnded) {
            outputEnded = true;
            try {
                socket.shutdownOutput();
            } catch (IOException e) {
                over = true;
            }
        }
    }

    private boolean readToEnd() throws IOException {
        long deadline = System.nanoTime() + LONGEST * 1_000_000L;
        boolean more = true;
        while (more && System.nanoTime() - deadline < 0) {
            byte[] buffer = new byte[8192];
            try {
                socket.setSoTimeout(Math.max(1, (int) ((deadline - System.nanoTime()) / 1_000_000)));
                int count = in.read(buffer);
                if (count < 0) {
                    return true;
                }
                heard.get(heard.size() - 1).write(buffer, 0, count);
            } catch (SocketTimeoutException e) {
                more = false;
            } catch (IOException e) {
                broken = true;
                return true;
            }
        }
        return false;
    }
}
