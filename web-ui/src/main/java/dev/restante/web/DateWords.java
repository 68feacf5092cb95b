package dev.restante.web;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.time.temporal.TemporalAccessor;
import java.time.temporal.TemporalQueries;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** Dates as people type them. Of 01/04/2024 the month comes first. */
final class DateWords {
    private static final String TIME =
            "[[ ]['T'][ 'at' ]H:mm[:ss[.SSSSSSSSS][.SSSSSS][.SSS]][ ][a][ ][XXX][XX][X]['Z'][z]]";
    private static final List<DateTimeFormatter> FORMS = Stream.of(
                    "uuuu-M-d",
                    "uuuu/M/d",
                    "uuuu.M.d",
                    "uuuuMMdd",
                    "M/d/uuuu",
                    "M/d/uu",
                    "d.M.uuuu",
                    "[EEE, ][EEEE, ]d MMM uuuu",
                    "[EEE, ][EEEE, ]d MMMM uuuu",
                    "[EEE ][EEEE ]MMM d[,] uuuu",
                    "[EEE ][EEEE ]MMMM d[,] uuuu",
                    "d-MMM-uuuu")
            .map(date -> new DateTimeFormatterBuilder()
                    .parseCaseInsensitive()
                    .appendPattern(date + TIME)
                    .toFormatter(Locale.ENGLISH))
            .toList();
    private static final DateTimeFormatter HALF_DAYS = new DateTimeFormatterBuilder()
            .parseCaseInsensitive()
            .appendPattern("[uuuu-M-d][uuuu/M/d][M/d/uuuu][MMM d, uuuu][MMMM d, uuuu] h:mm[:ss][ ]a")
            .toFormatter(Locale.ENGLISH);

    private DateWords() {}

    /** The moment; days begin in {@code zone} unless the text names another. Empty if it is no date. */
    static Optional<Instant> read(String words, ZoneId zone) {
        String text = words.strip().replaceAll("\\s+", " ");
        if (text.isEmpty()) {
            return Optional.empty();
        }
        if (text.matches("\\d{10}")) {
            return Optional.of(Instant.ofEpochSecond(Long.parseLong(text)));
        } else if (text.matches("\\d{13}")) {
            return Optional.of(Instant.ofEpochMilli(Long.parseLong(text)));
        }
        try {
            if (text.matches("\\d{4}")) {
                return Optional.of(LocalDate.of(Integer.parseInt(text), 1, 1)
                        .atStartOfDay(zone)
                        .toInstant());
            } else if (text.matches("\\d{4}[-/]\\d{1,2}")) {
                String[] parts = text.split("[-/]", -1);
                return Optional.of(YearMonth.of(Integer.parseInt(parts[0]), Integer.parseInt(parts[1]))
                        .atDay(1)
                        .atStartOfDay(zone)
                        .toInstant());
            }
        } catch (DateTimeException e) {
            return Optional.empty();
        }
        return Stream.concat(Stream.of(HALF_DAYS, DateTimeFormatter.ISO_OFFSET_DATE_TIME), FORMS.stream())
                .map(form -> read(text, form, zone))
                .flatMap(Optional::stream)
                .findFirst();
    }

    private static Optional<Instant> read(String text, DateTimeFormatter form, ZoneId zone) {
        try {
            TemporalAccessor read = form.parse(text);
            LocalDate date = LocalDate.from(read);
            LocalTime time = read.query(TemporalQueries.localTime());
            LocalDateTime local = date.atTime(time == null ? LocalTime.MIDNIGHT : time);
            if (read.isSupported(ChronoField.OFFSET_SECONDS)) {
                return Optional.of(OffsetDateTime.of(
                                local, java.time.ZoneOffset.ofTotalSeconds(read.get(ChronoField.OFFSET_SECONDS)))
                        .toInstant());
            }
            ZoneId named = read.query(TemporalQueries.zone());
            boolean universal = text.endsWith("Z") || text.endsWith("z");
            return Optional.of(local.atZone(named != null ? named : universal ? java.time.ZoneOffset.UTC : zone)
                    .toInstant());
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }
}
