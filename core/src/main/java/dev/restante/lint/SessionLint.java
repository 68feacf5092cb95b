package dev.restante.lint;

import dev.restante.LintCheck;
import dev.restante.LintFinding;
import dev.restante.LintFinding.Severity;
import dev.restante.Transcript;
import dev.restante.Transcript.Kind;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What is wrong with a conversation, read from its transcript; what only shows while it happens comes along. It judges what
 * the client said by what it had been told, never by what a rule answered.
 */
public final class SessionLint {
    private static final Set<String> VERBS = Set.of(
            "EHLO",
            "HELO",
            "LHLO",
            "MAIL",
            "RCPT",
            "DATA",
            "BDAT",
            "RSET",
            "NOOP",
            "QUIT",
            "VRFY",
            "EXPN",
            "HELP",
            "AUTH",
            "STARTTLS",
            "ETRN",
            "ATRN",
            "TURN",
            "SEND",
            "SOML",
            "SAML",
            "BURL",
            "XCLIENT",
            "XFORWARD");
    private static final Set<String> BARE = Set.of("DATA", "RSET", "QUIT", "STARTTLS");
    private static final Map<String, String> EXTENSION_OF_VERB = Map.of(
            "STARTTLS",
            "STARTTLS",
            "AUTH",
            "AUTH",
            "BDAT",
            "CHUNKING",
            "ETRN",
            "ETRN",
            "BURL",
            "BURL",
            "XCLIENT",
            "XCLIENT",
            "XFORWARD",
            "XFORWARD");
    private static final Map<String, String> EXTENSION_OF_PARAMETER = Map.of(
            "BODY",
            "8BITMIME",
            "RET",
            "DSN",
            "ENVID",
            "DSN",
            "NOTIFY",
            "DSN",
            "ORCPT",
            "DSN",
            "BY",
            "DELIVERBY",
            "HOLDFOR",
            "FUTURERELEASE",
            "HOLDUNTIL",
            "FUTURERELEASE");
    /** By how much a parameter lengthens the line that it stands in: RFC 1870, 6152, 6531, 4954, 3461. */
    private static final Map<String, Integer> ROOM = Map.of(
            "SIZE", 26, "BODY", 17, "SMTPUTF8", 10, "AUTH", 500, "RET", 9, "ENVID", 108, "NOTIFY", 30, "ORCPT", 510);

    private static final int OTHER_ROOM = 64;
    private static final int LONGEST = 510;
    private static final Set<String> TELLING = Set.of("PLAIN", "LOGIN", "XOAUTH2", "OAUTHBEARER");
    private static final String MASK = "****";
    /** RFC 6531 sections 3.4 and 3.7.4.2. */
    private static final Set<String> UTF8_ASKERS = Set.of("MAIL", "VRFY", "EXPN");

    private static final Pattern ASKS_FOR_UTF8 = Pattern.compile("(?i)[ \\t]SMTPUTF8\\b");
    private static final Pattern BDAT = Pattern.compile("(?i)\\d+([ \\t]+LAST)?");

    private final Transcript transcript;
    private final String clearIsSafe;
    private final List<Located> found = new ArrayList<>();
    /** The transaction that each entry belongs to, from 1; 0 for what belongs to none. */
    private final int[] owners;

    private int transactions;
    private int owner;
    private int entry;
    private boolean tls;
    private Known greeted = Known.NO;
    private boolean extended;
    private boolean ehloRefused;
    private @Nullable Map<String, String> offered;
    private Known mail = Known.NO;
    private Known recipient = Known.NO;
    private boolean utf8;
    private boolean binary;
    private boolean chunked;
    private boolean loggedIn;
    private String verb = "";
    private String argument = "";
    private boolean continuing;
    private boolean bodyHeard;
    private boolean telling;
    private boolean afterAuth;
    private int authEntry;
    private Kind last = Kind.NOTE;

    private enum Known {
        NO,
        YES,
        MAYBE
    }

    private record Located(int entry, LintFinding finding) {}

    private SessionLint(Transcript transcript, boolean secured, String clearIsSafe) {
        this.transcript = transcript;
        this.clearIsSafe = clearIsSafe;
        this.owners = new int[transcript.entries().size()];
        if (transcript.dropped() > 0 || !beginsWithGreeting()) {
            // It goes on from what is no longer here: what had been said may be anything.
            greeted = Known.MAYBE;
            mail = Known.MAYBE;
            recipient = Known.MAYBE;
            tls = secured && transcript.entries().stream().noneMatch(each -> each.kind() == Kind.TLS);
        }
    }

