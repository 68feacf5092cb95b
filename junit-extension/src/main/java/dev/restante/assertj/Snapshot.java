package dev.restante.assertj;

import dev.restante.CapturedMail;
import dev.restante.Envelope;
import dev.restante.EsmtpParameters;
import dev.restante.HeaderField;
import dev.restante.MailMessage;
import dev.restante.MimePart;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * How a mail is written down to be compared with the one of yesterday: the envelope, and the header fields and decoded content
 * of each part, as text that people can read and review.
 *
 * <p>What differs from mail to mail is made the same: Date becomes {@code {date}}, Received {@code {received}}, the Message-ID, wherever it stands,
 * {@code {message-id}}, boundaries {@code {boundary-1}} and so on, Content-IDs {@code {cid-1}} and so on with what refers to
 * them, signatures (DKIM, ARC) {@code {signature}}, and the size that MAIL FROM declares {@code {size}}. Content that is not
 * text is written as its size and SHA-256.
 *
 * <pre>{@code
 * assertThat(mail).matchesSnapshot("welcome", Snapshot.standard().replacing("token=[0-9a-f]+", "token={token}"));
 * }</pre>
 *
 * <p>Immutable and thread-safe.
 */
public final class Snapshot {
    private static final Pattern BOUNDARY =
            Pattern.compile("(boundary\\s*=\\s*)(\"[^\"]*\"|[^\\s;]+)", Pattern.CASE_INSENSITIVE);
    private static final Set<String> SIGNATURES =
            Set.of("dkim-signature", "arc-seal", "arc-message-signature", "x-google-dkim-signature");
    private static final Snapshot STANDARD = new Snapshot(List.of(), List.of(), List.of());

    private final List<Replacement> replacements;
    private final List<String> ignoredHeaders;
    private final List<String> ignoredContents;

    private record Replacement(Pattern pattern, String text) {}

    private Snapshot(List<Replacement> replacements, List<String> ignoredHeaders, List<String> ignoredContents) {
        this.replacements = replacements;
        this.ignoredHeaders = ignoredHeaders;
        this.ignoredContents = ignoredContents;
    }

    /** What is described above. */
    public static Snapshot standard() {
        return STANDARD;
    }

    /**
     * This, with {@code text} in place of whatever the regular expression finds, in envelope, header and texts; {@code $1}
     * in {@code text} stands for the first group, as Java has it.
     */
    public Snapshot replacing(String regex, String text) {
        return new Snapshot(
                with(replacements, List.of(new Replacement(Pattern.compile(regex), text))),
                ignoredHeaders,
                ignoredContents);
    }

    /** This, without the header fields of these names; case is ignored. */
    public Snapshot ignoringHeaders(String... names) {
        return new Snapshot(
                replacements,
                with(ignoredHeaders, Stream.of(names).map(Snapshot::folded).toList()),
                ignoredContents);
    }

    /** This, without the content of parts of these types, such as {@code "application/pdf"}. */
    public Snapshot ignoringContentOf(String... contentTypes) {
        return new Snapshot(
                replacements,
                ignoredHeaders,
                with(
                        ignoredContents,
                        Stream.of(contentTypes).map(Snapshot::folded).toList()));
    }

    private static <T> List<T> with(List<T> list, List<T> more) {
        List<T> all = new ArrayList<>(list);
        all.addAll(more);
        return List.copyOf(all);
    }

    private static String folded(String text) {
        return text.toLowerCase(Locale.ROOT);
    }

    /** The mail as the snapshot has it. */
    public String of(CapturedMail mail) {
        StringBuilder text = new StringBuilder();
        Envelope envelope = mail.envelope();
        command(
                text,
                "MAIL FROM:",
                envelope.sender().spoken(),
                envelope.sender().parameters());
        for (Envelope.Recipient recipient : envelope.recipients()) {
            command(text, "RCPT TO:", recipient.spoken(), recipient.parameters());
        }
        text.append('\n');
        message(text, mail.message());
        return normalized(text.toString(), mail.message());
    }

