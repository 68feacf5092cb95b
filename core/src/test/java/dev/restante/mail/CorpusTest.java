package dev.restante.mail;

import static org.assertj.core.api.Assertions.assertThat;

import dev.restante.MailMessage;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each mail of the corpus has a text file beside it with all that the view says about it. A change of behaviour is a
 * change of one of these files: look at the difference, and if it is right, take it over.
 */
class CorpusTest {
    static List<String> names() {
        return Corpus.names();
    }

    @ParameterizedTest
    @MethodSource("names")
    void readsAsWrittenDown(String name) {
        assertThat(MessageDump.of(MailMessage.parse(Corpus.mail(name)))).isEqualTo(Corpus.expected(name));
    }

    @Test
    void holdsTheOddMailsThatTheReaderWasMadeFor() {
        assertThat(names()).hasSizeGreaterThan(40);
    }
}