    private boolean beginsWithGreeting() {
        for (Transcript.Entry each : transcript.entries()) {
            if (each.kind() == Kind.SERVER || each.kind() == Kind.TLS) {
                return true;
            } else if (each.kind() == Kind.CLIENT) {
                return false;
            }
        }
        return true;
    }

    /**
     * All that is wrong with a conversation.
     *
     * @param secured whether it is inside TLS by now
     * @param clearIsSafe in words, why nobody else sees a secret outside of TLS; empty where others may
     * @param clientClosed whether the client ended the connection, and not with QUIT
     * @param noticed what was noticed while it happened
     */
    public static List<LintFinding> of(
            Transcript transcript,
            boolean secured,
            String clearIsSafe,
            boolean clientClosed,
            List<LintFinding> noticed) {
        SessionLint lint = new SessionLint(transcript, secured, clearIsSafe);
        lint.read(clientClosed, noticed);
        return grouped(lint.found);
    }

    /** What of it concerns one mail: its own transaction, and what came before and belongs to no other. */
    public static List<LintFinding> ofMail(
            Transcript transcript, boolean secured, String clearIsSafe, List<LintFinding> noticed, String mailId) {
        SessionLint lint = new SessionLint(transcript, secured, clearIsSafe);
        lint.read(false, noticed);
        int body = lint.bodyOf(mailId);
        if (body < 0) {
            return List.of();
        }
        int mine = lint.owners[body];
        int until = transcript.dropped() + body;
        return grouped(lint.found.stream()
                .filter(each -> each.entry <= until)
                .filter(each -> lint.ownerOf(each.entry) == mine || lint.ownerOf(each.entry) == 0)
                .toList());
    }

    private int bodyOf(String mailId) {
        List<Transcript.Entry> entries = transcript.entries();
        for (int i = entries.size() - 1; i >= 0; i--) {
            if (entries.get(i).mailId().filter(mailId::equals).isPresent()) {
                return i;
            }
        }
        return -1;
    }

    /** Entries that were dropped belong to nobody whom one could name. */
    private int ownerOf(int absolute) {
        int index = absolute - transcript.dropped();
        return index < 0 ? -1 : owners[index];
    }

    private static List<LintFinding> grouped(List<Located> found) {
        record Key(LintCheck check, Severity severity, String message) {}
        Map<Key, LintFinding> groups = new LinkedHashMap<>();
        for (Located each : found) {
            LintFinding one = each.finding;
            groups.merge(
                    new Key(one.check(), one.severity(), one.message()),
                    one,
                    (first, next) -> new LintFinding(
                            first.check(),
                            first.severity(),
                            first.message(),
                            first.place(),
                            first.count() + next.count()));
        }
        return List.copyOf(groups.values());
    }

    private void read(boolean clientClosed, List<LintFinding> noticed) {
        for (LintFinding each : noticed) {
            found.add(new Located(((LintFinding.InSession) each.place()).entry(), each));
        }
        List<Transcript.Entry> entries = transcript.entries();
        for (entry = 0; entry < entries.size(); entry++) {
            Transcript.Entry each = entries.get(entry);
            switch (each.kind()) {
                case CLIENT -> client(each.text());
                case SERVER -> server(each.text());
                case BODY -> bodyHeard |= each.mailId().isPresent() || verb.equals("DATA");
                case TLS -> startOver();
                default -> {
                    // What the server remarked is no doing of the client's.
                }
            }
            owners[entry] = owner;
            if (each.kind() == Kind.END && clientClosed && last == Kind.SERVER && !continuing) {
                boolean amid = mail == Known.YES;
                add(
                        LintCheck.NO_QUIT,
                        amid ? Severity.WARNING : Severity.NOTE,
                        "The client closed the connection without QUIT" + (amid ? ", in a transaction." : "."),
                        entry);
            }
            if (each.kind() == Kind.CLIENT || each.kind() == Kind.SERVER || each.kind() == Kind.BODY) {
                last = each.kind();
            }
        }
        found.sort(Comparator.comparingInt(Located::entry));
    }

    private void startOver() {
        tls = true;
        greeted = Known.NO;
        offered = null;
        loggedIn = false;
        endTransaction(Known.NO);
        owner = 0;
    }

    private void add(LintCheck check) {
        add(check, check.severity(), check.meaning(), entry);
    }

    private void add(LintCheck check, String message) {
        add(check, check.severity(), message, entry);
    }

    private void add(LintCheck check, Severity severity, String message, int at) {
        Transcript.Entry where = transcript.entries().get(at);
        int absolute = transcript.dropped() + at;
        found.add(new Located(
                absolute,
                new LintFinding(
                        check, severity, message, new LintFinding.InSession(absolute, where.at(), where.text()), 1)));
    }