    private static void command(StringBuilder text, String verb, String path, EsmtpParameters parameters) {
        text.append(verb).append(path);
        for (EsmtpParameters.Parameter parameter : parameters.all()) {
            text.append(' ').append(parameter.keyword().equalsIgnoreCase("SIZE") ? "SIZE={size}" : parameter);
        }
        text.append('\n');
    }

    private void message(StringBuilder text, MailMessage message) {
        part(text, message.root());
    }

    private void part(StringBuilder text, MimePart part) {
        for (HeaderField field : part.headers()) {
            String name = folded(field.name());
            if (!ignoredHeaders.contains(name)) {
                text.append(field.name())
                        .append(": ")
                        .append(
                                name.equals("date") || name.equals("resent-date")
                                        ? "{date}"
                                        : name.equals("received")
                                                ? "{received}"
                                                : SIGNATURES.contains(name) ? "{signature}" : field.value())
                        .append('\n');
            }
        }
        for (MimePart child : part.children()) {
            text.append("\n--- part ").append(child).append('\n');
            part(text, child);
        }
        if (part.children().isEmpty()) {
            text.append('\n').append(content(part)).append('\n');
        }
    }

    private String content(MimePart part) {
        if (ignoredContents.contains(part.contentType())) {
            return "{content}";
        } else if (part.contentType().startsWith("text/") || part.isMultipart()) {
            return TextAssert.withPlainLineEnds(part.text()).stripTrailing();
        } else if (part.message().isPresent()) {
            StringBuilder nested = new StringBuilder();
            message(nested, part.message().get());
            return nested.toString().stripTrailing().indent(2).stripTrailing();
        }
        return "{" + part.size() + " octets, SHA-256 " + digest(part.bytes()) + "}";
    }

    private static String digest(byte[] octets) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(octets));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every JDK has SHA-256.", e);
        }
    }

    private String normalized(String text, MailMessage message) {
        String normal = replaceAll(text, names(message));
        Map<String, String> boundaries = new LinkedHashMap<>();
        normal = BOUNDARY.matcher(normal)
                .replaceAll(found -> Matcher.quoteReplacement(found.group(1)
                        + boundaries.computeIfAbsent(
                                found.group(2), key -> "{boundary-" + (boundaries.size() + 1) + "}")));
        for (Replacement replacement : replacements) {
            normal = replacement.pattern().matcher(normal).replaceAll(replacement.text());
        }
        return normal.lines()
                        .map(String::stripTrailing)
                        .collect(Collectors.joining("\n"))
                        .stripTrailing() + "\n";
    }

    /** Message-IDs and Content-IDs with what stands for them, the longest first. */
    private static Map<String, String> names(MailMessage message) {
        Map<String, String> names = new LinkedHashMap<>();
        message.messageId().ifPresent(id -> names.put(id, "{message-id}"));
        int number = 1;
        for (MimePart part : message.parts()) {
            if (part.contentId().isPresent()
                    && names.putIfAbsent(part.contentId().get(), "{cid-" + number + "}") == null) {
                number++;
            }
        }
        for (MailMessage nested : message.nestedMessages()) {
            nested.messageId().ifPresent(id -> names.putIfAbsent(id, "{nested-message-id}"));
        }
        return names;
    }

    private static String replaceAll(String text, Map<String, String> names) {
        List<String> longestFirst = names.keySet().stream()
                .sorted((one, other) -> Integer.compare(other.length(), one.length()))
                .toList();
        String replaced = text;
        for (String name : longestFirst) {
            // a short Content-ID such as "logo" is replaced only where it is one
            String place = "(?<=<|cid:)" + Pattern.quote(name) + "(?![\\w.@+-])";
            replaced = replaced.replaceAll(place, Matcher.quoteReplacement(names.get(name)));
        }
        return replaced;
    }
}
