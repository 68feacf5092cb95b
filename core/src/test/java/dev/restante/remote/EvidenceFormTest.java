package dev.restante.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.restante.Authentication;
import dev.restante.EsmtpParameters;
import dev.restante.FakeSmtpServer;
import dev.restante.LintCheck;
import dev.restante.LintFinding;
import dev.restante.Reply;
import dev.restante.Stage;
import dev.restante.TlsInfo;
import dev.restante.mail.Octets;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** What travels is the same afterwards, but for passwords. */
@Timeout(30)
class EvidenceFormTest {
    private static final JsonMapper FORM = EvidenceForm.mapper();

    private static <T> T travelled(T value, Class<T> type) {
        return FORM.readValue(FORM.writeValueAsString(value), type);
    }

    @ParameterizedTest
    @ValueSource(strings = {"2.1.0 Fine", "one\ntwo", "4.2.1 Busy\nTry later", "", "é ✓", "5.1.1", "4.2.1"})
    void repliesTravel(String text) {
        Reply reply = Reply.of(450, text);

        assertThat(travelled(reply, Reply.class)).isEqualTo(reply);
    }

    @Test
    void stagesTravelByName() {
        for (Stage<?> stage : Stage.values()) {
            assertThat(FORM.readValue(FORM.writeValueAsString(stage), Stage.class))
                    .isSameAs(stage);
        }
        assertThatThrownBy(() -> FORM.readValue("\"NOWHERE\"", Stage.class)).hasMessageContaining("NOWHERE");
    }

    @Test
    void parametersTravel() {
        for (EsmtpParameters parameters : List.of(
                EsmtpParameters.none(),
                EsmtpParameters.of(List.of(
                        new EsmtpParameters.Parameter("SIZE", Optional.of("10")),
                        new EsmtpParameters.Parameter("smtputf8", Optional.empty()),
                        new EsmtpParameters.Parameter("ENVID", Optional.of("a=b")))))) {
            assertThat(travelled(parameters, EsmtpParameters.class)).isEqualTo(parameters);
        }
    }

    @Test
    void addressesTravelWithoutALookUp() throws Exception {
        for (String ip : List.of("127.0.0.1", "::1", "2001:db8::7")) {
            InetSocketAddress address = new InetSocketAddress(InetAddress.getByName(ip), 4711);
            assertThat(travelled(address, InetSocketAddress.class)).isEqualTo(address);
        }
    }

    @Test
    void octetsTravelWhateverTheyAre() {
        byte[] all = new byte[256];
        for (int i = 0; i < all.length; i++) {
            all[i] = (byte) i;
        }
        assertThat(travelled(Octets.of(all), Octets.class).toByteArray()).isEqualTo(all);
        assertThat(travelled(Octets.empty(), Octets.class).size()).isZero();
    }

    @Test
    void certificatesTravel() {
        try (FakeSmtpServer server = FakeSmtpServer.create()) {
            TlsInfo tls = new TlsInfo(
                    "TLSv1.3",
                    "TLS_AES_256_GCM_SHA384",
                    Optional.of("mx.test"),
                    List.of(server.tls().caCertificate()),
                    true);

            assertThat(travelled(tls, TlsInfo.class)).isEqualTo(tls);
        }
        assertThatThrownBy(() -> FORM.readValue(
                        "{\"protocol\":\"x\",\"cipherSuite\":\"x\",\"serverName\":null,\"clientCertificates\":[\"AAAA\"],"
                                + "\"implicit\":false}",
                        TlsInfo.class))
                .isInstanceOfAny(JacksonException.class, IllegalArgumentException.class);
    }

    @Test
    void secretsStayBehind() {
        Authentication login = new Authentication("PLAIN", "ann", "hunter2", Optional.of("bob"));

        assertThat(FORM.writeValueAsString(login)).doesNotContain("hunter2");
        assertThat(travelled(login, Authentication.class))
                .isEqualTo(new Authentication("PLAIN", "ann", "", Optional.of("bob")));
    }

    @Test
    void findingsTravelWithTheirPlaces() {
        for (LintFinding.Place place : List.of(
                new LintFinding.InSession(3, Duration.ofNanos(1_234_567_891), "MAIL FROM: <a@x>"),
                new LintFinding.InMail(17, 2))) {
            LintFinding finding =
                    new LintFinding(LintCheck.BARE_LF_IN_COMMAND, LintFinding.Severity.WARNING, "wrong", place, 2);
            assertThat(travelled(finding, LintFinding.class)).isEqualTo(finding);
        }
    }

    @Test
    void whatANewerServerAddsIsPassedOver() {
        assertThat(FORM.readValue(
                        "{\"ids\":[],\"settled\":[],\"changes\":7,\"closed\":false,\"more\":{}}",
                        EvidenceForm.Contents.class))
                .isEqualTo(new EvidenceForm.Contents(7, false, List.of(), List.of()));
    }
}
