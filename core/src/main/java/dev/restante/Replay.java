package dev.restante;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Makes a script of what a server said in a session.
 *
 * <pre>{@code
 * other.script(Replay.of(session).toArray(Rule[]::new));
 * Files.writeString(file, ScriptFile.toJson(Replay.of(session)));
 * }</pre>
 *
 * <p>What a rule for any command said in place of a command is replayed at the stage of that command, where there is one: a
 * positive reply then takes effect, and one to a chunk of BDAT comes at its end. Replies to mail that was discarded are in the
 * server's own words.
 */
public final class Replay {
    private static final Pattern WIRE_LINE = Pattern.compile("([2-5]\\d\\d)(?:[ -](.*))?", Pattern.DOTALL);
    private static final Pattern ENHANCED = Pattern.compile("([245]\\.\\d{1,3}\\.\\d{1,3})(?: .*)?", Pattern.DOTALL);
    private static final Pattern CUT = Pattern.compile(".*\\(cut after (\\d+) of \\d+ octets\\)", Pattern.DOTALL);
    private static final Pattern GARBAGE = Pattern.compile("\\(\\d+ octets of garbage\\)");
    private static final Pattern RAW_OCTET = Pattern.compile("\\\\x([0-9a-f]{2})");
    private static final String RAW = "(raw) ";
    private static final Set<Stage<?>> BODY_STAGES = Set.of(Stage.MID_DATA, Stage.END_OF_DATA, Stage.AFTER_COMMIT);

    private final SmtpSession session;
    private final List<Rule> rules = new ArrayList<>();
    private final int[] reached = new int[Stage.values().size()];
    private final Set<State> state = EnumSet.noneOf(State.class);
    private final List<Long> bodySizes = new ArrayList<>();

    /** What decides whether a command is in its place, and so whether its stage is asked. */
    private enum State {
        SHUT,
        GREETED,
        OPEN,
        HAS_RECIPIENT,
        CHUNKED
    }

    /** A command, or the connection itself, and all that followed until the next one. */
    private record Turn(Optional<String> command, List<Transcript.Entry> entries) {
        boolean isConnection() {
            return command.isEmpty();
        }

        String line() {
            return command.orElse("");
        }

        String verb() {
            String word = line().strip().split("[ \t]", 2)[0];
            return word.toUpperCase(Locale.ROOT);
        }

        List<Transcript.Entry> replies() {
            return entries.stream()
                    .filter(entry -> entry.kind() == Transcript.Kind.SERVER)
                    .toList();
        }

        boolean has(Transcript.Kind kind) {
            return entries.stream().anyMatch(entry -> entry.kind() == kind);
        }

        /** The part of the turn before, or from on, the first entry of this kind. */
        Turn part(Transcript.Kind kind, boolean before) {
            int at = 0;
            while (at < entries.size() && entries.get(at).kind() != kind) {
                at++;
            }
            return new Turn(command, before ? entries.subList(0, at) : entries.subList(at, entries.size()));
        }

        /** Whether a rule fired that does not, to be seen from its words, belong to every command. */
        boolean isRuled() {
            return entries.stream()
                    .anyMatch(entry -> entry.kind() == Transcript.Kind.RULE
                            && !entry.text().startsWith("on(" + Stage.ANY_COMMAND + ")"));
        }
    }

    private Replay(SmtpSession session) {
        this.session = session;
    }

    /**
     * The rules that make a server say on every connection what it said in this session: each reply at its stage and place,
     * such as the third RCPT TO of the connection, and the fault that ended it. What the server refused without being scripted
     * to, such as a command out of place, is refused at the same place among all commands.
     *
     * <p>What a transcript does not tell cannot be replayed: pace, certificates, and chunks of BDAT that were not the last. A
     * client that says something else than the recorded one gets the replies of the places it comes to.
     *
     * @throws IllegalArgumentException if the beginning of the session's transcript was dropped to stay within bounds
     */
    public static List<Rule> of(SmtpSession session) {
        if (session.transcript().dropped() > 0) {
            throw new IllegalArgumentException(
                    "The beginning of session " + session.number() + " was dropped to stay within"
                            + " bounds, so that the places of its replies are unknown. Keep more with FakeSmtpServer.builder().keepSessions(...).");
        }
        Replay replay = new Replay(session);
        for (Turn turn : turns(session.transcript())) {
            replay.take(turn);
        }
        return List.copyOf(replay.rules);
    }

