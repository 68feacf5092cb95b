package dev.restante.listener.commands;

import dev.restante.Envelope;
import dev.restante.EsmtpParameters;
import dev.restante.EsmtpParameters.Parameter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What follows MAIL and RCPT: {@code FROM:} or {@code TO:}, a path and ESMTP parameters (RFC 5321 section 4.1.2).
 *
 * @param address the mailbox without brackets and source route; empty for the null sender
 * @param spoken the path exactly as spoken
 * @param remarks what was not quite right but was understood, as most servers do
 */
record PathArgument(String address, String spoken, EsmtpParameters parameters, List<String> remarks) {
    private static final int MAX_LABEL = 63;
    private static final int LONGEST_ECHO = 40;

    // Possessive, so that matching a long text takes no stack.
    private static final Pattern KEYWORD = Pattern.compile("[A-Za-z0-9][A-Za-z0-9-]*");
    private static final Pattern VALUE = Pattern.compile("[^\\p{Cntrl} =]+");
    private static final Pattern XTEXT = Pattern.compile("(?:[!-*,-<>-~]++|\\+[0-9A-F]{2})*+");

    /** Octets of which RFC 3461 sections 4.2 and 4.4 ask that they are printable US-ASCII, tab and space before encoding. */
    private static final String PRINTABLE = "\\+(?:09|[2-6][0-9A-F]|7[0-9A-E])";

    private static final Pattern PRINTABLE_XTEXT = Pattern.compile("(?:[!-*,-<>-~]++|" + PRINTABLE + ")*+");
    private static final Pattern UTF8_XTEXT =
            Pattern.compile("(?i:utf-8);(?:[!-*,-<>-~[^\\x00-\\x7f]]++|" + PRINTABLE + ")*+");
    private static final Pattern ATOMS = Pattern.compile("[A-Za-z0-9!#$%&'*+/=?^_`{|}~.\\x2d[^\\x00-\\x7f]]+");
    private static final Pattern QUOTED = Pattern.compile("\"(?:[^\"\\\\\\p{Cntrl}]++|\\\\[ -~])*+\"");
    private static final Pattern DOMAIN =
            Pattern.compile("(?:[\\w\\x2d[^\\x00-\\x7f]]{1,63}+\\.)*+[\\w\\x2d[^\\x00-\\x7f]]{1,63}+");
    private static final Pattern LITERAL = Pattern.compile("\\[[!-Z^-~]+]");
    private static final Pattern SOURCE_ROUTE = Pattern.compile("@[^,:\"]++(?:,@[^,:\"]++)*+:");

    /** The argument of MAIL. */
    static PathArgument ofSender(String argument, boolean extended, Offers offers) throws Refusal {
        Reader reader = new Reader("FROM:", "MAIL FROM:<address>", "5.1.7", argument, extended);
        EsmtpParameters parameters =
                reader.parameters((keyword, value) -> checkSenderParameter(keyword, value, offers));
        if (parameters.has("HOLDFOR") && parameters.has("HOLDUNTIL")) {
            throw new Refusal(501, "5.5.4 Say HOLDFOR or HOLDUNTIL, not both");
        }
        String address = reader.address(parameters.has("SMTPUTF8"), true);
        return new PathArgument(address, reader.spoken, parameters, List.copyOf(reader.remarks));
    }

    /** The argument of RCPT in a transaction that does or does not speak SMTPUTF8. */
    static PathArgument ofRecipient(String argument, boolean extended, boolean utf8, Offers offers) throws Refusal {
        Reader reader = new Reader("TO:", "RCPT TO:<address>", "5.1.3", argument, extended);
        EsmtpParameters parameters =
                reader.parameters((keyword, value) -> checkRecipientParameter(keyword, value, utf8, offers));
        return new PathArgument(reader.address(utf8, false), reader.spoken, parameters, List.copyOf(reader.remarks));
    }

    /** The recipient of a RCPT as it was said, whether it is an address or not. */
    static Envelope.Recipient unread(String argument) {
        String spoken = afterWord("TO:", argument);
        return new Envelope.Recipient(spoken.replaceFirst("^<(.*)>$", "$1"), spoken, EsmtpParameters.none());
    }

    /** What follows {@code word} in an argument; the whole argument if it begins otherwise. */
    static String afterWord(String word, String argument) {
        return argument.regionMatches(true, 0, word, 0, word.length())
                ? argument.substring(word.length()).strip()
                : argument;
    }

