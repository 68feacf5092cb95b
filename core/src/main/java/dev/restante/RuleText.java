package dev.restante;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Writes a rule as the Java that makes it. */
final class RuleText {
    private static final int LONGEST_LABEL = 240;

    private RuleText() {}

    /** The rule in brief, for transcripts and lists. */
    static String label(Rule rule) {
        Effect.Decision decision = rule.decision().orElse(null);
        String text;
        if (decision instanceof Effect.Answer answer && answer.reply().length() > LONGEST_LABEL) {
            text = of(rule, "", "reply(" + answer.reply().code() + ", ...)");
        } else if (decision instanceof Effect.RawReply raw && raw.octets().length() > LONGEST_LABEL) {
            text = of(rule, "", "rawReply(...)");
        } else {
            text = of(rule, "");
        }
        return text.length() > 2 * LONGEST_LABEL ? text.substring(0, 2 * LONGEST_LABEL) + "..." : text;
    }

    static String of(Rule rule, String name) {
        return of(rule, name, rule.decision().map(RuleText::decision).orElse(""));
    }

    private static String of(Rule rule, String name, String decision) {
        StringBuilder text = new StringBuilder(
                rule.stage() == Stage.MID_DATA ? "midData(" + number(rule.atByte()) + ")" : "on(" + rule.stage() + ")");
        if (!name.isEmpty()) {
            text.append(".named(").append(quoted(name)).append(')');
        }
        rule.conditions().forEach(condition -> text.append('.').append(condition(condition)));
        rule.paces().forEach(pace -> text.append('.').append(pace(pace)));
        if (!decision.isEmpty()) {
            text.append('.').append(decision);
        }
        return text.append('.').append(limit(rule.limit())).toString();
    }

    private static String condition(Condition condition) {
        if (condition instanceof Condition.From from) {
            return "from(" + quoted(from.pattern()) + ")";
        } else if (condition instanceof Condition.To to) {
            return "to(" + quoted(to.pattern()) + ")";
        } else if (condition instanceof Condition.Helo helo) {
            return "helo(" + quoted(helo.pattern()) + ")";
        } else if (condition instanceof Condition.User user) {
            return "user(" + quoted(user.pattern()) + ")";
        } else if (condition instanceof Condition.Client client) {
            return "client(" + quoted(client.network()) + ")";
        } else if (condition instanceof Condition.Tls tls) {
            return tls.encrypted() ? "overTls()" : "inPlain()";
        } else if (condition instanceof Condition.LoggedIn loggedIn) {
            return loggedIn.yes() ? "loggedIn()" : "notLoggedIn()";
        } else if (condition instanceof Condition.Credentials credentials) {
            return credentials.right() ? "rightCredentials()" : "wrongCredentials()";
        } else if (condition instanceof Condition.Parameter parameter) {
            return "parameter(" + quoted(parameter.keyword())
                    + (parameter.pattern().toString().equals("*") ? "" : ", " + quoted(parameter.pattern())) + ")";
        } else if (condition instanceof Condition.Header header) {
            return header.name().equals("Subject")
                    ? "subject(" + quoted(header.pattern()) + ")"
                    : "header(" + quoted(header.name()) + ", " + quoted(header.pattern()) + ")";
        } else if (condition instanceof Condition.Size size) {
            return size.atMost() == Long.MAX_VALUE
                    ? "sizeAtLeast(" + number(size.atLeast()) + ")"
                    : size.atLeast() == 0
                            ? "sizeAtMost(" + number(size.atMost()) + ")"
                            : "sizeAtLeast(" + number(size.atLeast()) + ").sizeAtMost(" + number(size.atMost()) + ")";
        } else if (condition instanceof Condition.Nth nth) {
            return switch (nth.scope()) {
                        case TRANSACTION -> "nth(";
                        case CONNECTION -> "nthInConnection(";
                        case SERVER -> "nthOnServer(";
                    }
                    + nth.n() + ")";
        } else if (condition instanceof Condition.Attempts attempts) {
            return "attempts(" + attempts.first() + ", " + attempts.last() + ")." + per(attempts.key());
        } else if (condition instanceof Condition.Newcomer newcomer) {
            return "newcomers(" + duration(newcomer.time()) + ", " + duration(newcomer.forgottenAfter()) + ")."
                    + per(newcomer.key());
        } else if (condition instanceof Condition.Rate rate) {
            return "moreThan(" + rate.count() + ", " + duration(rate.window()) + ")." + per(rate.key());
        } else if (condition instanceof Condition.Connections connections) {
            return (connections.ofClient() ? "connectionsOfClientAbove(" : "connectionsAbove(") + connections.above()
                    + ")";
        } else if (condition instanceof Condition.Recipients recipients) {
            return "recipientsAbove(" + recipients.above() + ")";
        } else if (condition instanceof Condition.Chance chance) {
            return "withProbability(" + chance.probability() + ", " + chance.seed() + "L)";
        }
        return "matching(...)";
    }

    private static String per(Condition.Key key) {
        return switch (key) {
            case RECIPIENT -> "perRecipient()";
            case SENDER -> "perSender()";
            case USER -> "perUser()";
            case CLIENT -> "perClient()";
            case TRIPLE -> "perTriple()";
        };
    }