    private static List<Turn> turns(Transcript transcript) {
        List<Turn> turns = new ArrayList<>();
        turns.add(new Turn(Optional.empty(), new ArrayList<>()));
        boolean inDialogue = false;
        for (Transcript.Entry entry : transcript.entries()) {
            if (entry.kind() == Transcript.Kind.CLIENT && !inDialogue) {
                turns.add(new Turn(Optional.of(entry.text()), new ArrayList<>()));
            } else if (entry.kind() != Transcript.Kind.CLIENT) {
                turns.get(turns.size() - 1).entries().add(entry);
            }
            if (entry.kind() == Transcript.Kind.SERVER || entry.kind() == Transcript.Kind.CLIENT) {
                // The client's next line is no command then, but a part of AUTH.
                inDialogue = entry.kind() == Transcript.Kind.SERVER && isChallenge(entry);
            }
        }
        return turns;
    }

    private void take(Turn turn) {
        if (turn.isConnection()) {
            Optional<Effect.TlsFault> fault = replayHandshake(turn);
            if (fault.isPresent() && fault.get() != Effect.TlsFault.PLAIN_TEXT) {
                return;
            }
            Effect.Decision decision = answer(turn, 0);
            say(Stage.CONNECT, decision);
            if (isRefusal(decision)) {
                state.add(State.SHUT);
            }
            return;
        }
        reached[Stage.ANY_COMMAND.index()]++;
        switch (turn.verb()) {
            case "EHLO", "HELO", "LHLO" -> {
                if (isTaken(turn, Stage.EHLO, true)) {
                    state.removeAll(EnumSet.of(State.OPEN, State.CHUNKED, State.HAS_RECIPIENT));
                    state.add(State.GREETED);
                }
            }
            case "STARTTLS" -> {
                if (isTaken(turn, Stage.STARTTLS, true)) {
                    Optional<Effect.TlsFault> fault = replayHandshake(turn);
                    if (fault.isEmpty() || fault.get() != Effect.TlsFault.PLAIN_TEXT) {
                        state.clear();
                    }
                }
            }
            case "AUTH" -> login(turn);
            case "MAIL" -> {
                if (isTaken(turn, Stage.MAIL_FROM, is(State.GREETED) && !is(State.OPEN))) {
                    state.removeAll(EnumSet.of(State.CHUNKED, State.HAS_RECIPIENT));
                    state.add(State.OPEN);
                }
            }
            case "RCPT" -> {
                if (isTaken(turn, Stage.RCPT_TO, is(State.OPEN) && !is(State.CHUNKED))) {
                    state.add(State.HAS_RECIPIENT);
                }
            }
            case "DATA" -> {
                boolean begins = is(State.HAS_RECIPIENT) && !is(State.CHUNKED);
                if (isTaken(turn.part(Transcript.Kind.BODY, true), Stage.DATA, begins)
                        && turn.has(Transcript.Kind.BODY)) {
                    endOfBody(turn.part(Transcript.Kind.BODY, false));
                }
            }
            case "BDAT" -> chunk(turn);
            case "RSET" -> {
                if (isTaken(turn, Stage.RSET, true)) {
                    closeTransaction();
                }
            }
            case "NOOP" -> isTaken(turn, Stage.NOOP, true);
            case "VRFY" -> isTaken(turn, Stage.VRFY, true);
            case "QUIT" -> isTaken(turn, Stage.QUIT, true);
            default -> {
                Effect.Decision decision = answer(turn, 0);
                if (isRefusal(decision) || turn.has(Transcript.Kind.RULE)) {
                    say(Stage.ANY_COMMAND, decision);
                }
            }
        }
    }

    private boolean is(State wanted) {
        return state.contains(wanted);
    }

    private void closeTransaction() {
        state.removeAll(EnumSet.of(State.OPEN, State.CHUNKED, State.HAS_RECIPIENT));
    }

    /** Replays the answer to a command, at its stage if that was asked; whether the command took effect. */
    private boolean isTaken(Turn turn, Stage<?> stage, boolean inPlace) {
        Effect.Decision decision = answer(turn, 0);
        boolean isTaken = decision != null && !isRefusal(decision);
        boolean isAsked =
                inPlace && (!is(State.SHUT) || stage == Stage.QUIT) && (isTaken || turn.isRuled() || decision == null);
        if (isAsked) {
            reached[stage.index()]++;
        }
        say(isAsked ? stage : Stage.ANY_COMMAND, decision);
        return isTaken;
    }

    private void login(Turn turn) {
        List<Transcript.Entry> replies = turn.replies();
        int challenges = (int) replies.stream().takeWhile(Replay::isChallenge).count();
        Effect.Decision decision = answer(turn, challenges);
        boolean isJudged = decision instanceof Effect.Answer answer
                && (answer.reply().isPositive() || answer.reply().code() == 535);
        if (is(State.GREETED) && !is(State.OPEN) && !is(State.SHUT) && (isJudged || turn.isRuled())) {
            reached[Stage.AUTH.index()]++;
            say(Stage.AUTH, decision);
        } else if (challenges == 0) {
            say(Stage.ANY_COMMAND, decision);
        }
    }

