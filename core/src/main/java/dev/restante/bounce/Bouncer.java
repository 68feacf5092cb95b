package dev.restante.bounce;

import dev.restante.CapturedMail;
import dev.restante.Effect;
import dev.restante.ServerClock;
import jakarta.mail.Address;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import javax.net.SocketFactory;
import org.eclipse.angus.mail.smtp.SMTPTransport;

/**
 * Sends delivery reports over SMTP, from the null sender, one at a time and in order, on a thread that lives only while there
 * is something to send.
 *
 * <p>Thread-safe.
 */
public final class Bouncer {
    private static final int MAX_BEHIND = 10_000;
    private static final String TIMEOUT_MILLIS = "5000";

    private final String hostName;
    private final ServerClock clock;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final AtomicInteger cancellations = new AtomicInteger();
    private final ThreadPoolExecutor thread =
            new ThreadPoolExecutor(1, 1, 1, TimeUnit.SECONDS, new LinkedBlockingQueue<>(MAX_BEHIND), task -> {
                Thread worker = new Thread(task, "restante-bounces");
                worker.setDaemon(true);
                return worker;
            });

    /** A bouncer of the server with this name. */
    public Bouncer(String hostName, ServerClock clock) {
        this.hostName = hostName;
        this.clock = clock;
        thread.allowCoreThreadTimeOut(true);
    }

    /** Returns a mail, unless nobody is to be told; {@code note} learns what became of it. */
    public void bounce(CapturedMail mail, Effect.Bounce bounce, Consumer<String> note) {
        DeliveryReport report =
                DeliveryReport.of(mail, bounce, hostName, clock.now()).orElse(null);
        if (report == null) {
            note.accept("nobody is to be told that the mail is returned");
            return;
        }
        int begun = cancellations.get();
        String what = "report to <" + report.to() + "> by " + bounce.host() + ":" + bounce.port();
        try {
            thread.execute(() -> {
                if (begun == cancellations.get()) {
                    note.accept(what + ": " + sent(report, bounce));
                }
            });
        } catch (RejectedExecutionException e) {
            note.accept(what + ": not sent, too many others wait");
        }
    }

    private String sent(DeliveryReport report, Effect.Bounce bounce) {
        try {
            Session session = Session.getInstance(properties(report, bounce));
            try (Transport transport = session.getTransport("smtp")) {
                transport.connect();
                if (report.isEightBit() && ((SMTPTransport) transport).supportsExtension("8BITMIME")) {
                    session.getProperties().setProperty("mail.smtp.mailextension", "BODY=8BITMIME");
                }
                transport.sendMessage(
                        new MimeMessage(session, report.open()),
                        new Address[] {new InternetAddress(report.to(), false)});
            }
            return "sent";
        } catch (MessagingException | RuntimeException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            return "failed, " + String.valueOf(cause.getMessage()).strip().replaceAll("\\p{Cntrl}+", " ");
        }
    }

    private Properties properties(DeliveryReport report, Effect.Bounce bounce) {
        Properties properties = new Properties();
        properties.put("mail.smtp.socketFactory", new ClosableSockets());
        // Else what is broken off is tried once more with a socket that nobody can close.
        properties.setProperty("mail.smtp.socketFactory.fallback", "false");
        properties.setProperty("mail.smtp.host", bounce.host());
        properties.setProperty("mail.smtp.port", String.valueOf(bounce.port()));
        properties.setProperty("mail.smtp.localhost", hostName);
        properties.setProperty("mail.smtp.from", "<>");
        properties.setProperty("mail.mime.allowutf8", String.valueOf(report.isInternational()));
        properties.setProperty("mail.smtp.connectiontimeout", TIMEOUT_MILLIS);
        properties.setProperty("mail.smtp.timeout", TIMEOUT_MILLIS);
        return properties;
    }

    /** Forgets what waits to be sent, and breaks off what is being sent. */
    public void cancel() {
        cancellations.incrementAndGet();
        thread.getQueue().clear();
        for (Socket socket : open) {
            close(socket);
        }
    }

    private void close(Socket socket) {
        open.remove(socket);
        try {
            socket.close();
        } catch (IOException e) {
            // Closed already.
        }
    }

    /** Makes sockets that {@link #cancel()} can close: Jakarta Mail offers no other way out of a read. */
    private final class ClosableSockets extends SocketFactory {
        @Override
        public Socket createSocket() {
            Socket socket = new Socket() {
                @Override
                public synchronized void close() throws IOException {
                    open.remove(this);
                    super.close();
                }
            };
            open.add(socket);
            return socket;
        }

        @Override
        public Socket createSocket(String host, int port) throws IOException {
            return connected(InetAddress.getByName(host), port);
        }

        @Override
        public Socket createSocket(String host, int port, InetAddress local, int localPort) throws IOException {
            return connected(InetAddress.getByName(host), port);
        }

        @Override
        public Socket createSocket(InetAddress host, int port) throws IOException {
            return connected(host, port);
        }

        @Override
        public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort) throws IOException {
            return connected(host, port);
        }

        private Socket connected(InetAddress host, int port) throws IOException {
            Socket socket = createSocket();
            socket.connect(new InetSocketAddress(host, port), Integer.parseInt(TIMEOUT_MILLIS));
            return socket;
        }
    }
}
