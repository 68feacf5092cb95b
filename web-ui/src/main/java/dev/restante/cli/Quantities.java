package dev.restante.cli;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** How options spell amounts. */
final class Quantities {
    private Quantities() {}

    /**
     * Reads a whole number. A class, for Java 17 cannot write an archive of class data in which a lambda is of an interface as old
     * as picocli's.
     */
    static final class Whole implements ITypeConverter<Integer> {
        @Override
        public Integer convert(String text) {
            try {
                return Integer.valueOf(text.strip());
            } catch (NumberFormatException e) {
                throw new TypeConversionException("'" + text + "' is no whole number of up to " + Integer.MAX_VALUE);
            }
        }
    }

    /** Reads 1048576, 500k or 25m. */
    static final class Size implements ITypeConverter<Integer> {
        private static final Pattern FORM = Pattern.compile("(\\d{1,10})([kmg]?)b?");

        @Override
        public Integer convert(String text) {
            Matcher size = FORM.matcher(text.toLowerCase(Locale.ROOT));
            if (!size.matches()) {
                throw new TypeConversionException("'" + text + "' is no size; write octets, or 500k, 25m");
            }
            int shift = 10 * Arrays.asList("", "k", "m", "g").indexOf(size.group(2));
            long octets = Long.parseLong(size.group(1)) << shift;
            if (octets < 1 || octets > Integer.MAX_VALUE) {
                throw new TypeConversionException("'" + text + "' is not between 1 octet and 2 GB");
            }
            return (int) octets;
        }
    }

    /** Reads 500ms, 30s, 1.5m or 1h. */
    static final class Time implements ITypeConverter<Duration> {
        private static final Pattern FORM = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,6})?)(ms|s|m|h)");
        private static final Map<String, Integer> MILLIS = Map.of("ms", 1, "s", 1_000, "m", 60_000, "h", 3_600_000);

        @Override
        public Duration convert(String text) {
            Matcher time = FORM.matcher(text.strip().toLowerCase(Locale.ROOT));
            if (!time.matches()) {
                throw new TypeConversionException("'" + text + "' is no time; write 500ms, 30s, 5m or 1h");
            }
            BigDecimal millis =
                    new BigDecimal(time.group(1)).multiply(BigDecimal.valueOf(MILLIS.getOrDefault(time.group(2), 1)));
            return Duration.ofNanos(millis.movePointRight(6).longValue());
        }
    }
}