    private static boolean isChallenge(Transcript.Entry reply) {
        return reply.text().startsWith("334");
    }

    private void chunk(Turn turn) {
        boolean isFirst = is(State.HAS_RECIPIENT) && !is(State.CHUNKED);
        boolean isInPlace = is(State.HAS_RECIPIENT) && !is(State.SHUT);
        boolean isLast = turn.line().toUpperCase(Locale.ROOT).strip().endsWith(" LAST");
        Effect.Decision decision = answer(turn, 0);
        Turn before = turn.part(Transcript.Kind.BODY, true);
        Turn after = turn.part(Transcript.Kind.BODY, false);
        if (isFirst && isInPlace) {
            reached[Stage.DATA.index()]++;
            state.add(State.CHUNKED);
            if (before.isRuled() && !after.isRuled() && (decision == null || isRefusal(decision))) {
                say(Stage.DATA, decision);
                closeTransaction();
                return;
            }
        }
        if (!isInPlace) {
            say(Stage.ANY_COMMAND, decision);
        } else if (isLast || decision == null || isRefusal(decision)) {
            endOfBody(after);
        }
    }

    /** Replays what was said after a body, or in its middle. */
    private void endOfBody(Turn turn) {
        Optional<Attempt> attempt = session.attempts().stream()
                .filter(each -> BODY_STAGES.contains(each.stage()))
                .skip(bodySizes.size())
                .findFirst();
        long size = turn.entries().stream()
                .filter(entry -> entry.kind() == Transcript.Kind.BODY)
                .mapToLong(Transcript.Entry::octets)
                .max()
                .orElse(0);
        Effect.Decision decision = answer(turn, 0);
        boolean isReply = decision instanceof Effect.Answer;
        if (attempt.isEmpty()) {
            return;
        } else if (session.listener().equals("LMTP") && attempt.get().stage() != Stage.MID_DATA) {
            eachDelivery(turn, attempt.get());
            bodySizes.add(size);
            closeTransaction();
            return;
        }
        Stage<?> stage = attempt.get().stage();
        if (stage == Stage.MID_DATA && decision != null && !isReply) {
            inBody(size, decision);
        } else if (stage == Stage.END_OF_DATA && (turn.isRuled() || !isRefusal(decision))) {
            reached[Stage.END_OF_DATA.index()]++;
            say(Stage.END_OF_DATA, isReply && !isRefusal(decision) ? Effect.Fault.DISCARD : decision);
        } else if (stage == Stage.AFTER_COMMIT) {
            reached[Stage.END_OF_DATA.index()]++;
            reached[Stage.AFTER_COMMIT.index()]++;
            say(isReply && !isRefusal(decision) ? Stage.END_OF_DATA : Stage.AFTER_COMMIT, decision);
        }
        bodySizes.add(size);
        closeTransaction();
    }

    /** On LMTP each recipient that was accepted at RCPT was told by itself, until the connection ended. */
    private void eachDelivery(Turn turn, Attempt attempt) {
        List<Attempt.Delivery> deliveries = attempt.recipients().stream()
                .flatMap(each -> each.delivery().stream())
                .toList();
        for (int i = 0; i < deliveries.size(); i++) {
            Effect.Decision decision = answer(turn, i);
            boolean isStored = deliveries.get(i).stored();
            boolean isSuccess = decision instanceof Effect.Answer && !isRefusal(decision);
            reached[Stage.END_OF_DATA.index()]++;
            if (isStored) {
                reached[Stage.AFTER_COMMIT.index()]++;
            }
            boolean isDenied = isStored && !isSuccess;
            say(
                    isDenied ? Stage.AFTER_COMMIT : Stage.END_OF_DATA,
                    !isStored && isSuccess ? Effect.Fault.DISCARD : decision);
            if (i >= turn.replies().size()) {
                return;
            }
        }
    }

    private void inBody(long octets, Effect.Decision decision) {
        RuleDraft draft = RuleDraft.at(Stage.MID_DATA, octets);
        int before = (int) bodySizes.stream().filter(size -> size >= octets).count();
        if (before > 0) {
            draft = draft.when(new Condition.Nth(before + 1, Condition.Scope.CONNECTION));
        }
        rules.add(Rule.of(draft.decided(decision), Rule.Limit.Always.ALWAYS));
    }

