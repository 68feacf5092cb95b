package dev.restante.web;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.json.JsonMapper;

/** How this module reads and writes JSON: keys in the order of the records, times with milliseconds. */
final class Json {
    /** Some clients' decoders take three digits of a fraction, or six, and no other number. */
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSXXX", Locale.ROOT);

    private Json() {}

    /** Made at the first use, which must not be the start: it takes its time. */
    private static final class Holder {
        static final JsonMapper MAPPER = JsonMapper.builder()
                .disable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .build();
    }

    static JsonMapper mapper() {
        return Holder.MAPPER;
    }

    static String text(Object value) {
        return Holder.MAPPER.writeValueAsString(value);
    }

    static String time(Instant instant) {
        return TIME.format(instant.atOffset(ZoneOffset.UTC));
    }

    static String time(OffsetDateTime time) {
        return TIME.format(time);
    }
}
