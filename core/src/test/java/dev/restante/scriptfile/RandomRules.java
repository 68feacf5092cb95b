package dev.restante.scriptfile;

import dev.restante.Budget;
import dev.restante.Condition;
import dev.restante.Conditions;
import dev.restante.Network;
import dev.restante.Rule;
import dev.restante.Script;
import dev.restante.Stage;
import dev.restante.Step;
import dev.restante.TextPattern;
import dev.restante.Trigger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/** Rules as a seed throws them: any that the Java of the rule language compiles, and no other. */
final class RandomRules {
    private static final List<String> TEXTS = List.of(
            "*",
            "bob@*",
            "/@(example|test)\\.com$/",
            "on",
            "No",
            "null",
            "~",
            "1e3",
            "0x1f",
            "1_000",
            "12:30",
            "2026-11-01",
            ".inf",
            " leading",
            "trailing ",
            "#no comment",
            "a # comment",
            "key: value",
            "- item",
            "?",
            "&anchor",
            "*alias",
            "!tag",
            "%directive",
            "@at",
            "`tick",
            "\"quoted\"",
            "'single'",
            "back\\slash \\u0041",
            "{brace",
            "[bracket",
            "a,b",
            "---",
            "...",
            "über@éxample.com",
            "日本語",
            "\uD83D\uDE00 smile",
            "\u2028 and \u0085",
            "tab\tinside");

    private final RandomGenerator random;

    RandomRules(RandomGenerator random) {
        this.random = random;
    }

    List<Rule> rules() {
        List<Rule> rules = new ArrayList<>();
        for (int count = random.nextInt(4); count >= 0; count--) {
            rules.add(rule());
        }
        return rules;
    }

    Rule rule() {
        Stage<?> stage = Stage.values().get(random.nextInt(Stage.values().size()));
        Object step = stage == Stage.MID_DATA && random.nextBoolean() ? Script.midData(position()) : Script.on(stage);
        if (random.nextInt(3) == 0) {
            step = ((Conditions<?>) step).named(text());
        }
        for (int count = random.nextInt(5); count > 0; count--) {
            step = ((Conditions<?>) step).when(condition(step));
        }
        return limited(effects((Step<?>) step));
    }

    private Condition condition(Object step) {
        List<Condition> choice = new ArrayList<>(List.of(
                new Condition.Client(
                        Network.of(pick("10.0.0.0/8", "127.0.0.1", "::1", "2001:db8::/32", "!10.0.0.0/8"))),
                new Condition.Tls(random.nextBoolean()),
                new Condition.Nth(positive(), pick(Condition.Scope.values())),
                attempts(step),
                newcomer(step),
                new Condition.Rate(1 + random.nextInt(100_000), positiveTime(), key(step)),
                new Condition.Connections(random.nextInt(3000), random.nextBoolean()),
                new Condition.Chance(pick(0.0, 1.0, 0.25, 1e-5, random.nextDouble()), random.nextLong())));
        if (step instanceof Conditions.Greeted) {
            choice.add(new Condition.Helo(pattern()));
            choice.add(new Condition.User(pattern()));
            choice.add(new Condition.LoggedIn(random.nextBoolean()));
        }
        if (step instanceof Conditions.WithCredentials) {
            choice.add(new Condition.Credentials(random.nextBoolean()));
        }
        if (step instanceof Conditions.WithSender) {
            choice.add(new Condition.From(pattern()));
            choice.add(new Condition.Parameter(pick("REQUIRETLS", "by", "MT-PRIORITY", "SIZE"), pattern()));
            choice.add(new Condition.Size(position(), Long.MAX_VALUE));
            choice.add(new Condition.Size(0, position()));
        }
        if (step instanceof Conditions.WithRecipient) {
            choice.add(new Condition.To(pattern()));
            choice.add(new Condition.Recipients(random.nextInt(1000)));
        }
        if (step instanceof Conditions.WithContent) {
            choice.add(new Condition.Header("Subject", pattern()));
            choice.add(new Condition.Header(pick("X-Spam", "List-Id", "x~!", "on"), pattern()));
        }
        return choice.get(random.nextInt(choice.size()));
    }

    /** A key that is known where this step is asked. */
    private Condition.Key key(Object step) {
        List<Condition.Key> known = new ArrayList<>(List.of(Condition.Key.CLIENT));
        if (step instanceof Conditions.Greeted && !(step instanceof Trigger.OnTlsHandshake)) {
            known.add(Condition.Key.USER);
        }
        if (step instanceof Conditions.WithSender) {
            known.add(Condition.Key.SENDER);
        }
        if (step instanceof Conditions.WithRecipient) {
            known.add(Condition.Key.RECIPIENT);
            known.add(Condition.Key.TRIPLE);
        }
        return known.get(random.nextInt(known.size()));
    }

    private Condition attempts(Object step) {
        int first = positive();
        return new Condition.Attempts(first, first + random.nextInt(5), key(step));
    }

    private Condition newcomer(Object step) {
        Duration time = positiveTime();
        return new Condition.Newcomer(time, time.plus(positiveTime()), key(step));
    }

