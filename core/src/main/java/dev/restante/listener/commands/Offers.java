package dev.restante.listener.commands;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The extensions that the last answer to EHLO listed, and what that means for the parameters of MAIL and RCPT. Beside those that
 * this server speaks, a script may list any: their parameters are then taken, and kept in the envelope. Used by one connection.
 */
final class Offers {
    /** Nothing is listed, as before EHLO. */
    static final Offers NONE = new Offers(List.of());

    private static final String DELIVERBY = "DELIVERBY";
    private static final String FUTURERELEASE = "FUTURERELEASE";
    private static final String MT_PRIORITY = "MT-PRIORITY";
    private static final String REQUIRETLS = "REQUIRETLS";

    /** Keywords of which this server knows what parameters they have: none, or others, or such as only MAIL has. */
    private static final Set<String> UNDERSTOOD = Set.of(
            "8BITMIME",
            "AUTH",
            "BINARYMIME",
            "BURL",
            "CHUNKING",
            "DSN",
            "ENHANCEDSTATUSCODES",
            "PIPELINING",
            "SIZE",
            "SMTPUTF8",
            "STARTTLS",
            "XCLIENT",
            DELIVERBY,
            FUTURERELEASE);

    /** Parameters whose extension has another name. */
    private static final Map<String, String> EXTENSION_OF =
            Map.of("BY", DELIVERBY, "HOLDFOR", FUTURERELEASE, "HOLDUNTIL", FUTURERELEASE);

    private static final Set<String> ONLY_OF_MAIL = Set.of("BY", "HOLDFOR", "HOLDUNTIL", MT_PRIORITY, REQUIRETLS);

    private static final Pattern BY = Pattern.compile("([+-]?\\d{1,9});([NRnr])[Tt]?");
    private static final Pattern HOLD_FOR = Pattern.compile("[1-9]\\d{0,8}");
    private static final Pattern PRIORITY = Pattern.compile("-?[1-9]|0");
    private static final Pattern SECONDS = Pattern.compile("\\d{1,9}");

    private final List<String> lines;
    /** The keywords with what stands behind them; {@code null} until somebody asks, as few conversations make anyone do. */
    private @Nullable Map<String, String> known;

    private Offers(List<String> lines) {
        this.lines = lines;
    }

    /** What these lines of an answer to EHLO list; the first is the greeting. */
    static Offers of(List<String> lines) {
        return new Offers(lines);
    }

    private Map<String, String> keywords() {
        Map<String, String> keywords = known;
        if (keywords == null) {
            keywords = new HashMap<>();
            for (String line : lines.subList(Math.min(1, lines.size()), lines.size())) {
                int space = line.indexOf(' ');
                String keyword = (space < 0 ? line : line.substring(0, space)).toUpperCase(Locale.ROOT);
                keywords.put(keyword, space < 0 ? "" : line.substring(space + 1).strip());
            }
            known = keywords;
        }
        return keywords;
    }

    /** Whether this keyword is listed. */
    boolean lists(String keyword) {
        return keywords().containsKey(keyword);
    }

    /** Whether a parameter of MAIL that the server itself does not speak is taken, because its extension is listed. */
    boolean takesOfMail(String parameter) {
        return !UNDERSTOOD.contains(parameter) && lists(EXTENSION_OF.getOrDefault(parameter, parameter));
    }

    /** The same of RCPT. */
    boolean takesOfRcpt(String parameter) {
        return takesOfMail(parameter) && !ONLY_OF_MAIL.contains(parameter);
    }

    /** Refuses a value that the parameter of an extension cannot have. Of those that nobody knows, any is taken. */
    void check(String parameter, Optional<String> value) throws Refusal {
        switch (parameter) {
            case REQUIRETLS -> require(value.isEmpty(), "REQUIRETLS without a value");
            case "BY" -> checkBy(value.orElse(""));
            case "HOLDFOR" -> checkHoldFor(value.orElse(""));
            case "HOLDUNTIL" -> checkHoldUntil(value.orElse(""));
            case MT_PRIORITY -> {
                if (!PRIORITY.matcher(value.orElse("")).matches()) {
                    throw new Refusal(501, "5.5.2 Syntax: MT-PRIORITY=number from -9 to 9");
                }
            }
            default -> {
                // Somebody else's extension: what its values are is not for us to know.
            }
        }
    }

    /** RFC 2852 section 4. */
    private void checkBy(String value) throws Refusal {
        Matcher by = BY.matcher(value);
        require(by.matches(), "BY=seconds;N or seconds;R, each with T behind it or not");
        long seconds = Long.parseLong(by.group(1));
        if (by.group(2).equalsIgnoreCase("R")) {
            require(seconds > 0, "BY=seconds;R has a positive number of seconds");
            String least = keywords().getOrDefault(DELIVERBY, "");
            if (SECONDS.matcher(least).matches() && seconds < Long.parseLong(least)) {
                throw new Refusal(555, "5.5.4 Mail is returned after " + least + " seconds or more, not less");
            }
        }
    }

    /** RFC 4865 section 4.2. */
    private void checkHoldFor(String value) throws Refusal {
        require(HOLD_FOR.matcher(value).matches(), "HOLDFOR=seconds");
        String most = limit(0);
        if (SECONDS.matcher(most).matches() && Long.parseLong(value) > Long.parseLong(most)) {
            throw new Refusal(501, "5.5.4 Mail is held for " + most + " seconds at most");
        }
    }

    private void checkHoldUntil(String value) throws Refusal {
        Optional<Instant> until = time(value);
        require(until.isPresent(), "HOLDUNTIL=date and time as in RFC 3339");
        Optional<Instant> latest = time(limit(1));
        if (latest.isPresent() && until.get().isAfter(latest.get())) {
            throw new Refusal(501, "5.5.4 Mail is held until " + limit(1) + " at the latest");
        }
    }

    /** What FUTURERELEASE is listed with: the longest time, and the latest. */
    private String limit(int index) {
        String[] words = keywords().getOrDefault(FUTURERELEASE, "").split(" +", -1);
        return index < words.length ? words[index] : "";
    }

    private static Optional<Instant> time(String text) {
        try {
            return Optional.of(
                    OffsetDateTime.parse(text.toUpperCase(Locale.ROOT)).toInstant());
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    private static void require(boolean ok, String syntax) throws Refusal {
        if (!ok) {
            throw new Refusal(501, "5.5.4 Syntax: " + syntax);
        }
    }
}
