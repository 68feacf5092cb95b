package dev.restante.benchmark;

import static dev.restante.Script.on;
import static dev.restante.Stage.MAIL_FROM;
import static dev.restante.Stage.RCPT_TO;

import dev.restante.Envelope;
import dev.restante.EsmtpParameters;
import dev.restante.MailMessage;
import dev.restante.Moment;
import dev.restante.ServerClock;
import dev.restante.SmtpClient;
import dev.restante.Stage;
import dev.restante.script.RuleBook;
import dev.restante.script.Verdict;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What a stage pays for being scriptable: RCPT with no script, with rules for other stages, and with rules that do not match. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class AskingTheScript {
    private final RuleBook empty = new RuleBook(ServerClock.system());
    private final RuleBook elsewhere = new RuleBook(ServerClock.system());
    private final RuleBook unmatched = new RuleBook(ServerClock.system());
    private final Moment rcpt = new Rcpt();

    /** Fills the scripts. */
    public AskingTheScript() {
        elsewhere.add(
                RuleBook.Layer.TEST,
                List.of(on(MAIL_FROM).from("nobody@*").reply(451, "4.3.0 Not now").always()));
        unmatched.add(
                RuleBook.Layer.TEST,
                List.of(on(RCPT_TO).to("nobody@*").reply(450, "4.2.1 Mailbox busy").always()));
    }

    /** No script at all. */
    @Benchmark
    public Verdict emptyScript() {
        return ask(empty);
    }

    /** A script, but not for this stage. */
    @Benchmark
    public Verdict ruleForAnotherStage() {
        return ask(elsewhere);
    }

    /** A rule for this stage whose condition does not hold. */
    @Benchmark
    public Verdict unmatchedRule() {
        return ask(unmatched);
    }

    /** As a conversation asks. */
    private Verdict ask(RuleBook rules) {
        return rules.isEmptyAt(RCPT_TO) ? Verdict.NONE : rules.ask(rcpt, "session");
    }

    private static final class Rcpt implements Moment {
        private final SmtpClient client = new SmtpClient(
                new InetSocketAddress("127.0.0.1", 40000), Optional.empty(), false, Optional.empty(), Optional.empty());
        private final Optional<Envelope.Recipient> recipient = Optional.of(new Envelope.Recipient(
                "ann@example.com", "<ann@example.com>", EsmtpParameters.none()));

        @Override
        public Stage<?> stage() {
            return RCPT_TO;
        }

        @Override
        public SmtpClient client() {
            return client;
        }

        @Override
        public String command() {
            return "RCPT TO:<ann@example.com>";
        }

        @Override
        public Optional<Envelope.Sender> sender() {
            return Optional.empty();
        }

        @Override
        public List<Envelope.Recipient> recipients() {
            return List.of();
        }

        @Override
        public Optional<Envelope.Recipient> recipient() {
            return recipient;
        }

        @Override
        public Optional<MailMessage> message() {
            return Optional.empty();
        }

        @Override
        public long size() {
            return -1;
        }

        @Override
        public int openConnections() {
            return 1;
        }

        @Override
        public int openConnectionsOfClient() {
            return 1;
        }

        @Override
        public int ordinalInTransaction() {
            return 1;
        }

        @Override
        public int ordinalInConnection() {
            return 1;
        }
    }
}
