package dev.restante.web;

import dev.restante.Attempt;
import dev.restante.Envelope;
import dev.restante.FakeSmtpServer;
import dev.restante.Reply;
import dev.restante.SmtpClient;
import dev.restante.SmtpSession;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What the page shows of sessions: a list to be filtered, and figures over time. No part of the API, as {@link PageApi}. */
final class PageSessionsApi {
    private static final int MAX_ROWS = 1_000;
    private static final int BUCKETS = 60;
    private static final int TOP = 8;
    private static final List<Duration> WIDTHS = List.of(
            Duration.ofSeconds(1),
            Duration.ofSeconds(5),
            Duration.ofSeconds(10),
            Duration.ofSeconds(30),
            Duration.ofMinutes(1),
            Duration.ofMinutes(5),
            Duration.ofMinutes(15),
            Duration.ofHours(1),
            Duration.ofHours(6),
            Duration.ofDays(1));

    private final FakeSmtpServer smtp;

    PageSessionsApi(FakeSmtpServer smtp) {
        this.smtp = smtp;
    }

    void addTo(RoutesConfig routes) {
        routes.get("/page/sessions", this::sessions);
        routes.get("/page/overview", this::overview);
    }

    private record Sessions(int total, int start, Map<String, Long> counts, List<Row> sessions) {}

    /** A line of the list. */
    private record Row(
            String id,
            long number,
            String ip,
            int port,
            @Nullable String helo,
            @Nullable String user,
            boolean tls,
            boolean open,
            String startedAt,
            long lastedMicros,
            int accepted,
            int refused,
            int aborted,
            int code,
            String summary,
            List<String> rules) {
        static Row of(SmtpSession session) {
            SmtpClient client = session.client();
            List<Attempt> attempts = session.attempts();
            Optional<Attempt> telling = attempts.stream()
                    .filter(attempt -> attempt.outcome() != Attempt.Outcome.ACCEPTED)
                    .findFirst()
                    .or(() -> attempts.stream().findFirst());
            return new Row(
                    session.id(),
                    session.number(),
                    client.ip(),
                    client.address().getPort(),
                    client.heloName().orElse(null),
                    client.user().orElse(null),
                    client.tls().isPresent(),
                    session.isOpen(),
                    Json.time(session.startedAt()),
                    session.lasted().toNanos() / 1_000,
                    count(attempts, Attempt.Outcome.ACCEPTED),
                    count(attempts, Attempt.Outcome.REFUSED),
                    count(attempts, Attempt.Outcome.ABORTED),
                    attempts.stream()
                            .flatMap(attempt -> refusal(attempt).stream())
                            .findFirst()
                            .map(Reply::code)
                            .orElse(0),
                    telling.map(Row::words).orElse(""),
                    attempts.stream()
                            .flatMap(attempt -> attempt.rules().stream())
                            .distinct()
                            .toList());
        }

        private static int count(List<Attempt> attempts, Attempt.Outcome outcome) {
            return (int) attempts.stream()
                    .filter(attempt -> attempt.outcome() == outcome)
                    .count();
        }

        private static String words(Attempt attempt) {
            String to = attempt.recipients().stream()
                    .map(each -> each.recipient().address())
                    .collect(Collectors.joining(", "));
            String who = attempt.sender().map(Envelope.Sender::spoken).orElse("");
            String why = refusal(attempt)
                    .map(reply -> reply.code() + " " + reply.text())
                    .or(attempt::reason)
                    .orElse("");
            return Stream.of(who + (to.isEmpty() ? "" : " → " + to), why)
                    .filter(text -> !text.isBlank())
                    .collect(Collectors.joining(" · "));
        }

        boolean is(String outcome) {
            return switch (outcome) {
                case "all" -> true;
                case "accepted" -> accepted > 0;
                case "refused" -> refused > 0;
                case "aborted" -> aborted > 0;
                case "open" -> open;
                default -> !open && accepted + refused + aborted == 0;
            };
        }

        boolean mentions(String text) {
            return Stream.of(ip, helo, user, summary, String.join(" ", rules))
                    .anyMatch(each ->
                            each != null && each.toLowerCase(Locale.ROOT).contains(text));
        }
    }

    /** The last reply of an attempt that refused something. */
    private static Optional<Reply> refusal(Attempt attempt) {
        return Stream.concat(
                        attempt.recipients().stream().flatMap(each -> each.lastReply().stream()),
                        attempt.reply().stream())
                .filter(reply -> reply.code() >= 400)
                .reduce((first, second) -> second);
    }

    private void sessions(Context ctx) {
        String outcome = Optional.ofNullable(ctx.queryParam("outcome")).orElse("all");
        String text =
                Optional.ofNullable(ctx.queryParam("q")).orElse("").strip().toLowerCase(Locale.ROOT);
        int start = Parameters.number(ctx, "start", 0, 0, Integer.MAX_VALUE);
        int limit = Parameters.number(ctx, "limit", 100, 1, MAX_ROWS);
        List<Row> rows = new ArrayList<>(smtp.sessions().stream()
                .map(Row::of)
                .filter(row -> row.mentions(text))
                .toList());
        Collections.reverse(rows);
        Map<String, Long> counts = new LinkedHashMap<>();
        for (String each : List.of("all", "accepted", "refused", "aborted", "quiet", "open")) {
            counts.put(each, rows.stream().filter(row -> row.is(each)).count());
        }
        List<Row> found = rows.stream().filter(row -> row.is(outcome)).toList();
        ctx.json(new Sessions(
                found.size(),
                start,
                counts,
                found.stream().skip(start).limit(limit).toList()));
    }