    private static String pace(Effect.Pace pace) {
        if (pace instanceof Effect.Delay delay) {
            return "after(" + duration(delay.time()) + ")";
        } else if (pace instanceof Effect.Tarpit tarpit) {
            return "tarpit(" + duration(tarpit.perReply()) + ")";
        } else if (pace instanceof Effect.Throttle throttle) {
            return "throttle(" + throttle.bytesPerSecond() + ")";
        } else if (pace instanceof Effect.WaitFor hold) {
            return "waitFor(" + quoted(hold.name()) + ")";
        } else if (pace instanceof Effect.Bounce bounce) {
            return "bounce(" + quoted(bounce.recipients()) + ", " + quoted(bounce.host()) + ", " + bounce.port() + ", "
                    + quoted(bounce.status()) + ", " + quoted(bounce.diagnostic()) + ")";
        }
        Effect.Dribble dribble = (Effect.Dribble) pace;
        return "dribble(" + dribble.pieceSize() + ", " + duration(dribble.gap()) + ")";
    }

    private static String decision(Effect.Decision decision) {
        if (decision instanceof Effect.Answer answer) {
            return "reply(" + answer.reply().code() + ", "
                    + quoted(answer.reply().text()) + ")";
        } else if (decision instanceof Effect.CutReply cut) {
            return "cutReply(" + cut.bytes() + ")";
        } else if (decision instanceof Effect.RawReply raw) {
            return "rawReply(" + quoted(raw.octets()) + ")";
        } else if (decision instanceof Effect.Fault fault) {
            return switch (fault) {
                case CLOSE -> "closeConnection()";
                case RESET -> "resetConnection()";
                case STALL -> "stall()";
                case GARBAGE -> "garbage()";
                case DISCARD -> "discard()";
            };
        } else if (decision instanceof Effect.TlsFault fault) {
            return switch (fault) {
                case EXPIRED -> "expiredCertificate()";
                case WRONG_HOST -> "wrongHostCertificate()";
                case UNTRUSTED -> "untrustedCertificate()";
                case HANDSHAKE_CUT -> "cutHandshake()";
                case NOT_YET_VALID -> "notYetValidCertificate()";
                case SELF_SIGNED -> "selfSignedCertificate()";
                case WEAK_KEY -> "weakKeyCertificate()";
                case HANDSHAKE_CUT_AFTER_SERVER_HELLO -> "cutHandshakeAfterServerHello()";
                case HANDSHAKE_CUT_AFTER_FINISHED -> "cutHandshakeAfterFinished()";
                case HANDSHAKE_STALL -> "stallHandshake()";
                case PLAIN_TEXT -> "goOnInPlainText()";
                case ONLY_TLS_1_2 -> "onlyTls12()";
                case ONLY_TLS_1_3 -> "onlyTls13()";
            };
        } else if (decision instanceof Effect.Keywords keywords) {
            return keywords(keywords);
        }
        return "answer(...)";
    }

    private static String keywords(Effect.Keywords keywords) {
        List<String> words = new ArrayList<>();
        if (!keywords.greeting().isEmpty()) {
            words.add("greeting(" + quoted(keywords.greeting()) + ")");
        }
        if (!keywords.hide().isEmpty()) {
            words.add("hide(" + quotedAll(keywords.hide()) + ")");
        }
        if (!keywords.add().isEmpty() || words.isEmpty()) {
            words.add("advertise(" + quotedAll(keywords.add()) + ")");
        }
        return String.join(".", words);
    }

    private static String limit(Rule.Limit limit) {
        if (limit instanceof Rule.Limit.Times times) {
            return times.count() == 1 ? "once()" : "times(" + times.count() + ")";
        } else if (limit instanceof Rule.Limit.During during) {
            return "during(" + duration(during.time()) + ")";
        }
        return "always()";
    }

    @SuppressWarnings("JavaDurationGetSecondsGetNano") // Both are printed, each in its place.
    private static String duration(Duration time) {
        int nanos = time.getNano();
        if (nanos == 0) {
            return "ofSeconds(" + number(time.toSeconds()) + ")";
        } else if (nanos % 1_000_000 == 0 && time.toSeconds() < Integer.MAX_VALUE) {
            return "ofMillis(" + number(time.toMillis()) + ")";
        }
        return "ofSeconds(" + number(time.toSeconds()) + ", " + nanos + ")";
    }

    /** The number as Java writes it. */
    private static String number(long value) {
        return value == (int) value ? String.valueOf(value) : value + "L";
    }

    private static String quotedAll(Iterable<String> texts) {
        StringBuilder all = new StringBuilder();
        for (String text : texts) {
            all.append(all.isEmpty() ? "" : ", ").append(quoted(text));
        }
        return all.toString();
    }

    private static String quoted(Object value) {
        StringBuilder text = new StringBuilder("\"");
        for (char c : value.toString().toCharArray()) {
            switch (c) {
                case '"' -> text.append("\\\"");
                case '\\' -> text.append("\\\\");
                case '\n' -> text.append("\\n");
                case '\r' -> text.append("\\r");
                case '\t' -> text.append("\\t");
                default -> text.append(c < ' ' ? String.format("\\u%04x", (int) c) : String.valueOf(c));
            }
        }
        return text.append('"').toString();
    }
}
