package dev.restante.fuzz;

import static dev.restante.Script.midData;
import static dev.restante.Script.on;
import static dev.restante.Stage.AFTER_COMMIT;
import static dev.restante.Stage.ANY_COMMAND;
import static dev.restante.Stage.AUTH;
import static dev.restante.Stage.CONNECT;
import static dev.restante.Stage.DATA;
import static dev.restante.Stage.EHLO;
import static dev.restante.Stage.END_OF_DATA;
import static dev.restante.Stage.MAIL_FROM;
import static dev.restante.Stage.NOOP;
import static dev.restante.Stage.QUIT;
import static dev.restante.Stage.RCPT_TO;
import static dev.restante.Stage.RSET;
import static dev.restante.Stage.STARTTLS;
import static dev.restante.Stage.TLS_HANDSHAKE;
import static java.time.Duration.ofMillis;

import dev.restante.AuthPolicy;
import dev.restante.FakeSmtpServer;
import dev.restante.Rule;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.ToIntFunction;

/** Servers of many kinds, each with the clients it is made for. */
final class Targets implements AutoCloseable {
    private final List<FakeSmtpServer> started = new CopyOnWriteArrayList<>();

    /** A server and the clients it is made for. */
    record Kind(
            String name,
            FakeSmtpServer server,
            ToIntFunction<FakeSmtpServer> port,
            List<Dialogue> seeds,
            boolean exact) {
        String verdict(Dialogue dialogue) {
            try {
                return Oracle.verdict(server, Courier.carryOut(dialogue, server, port.applyAsInt(server)), exact);
            } catch (IOException e) {
                return "failed: the server does not take a connection: " + e;
            }
        }
    }

    static FakeSmtpServer.Builder builder() {
        return FakeSmtpServer.builder()
                .startTls()
                .keepMails(1_000_000, 64 << 20)
                .keepSessions(1_000, 48 << 20)
                .handshakeTimeout(ofMillis(500));
    }

    FakeSmtpServer start(FakeSmtpServer.Builder builder) {
        FakeSmtpServer server = builder.build().start();
        started.add(server);
        return server;
    }

    List<FakeSmtpServer> started() {
        return started;
    }

    @Override
    public void close() {
        started.forEach(FakeSmtpServer::close);
    }

    List<Kind> kinds() {
        FakeSmtpServer open = start(builder());
        FakeSmtpServer strict = start(builder()
                .auth(AuthPolicy.users(Map.of("ann", "secret")).required())
                .requireTls());
        FakeSmtpServer narrow = start(builder()
                .maxMessageSize(2_000)
                .maxRecipients(2)
                .maxCommandsWithoutMail(12)
                .maxBytesInFlight(64_000));
        FakeSmtpServer doors = start(builder().smtpsPort(0).lmtpPort(0));
        FakeSmtpServer proxied =
                start(builder().proxyProtocol("127.0.0.1").xclient("127.0.0.1").proxyHeaderTimeout(ofMillis(300)));
        FakeSmtpServer scripted = start(builder());
        scripted.script(rules());
        return List.of(
                new Kind("open", open, FakeSmtpServer::port, Seeds.SMTP, true),
                new Kind("strict", strict, FakeSmtpServer::port, Seeds.SMTP, true),
                new Kind("narrow", narrow, FakeSmtpServer::port, Seeds.SMTP, true),
                new Kind("SMTPS", doors, FakeSmtpServer::smtpsPort, Seeds.SMTPS, true),
                new Kind("LMTP", doors, FakeSmtpServer::lmtpPort, Seeds.LMTP, true),
                new Kind("proxied", proxied, FakeSmtpServer::port, Seeds.PROXIED, false),
                new Kind("scripted", scripted, FakeSmtpServer::port, Seeds.SMTP, false),
                new Kind("scripted again", scripted, FakeSmtpServer::port, Seeds.SMTP, false));
    }

    /** Each effect at some stage, now and then. */
    private static Rule[] rules() {
        return new Rule[] {
            on(ANY_COMMAND).withProbability(0.02, 1).closeConnection().always(),
            on(ANY_COMMAND).withProbability(0.02, 2).reply(451, "4.3.0 Later").always(),
            on(ANY_COMMAND).withProbability(0.02, 3).dribble(3, ofMillis(1)).always(),
            on(CONNECT).withProbability(0.05, 4).reply(554, "5.7.1 Go away").always(),
            on(EHLO).withProbability(0.1, 5).hide("PIPELINING", "CHUNKING").always(),
            on(EHLO).withProbability(0.05, 6).cutReply(20).always(),
            on(STARTTLS).withProbability(0.1, 7).reply(454, "4.7.0 Later").always(),
            on(TLS_HANDSHAKE).withProbability(0.1, 8).cutHandshake().always(),
            on(TLS_HANDSHAKE).withProbability(0.1, 9).goOnInPlainText().always(),
            on(AUTH).withProbability(0.2, 10).reply(535, "5.7.8 No").always(),
            on(MAIL_FROM).withProbability(0.05, 11).stall().always(),
            on(MAIL_FROM).withProbability(0.05, 12).resetConnection().always(),
            on(RCPT_TO).withProbability(0.1, 13).reply(450, "4.2.1 Busy").always(),
            on(RCPT_TO).withProbability(0.03, 14).rawReply("250 fine\r\n").always(),
            on(DATA).withProbability(0.05, 15).reply(554, "5.0.0 No").always(),
            midData(20).withProbability(0.1, 16).closeConnection().always(),
            midData(5).withProbability(0.1, 17).after(ofMillis(1)).always(),
            midData(3000).withProbability(0.5, 18).throttle(10_000_000).always(),
            on(END_OF_DATA).withProbability(0.1, 19).discard().always(),
            on(END_OF_DATA).withProbability(0.1, 20).reply(552, "5.2.2 Full").always(),
            on(AFTER_COMMIT).withProbability(0.1, 21).closeConnection().always(),
            on(AFTER_COMMIT).withProbability(0.05, 22).garbage().always(),
            on(RSET).withProbability(0.1, 23).cutReply(2).always(),
            on(NOOP).withProbability(0.1, 24).reply(421, "4.3.2 Bye").always(),
            on(QUIT).withProbability(0.1, 25).stall().always()
        };
    }
}
