package dev.restante.lint;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The words of commands: names, paths and mailboxes as RFC 5321 section 4.1.2 has them. */
final class CommandGrammar {
    private static final String LABEL =
            "[A-Za-z0-9[^\\x00-\\x7f]](?:[A-Za-z0-9\\x2d[^\\x00-\\x7f]]{0,61}[A-Za-z0-9[^\\x00-\\x7f]])?";
    private static final Pattern DOMAIN = Pattern.compile("(?:" + LABEL + "\\.)*+" + LABEL);
    private static final Pattern IPV4 = Pattern.compile("(?:(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)(?:\\.(?!$)|$)){4}");
    private static final Pattern IPV6 = Pattern.compile("(?=.*:.*:)[0-9A-Fa-f:]{2,39}(?:(?<=:)[0-9.]{7,15})?");
    private static final Pattern TAGGED = Pattern.compile("(?i)(?!IPv6:)[a-z0-9-]*[a-z0-9]:[!-Z^-~]+");
    private static final String ATOM = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~\\x2d[^\\x00-\\x7f]]++";
    private static final Pattern LOCAL =
            Pattern.compile(ATOM + "(?:\\." + ATOM + ")*+|\"(?:[ !#-\\[\\]-~[^\\x00-\\x7f]]++|\\\\[ -~])*+\"");

    private CommandGrammar() {}

    static boolean isDomain(String text) {
        return text.length() <= 255 && DOMAIN.matcher(text).matches();
    }

    static boolean isIp(String text) {
        return IPV4.matcher(text).matches() || IPV6.matcher(text).matches();
    }

    /** Whether this is an address in square brackets, tagged where it is none of IPv4. */
    static boolean isLiteral(String text) {
        if (!text.startsWith("[") || !text.endsWith("]")) {
            return false;
        }
        String inside = text.substring(1, text.length() - 1);
        boolean v6 = inside.regionMatches(true, 0, "IPv6:", 0, 5);
        return IPV4.matcher(inside).matches()
                || (v6 && IPV6.matcher(inside.substring(5)).matches())
                || TAGGED.matcher(inside).matches();
    }

    static boolean isMailbox(String text) {
        int at = text.lastIndexOf('@');
        if (at < 1) {
            return false;
        }
        String domain = text.substring(at + 1);
        return LOCAL.matcher(text.substring(0, at)).matches() && (isDomain(domain) || isLiteral(domain));
    }

    /**
     * What follows {@code FROM:} or {@code TO:}.
     *
     * @param word what stands before the colon, in upper case
     * @param spaced whether white space stands beside the colon
     * @param bracketed whether the path is in angle brackets
     * @param route the source route; empty if there is none
     * @param mailbox what the path names
     * @param parameters what follows the path
     */
    record Path(String word, boolean spaced, boolean bracketed, String route, String mailbox, String parameters) {}

    private static final Pattern ARGUMENT = Pattern.compile("(?is)(FROM|TO)([ \\t]*):([ \\t]*)(.+)");
    private static final Pattern ROUTE = Pattern.compile("@[^,:\"]++(?:,@[^,:\"]++)*+:");

    /** Reads the argument of MAIL or RCPT; {@code null} if it has not their form. */
    static @Nullable Path path(String argument) {
        Matcher matcher = ARGUMENT.matcher(argument);
        if (!matcher.matches()) {
            return null;
        }
        String rest = matcher.group(4);
        boolean bracketed = rest.startsWith("<");
        int end = bracketed ? endOfBrackets(rest) : endOfWord(rest);
        if (end < 0 || (!bracketed && rest.indexOf('<') >= 0)) {
            return null; // not closed, or a display name as headers have it
        }
        String inside = bracketed ? rest.substring(1, end - 1) : rest.substring(0, end);
        Matcher route = ROUTE.matcher(inside);
        boolean routed = route.lookingAt();
        return new Path(
                matcher.group(1).toUpperCase(Locale.ROOT),
                !matcher.group(2).isEmpty() || !matcher.group(3).isEmpty(),
                bracketed,
                routed ? route.group() : "",
                routed ? inside.substring(route.end()) : inside,
                rest.substring(end));
    }

    private static final Pattern SIZE = Pattern.compile("\\d{1,20}");
    private static final Pattern XTEXT = Pattern.compile("(?:[!-*,-<>-~]|\\+[0-9A-F]{2})*+");
    private static final Pattern ORCPT = Pattern.compile("[A-Za-z0-9-]+;\\S+");

    /** What is wrong with a parameter that its extension defines; nothing where it is none of those. */
    static Optional<String> parameterProblem(String verb, String keyword, Optional<String> value) {
        String of = switch (keyword) {
            case "SIZE", "BODY", "SMTPUTF8", "RET", "ENVID", "AUTH" -> "MAIL";
            case "NOTIFY", "ORCPT" -> "RCPT";
            default -> verb;
        };
        if (!of.equals(verb)) {
            return Optional.of("The parameter " + keyword + " belongs to " + of + ".");
        }
        String text = value.orElse("");
        String upper = text.toUpperCase(Locale.ROOT);
        boolean right = switch (keyword) {
            case "SIZE" -> SIZE.matcher(text).matches();
            case "BODY" -> Set.of("7BIT", "8BITMIME", "BINARYMIME").contains(upper);
            case "SMTPUTF8" -> value.isEmpty();
            case "RET" -> upper.equals("FULL") || upper.equals("HDRS");
            case "ENVID" -> !text.isEmpty() && XTEXT.matcher(text).matches();
            case "AUTH" ->
                text.equals("<>") || (!text.isEmpty() && XTEXT.matcher(text).matches());
            case "NOTIFY" -> isNotify(List.of(upper.split(",", -1)));
            case "ORCPT" -> ORCPT.matcher(text).matches();
            default -> true;
        };
        return right ? Optional.empty() : Optional.of("The parameter " + keyword + " has not the form that it should.");
    }

    private static boolean isNotify(List<String> words) {
        boolean distinct = Set.copyOf(words).size() == words.size();
        return distinct
                && (words.equals(List.of("NEVER"))
                        || Set.of("SUCCESS", "FAILURE", "DELAY").containsAll(words));
    }

    private static int endOfBrackets(String path) {
        boolean quoted = false;
        for (int i = 1; i < path.length(); i++) {
            char c = path.charAt(i);
            if (c == '\\' && quoted) {
                i++;
            } else if (c == '"') {
                quoted = !quoted;
            } else if (c == '>' && !quoted) {
                return i + 1;
            }
        }
        return -1;
    }

    private static int endOfWord(String path) {
        int space = path.indexOf(' ');
        return space < 0 ? path.length() : space;
    }
}