    // ---- what the client says

    private void client(String line) {
        if (continuing) {
            continuing = false;
            if (telling && !line.equals("*")) {
                telling = false;
                inClear(authEntry);
            }
            return;
        }
        if (line.equals("(a TLS handshake)")) {
            add(LintCheck.TLS_ON_PLAIN_PORT);
            return;
        }
        int end = 0;
        while (end < line.length() && line.charAt(end) != ' ' && line.charAt(end) != '\t') {
            end++;
        }
        String word = line.substring(0, end).toUpperCase(Locale.ROOT);
        if (afterAuth && line.equals(MASK)) {
            return; // said on behind an AUTH that was refused
        }
        verb = VERBS.contains(word) ? word : "";
        argument = line.substring(end).strip();
        octets(line);
        if (verb.isEmpty()) {
            if (!word.startsWith("AUTH")) {
                add(LintCheck.UNKNOWN_COMMAND);
            } else {
                add(LintCheck.COMMAND_SYNTAX, "AUTH is not followed by a mechanism.");
            }
            return;
        }
        bodyHeard = false;
        afterAuth = verb.equals("AUTH");
        if (BARE.contains(verb) && !argument.isEmpty()) {
            add(LintCheck.COMMAND_SYNTAX, verb + " takes no argument.");
        }
        String extension = EXTENSION_OF_VERB.get(verb);
        if (extension != null && greeted == Known.YES && offered != null && !offered.containsKey(extension)) {
            add(LintCheck.COMMAND_NOT_OFFERED, verb + " belongs to " + extension + ", which was not offered.");
        }
        if (greeted == Known.NO && (verb.equals("MAIL") || verb.equals("AUTH") || verb.equals("STARTTLS"))) {
            add(LintCheck.NO_GREETING);
        }
        switch (verb) {
            case "EHLO", "HELO", "LHLO" -> hello();
            case "MAIL" -> mail();
            case "RCPT" -> recipient();
            case "DATA" -> body();
            case "BDAT" -> {
                if (!BDAT.matcher(argument).matches()) {
                    add(LintCheck.COMMAND_SYNTAX, "BDAT is not followed by a number, and LAST at the most.");
                }
                body();
            }
            case "RSET" -> endTransaction(Known.NO);
            case "AUTH" -> auth();
            default -> {
                // Nothing more is known of it.
            }
        }
        owners[entry] = owner;
    }

