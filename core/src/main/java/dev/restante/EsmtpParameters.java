package dev.restante;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The ESMTP parameters of a MAIL or RCPT command, in the order and spelling the client used (RFC 5321 section 4.1.2).
 *
 * <p>Immutable and thread-safe.
 */
public final class EsmtpParameters {
    private static final BigInteger LONGEST = BigInteger.valueOf(Long.MAX_VALUE);
    private static final EsmtpParameters NONE = new EsmtpParameters(List.of());

    private final List<Parameter> all;

    private EsmtpParameters(List<Parameter> all) {
        this.all = all;
    }

    /**
     * One parameter.
     *
     * @param keyword the keyword as spoken, such as {@code SIZE}
     * @param value the value as spoken; empty if the parameter has none
     */
    public record Parameter(String keyword, Optional<String> value) {
        /** The parameter as spoken: {@code SIZE=100} or {@code SMTPUTF8}. */
        @Override
        public String toString() {
            return value.map(v -> keyword + "=" + v).orElse(keyword);
        }
    }

    /** No parameters. */
    public static EsmtpParameters none() {
        return NONE;
    }

    /** These parameters, in this order. */
    public static EsmtpParameters of(List<Parameter> parameters) {
        return parameters.isEmpty() ? NONE : new EsmtpParameters(List.copyOf(parameters));
    }

    /** All parameters in the order spoken. */
    public List<Parameter> all() {
        return all;
    }

    /** Whether a parameter with this keyword was given; case is ignored. */
    public boolean has(String keyword) {
        return find(keyword).isPresent();
    }

    /** The value of the parameter with this keyword; empty if it is absent or has no value. Case is ignored. */
    public Optional<String> value(String keyword) {
        return find(keyword).flatMap(Parameter::value);
    }

    private Optional<Parameter> find(String keyword) {
        for (Parameter parameter : all) {
            if (parameter.keyword().equalsIgnoreCase(keyword)) {
                return Optional.of(parameter);
            }
        }
        return Optional.empty();
    }

    /**
     * The declared message size in octets, from {@code SIZE=} (RFC 1870). It may have 20 digits: one that no {@code long}
     * holds is {@link Long#MAX_VALUE}.
     */
    public Optional<Long> size() {
        return value("SIZE").map(digits -> new BigInteger(digits).min(LONGEST).longValueExact());
    }

    /** The body type from {@code BODY=}, in upper case: {@code 7BIT}, {@code 8BITMIME} or {@code BINARYMIME}. */
    public Optional<String> body() {
        return value("BODY").map(value -> value.toUpperCase(Locale.ROOT));
    }

    /** What a delivery status notification should return: {@code FULL} or {@code HDRS} (RFC 3461 section 4.3). */
    public Optional<String> ret() {
        return value("RET").map(value -> value.toUpperCase(Locale.ROOT));
    }

    /** The envelope identifier, with its xtext encoding undone (RFC 3461 section 4.4). */
    public Optional<String> envid() {
        return value("ENVID").map(EsmtpParameters::decodeXtext);
    }

    /** When the sender wants to be notified: {@code NEVER}, or some of {@code SUCCESS FAILURE DELAY}. */
    public List<String> notifyOn() {
        return value("NOTIFY")
                .map(value -> List.of(value.toUpperCase(Locale.ROOT).split(",")))
                .orElse(List.of());
    }

    /** The original recipient as {@code type;address}, with its xtext encoding undone (RFC 3461 section 4.2). */
    public Optional<String> orcpt() {
        return value("ORCPT").map(EsmtpParameters::decodeXtext);
    }

    /** Undoes RFC 3461's xtext; a malformed sequence stays as it is. */
    private static String decodeXtext(String text) {
        if (text.indexOf('+') < 0) {
            return text;
        }
        byte[] in = text.getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream out = new ByteArrayOutputStream(in.length);
        for (int i = 0; i < in.length; i++) {
            int high = in[i] == '+' && i + 2 < in.length ? Character.digit(in[i + 1], 16) : -1;
            int low = high < 0 ? -1 : Character.digit(in[i + 2], 16);
            if (low >= 0) {
                out.write(high << 4 | low);
                i += 2;
            } else {
                out.write(in[i]);
            }
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof EsmtpParameters that && all.equals(that.all);
    }

    @Override
    public int hashCode() {
        return all.hashCode();
    }

    /** The parameters as spoken, separated by spaces. */
    @Override
    public String toString() {
        return String.join(" ", all.stream().map(Parameter::toString).toList());
    }
}
