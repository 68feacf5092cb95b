package dev.restante.listener.commands;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class ScramTest {
    private static final String NONCE = "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
    private static final byte[] SALT = Base64.getDecoder().decode("W22ZaJ0SNY7soEsUEjb6gQ==");

    /** The exchange of RFC 7677 section 3. */
    @Test
    void theExampleOfTheStandardComesOutAsPrinted() throws Exception {
        Scram scram = new Scram("n,,n=user,r=rOprNGfwEbeRWgbNEkqO", NONCE, SALT);

        assertThat(scram.user()).isEqualTo("user");
        assertThat(scram.authorization()).isEmpty();
        assertThat(scram.serverFirst())
                .isEqualTo("r=rOprNGfwEbeRWgbNEkqO" + NONCE + ",s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096");

        scram.clientFinal("c=biws,r=rOprNGfwEbeRWgbNEkqO" + NONCE + ",p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=");
        assertThat(scram.serverFinal("pencil")).contains("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=");
        assertThat(scram.serverFinal("pencil2")).isEmpty();
        assertThat(scram.serverFinal("")).isEmpty();
        assertThat(scram.serverFinal(null)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''                                | 5.5.2 SCRAM-SHA-256 begins with n,,n=user,r=nonce",
                "n,,                               | 5.5.2 SCRAM-SHA-256 begins with n,,n=user,r=nonce",
                "n,,n=user                         | 5.5.2 SCRAM-SHA-256 begins with n,,n=user,r=nonce",
                "n,,r=abc,n=user                   | 5.5.2 SCRAM-SHA-256 begins with n,,n=user,r=nonce",
                "n,b=x,n=user,r=abc                | 5.5.2 SCRAM-SHA-256 begins with n,,n=user,r=nonce",
                "x,,n=user,r=abc                   | 5.5.2 SCRAM-SHA-256 begins with n or y",
                "p=tls-unique,,n=user,r=abc        | 5.5.2 SCRAM-SHA-256 has no channel binding; that is SCRAM-SHA-256-PLUS",
                "n,,m=x,n=user,r=abc               | 5.5.2 SCRAM-SHA-256 has no extension that a client could make mandatory",
                "n,,n=,r=abc                       | 5.5.2 SCRAM-SHA-256 needs a user and a nonce",
                "n,,n=user,r=                      | 5.5.2 SCRAM-SHA-256 needs a user and a nonce",
                "n,,n=us=er,r=abc                  | 5.5.2 In a name, a comma is =2C and an equals sign is =3D",
            })
    void aMalformedBeginningIsRefused(String message, String reply) {
        assertThatExceptionOfType(Refusal.class)
                .isThrownBy(() -> new Scram(message))
                .satisfies(refusal -> assertThat(refusal.reply()).hasToString("501 " + reply));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''                        | ends with c=binding,r=nonce,p=proof",
                "c=biws,r=abcdef           | ends with c=binding,r=nonce,p=proof",
                "c=eSws,r=abcdef,p=AAAA    | repeats its header in c=, which would be biws",
                "c=biws,r=abc,p=AAAA       | repeats the whole nonce in r=",
                "c=biws,p=AAAA             | repeats the whole nonce in r=",
            })
    void aMalformedEndIsRefused(String message, String reply) throws Exception {
        Scram scram = new Scram("n,,n=user,r=abc", "def", SALT);
        assertThatExceptionOfType(Refusal.class)
                .isThrownBy(() -> scram.clientFinal(message))
                .satisfies(refusal -> assertThat(refusal.reply()).hasToString("501 5.5.2 SCRAM-SHA-256 " + reply));
    }

    @Test
    void namesAreUnescapedAndNoncesNeverTheSame() throws Exception {
        Scram one = new Scram("y,a=bo=2Cb,n=an=3Dn,r=abc");
        Scram two = new Scram("y,a=bo=2Cb,n=an=3Dn,r=abc");

        assertThat(one.user()).isEqualTo("an=n");
        assertThat(one.authorization()).contains("bo,b");
        assertThat(one.serverFirst()).isNotEqualTo(two.serverFirst()).startsWith("r=abc");
    }

    @Test
    void aProofThatIsNoBase64IsWrongAndNoError() throws Exception {
        Scram scram = new Scram("n,,n=user,r=abc", "def", SALT);
        scram.clientFinal("c=biws,r=abcdef,p=!!!");
        assertThat(scram.serverFinal("pencil")).isEmpty();
    }
}