    /** What no command may hold, and how long it may be. */
    private void octets(String line) {
        boolean ascii = true;
        boolean control = false;
        boolean bareCr = false;
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            ascii &= c < 0x80;
            bareCr |= c == '\r';
            control |= (c < ' ' && c != '\r' && c != '\t') || c == 0x7f;
        }
        if (bareCr) {
            add(LintCheck.BARE_CR_IN_COMMAND);
        }
        if (control) {
            add(LintCheck.CONTROL_CHARACTER_IN_COMMAND);
        }
        if (line.endsWith(" ") || line.endsWith("\t")) {
            add(LintCheck.TRAILING_SPACE);
        }
        boolean asksForUtf8 = utf8
                || (UTF8_ASKERS.contains(verb)
                        && ASKS_FOR_UTF8.matcher(argument).find());
        if (!ascii && !asksForUtf8) {
            add(LintCheck.COMMAND_NOT_ASCII);
        }
        int most = LONGEST;
        if (verb.equals("MAIL") || verb.equals("RCPT")) {
            for (String parameter : argument.split(" +", -1)) {
                int equals = parameter.indexOf('=');
                if ((equals > 0 && parameter.indexOf(':') < 0) || parameter.equalsIgnoreCase("SMTPUTF8")) {
                    String keyword = equals < 0 ? parameter : parameter.substring(0, equals);
                    most += ROOM.getOrDefault(keyword.toUpperCase(Locale.ROOT), OTHER_ROOM);
                }
            }
        }
        int length = ascii ? line.length() : line.getBytes(StandardCharsets.UTF_8).length;
        if (length > most) {
            add(LintCheck.COMMAND_TOO_LONG);
        }
    }

    private void hello() {
        owner = 0;
        if (argument.isEmpty()) {
            add(LintCheck.COMMAND_SYNTAX, verb + " is not followed by a name.");
            return;
        }
        if (verb.equals("HELO") && greeted == Known.NO && !ehloRefused) {
            add(LintCheck.HELO_FOR_EHLO);
        }
        String name = argument;
        if (CommandGrammar.isLiteral(name)) {
            return;
        } else if (CommandGrammar.isIp(name)) {
            add(LintCheck.EHLO_BARE_IP);
        } else if (!CommandGrammar.isDomain(name)) {
            add(LintCheck.EHLO_NOT_A_DOMAIN);
        } else if (name.equalsIgnoreCase("localhost") || name.equalsIgnoreCase("localhost.localdomain")) {
            add(LintCheck.EHLO_LOCALHOST);
        } else if (name.indexOf('.') < 0) {
            add(LintCheck.EHLO_NOT_QUALIFIED);
        }
    }

    private void mail() {
        if (mail == Known.YES) {
            add(LintCheck.OUT_OF_SEQUENCE, "MAIL came within a transaction.");
        }
        endTransaction(Known.NO);
        owner = ++transactions;
        mail = Known.YES;
        path("FROM");
    }

    private void recipient() {
        if (mail == Known.NO) {
            add(LintCheck.OUT_OF_SEQUENCE, "RCPT came before MAIL.");
        } else if (chunked) {
            add(LintCheck.OUT_OF_SEQUENCE, "RCPT came after a first BDAT.");
        }
        recipient = recipient == Known.NO && mail != Known.NO ? Known.YES : recipient;
        path("TO");
    }

    private void body() {
        if (mail == Known.NO) {
            add(LintCheck.OUT_OF_SEQUENCE, verb + " came before MAIL.");
        } else if (recipient == Known.NO) {
            add(LintCheck.OUT_OF_SEQUENCE, verb + " came before RCPT.");
        }
        if (verb.equals("BDAT")) {
            chunked = mail != Known.NO;
        } else if (chunked) {
            add(LintCheck.OUT_OF_SEQUENCE, "DATA came after a first BDAT.");
        } else if (binary) {
            add(LintCheck.BINARY_NEEDS_BDAT);
        }
    }

    private void path(String word) {
        CommandGrammar.Path path = CommandGrammar.path(argument);
        if (path == null || !path.word().equals(word)) {
            add(LintCheck.COMMAND_SYNTAX, verb + " is not followed by " + word + ":<address>.");
            return;
        }
        if (path.spaced()) {
            add(LintCheck.SPACE_BEFORE_PATH);
        }
        if (!path.bracketed()) {
            add(LintCheck.PATH_WITHOUT_BRACKETS);
        }
        if (!path.route().isEmpty()) {
            add(LintCheck.SOURCE_ROUTE);
        }
        String mailbox = path.mailbox();
        int at = mailbox.lastIndexOf('@');
        byte[] octets = mailbox.getBytes(StandardCharsets.UTF_8);
        int domain = at < 0 ? 0 : mailbox.substring(at + 1).getBytes(StandardCharsets.UTF_8).length;
        boolean nobody = mailbox.isEmpty() && word.equals("FROM");
        boolean postmaster = mailbox.equalsIgnoreCase("postmaster") && word.equals("TO");
        if (octets.length + path.route().length() > 254 || domain > 255 || octets.length - domain - 1 > 64) {
            add(LintCheck.PATH_TOO_LONG);
        } else if (!nobody && !postmaster && !CommandGrammar.isMailbox(mailbox)) {
            add(LintCheck.PATH_MALFORMED);
        }
        parameters(path.parameters());
    }

    private void parameters(String text) {
        if (text.isBlank()) {
            return;
        }
        Set<String> missing = new HashSet<>();
        Set<String> seen = new HashSet<>();
        for (String parameter : text.strip().split(" +", -1)) {
            int equals = parameter.indexOf('=');
            String keyword = (equals < 0 ? parameter : parameter.substring(0, equals)).toUpperCase(Locale.ROOT);
            boolean binary = keyword.equals("BODY") && parameter.equalsIgnoreCase("BODY=BINARYMIME");
            String extension = binary ? "BINARYMIME" : EXTENSION_OF_PARAMETER.getOrDefault(keyword, keyword);
            utf8 |= keyword.equals("SMTPUTF8");
            this.binary |= binary && verb.equals("MAIL");
            boolean known = greeted == Known.YES && (offered != null || !extended);
            Optional<String> value = equals < 0 ? Optional.empty() : Optional.of(parameter.substring(equals + 1));
            if (!seen.add(keyword)) {
                add(LintCheck.COMMAND_SYNTAX, "The parameter " + keyword + " is given twice.");
            } else {
                CommandGrammar.parameterProblem(verb, keyword, value)
                        .ifPresent(problem -> add(LintCheck.COMMAND_SYNTAX, problem));
            }
            if (known && !(offered != null && offered.containsKey(extension)) && missing.add(extension)) {
                add(
                        LintCheck.PARAMETER_NOT_OFFERED,
                        "The parameter " + keyword + " belongs to " + extension + ", which was not offered.");
            }
        }
    }

    private void auth() {
        String[] words = argument.split("[ \\t]+", -1);
        String mechanism = words[0].toUpperCase(Locale.ROOT);
        telling = false;
        if (mechanism.isEmpty()) {
            add(LintCheck.COMMAND_SYNTAX, "AUTH is not followed by a mechanism.");
            return;
        }
        if (mechanism.equals(MASK)) {
            // What stood there is none that is known, or the secret itself.
            add(LintCheck.MECHANISM_NOT_OFFERED);
            return;
        }
        if (greeted == Known.YES && offered != null && offered.containsKey("AUTH")) {
            List<String> mechanisms = List.of(offered.get("AUTH").split(" +", -1));
            if (!mechanisms.contains(mechanism)) {
                add(LintCheck.MECHANISM_NOT_OFFERED, "AUTH names " + mechanism + ", which was not offered.");
            }
        }
        if (mail == Known.YES) {
            add(LintCheck.OUT_OF_SEQUENCE, "AUTH came within a transaction.");
        } else if (loggedIn) {
            add(LintCheck.OUT_OF_SEQUENCE, "AUTH came after a login.");
        }
        if (!tls && TELLING.contains(mechanism)) {
            if (words.length > 1) {
                inClear(entry);
            } else {
                telling = true;
                authEntry = entry;
            }
        }
    }

    private void inClear(int at) {
        add(
                LintCheck.AUTH_IN_CLEAR,
                clearIsSafe.isEmpty() ? Severity.WARNING : Severity.NOTE,
                "A password or token was sent outside of TLS"
                        + (clearIsSafe.isEmpty() ? "." : ", " + clearIsSafe + "."),
                at);
    }

    // ---- what it is told

    private void server(String reply) {
        boolean positive = reply.startsWith("2");
        continuing = reply.startsWith("334");
        if (continuing || verb.isEmpty()) {
            return;
        }
        switch (verb) {
            case "EHLO", "LHLO" -> {
                ehloRefused |= !positive;
                if (positive) {
                    greeted = Known.YES;
                    extended = true;
                    offered = keywords(reply);
                    endTransaction(Known.NO);
                }
            }
            case "HELO" -> {
                if (positive) {
                    greeted = Known.YES;
                    extended = false;
                    offered = new HashMap<>();
                    endTransaction(Known.NO);
                }
            }
            case "AUTH" -> loggedIn |= reply.startsWith("235");
            case "XCLIENT" -> {
                if (positive) {
                    // Another client, greeted as if it had just connected.
                    greeted = Known.MAYBE;
                    offered = null;
                    loggedIn = false;
                    endTransaction(Known.NO);
                }
            }
            // A client that pipelines goes on without knowing that it was refused.
            case "MAIL" -> mail = positive ? Known.YES : Known.MAYBE;
            case "DATA" -> {
                if (bodyHeard) {
                    endTransaction(Known.NO);
                } else if (!reply.startsWith("354")) {
                    endTransaction(Known.MAYBE);
                }
            }
            case "BDAT" -> {
                boolean whole = argument.toUpperCase(Locale.ROOT).endsWith("LAST");
                if (whole || !positive) {
                    endTransaction(positive ? Known.NO : Known.MAYBE);
                }
            }
            default -> {
                // It changes nothing that is looked at here.
            }
        }
        if (bodyHeard) {
            owners[entry] = owner;
        }
        if (mail == Known.NO) {
            owner = 0;
        }
        bodyHeard = false;
        if (!verb.equals("DATA") || !reply.startsWith("354")) {
            verb = "";
        }
    }

    private void endTransaction(Known next) {
        mail = next;
        recipient = next;
        utf8 = false;
        binary = false;
        chunked = false;
    }

    private static Map<String, String> keywords(String reply) {
        Map<String, String> keywords = new HashMap<>();
        String[] lines = reply.split("\n", -1);
        for (int i = 1; i < lines.length; i++) {
            String line = lines[i].length() > 4 ? lines[i].substring(4).toUpperCase(Locale.ROOT) : "";
            int space = line.indexOf(' ');
            String keyword = space < 0 ? line : line.substring(0, space);
            if (keyword.startsWith("AUTH=")) {
                continue; // what servers wrote before RFC 2554
            }
            keywords.put(keyword, space < 0 ? "" : line.substring(space + 1).strip());
        }
        return keywords;
    }
}