    /** Replays that a rule kept the handshake from coming to its end; other faults of it leave no trace. */
    private Optional<Effect.TlsFault> replayHandshake(Turn turn) {
        Optional<Effect.TlsFault> fault = turn.entries().stream()
                .filter(entry -> entry.kind() == Transcript.Kind.END || entry.kind() == Transcript.Kind.NOTE)
                .map(Transcript.Entry::text)
                .flatMap(text -> handshakeFault(text).stream())
                .findFirst();
        fault.ifPresent(found -> {
            RuleDraft draft = RuleDraft.at(Stage.TLS_HANDSHAKE, 0).decided(found);
            rules.add(Rule.of(draft, Rule.Limit.Always.ALWAYS));
        });
        return fault;
    }

    private static Optional<Effect.TlsFault> handshakeFault(String text) {
        return Optional.ofNullable(
                switch (text) {
                    case "a rule cut the TLS handshake" -> Effect.TlsFault.HANDSHAKE_CUT;
                    case "a rule cut the TLS handshake after its ServerHello" ->
                        Effect.TlsFault.HANDSHAKE_CUT_AFTER_SERVER_HELLO;
                    case "a rule cut the TLS handshake after the client's Finished" ->
                        Effect.TlsFault.HANDSHAKE_CUT_AFTER_FINISHED;
                    case "a rule stalled the TLS handshake after its ServerHello" -> Effect.TlsFault.HANDSHAKE_STALL;
                    case "a rule goes on in plain text in place of the TLS handshake" -> Effect.TlsFault.PLAIN_TEXT;
                    default -> null;
                });
    }

    /** Adds the rule that decides this at the place where the stage was reached last. */
    private void say(Stage<?> stage, Effect.@Nullable Decision decision) {
        if (decision == null) {
            return;
        }
        RuleDraft draft = RuleDraft.at(stage, 0);
        if (stage != Stage.CONNECT) {
            draft = draft.when(new Condition.Nth(reached[stage.index()], Condition.Scope.CONNECTION));
        }
        rules.add(Rule.of(draft.decided(decision), Rule.Limit.Always.ALWAYS));
    }

    private static boolean isRefusal(Effect.@Nullable Decision decision) {
        return decision instanceof Effect.Answer answer
                ? answer.reply().isNegative()
                : decision != null && !(decision instanceof Effect.CutReply);
    }

    /** The reply at this place of a turn, or the fault that came instead; {@code null} if the client did not wait for it. */
    private Effect.@Nullable Decision answer(Turn turn, int index) {
        List<Transcript.Entry> replies = turn.replies();
        if (index < replies.size()) {
            return said(replies.get(index).text());
        } else if (turn.entries().stream()
                .anyMatch(entry ->
                        entry.kind() == Transcript.Kind.NOTE && entry.text().equals("stalled"))) {
            return Effect.Fault.STALL;
        } else if (!turn.has(Transcript.Kind.END)) {
            return null;
        }
        return switch (session.outcome()) {
            case SERVER_RESET -> Effect.Fault.RESET;
            case SERVER_CLOSED -> Effect.Fault.CLOSE;
            default -> null;
        };
    }

    private static Effect.@Nullable Decision said(String text) {
        Matcher cut = CUT.matcher(text);
        if (cut.matches()) {
            return new Effect.CutReply(Integer.parseInt(cut.group(1)));
        } else if (GARBAGE.matcher(text).matches()) {
            return Effect.Fault.GARBAGE;
        } else if (text.startsWith(RAW)) {
            return new Effect.RawReply(RAW_OCTET
                    .matcher(text.substring(RAW.length()))
                    .replaceAll(octet ->
                            Matcher.quoteReplacement(String.valueOf((char) Integer.parseInt(octet.group(1), 16)))));
        }
        List<String> lines = new ArrayList<>();
        String code = "";
        for (String line : text.split("\n", -1)) {
            Matcher matcher = WIRE_LINE.matcher(line);
            if (!matcher.matches()) {
                return null;
            }
            code = matcher.group(1);
            lines.add(Optional.ofNullable(matcher.group(2)).orElse(""));
        }
        return new Effect.Answer(Reply.of(Integer.parseInt(code), withoutRepeatedCode(lines)));
    }

    /** The text that {@link Reply#of} takes: an enhanced code stands in every line of a reply, but only once in its text. */
    private static String withoutRepeatedCode(List<String> lines) {
        Matcher first = ENHANCED.matcher(lines.get(0));
        if (!first.matches()) {
            return String.join("\n", lines);
        }
        String code = first.group(1);
        List<String> texts = lines.stream()
                .map(line ->
                        line.equals(code) ? "" : line.startsWith(code + " ") ? line.substring(code.length() + 1) : line)
                .toList();
        return code + " " + String.join("\n", texts);
    }
}