    private Budget effects(Step<?> first) {
        Step<?> step = first;
        Budget last = null;
        for (int count = random.nextInt(4); count > 0; count--) {
            Object paced = pace(step);
            step = (Step<?>) paced;
            last = (Budget) paced;
        }
        return last == null || random.nextBoolean() ? decision(step) : last;
    }

    private Object pace(Step<?> step) {
        if (step instanceof Step.Stored<?> stored && random.nextInt(4) == 0) {
            return stored.bounce(
                    text(), pick("localhost", "::1"), 1 + random.nextInt(65535), "5.2.1", "550 " + pick("a", "No"));
        }
        return switch (random.nextInt(step instanceof Step.Answered ? 5 : 4)) {
            case 0 -> step.after(time());
            case 1 -> step.tarpit(time());
            case 2 -> step.throttle(positive());
            case 3 -> step.waitFor(pick("hold-1", "on", "a b"));
            default -> ((Step.Answered<?>) step).dribble(positive(), time());
        };
    }

    private Budget decision(Step<?> step) {
        if (step instanceof Step.Handshake<?> handshake && random.nextBoolean()) {
            return switch (random.nextInt(13)) {
                case 0 -> handshake.expiredCertificate();
                case 1 -> handshake.wrongHostCertificate();
                case 2 -> handshake.untrustedCertificate();
                case 3 -> handshake.notYetValidCertificate();
                case 4 -> handshake.selfSignedCertificate();
                case 5 -> handshake.weakKeyCertificate();
                case 6 -> handshake.cutHandshakeAfterServerHello();
                case 7 -> handshake.cutHandshakeAfterFinished();
                case 8 -> handshake.stallHandshake();
                case 9 -> handshake.goOnInPlainText();
                case 10 -> handshake.onlyTls12();
                case 11 -> handshake.onlyTls13();
                default -> handshake.cutHandshake();
            };
        } else if (step instanceof Step.Greeting<?> ehlo && random.nextBoolean()) {
            return listing(ehlo);
        } else if (step instanceof Step.Delivery<?> end && random.nextInt(4) == 0) {
            return end.discard();
        } else if (step instanceof Step.Answered<?> answered && random.nextInt(4) > 0) {
            return switch (random.nextInt(6)) {
                case 0 -> answered.cutReply(random.nextInt(100));
                case 1 -> answered.rawReply(octets());
                case 2 -> answered.garbage();
                default -> answered.reply(200 + random.nextInt(400), replyText());
            };
        }
        return switch (random.nextInt(3)) {
            case 0 -> step.closeConnection();
            case 1 -> step.resetConnection();
            default -> step.stall();
        };
    }

    private Budget listing(Step.Greeting<?> ehlo) {
        Step.Listing first = switch (random.nextInt(3)) {
            case 0 -> ehlo.advertise("SIZE 1000", pick("DSN", "AUTH PLAIN LOGIN"));
            case 1 -> ehlo.hide(pick("*", "STARTTLS"), pick("SIZE", "X"));
            default -> ehlo.greeting("mx.test at your service, [{client}]");
        };
        return switch (random.nextInt(5)) {
            case 0 -> first.advertise("SIZE 5").hide("SIZE").greeting("mx.test");
            case 1 -> first.hide("*").advertise("X", "Y");
            case 2 -> first.greeting(pick("# mx", "mx: {host}", "\"mx\""));
            default -> first;
        };
    }

    private Rule limited(Budget budget) {
        return switch (random.nextInt(4)) {
            case 0 -> budget.once();
            case 1 -> budget.times(positive());
            case 2 -> budget.during(positiveTime());
            default -> budget.always();
        };
    }

    private String replyText() {
        return pick("", "4.2.1", "4.2.1 ", "5.7.1 no.more ", "2.0.0 ")
                + pick("", text(), text() + "\n" + text(), "\n", "\n\n");
    }

    private String octets() {
        StringBuilder octets = new StringBuilder();
        for (int count = random.nextInt(20); count > 0; count--) {
            octets.append((char) random.nextInt(256));
        }
        return octets.toString();
    }

    private TextPattern pattern() {
        return TextPattern.of(pick("", "!") + text());
    }

    private String text() {
        return random.nextInt(3) == 0 ? "" + pick("a", "", "1") + TEXTS.get(random.nextInt(TEXTS.size())) : any(TEXTS);
    }

    private Duration time() {
        return random.nextInt(5) == 0 ? Duration.ZERO : positiveTime();
    }

    private Duration positiveTime() {
        return switch (random.nextInt(4)) {
            case 0 -> Duration.ofNanos(1 + random.nextInt(2_000_000_000));
            case 1 -> Duration.ofMillis(1 + random.nextInt(100_000));
            case 2 -> Duration.ofSeconds(1 + random.nextInt(100_000));
            default -> Duration.ofDays(1 + random.nextInt(400));
        };
    }

    private int positive() {
        return random.nextInt(10) == 0 ? Integer.MAX_VALUE - 10 : 1 + random.nextInt(50);
    }

    private long position() {
        return random.nextInt(100_000);
    }

    @SafeVarargs
    private <T> T pick(T... choice) {
        return choice[random.nextInt(choice.length)];
    }

    private <T> T any(List<T> choice) {
        return choice.get(random.nextInt(choice.size()));
    }
}