    // ---- figures

    private record Overview(
            String from,
            String to,
            long bucketSeconds,
            int accepted,
            int refused,
            int aborted,
            List<int[]> buckets,
            List<Tally> codes,
            List<Tally> senders,
            List<Tally> clients,
            List<Tally> recipients,
            int busiestMinute,
            @Nullable String busiestAt) {}

    /** How often a thing was accepted, refused and aborted. */
    private record Tally(String name, int accepted, int refused, int aborted) {
        int all() {
            return accepted + refused + aborted;
        }
    }

    private void overview(Context ctx) {
        int minutes = Parameters.number(ctx, "minutes", 0, 0, 60 * 24 * 365);
        Instant to = smtp.clock().now();
        List<Attempt> all = smtp.attempts();
        Instant earliest = all.stream()
                .map(Attempt::startedAt)
                .min(Comparator.naturalOrder())
                .orElse(to);
        Instant wanted = minutes == 0 ? earliest : to.minus(Duration.ofMinutes(minutes));
        Duration width = WIDTHS.stream()
                .filter(each -> each.multipliedBy(BUCKETS).compareTo(Duration.between(wanted, to)) > 0)
                .findFirst()
                .orElse(Duration.ofDays(Math.max(1, Duration.between(wanted, to).toDays() / BUCKETS + 1)));
        long step = width.toSeconds();
        long end = to.getEpochSecond() / step + 1;
        Instant from = Instant.ofEpochSecond((end - BUCKETS) * step);
        List<Attempt> attempts = all.stream()
                .filter(attempt -> !attempt.startedAt().isBefore(minutes == 0 ? from : wanted))
                .toList();
        List<int[]> buckets = Stream.generate(() -> new int[3]).limit(BUCKETS).toList();
        Map<Long, Integer> perMinute = new LinkedHashMap<>();
        for (Attempt attempt : attempts) {
            int bucket = (int) (attempt.startedAt().getEpochSecond() / step - (end - BUCKETS));
            if (bucket >= 0 && bucket < BUCKETS) {
                buckets.get(bucket)[place(attempt)]++;
            }
            perMinute.merge(attempt.startedAt().getEpochSecond() / 60, 1, Integer::sum);
        }
        Optional<Map.Entry<Long, Integer>> busiest =
                perMinute.entrySet().stream().max(Map.Entry.comparingByValue());
        ctx.json(new Overview(
                Json.time(from),
                Json.time(to),
                step,
                count(attempts, Attempt.Outcome.ACCEPTED),
                count(attempts, Attempt.Outcome.REFUSED),
                count(attempts, Attempt.Outcome.ABORTED),
                buckets,
                top(attempts, attempt -> List.of(code(attempt))),
                top(
                        attempts,
                        attempt -> attempt.sender().map(Envelope.Sender::spoken).stream()
                                .toList()),
                top(
                        attempts,
                        attempt -> List.of(attempt.client().ip()
                                + attempt.client()
                                        .heloName()
                                        .map(name -> " " + name)
                                        .orElse(""))),
                top(
                        attempts,
                        attempt -> attempt.recipients().stream()
                                .map(each -> each.recipient().address())
                                .distinct()
                                .toList()),
                busiest.map(Map.Entry::getValue).orElse(0),
                busiest.map(minute -> Json.time(Instant.ofEpochSecond(minute.getKey() * 60)))
                        .orElse(null)));
    }

    private static int place(Attempt attempt) {
        return switch (attempt.outcome()) {
            case ACCEPTED -> 0;
            case REFUSED -> 1;
            case ABORTED -> 2;
        };
    }

    private static int count(List<Attempt> attempts, Attempt.Outcome outcome) {
        return Row.count(attempts, outcome);
    }

    private static String code(Attempt attempt) {
        return refusal(attempt)
                .or(attempt::reply)
                .map(reply -> String.valueOf(reply.code()))
                .orElse("");
    }

    private static List<Tally> top(List<Attempt> attempts, Function<Attempt, List<String>> names) {
        Map<String, int[]> counts = new LinkedHashMap<>();
        for (Attempt attempt : attempts) {
            for (String name : names.apply(attempt)) {
                counts.computeIfAbsent(name, each -> new int[3])[place(attempt)]++;
            }
        }
        Predicate<Map.Entry<String, int[]>> named = entry -> !entry.getKey().isEmpty();
        return counts.entrySet().stream()
                .filter(named)
                .map(entry -> new Tally(entry.getKey(), entry.getValue()[0], entry.getValue()[1], entry.getValue()[2]))
                .sorted(Comparator.comparingInt((Tally tally) -> -tally.all()).thenComparing(Tally::name))
                .limit(TOP)
                .toList();
    }
}
