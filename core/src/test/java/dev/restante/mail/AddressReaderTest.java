package dev.restante.mail;

import static org.assertj.core.api.Assertions.assertThat;

import dev.restante.MailAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressReaderTest {
    private final List<String> problems = new ArrayList<>();

    /** The addresses, each as name|address, joined by blanks. */
    private String read(String list) {
        return AddressReader.read(list, problems::add).stream()
                .map(mailbox -> mailbox.name() + "|" + mailbox.address())
                .reduce((a, b) -> a + "  " + b)
                .orElse("");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '`',
            value = {
                "a@x ~ |a@x",
                "<a@x> ~ |a@x",
                "Ann <a@x>, b@y ~ Ann|a@x  |b@y",
                "Dr. Ann O. Author <a@x> ~ Dr. Ann O. Author|a@x",
                "\"Author, Ann\" <a@x> ~ Author, Ann|a@x",
                "\"Ann \\\"A\\\" Author\" <a@x> ~ Ann \"A\" Author|a@x",
                "a@x (Ann) ~ Ann|a@x",
                "a@x (Ann (the (first))) ~ Ann (the (first))|a@x",
                "Ann (comment) Author <a@(why)x> ~ Ann Author|a@x",
                "=?utf-8?q?J=C3=B6rg?= =?utf-8?q?_M.?= <j@x> ~ Jörg M.|j@x",
                "\"=?utf-8?q?J=C3=B6rg?=\" <j@x> ~ Jörg|j@x",
                "=?utf-8?b?SsO2cmcsIEEu?= <j@x> ~ Jörg, A.|j@x",
                "Jörg <jörg@müller.example> ~ Jörg|jörg@müller.example",
                "\"a b\"@x ~ |\"a b\"@x",
                "<\"a>b\"@x> ~ |\"a>b\"@x",
                "a @ x.y ~ |a@x.y",
                "a@[192.0.2.1], b@[IPv6:2001:db8::1] ~ |a@[192.0.2.1]  |b@[IPv6:2001:db8::1]",
                "<@r1,@r2:a@x> ~ |a@x",
                "Team: a@x, B <b@y>;, c@z ~ |a@x  B|b@y  |c@z",
                "undisclosed-recipients:; ~ ``",
                "A: a@x;, B:;, C: c@x; ~ |a@x  |c@x",
                ",, a@x ,, ~ |a@x",
                "`` ~ ``",
                "(only a comment) ~ ``",
            })
    void readsSoundListsWithoutAProblem(String list, String expected) {
        assertThat(read(list)).isEqualTo(expected);
        assertThat(problems).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '`',
            value = {
                "Ann a@x ~ Ann|a@x ~ brackets or commas are missing",
                "a@x b@y ~ |a@x  |b@y ~ brackets or commas are missing",
                "Ann <a@x ~ Ann|a@x ~ \"<\" is never closed",
                "Ann <a@x, Bob <b@y> ~ Ann|a@x  Bob|b@y ~ \"<\" is never closed",
                "Ann <a@x> b, c@y ~ Ann|a@x  |c@y ~ text after an address was passed over: \"b\"",
                "Ann <a@x> Bob <b@y> ~ Ann|a@x  Bob|b@y ~ a comma is missing after \"a@x\"",
                "Ann <> ~ Ann| ~ an address is empty",
                "root ~ |root ~ \"root\" has no domain",
                "root (cron) ~ cron|root ~ \"root\" has no domain",
                "no address here ~ no address here| ~ \"no address here\" holds no address",
                "\"open <a@x>, b@y ~ open|a@x  |b@y ~ a quote is never closed",
                "(open <a@x>, b@y ~ open|a@x  |b@y ~ a comment is never closed",
                "=?utf-8?q?Ann_=3Ca=40x=3E?= ~ Ann|a@x ~ the address itself is an encoded word",
                "=?nope?q?Ann?= <a@x> ~ Ann|a@x ~ charset \"nope\" is unknown",
            })
    void readsWhatItCanOfBrokenLists(String list, String expected, String problem) {
        assertThat(read(list)).isEqualTo(expected);
        assertThat(problems).singleElement().asString().startsWith(problem);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '`',
            value = {
                "a@x> ~ |a@x",
                "<<a@x>> ~ |a@x",
                "a@x; b@y ~ |a@x  |b@y",
                "=?utf-8?Q?Doe,_John?= <j@x> ~ Doe, John|j@x",
                "mailto:a@x ~ |a@x",
                "@ ~ |@",
                "a@ b ~ |a@b",
            })
    void forgivesWhatIsReadWithoutDoubt(String list, String expected) {
        assertThat(read(list)).isEqualTo(expected);
    }

    @Test
    void showsAnAddressWithItsNameOrWithout() {
        assertThat(MailAddress.parseList("Ann <a@x>, b@y"))
                .extracting(MailAddress::toString)
                .containsExactly("Ann <a@x>", "b@y");
    }

    @Test
    void leavesOutAddressesBeyondTheLimit() {
        assertThat(AddressReader.read("a@x,".repeat(20_000), problems::add)).hasSize(10_000);
        assertThat(problems).containsExactly("more than 10000 addresses; the rest is left out");
    }

    @ParameterizedTest
    @Timeout(60)
    @ValueSource(
            strings = {
                "(",
                ")",
                "<",
                ">",
                "\"",
                "a@x,",
                "a:",
                ":",
                ";",
                "a:b,",
                "<@a,",
                "\"\"",
                "a@x : ",
                "b ",
                "@ ",
                "[a:",
                "a\"b\"",
                "=?a?q?",
                "=?a?q?b?=",
                "<\"",
                "(\\",
                "a@[",
                "<(",
                "a <b> ",
                "\\",
                "()",
                "[",
                "<a@x> b"
            })
    void staysLinearOnLongLists(String piece) {
        String list = piece.repeat(300_000 / piece.length());
        long start = System.nanoTime();

        assertThat(AddressReader.read(list, problem -> {})).isNotNull();
        assertThat(AddressReader.read("a b c <" + list + " d@e" + list, problem -> {}))
                .isNotNull();

        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
    }
}
