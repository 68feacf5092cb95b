package dev.restante.listener;

import dev.restante.listener.commands.Conversation;
import dev.restante.listener.commands.Services;
import dev.restante.listener.commands.Settings;
import dev.restante.listener.commands.TlsHandshake;
import dev.restante.listener.commands.Verbs;
import dev.restante.listener.wire.WireSocket;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import org.subethamail.smtp.internal.server.Command;
import org.subethamail.smtp.internal.server.CommandException;
import org.subethamail.smtp.internal.server.HelpMessage;
import org.subethamail.smtp.server.SMTPServer;
import org.subethamail.smtp.server.Session;
import org.subethamail.smtp.server.SessionHandler;

/**
 * One port that is listened on. The engine accepts, runs a thread for each connection and dispatches commands; what it
 * would say by itself goes nowhere: every octet a client reads comes from its {@link Conversation}.
 *
 * <p>Thread-safe.
 */
public final class SmtpListener {
    private static final Logger log = LoggerFactory.getLogger(SmtpListener.class);
    private static final int BACKLOG = 1024;

    private final Kind kind;
    private final Settings settings;
    private final Services services;
    private final Connections connections;
    private final InetSocketAddress wanted;
    private final AtomicReference<Running> running = new AtomicReference<>();

    /** What is spoken on a port. */
    public enum Kind {
        /** SMTP in plain text, with STARTTLS if it is offered. */
        SMTP,
        /** SMTP inside TLS from the first octet. */
        SMTPS,
        /** LMTP (RFC 2033) in plain text, with STARTTLS if it is offered. */
        LMTP
    }

    private record Running(SMTPServer engine, AcceptingSocket socket) {}

    /** A listener for this address and port (0 for a free one); it does not listen yet. */
    public SmtpListener(
            Kind kind, InetAddress address, int port, Settings settings, Services services, Connections connections) {
        this.kind = kind;
        this.settings = settings;
        this.services = services;
        this.connections = connections;
        this.wanted = new InetSocketAddress(address, port);
    }

    /**
     * Begins to listen.
     *
     * @throws IOException if the port cannot be listened on
     */
    public void start() throws IOException {
        AcceptingSocket socket = new AcceptingSocket(connections, settings.maxLine());
        try {
            socket.bind(wanted, BACKLOG);
        } catch (IOException e) {
            socket.close();
            throw e;
        }
        SMTPServer engine = SMTPServer.port(socket.getLocalPort())
                .bindAddress(wanted.getAddress())
                .hostName(settings.hostName())
                // One more than the accepting socket ever lets in, so that the engine never turns anybody away itself.
                .maxConnections(connections.maxConnections() + 2 * Connections.TURNED_AWAY_AT_ONCE)
                .executorService(new EngineThreads(connections.threads()))
                .serverSocketFactory(() -> socket)
                .sessionHandler(new Doorkeeper())
                .sessionIdFactory(() -> "")
                .serverThreadName("restante-" + kind + "-" + socket.getLocalPort())
                .build();
        Verbs.words().forEach(word -> engine.getCommandHandler().addCommand(new EngineCommand(word)));
        running.set(new Running(engine, socket));
        startAsDaemon(engine);
    }

    /** The engine's accepting thread is a daemon if its maker is: a forgotten server must not keep a JVM alive. */
    private static void startAsDaemon(SMTPServer engine) {
        Thread starter = new Thread(engine::start, "restante-starter");
        starter.setDaemon(true);
        starter.start();
        boolean interrupted = false;
        while (starter.isAlive()) {
            try {
                starter.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** The port that is listened on. */
    public int port() {
        Running now = running.get();
        return now == null ? wanted.getPort() : now.socket.boundPort();
    }

    /** What is spoken here. */
    public Kind kind() {
        return kind;
    }

    /** The address that is listened on. */
    public InetAddress address() {
        return wanted.getAddress();
    }

    /** Closes the port; live connections go on. */
    public void stopAccepting() {
        Running now = running.get();
        if (now != null) {
            now.socket.stopAccepting();
        }
    }

    /** Ends the engine, once the connections are closed. */
    public void stop() {
        Running now = running.get();
        if (now != null) {
            now.engine.stop();
        }
    }

    private final class Doorkeeper implements SessionHandler {
        @Override
        public SessionAcceptance accept(Session session) {
            WireSocket socket = (WireSocket) session.getSocket();
            Conversation conversation = new Conversation(
                    settings, services, socket.wire(), kind.name(), kind == Kind.LMTP, connections::resets);
            socket.source(conversation);
            // The engine numbers its sessions by itself; lines of a log are found by the number that evidence has.
            MDC.put("SessionId", conversation.sessionId());
            connections.enter(conversation);
            guarded(conversation, () -> receive(conversation));
            return SessionAcceptance.success();
        }

        /** What comes before the first command: whom a proxy speaks for, whether it is served, TLS, the greeting. */
        private void receive(Conversation conversation) {
            boolean insideTls = kind == Kind.SMTPS;
            if (!conversation.meetProxy(!insideTls)) {
                return;
            }
            Connections.Admission admission = connections.admit(conversation);
            if (insideTls && !TlsHandshake.perform(conversation, true)) {
                return;
            }
            if (admission == Connections.Admission.SERVED) {
                conversation.greet();
            } else {
                conversation.turnAway(admission == Connections.Admission.TOO_MANY_OF_CLIENT);
            }
        }

        @Override
        public void onSessionEnd(Session session) {
            Conversation conversation = conversationOf(session);
            conversation.finish();
            connections.leave(conversation);
            ((WireSocket) session.getSocket()).wire().release();
            // The engine closes only sockets that are open; this one's place must be freed either way.
            ((WireSocket) session.getSocket()).close();
        }
    }

    private record EngineCommand(String word) implements Command {
        @Override
        public void execute(String line, Session session) {
            Conversation conversation = conversationOf(session);
            guarded(conversation, () -> Verbs.answer(word, conversation));
        }

        @Override
        public HelpMessage getHelp() throws CommandException {
            throw new CommandException("Help is answered by a command of its own.");
        }

        @Override
        public String getName() {
            return word;
        }
    }

    private static Conversation conversationOf(Session session) {
        WireSocket.CommandSource source = ((WireSocket) session.getSocket()).source();
        if (source instanceof Conversation conversation) {
            return conversation;
        }
        throw new IllegalStateException("A session of the engine has no conversation.");
    }

    /** An error of ours, or of a function that a test scripted, ends its conversation with a reply that says so. */
    private static void guarded(Conversation conversation, Runnable step) {
        try {
            step.run();
        } catch (RuntimeException | Error e) {
            log.error("A conversation failed; its client is told 421.", e);
            conversation.fail(e);
        }
    }
}
