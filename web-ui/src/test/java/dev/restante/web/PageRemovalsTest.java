package dev.restante.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.restante.CapturedMail;
import dev.restante.FakeSmtpServer;
import dev.restante.MailboxSelector;
import dev.restante.SmtpMailbox;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** What the page asks when a person deletes mail: which mails are meant is settled first, and they go when it is said again. */
@Timeout(60)
class PageRemovalsTest {
    private final FakeSmtpServer smtp = FakeSmtpServer.create().start();
    private RestanteUi ui;
    private Http http;

    @BeforeEach
    void open() throws Exception {
        ui = RestanteUi.start(smtp);
        http = new Http(ui.url());
        for (int i = 1; i <= 4; i++) {
            send("no" + i);
        }
    }

    @AfterEach
    void close() {
        ui.close();
        smtp.close();
    }

    private void send(String subject) throws Exception {
        Sender.send(smtp, "a@x.test", List.of("b@orders.test"), SampleMails.plain(subject, "text"));
    }

    private List<String> subjects() {
        return smtp.onlooker().mails().stream()
                .map(mail -> mail.subject().orElse(""))
                .toList();
    }

    private JsonNode settled(String path, String body) throws Exception {
        HttpResponse<String> answer = http.send("POST", path, body);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return Http.read(answer.body());
    }

    private int performed(String path, JsonNode settled) throws Exception {
        return settled(path + "/" + settled.get("removal").asString(), "")
                .get("removed")
                .asInt();
    }

    @Test
    void whatComesLaterIsNotMeant() throws Exception {
        JsonNode all = settled("/page/removals", "{\"Search\":\"\",\"Most\":3}"); // the fourth had not been shown yet
        assertThat(all.get("count").asInt()).isEqualTo(3);
        assertThat(subjects()).hasSize(4);
        send("later");

        assertThat(performed("/page/removals", all)).isEqualTo(3);
        assertThat(subjects()).containsExactly("no4", "later");
        assertThat(performed("/page/removals", all)).as("a second time").isZero();
    }

    @Test
    void aSearchAndIdsChooseWhatIsMeant() throws Exception {
        assertThat(performed("/page/removals", settled("/page/removals", "{\"Search\":\"subject:no2\",\"Most\":9}")))
                .isEqualTo(1);
        CapturedMail third = smtp.onlooker().mails().get(1);
        assertThat(performed(
                        "/page/removals", settled("/page/removals", "{\"IDs\":[\"" + third.id() + "\",\"gone\"]}")))
                .isEqualTo(1);
        assertThat(subjects()).containsExactly("no1", "no4");
    }

    @Test
    void whatIsTakenBackStays() throws Exception {
        JsonNode all = settled("/page/removals", "{\"Search\":\"\",\"Most\":4}");
        assertThat(http.send("DELETE", "/page/removals/" + all.get("removal").asString(), "")
                        .statusCode())
                .isEqualTo(200);
        assertThat(performed("/page/removals", all)).isZero();
        assertThat(subjects()).hasSize(4);
    }

    @Test
    void aMailboxHasItsOwn() throws Exception {
        SmtpMailbox orders = smtp.mailbox("orders", MailboxSelector.recipient("*@orders.test"));
        send("ordered");
        String path = "/page/mailboxes/orders/removals";
        JsonNode all = settled(path, "{\"Search\":\"\",\"Most\":9}");
        assertThat(performed("/page/removals", all))
                .as("the server's own knows nothing of it")
                .isZero();
        assertThat(performed(path, all)).isEqualTo(1);
        assertThat(orders.mails()).isEmpty();
        assertThat(subjects()).hasSize(4);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x",
                "{\"Ids\":3}",
                "{\"IDs\":\"all\"}",
                "{\"Search\":\"(a\",\"Most\":9}",
                "{\"Search\":\"before:someday\",\"Most\":9}",
                "{\"Search\":\"\",\"Most\":\"9\"}",
                "{\"Serach\":\"a\",\"Most\":9}"
            })
    void whatCannotBeReadRemovesNothing(String body) throws Exception {
        assertThat(http.send("POST", "/page/removals", body).statusCode()).isEqualTo(400);
        assertThat(subjects()).hasSize(4);
    }

    @Test
    void withoutABoundNothingIsMeant() throws Exception {
        assertThat(settled("/page/removals", "{}").get("count").asInt()).isZero();
    }
}
