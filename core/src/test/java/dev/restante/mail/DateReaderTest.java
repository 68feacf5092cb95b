package dev.restante.mail;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DateReaderTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Mon, 2 Jan 2006 15:04:05 -0700 | 2006-01-02T15:04:05-07:00",
                "Mon, 02 Jan 2006 15:04:05 +0530 | 2006-01-02T15:04:05+05:30",
                "2 Jan 2006 15:04 +0000 | 2006-01-02T15:04Z",
                "Mon,2 Jan 2006 15:04:05 +0000 | 2006-01-02T15:04:05Z",
                "Mon, 2 Jan 2006 15:04:05 GMT (a (nested) comment) | 2006-01-02T15:04:05Z",
                "Mon, 2 Jan 2006 15:04:05 -0700 (MST) | 2006-01-02T15:04:05-07:00",
                "2 Jan 06 15:04:05 EST | 2006-01-02T15:04:05-05:00",
                "2 Jan 99 15:04:05 Z | 1999-01-02T15:04:05Z",
                "2 Jan 106 15:04:05 UT | 2006-01-02T15:04:05Z",
                "Mon, 2 January 2006 15:04:05 +0100 | 2006-01-02T15:04:05+01:00",
                "Montag, 2 Jan 2006 15:04:05 MEZ | 2006-01-02T15:04:05+01:00",
                "Mon Jan  2 15:04:05 2006 | 2006-01-02T15:04:05Z",
                "Mon Jan  2 15:04:05 PST 2006 | 2006-01-02T15:04:05-08:00",
                "Mon, 2 Jan 2006 15:04:05 +01:00 | 2006-01-02T15:04:05+01:00",
                "Mon, 2 Jan 2006 15:04:05 GMT+0100 | 2006-01-02T15:04:05+01:00",
                "Mon, 2 Jan 2006 15:04:05 | 2006-01-02T15:04:05Z",
                "Mon, 2 Jan 2006 15:04:05 XYZ | 2006-01-02T15:04:05Z",
                "Mon, 2 Jan 2006 15:04:60 +0000 | 2006-01-02T15:04:59Z",
                "Mon, 2 Jan 2006 15:04:05.123 +0000 | 2006-01-02T15:04:05Z",
                "Mon, 2-Jan-2006 15:04:05 +0000 | 2006-01-02T15:04:05Z",
                "Mon, 2 Jan 2006 15.04.05 +0000 | 2006-01-02T15:04:05Z",
                "2006-01-02T15:04:05+01:00 | 2006-01-02T15:04:05+01:00",
                "2006-01-02T15:04:05Z | 2006-01-02T15:04:05Z",
            })
    void readsDates(String field, String expected) {
        assertThat(DateReader.read(field)).hasToString(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "yesterday",
                "99 Foo 2006 10:00:00 +0000",
                "31 Feb 2020 10:00:00 +0000",
                "2 Jan 2006",
                "2 Jan 2006 24:01:00 +0000",
                "2 Jan 2006 10:00:00 +9900",
                "Mon, 2 Jan",
                "Jan",
                "Mon",
                "2 Jan 99999 10:00:00 +0000",
                "2 Jan 2006 10:61:00 +0000",
                "2 Jan 2006 10:00:99 +0000",
                "٢ Jan 2006 10:00:00 +0000",
                "((((",
                "))))",
                ",,,,",
                "2 Jan 2006 10:00:00 +",
                "2006-01-02T15:04:05",
                "0 Jan 2006 10:00:00 +0000"
            })
    void readsNoDateWhereThereIsNone(String field) {
        assertThat(DateReader.read(field)).isNull();
    }

    @Test
    void readsNoDateInAnEndlessField() {
        assertThat(DateReader.read("2 Jan 2006 10:00:00 +0000" + " ".repeat(1_000_000)))
                .isNull();
    }
}