    /** Refuses a declared size over the limit (RFC 1870 section 6.1). */
    void requireSizeWithin(long maxMessageSize) throws Refusal {
        Optional<String> size = parameters.value("SIZE");
        // 18 digits fit a long; SIZE may have 20.
        if (size.isPresent() && (stripZeros(size.get()).length() > 18 || Long.parseLong(size.get()) > maxMessageSize)) {
            throw new Refusal(552, "5.3.4 Message is larger than this server takes: " + maxMessageSize + " octets");
        }
    }

    private static String stripZeros(String digits) {
        return digits.replaceFirst("^0+(?=\\d)", "");
    }

    @FunctionalInterface
    private interface ParameterCheck {
        void check(String keyword, Optional<String> value) throws Refusal;
    }

    private static void checkSenderParameter(String keyword, Optional<String> value, Offers offers) throws Refusal {
        switch (keyword) {
            case "SIZE" -> require(value.filter(v -> v.matches("\\d{1,20}")).isPresent(), "SIZE=number of octets");
            case "BODY" ->
                require(isOneOf(value, "7BIT", "8BITMIME", "BINARYMIME"), "BODY=7BIT, 8BITMIME or BINARYMIME");
            case "SMTPUTF8" -> require(value.isEmpty(), "SMTPUTF8 without a value");
            case "RET" -> require(isOneOf(value, "FULL", "HDRS"), "RET=FULL or HDRS");
            case "ENVID" ->
                require(
                        value.filter(v -> v.length() <= 100 && isPrintableXtext(v))
                                .isPresent(),
                        "ENVID=xtext of printable US-ASCII, up to 100 octets");
            case "AUTH" -> {
                checkListed(offers.lists("AUTH"), "MAIL", keyword);
                require(value.filter(PathArgument::isXtext).isPresent(), "AUTH=xtext or <>");
            }
            default -> checkOffered("MAIL", offers.takesOfMail(keyword), keyword, value, offers);
        }
    }

    private static void checkOffered(
            String command, boolean taken, String keyword, Optional<String> value, Offers offers) throws Refusal {
        checkListed(taken, command, keyword);
        offers.check(keyword, value);
    }

    private static void checkListed(boolean listed, String command, String keyword) throws Refusal {
        if (!listed) {
            throw new Refusal(555, "5.5.4 " + command + " parameter " + printable(keyword) + " is not known");
        }
    }

    private static void checkRecipientParameter(String keyword, Optional<String> value, boolean utf8, Offers offers)
            throws Refusal {
        switch (keyword) {
            case "NOTIFY" ->
                require(
                        value.filter(PathArgument::isNotify).isPresent(),
                        "NOTIFY=NEVER or some of SUCCESS, FAILURE, DELAY");
            case "ORCPT" ->
                require(
                        value.filter(v -> v.length() <= 500
                                        && v.matches("[A-Za-z0-9-]+;.+")
                                        && (isPrintableXtext(v)
                                                || (utf8
                                                        && UTF8_XTEXT.matcher(v).matches())))
                                .isPresent(),
                        "ORCPT=type;xtext of printable US-ASCII, up to 500 octets");
            default -> checkOffered("RCPT", offers.takesOfRcpt(keyword), keyword, value, offers);
        }
    }

    private static boolean isOneOf(Optional<String> value, String... words) {
        return value.isPresent() && Set.of(words).contains(value.get().toUpperCase(Locale.ROOT));
    }

    private static boolean isPrintableXtext(String value) {
        return PRINTABLE_XTEXT.matcher(value).matches();
    }

    private static boolean isXtext(String value) {
        return XTEXT.matcher(value).matches();
    }

    private static boolean isNotify(String value) {
        String[] words = value.toUpperCase(Locale.ROOT).split(",", -1);
        Set<String> distinct = new TreeSet<>(List.of(words));
        return distinct.size() == words.length
                && (distinct.equals(Set.of("NEVER"))
                        || Set.of("SUCCESS", "FAILURE", "DELAY").containsAll(distinct));
    }

    private static void require(boolean ok, String syntax) throws Refusal {
        if (!ok) {
            throw new Refusal(501, "5.5.4 Syntax: " + syntax);
        }
    }

    private static String printable(String text) {
        String shown = text.length() > LONGEST_ECHO ? text.substring(0, LONGEST_ECHO) + "..." : text;
        return shown.replaceAll("[^!-~]", "?");
    }

    /** Reads one argument from left to right. */
    private static final class Reader {
        private final String addressStatus;
        private final boolean extended;
        private final List<String> remarks = new ArrayList<>(0);
        private final String spoken;
        private final String rest;

