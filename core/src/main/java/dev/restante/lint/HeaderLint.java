package dev.restante.lint;

import dev.restante.LintCheck;
import dev.restante.mail.AddressReader;
import dev.restante.mail.DateReader;
import dev.restante.mail.MimeEntity;
import dev.restante.mail.MimeReader;
import dev.restante.mail.Problems;
import dev.restante.mail.TextDecoder;
import java.time.OffsetDateTime;
import java.time.format.TextStyle;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What is wrong with the header of a mail and with the headers of its parts. */
final class HeaderLint {
    /** The fields that RFC 5322 section 3.6 and RFC 2045 allow once. */
    private static final Set<String> SINGLE = Set.of(
            "date",
            "from",
            "sender",
            "reply-to",
            "to",
            "cc",
            "bcc",
            "message-id",
            "in-reply-to",
            "references",
            "subject",
            "mime-version",
            "content-type",
            "content-transfer-encoding",
            "content-id",
            "content-description",
            "content-disposition");

    /** They may hold groups, too: RFC 6854 section 2. */
    private static final List<String> MAILBOXES = List.of("from", "sender", "resent-from", "resent-sender");

    private static final List<String> ADDRESSES =
            List.of("reply-to", "to", "cc", "bcc", "resent-to", "resent-cc", "resent-bcc");
    private static final String MONTH = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)";
    private static final Pattern COMMENT = Pattern.compile("\\([^()\\\\]*+\\)");
    private static final Pattern DATE = Pattern.compile("(?i)(?:(Mon|Tue|Wed|Thu|Fri|Sat|Sun),[ \\t]+)?\\d{1,2}[ \\t]+"
            + MONTH + "[ \\t]+\\d{4}[ \\t]+\\d\\d:\\d\\d(?::\\d\\d)?[ \\t]+[+-]\\d\\d[0-5]\\d");
    private static final Pattern OBSOLETE_DATE = Pattern.compile(
            "(?i)(?:(Mon|Tue|Wed|Thu|Fri|Sat|Sun)[ \\t]*,[ \\t]*)?\\d{1,2}[ \\t]*" + MONTH
                    + "[ \\t]*\\d{2,4}[ \\t]+\\d\\d[ \\t]*:[ \\t]*\\d\\d(?:[ \\t]*:[ \\t]*\\d\\d)?[ \\t]*(?:[+-]\\d{4}|[A-Z]{1,3})");
    private static final String ATOMS = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~\\x2d[^\\x00-\\x7f]]++";
    private static final String DOT_ATOM = ATOMS + "(?:\\." + ATOMS + ")*+";
    private static final Pattern MESSAGE_ID = Pattern.compile("<" + DOT_ATOM + "@(?:" + DOT_ATOM + "|\\[[!-Z^-~]*+])>");
    private static final Pattern MESSAGE_IDS = Pattern.compile("(?:" + MESSAGE_ID + "[ \\t]*)++");
    private static final Pattern ENCODED_WORD = Pattern.compile("=\\?([^?\\s]*+)\\?([^?\\s]*+)\\?([^?]*+)\\?=");
    private static final Pattern Q_TEXT = Pattern.compile("(?:[!-<>-~]|=[0-9A-Fa-f]{2})*+");
    private static final int LONGEST_ENCODED_WORD = 75;

    private final byte[] octets;
    private final MailFindings findings;
    private final List<String> recipients;

    /** One field: its name in lower case and as it stands, its value unfolded, and where it begins. */
    private record Field(String name, String spoken, String value, int at) {}

    HeaderLint(byte[] octets, MailFindings findings, List<String> recipients) {
        this.octets = octets;
        this.findings = findings;
        this.recipients = recipients;
    }

    /** Checks the header of the mail and of its parts. */
    void message(MimeEntity root) {
        List<Field> fields = fields(root);
        Map<String, Field> first = new TreeMap<>();
        fields.forEach(field -> first.putIfAbsent(field.name, field));
        missing(first, "date", LintCheck.DATE_MISSING);
        missing(first, "from", LintCheck.FROM_MISSING);
        missing(first, "message-id", LintCheck.MESSAGE_ID_MISSING);
        once(fields);
        for (Field field : fields) {
            message(field, first);
        }
        mime(first);
        for (MimeEntity part : root.children()) {
            part(part);
        }
    }

    private void part(MimeEntity part) {
        List<Field> fields = fields(part);
        once(fields);
        for (Field field : fields) {
            contentId(field);
            encodedWords(field);
        }
        part.children().forEach(this::part);
    }

    /** RFC 2045 section 7. */
    private void contentId(Field field) {
        if (field.name.equals("content-id")
                && !MESSAGE_ID.matcher(withoutComments(field.value)).matches()) {
            findings.add(
                    LintCheck.MESSAGE_ID_MALFORMED,
                    field.at,
                    field.spoken + " is not of the form <left@right>: " + Problems.quote(field.value) + ".");
        }
    }

    private void missing(Map<String, Field> fields, String name, LintCheck check) {
        if (!fields.containsKey(name)) {
            findings.add(check, 0, check.meaning());
        }
    }

    private void once(List<Field> fields) {
        Set<String> seen = new HashSet<>();
        for (Field field : fields) {
            if (SINGLE.contains(field.name) && !seen.add(field.name)) {
                findings.add(LintCheck.DUPLICATE_HEADER, field.at, "There is another " + field.spoken + ".");
            }
        }
    }

    private void message(Field field, Map<String, Field> first) {
        switch (field.name) {
            case "date", "resent-date" -> date(field);
            case "in-reply-to", "references" -> {
                if (!MESSAGE_IDS.matcher(withoutComments(field.value)).matches()) {
                    findings.add(
                            LintCheck.HEADER_OBSOLETE,
                            field.at,
                            field.spoken + " is no list of <left@right>: " + Problems.quote(field.value) + ".");
                }
            }
            case "message-id", "resent-message-id" -> {
                if (!MESSAGE_ID.matcher(withoutComments(field.value)).matches()) {
                    findings.add(
                            LintCheck.MESSAGE_ID_MALFORMED,
                            field.at,
                            field.spoken + " is not of the form <left@right>: " + Problems.quote(field.value) + ".");
                }
            }
            default -> {
                if (MAILBOXES.contains(field.name) || ADDRESSES.contains(field.name)) {
                    addresses(field, first);
                }
                encodedWords(field);
            }
        }
    }

    private void date(Field field) {
        String value = withoutComments(field.value);
        Matcher strict = DATE.matcher(value);
        Matcher obsolete = OBSOLETE_DATE.matcher(value);
        boolean isStrict = strict.matches();
        OffsetDateTime moment = isStrict || obsolete.matches() ? DateReader.read(value) : null;
        if (moment == null) {
            findings.add(
                    LintCheck.DATE_MALFORMED,
                    field.at,
                    field.spoken + " is no date of RFC 5322: " + Problems.quote(field.value) + ".");
            return;
        }
        String day = isStrict ? strict.group(1) : obsolete.group(1);
        String real = moment.getDayOfWeek().getDisplayName(TextStyle.SHORT, Locale.ENGLISH);
        if (day != null && !day.equalsIgnoreCase(real)) {
            findings.add(
                    LintCheck.DATE_MALFORMED,
                    field.at,
                    field.spoken + " says " + day + ", but that day is a " + real + ": " + Problems.quote(field.value)
                            + ".");
        } else if (!isStrict) {
            findings.add(
                    LintCheck.DATE_OBSOLETE,
                    field.at,
                    field.spoken + " has an obsolete form: " + Problems.quote(field.value) + ".");
        }
    }

    private void addresses(Field field, Map<String, Field> first) {
        boolean blind = field.name.endsWith("bcc");
        if (blind && withoutComments(field.value).isEmpty()) {
            return; // tells nobody anything
        }
        if (blind && !goesToNobodyBut(field.value)) {
            findings.add(LintCheck.BCC_HEADER, field.at, LintCheck.BCC_HEADER.meaning());
        }
        AddressGrammar.Result result = AddressGrammar.read(field.value);
        if (!result.isList()) {
            findings.add(
                    LintCheck.ADDRESS_MALFORMED,
                    field.at,
                    field.spoken + " is no list of addresses: " + result.problem() + ".");
        } else if (result.obsolete()) {
            findings.add(
                    LintCheck.ADDRESS_OBSOLETE,
                    field.at,
                    field.spoken + " has an obsolete form: " + Problems.quote(field.value) + ".");
        }
        if (result.isList() && field.name.endsWith("sender") && result.addresses() > 1) {
            findings.add(LintCheck.ADDRESS_MALFORMED, field.at, field.spoken + " is more than one address.");
        } else if (result.isList()
                && field.name.equals("from")
                && result.addresses() > 1
                && !first.containsKey("sender")) {
            findings.add(LintCheck.SENDER_MISSING, field.at, LintCheck.SENDER_MISSING.meaning());
        }
    }

    /** Whether a mail goes to those only whom its Bcc names, which RFC 5322 section 3.6.3 allows. */
    private boolean goesToNobodyBut(String list) {
        Set<String> named = new HashSet<>();
        AddressReader.read(list, problem -> {})
                .forEach(each -> named.add(each.address().toLowerCase(Locale.ROOT)));
        return recipients.stream().allMatch(recipient -> named.contains(recipient.toLowerCase(Locale.ROOT)));
    }

    private void mime(Map<String, Field> first) {
        Field version = first.get("mime-version");
        boolean isMime = first.keySet().stream().anyMatch(name -> name.startsWith("content-"));
        if (version == null && isMime) {
            findings.add(LintCheck.MIME_VERSION_MISSING, 0, LintCheck.MIME_VERSION_MISSING.meaning());
        } else if (version != null
                && !withoutComments(version.value).replaceAll("\\s", "").equals("1.0")) {
            findings.add(
                    LintCheck.MIME_VERSION_MISSING,
                    version.at,
                    "MIME-Version is " + Problems.quote(version.value) + ", not 1.0.");
        }
    }

    private static String withoutComments(String value) {
        String text = value;
        for (int depth = 0; depth < 10 && text.indexOf('(') >= 0; depth++) {
            text = COMMENT.matcher(text).replaceAll(" ");
        }
        return text.strip();
    }

    // ---- encoded words

    private void encodedWords(Field field) {
        if (!field.value.contains("=?")) {
            return;
        }
        boolean parameters = field.name.equals("content-type") || field.name.equals("content-disposition");
        boolean structured = parameters || MAILBOXES.contains(field.name) || ADDRESSES.contains(field.name);
        boolean[] quoted = structured ? quotes(field.value) : new boolean[field.value.length()];
        boolean[] bracketed = structured && !parameters ? brackets(field.value) : new boolean[field.value.length()];
        Matcher word = ENCODED_WORD.matcher(field.value);
        while (word.find()) {
            if (parameters) {
                findings.add(
                        LintCheck.ENCODED_WORD_IN_PARAMETER,
                        field.at,
                        "A parameter of " + field.spoken + " is an encoded word; RFC 2231 has another form.");
            } else if (quoted[word.start()]) {
                findings.add(
                        LintCheck.ENCODED_WORD_MISPLACED,
                        field.at,
                        "An encoded word of " + field.spoken + " stands in a quoted string.");
            } else if (structured && (bracketed[word.start()] || isLocalPart(field.value, word.end()))) {
                findings.add(
                        LintCheck.ENCODED_WORD_MISPLACED,
                        field.at,
                        "An encoded word of " + field.spoken + " stands in an address.");
            } else {
                wellFormed(field, word, structured);
            }
            if (word.end() - word.start() > LONGEST_ENCODED_WORD) {
                findings.add(
                        LintCheck.ENCODED_WORD_TOO_LONG,
                        field.at,
                        "An encoded word of " + field.spoken + " is longer than 75 characters.");
            }
        }
    }

    private void wellFormed(Field field, Matcher word, boolean structured) {
        String charset = word.group(1).replaceFirst("\\*.*", "");
        String problem = "";
        if (charset.isEmpty() || !TextDecoder.isKnown(charset)) {
            problem = "names a charset that is not known";
        } else if (word.group(2).equalsIgnoreCase("Q")) {
            problem = Q_TEXT.matcher(word.group(3)).matches() ? "" : "is not in the Q encoding that it names";
        } else if (word.group(2).equalsIgnoreCase("B")) {
            problem = isBase64(word.group(3)) ? "" : "is not in the B encoding that it names";
        } else {
            problem = "names an encoding other than B and Q";
        }
        if (problem.isEmpty() && !isApart(field.value, word, structured)) {
            problem = "is not set apart by white space";
        }
        if (!problem.isEmpty()) {
            findings.add(
                    LintCheck.ENCODED_WORD_MALFORMED,
                    field.at,
                    "An encoded word of " + field.spoken + " " + problem + ".");
        }
    }

    private static boolean isBase64(String text) {
        try {
            Base64.getDecoder().decode(text);
            return text.length() % 4 == 0;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static boolean isApart(String value, Matcher word, boolean structured) {
        char before = word.start() == 0 ? ' ' : value.charAt(word.start() - 1);
        char after = word.end() == value.length() ? ' ' : value.charAt(word.end());
        return (isBlank(before) || (structured && "(,:;".indexOf(before) >= 0))
                && (isBlank(after) || (structured && "),:;<".indexOf(after) >= 0));
    }

    private static boolean isLocalPart(String value, int end) {
        return end < value.length() && value.charAt(end) == '@';
    }

    /** Which characters of a value stand in angle brackets; those that are never closed are none. */
    private static boolean[] brackets(String value) {
        boolean[] bracketed = new boolean[value.length()];
        int last = value.lastIndexOf('>');
        boolean inside = false;
        for (int i = 0; i < last; i++) {
            char c = value.charAt(i);
            inside = c == '<' || (inside && c != '>');
            bracketed[i] = inside;
        }
        return bracketed;
    }

    /** Which characters of a value stand between quotes. */
    private static boolean[] quotes(String value) {
        boolean[] quoted = new boolean[value.length()];
        boolean inside = false;
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            quoted[i] = inside;
            if (c == '\\' && inside && i + 1 < value.length()) {
                quoted[++i] = true;
            } else if (c == '"') {
                inside = !inside;
            }
        }
        return quoted;
    }

    // ---- lines

    /** The fields of a header, and what is wrong with its lines. */
    private List<Field> fields(MimeEntity entity) {
        List<Field> fields = new ArrayList<>();
        int line = entity.headerFrom();
        while (line < entity.headerTo() && fields.size() < MimeReader.FIELD_LIMIT) {
            int end = lineEnd(line, entity.headerTo());
            int colon = indexOf(':', line, end);
            if (isBlank(octets[line]) || colon < 0 || (line == 0 && startsWithFrom())) {
                findings.add(
                        LintCheck.HEADER_MALFORMED,
                        line,
                        "A line of a header is no field: "
                                + Problems.quote(text(line, end).strip()) + ".");
                line = end;
                continue;
            }
            int from = line;
            while (end < entity.headerTo() && isBlank(octets[end])) {
                int next = lineEnd(end, entity.headerTo());
                if (text(end, next).isBlank()) {
                    findings.add(LintCheck.HEADER_OBSOLETE, end, "A folded line is nothing but white space.");
                }
                end = next;
            }
            String spoken = text(from, colon);
            if (spoken.endsWith(" ") || spoken.endsWith("\t")) {
                findings.add(
                        LintCheck.HEADER_OBSOLETE,
                        from,
                        "White space stands before the colon of " + spoken.strip() + ".");
            }
            String name = spoken.strip();
            if (!name.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
                findings.add(
                        LintCheck.HEADER_MALFORMED,
                        from,
                        "The name of a header field has characters that it may not have: " + Problems.quote(name)
                                + ".");
            }
            fields.add(new Field(
                    name.toLowerCase(Locale.ROOT),
                    name,
                    text(colon + 1, end).replace("\r\n", "").replace("\n", "").strip(),
                    from));
            line = end;
        }
        boolean cut = entity.bodyFrom() == entity.headerTo() && entity.bodyTo() > entity.bodyFrom();
        if (cut) {
            int end = lineEnd(entity.bodyFrom(), entity.bodyTo());
            findings.add(
                    LintCheck.HEADER_MALFORMED,
                    entity.bodyFrom(),
                    "A header goes on without an empty line in what is no field: "
                            + Problems.quote(text(entity.bodyFrom(), end).strip()) + ".");
        }
        return fields;
    }

    private boolean startsWithFrom() {
        return octets.length > 5 && text(0, 5).equals("From ");
    }

    private String text(int from, int to) {
        return TextDecoder.guess(Arrays.copyOfRange(octets, from, to));
    }

    private int indexOf(char c, int from, int to) {
        for (int i = from; i < to; i++) {
            if (octets[i] == c) {
                return i;
            }
        }
        return -1;
    }

    private int lineEnd(int from, int limit) {
        int feed = indexOf('\n', from, limit);
        return feed < 0 ? limit : feed + 1;
    }

    private static boolean isBlank(int c) {
        return c == ' ' || c == '\t';
    }
}
