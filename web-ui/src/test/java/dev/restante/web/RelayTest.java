package dev.restante.web;

import static dev.restante.Script.on;
import static dev.restante.Stage.RCPT_TO;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.restante.AuthPolicy;
import dev.restante.CapturedMail;
import dev.restante.Envelope;
import dev.restante.FakeSmtpServer;
import dev.restante.Scenarios;
import dev.restante.relay.Relay;
import dev.restante.relay.Route;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Caught mail that is released to another server, by hand and by itself. */
@Timeout(60)
class RelayTest {
    private final FakeSmtpServer smtp = FakeSmtpServer.create().start();
    private final FakeSmtpServer outside = FakeSmtpServer.builder()
            .startTls()
            .smtpsPort(0)
            .auth(AuthPolicy.users(Map.of("ann", "secret")))
            .build()
            .start();
    private final Relay relay = Relay.over(Route.to("127.0.0.1:" + outside.port()))
            .allowing(List.of("*@team.test"))
            .blocking(List.of("boss@*"));

    @AfterEach
    void close() {
        smtp.close();
        outside.close();
    }

    private CapturedMail caught(String subject, String... recipients) throws IOException {
        Sender.send(
                smtp.host(),
                smtp.port(),
                "shop@x.test",
                "shop@x.test",
                List.of(recipients),
                SampleMails.plain(subject, "y"));
        List<CapturedMail> all = smtp.mails();
        return all.get(all.size() - 1);
    }

    private static HttpResponse<String> release(RestanteUi ui, CapturedMail mail, String... recipients)
            throws Exception {
        return new Http(ui.url())
                .send(
                        "POST",
                        "/api/v1/message/" + mail.id() + "/release",
                        "{\"To\":[\"" + String.join("\",\"", recipients) + "\"]}");
    }

    private static List<String> recipients(CapturedMail mail) {
        return mail.envelope().recipients().stream()
                .map(Envelope.Recipient::address)
                .toList();
    }

    @Test
    void aMailIsReleasedAsItWasCaught() throws Exception {
        try (RestanteUi ui = RestanteUi.builder(smtp).relay(relay).start()) {
            CapturedMail mail = caught("hello", "bob@y.test");

            HttpResponse<String> answer = release(ui, mail, "dev@team.test", "qa@TEAM.test");

            assertThat(answer.body()).isEqualTo("ok");
            assertThat(answer.statusCode()).isEqualTo(200);
            CapturedMail released = outside.takeMail();
            assertThat(released.bytes()).isEqualTo(mail.bytes());
            assertThat(released.envelope().sender().address()).isEqualTo("shop@x.test");
            assertThat(recipients(released)).containsExactly("dev@team.test", "qa@TEAM.test");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "dev@team.test,eve@else.test | Failed: 1 Address do not match the allowlist: eve@else.test",
                "boss@team.test | Failed: 1 Address found on blocklist: boss@team.test",
                "nobody | Invalid email address: nobody",
            })
    void whoIsNotAllowedGetsNothing(String to, String text) throws Exception {
        try (RestanteUi ui = RestanteUi.builder(smtp).relay(relay).start()) {
            HttpResponse<String> answer = release(ui, caught("hello", "bob@y.test"), to.split(","));

            assertThat(answer.statusCode()).isEqualTo(400);
            assertThat(answer.body()).isEqualTo(text);
            assertThat(outside.sessions()).isEmpty();
        }
    }

    @Test
    void whatTheRelaySaysIsTold() throws Exception {
        outside.scenario(Scenarios.unknownUser("gone@*"));
        try (RestanteUi ui = RestanteUi.builder(smtp).relay(relay).start()) {
            CapturedMail mail = caught("hello", "bob@y.test");
            assertThat(release(ui, mail, "gone@team.test").body())
                    .isEqualTo("SMTP error: 127.0.0.1:" + outside.port()
                            + " did not take the mail: gone@team.test: 550 5.1.1 No such user");
            outside.close();
            assertThat(release(ui, mail, "dev@team.test").body()).startsWith("SMTP error: Cannot send to 127.0.0.1:");
        }
    }

    @ParameterizedTest
    @CsvSource({"STARTTLS, true", "STARTTLS, false", "IMPLICIT, true", "IMPLICIT, false"})
    void aCertificateIsCheckedUnlessAnyWillDo(Route.Tls tls, boolean any) throws Exception {
        int port = tls == Route.Tls.STARTTLS ? outside.port() : outside.smtpsPort();
        Route route = Route.to("127.0.0.1:" + port).inside(tls).as(new Route.Login("ann", "secret"));
        Relay way = Relay.over(any ? route.trustingAnybody() : route)
                .allowing(List.of("*"))
                .returningTo("postmaster@team.test");
        try (RestanteUi ui = RestanteUi.builder(smtp).relay(way).start()) {
            HttpResponse<String> answer = release(ui, caught("hello", "bob@y.test"), "dev@team.test");

            assertThat(answer.statusCode()).isEqualTo(any ? 200 : 400);
            if (any) {
                CapturedMail released = outside.takeMail();
                assertThat(released.client().user()).contains("ann");
                assertThat(released.client().tls()).isPresent();
                assertThat(released.envelope().sender().address()).isEqualTo("postmaster@team.test");
            } else {
                assertThat(outside.mails()).isEmpty();
            }
        }
    }

