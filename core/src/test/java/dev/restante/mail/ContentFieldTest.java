package dev.restante.mail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ContentFieldTest {
    private final List<String> problems = new ArrayList<>();

    private ContentField read(String field) {
        return ContentField.read(field, problems::add);
    }

    @Test
    void readsValueAndParameters() {
        ContentField field = read("Text/HTML; Charset=\"utf-8\"; format=flowed (as ever); x=\"a\\\"b;c\"");

        assertThat(field.value()).isEqualTo("text/html");
        assertThat(field.parameters())
                .containsExactly(entry("charset", "utf-8"), entry("format", "flowed"), entry("x", "a\"b;c"));
        assertThat(problems).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "a/b; name=x | x",
                "a/b;name=x;; | x",
                "a/b ; name = x | x",
                "a/b name=x | x",
                "a/b; name=two words.pdf; x=y | two words.pdf",
                "a/b; name=report (1).pdf | report (1).pdf",
                "a/b; name=\"open.pdf | open.pdf",
                "a/b; name=\"open.pdf; x=y | open.pdf",
                "a/b; name=\"C:\\dir\\x.pdf\" | C:\\dir\\x.pdf",
                "a/b; name=\"x\" y=z | x",
                "a/b; name=x; name=y | x",
                "a/b; name=über.pdf | über.pdf",
                "a/b; (comment; name=no) name=x | x",
                "a/b; name=== | ==",
                "; name=x | x",
                "a/b; name*=utf-8''%e2%82%ac.txt | €.txt",
                "a/b; name*=utf-8'en'%e2%82%ac.txt; name=eur.txt | €.txt",
                "a/b; name*0*=utf-8''%e2%82; name*1*=%ac; name*2=\".txt\" | €.txt",
                "a/b; name*1=\"b\"; name*0=\"a\" | ab",
                "a/b; name*1=a; name*2=b | ab",
                "a/b; name*0=a; name*2=c | a",
                "a/b; name*=nope''%FC | ü",
                "a/b; name*=''%FC | ü",
                "a/b; name*=plain | plain",
                "a/b; name*=utf-8''%4 | %4",
                "a/b; name*=it's | it's",
            })
    void readsAFileName(String field, String expected) {
        assertThat(read(field).parameter("name")).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "m/x; boundary=abc | abc",
                "m/x; boundary=\"a b\" | a b",
                "m/x; boundary=a b | a b",
                "m/x; boundary=abc charset=utf-8 | abc",
                "m/x; boundary==_abc= | =_abc=",
                "m/x; boundary=\"=?utf-8?q?x?=\" | =?utf-8?q?x?=",
            })
    void readsABoundary(String field, String expected) {
        assertThat(read(field).parameter("boundary")).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "a/b; charset | parameter \"charset\" has no value",
                "a/b; charset utf-8 | parameter \"charset\" has no value",
                "a/b; =x | a parameter has no name",
                "a/b; x=\"y | the quote of parameter \"x\" is never closed",
                "a/b; x=y (c | a comment is never closed",
                "a/b; x=1; x=2 | parameter \"x\" occurs twice; the first one counts",
                "a/b; x*0=1; x*2=2 | a piece of a split parameter is missing; the rest is left out",
                "a/b; x*=nope''1 | charset \"nope\" is unknown",
            })
    void reportsWhatItPassesOver(String field, String problem) {
        read(field);

        assertThat(problems).contains(problem);
    }

    @Test
    @Timeout(120)
    void staysLinearOnLongFields() {
        for (String piece :
                List.of("; a=b", "; x", "; n*%d=x", "(", "\"", "; a=\"", "=", ";", "; a=(", "\\", "; name=a b")) {
            StringBuilder field = new StringBuilder("a/b");
            for (int i = 0; field.length() < 300_000; i++) {
                field.append(piece.replace("%d", Integer.toString(i)));
            }
            long start = System.nanoTime();
            assertThat(read(field.toString())).isNotNull();
            assertThat(Duration.ofNanos(System.nanoTime() - start)).as(piece).isLessThan(Duration.ofSeconds(5));
            problems.clear();
        }
    }
}