        Reader(String word, String syntax, String addressStatus, String argument, boolean extended) throws Refusal {
            this.addressStatus = addressStatus;
            this.extended = extended;
            if (!argument.regionMatches(true, 0, word, 0, word.length())) {
                throw new Refusal(501, "5.5.4 Syntax: " + syntax);
            }
            String path = argument.substring(word.length());
            if (!path.startsWith("<")
                    && path.indexOf('<') > 0
                    && !path.isBlank()
                    && !path.stripLeading().startsWith("<")) {
                throw new Refusal(501, "5.5.4 Syntax: " + syntax + ", without a display name");
            }
            if (path.startsWith(" ")) {
                remarks.add("there is a space behind " + word);
                path = path.stripLeading();
            }
            int end = path.startsWith("<") ? endOfBrackets(path) : endOfWord(path);
            if (end <= 0 || (end < path.length() && path.charAt(end) != ' ')) {
                throw new Refusal(501, "5.5.4 Syntax: " + syntax);
            }
            if (!path.startsWith("<")) {
                remarks.add("the address is not in angle brackets");
            }
            spoken = path.substring(0, end);
            rest = path.substring(end).strip();
        }

        /** The index behind the closing bracket; -1 if there is none. A bracket within quotes is none. */
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

        EsmtpParameters parameters(ParameterCheck check) throws Refusal {
            if (rest.isEmpty()) {
                return EsmtpParameters.none();
            }
            if (!extended) {
                throw new Refusal(555, "5.5.4 Parameters need EHLO, but the client said HELO");
            }
            List<Parameter> all = new ArrayList<>();
            Set<String> seen = new TreeSet<>();
            for (String text : rest.split(" +", -1)) {
                int equals = text.indexOf('=');
                String keyword = equals < 0 ? text : text.substring(0, equals);
                Optional<String> value = equals < 0 ? Optional.empty() : Optional.of(text.substring(equals + 1));
                require(
                        KEYWORD.matcher(keyword).matches()
                                && (value.isEmpty()
                                        || VALUE.matcher(value.get()).matches()),
                        "KEYWORD or KEYWORD=value");
                String upper = keyword.toUpperCase(Locale.ROOT);
                check.check(upper, value);
                if (!seen.add(upper)) {
                    throw new Refusal(501, "5.5.4 Parameter " + upper + " is given twice");
                }
                all.add(new Parameter(keyword, value));
            }
            return EsmtpParameters.of(all);
        }

        String address(boolean utf8, boolean mayBeNull) throws Refusal {
            String path = spoken.startsWith("<") ? spoken.substring(1, spoken.length() - 1) : spoken;
            if (path.isEmpty() && mayBeNull) {
                return "";
            }
            if (!utf8 && !isAscii(path)) {
                throw new Refusal(553, "5.6.7 An address beyond ASCII needs SMTPUTF8 with MAIL");
            }
            String mailbox = path.startsWith("@") ? withoutSourceRoute(path) : path;
            if (!isMailbox(mailbox) && (mayBeNull || !mailbox.equalsIgnoreCase("postmaster"))) {
                throw new Refusal(553, addressStatus + " That is no mailbox address");
            }
            if (mailbox.startsWith(".") || mailbox.contains("..") || mailbox.contains(".@")) {
                remarks.add("the address has a dot with nothing beside it");
            }
            return mailbox;
        }

        private static boolean isAscii(String text) {
            for (int i = 0; i < text.length(); i++) {
                if (text.charAt(i) >= 0x80) {
                    return false;
                }
            }
            return true;
        }

        private static String withoutSourceRoute(String path) {
            Matcher route = SOURCE_ROUTE.matcher(path);
            return route.lookingAt() ? path.substring(route.end()) : path;
        }

        /** Whether this is a mailbox of letters, digits, dots and hyphens, as nearly all are: no need for patterns. */
        private static boolean isPlain(String text, int at) {
            boolean afterDot = true;
            for (int i = 0; i < text.length(); i++) {
                char c = text.charAt(i);
                boolean separator = c == '.' || i == at;
                boolean plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
                if (separator ? afterDot : !plain) {
                    return false;
                }
                afterDot = separator;
            }
            return !afterDot && text.length() - at <= MAX_LABEL;
        }

        private static boolean isMailbox(String text) {
            int at = text.lastIndexOf('@');
            if (at < 1) {
                return false;
            }
            if (isPlain(text, at)) {
                return true;
            }
            String local = text.substring(0, at);
            String domain = text.substring(at + 1);
            return (ATOMS.matcher(local).matches() || QUOTED.matcher(local).matches())
                    && (DOMAIN.matcher(domain).matches()
                            || LITERAL.matcher(domain).matches());
        }
    }
}