    @Test
    void theConfigurationTellsOfTheRelay() throws Exception {
        try (RestanteUi ui = RestanteUi.builder(smtp).relay(relay).start()) {
            assertThat(new Http(ui.url()).get("/api/v1/webui").body())
                    .contains("\"Enabled\":true")
                    .contains("\"SMTPServer\":\"127.0.0.1:" + outside.port() + "\"")
                    .contains("\"AllowedRecipients\":\"*@team.test\"")
                    .contains("\"BlockedRecipients\":\"boss@*\"");
        }
    }

    // ---- by itself

    @Test
    void whatAQueryFindsIsReleasedToThoseAllowed() throws Exception {
        try (RestanteUi ui = RestanteUi.builder(smtp)
                .relay(relay)
                .autoRelease("subject:urgent")
                .start()) {
            caught("dull", "dev@team.test");
            caught("urgent", "bob@y.test");
            CapturedMail urgent = caught("urgent", "dev@team.test", "boss@team.test", "bob@y.test");

            CapturedMail released = outside.takeMail();
            assertThat(released.bytes()).isEqualTo(urgent.bytes());
            assertThat(recipients(released)).containsExactly("dev@team.test");
            awaitTag(ui, urgent, "Released");
            assertThat(outside.mails()).isEmpty();
        }
    }

    @Test
    void whatCouldNotBeReleasedIsTaggedAndTheNextGoesOut() throws Exception {
        outside.scenario(Scenarios.unknownUser("gone@*"));
        try (RestanteUi ui = RestanteUi.builder(smtp)
                .relay(relay)
                .autoRelease("rcpt:team.test")
                .start()) {
            CapturedMail first = caught("one", "gone@team.test");
            caught("two", "dev@team.test");

            assertThat(outside.takeMail().message().subject()).contains("two");
            awaitTag(ui, first, "Release failed");
        }
    }

    @Test
    void whatTheRelayDoesNotTakeNowIsReleasedLater() throws Exception {
        outside.script(on(RCPT_TO).reply(450, "4.2.1 Later").once());
        try (RestanteUi ui = RestanteUi.builder(smtp)
                .relay(relay)
                .autoRelease("rcpt:team.test")
                .start()) {
            CapturedMail mail = caught("later", "dev@team.test");

            assertThat(outside.takeMail().message().subject()).contains("later");
            awaitTag(ui, mail, "Released");
            assertThat(outside.attempts()).hasSize(2);
        }
    }

    @Test
    void aRelayThatLeadsBackEndsByItself() throws Exception {
        Relay back = Relay.over(Route.to("127.0.0.1:" + smtp.port())).allowing(List.of("*"));
        try (RestanteUi ui = RestanteUi.builder(smtp)
                .relay(back)
                .autoRelease("subject:round")
                .start()) {
            caught("round", "dev@team.test");
            List<CapturedMail> mails = smtp.awaitMails(21);
            awaitTag(ui, mails.get(20), "Release failed");
            assertThat(smtp.mails()).hasSize(21);
        }
    }

    @Test
    void aMailThatGoesInCirclesStays() throws Exception {
        try (RestanteUi ui = RestanteUi.builder(smtp)
                .relay(relay)
                .autoRelease("rcpt:team.test")
                .start()) {
            String octets = "Received: from a by b\r\n".repeat(51) + "Subject: round\r\n\r\nx\r\n";
            Sender.send(smtp.host(), smtp.port(), "x", "shop@x.test", List.of("dev@team.test"), octets);
            awaitTag(ui, smtp.mails().get(0), "Release failed");
            assertThat(outside.sessions()).isEmpty();
        }
    }

    private static void awaitTag(RestanteUi ui, CapturedMail mail, String tag) throws Exception {
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        Http http = new Http(ui.url());
        while (!http.get("/api/v1/messages")
                .body()
                .replaceAll(".*?\"ID\":\"" + mail.id() + "\"", "")
                .contains(tag)) {
            assertThat(System.nanoTime()).as("waiting for the tag %s", tag).isLessThan(deadline);
            LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
        }
    }

    @Test
    void whatCannotBeReadIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Route.to("relay.test"))
                .withMessage("\"relay.test\" is no server. Write HOST:PORT.");
        assertThatIllegalArgumentException().isThrownBy(() -> Route.to("relay.test:99999"));
        assertThat(Route.to("[::1]:25").toString()).isEqualTo("[::1]:25");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RestanteUi.builder(smtp).autoRelease("(a"))
                .withMessageStartingWith("The query \"(a\" cannot be read: ");
    }
}
