package dev.restante.web;

import static dev.restante.MailboxSelector.recipient;
import static dev.restante.Script.on;
import static dev.restante.Stage.RCPT_TO;
import static org.assertj.core.api.Assertions.assertThat;

import dev.restante.FakeSmtpMailbox;
import dev.restante.FakeSmtpServer;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/** Mailboxes of their own over HTTP: each with the routes that the server has, over nothing but its own mail and rules. */
@Timeout(60)
class MailboxesApiTest {
    private static final String ORDERS = "/api/v1/mailboxes/orders";

    private final FakeSmtpServer smtp = FakeSmtpServer.create().start();
    private RestanteUi ui;
    private Http http;

    @BeforeEach
    void open() throws Exception {
        ui = RestanteUi.start(smtp);
        http = new Http(ui.url());
        assertThat(http.send("PUT", ORDERS, "{\"select\":[\"rcpt:*@orders.test\"]}")
                        .statusCode())
                .isEqualTo(200);
    }

    @AfterEach
    void close() {
        ui.close();
        smtp.close();
    }

    private void send(String subject, String... to) throws Exception {
        Sender.send(smtp, "app@x.test", List.of(to), "Subject: " + subject + "\r\n\r\nhello\r\n");
    }

    private List<String> subjects(String path) throws Exception {
        return http.json(path)
                .get("messages")
                .valueStream()
                .map(mail -> mail.get("Subject").asString())
                .toList();
    }

    @Test
    void aMailIsListedWhereItBelongs() throws Exception {
        send("order", "ann@orders.test");
        send("other", "ann@other.test");
        assertThat(subjects(ORDERS + "/messages")).containsExactly("order");
        assertThat(subjects("/api/v1/messages")).containsExactly("other");
        assertThat(subjects("/api/v1/mailboxes/default/messages")).containsExactly("other");
        assertThat(subjects(ORDERS + "/search?query=subject:order")).containsExactly("order");
        assertThat(subjects(ORDERS + "/search?query=subject:other")).isEmpty();
        // Its keys are those of the compatible route, and no others.
        assertThat(Http.keys(http.json(ORDERS + "/messages"))).isEqualTo(Http.keys(http.json("/api/v1/messages")));
        String id = http.json(ORDERS + "/messages").at("/messages/0/ID").asString();
        assertThat(http.json(ORDERS + "/message/latest").get("ID").asString()).isEqualTo(id);
        assertThat(http.send("GET", ORDERS + "/message/" + id + "/raw", "").body())
                .startsWith("Subject: order");
        assertThat(http.send("GET", "/api/v1/message/" + id, "").statusCode()).isEqualTo(404);
        assertThat(http.json(ORDERS + "/messages").get("unread").asInt()).isZero();
        assertThat(http.json("/api/v1/messages").get("unread").asInt()).isEqualTo(1);
        assertThat(http.json(ORDERS + "/attempts").get("total").asInt()).isEqualTo(1);
        assertThat(http.json("/api/v1/attempts").at("/attempts/1/mailboxes/0").asString())
                .isEqualTo("orders");
        assertThat(http.json(ORDERS + "/sessions").get("total").asInt()).isEqualTo(1);
        JsonNode told = http.json(ORDERS);
        assertThat(told.get("messages").asInt()).isEqualTo(1);
        assertThat(told.get("select").toString()).isEqualTo("[\"rcpt:*@orders.test\"]");
    }

    @Test
    void itsScriptIsItsOwn() throws Exception {
        String rule =
                "{\"rules\":[{\"name\":\"busy\",\"on\":\"RCPT_TO\",\"reply\":{\"code\":450,\"text\":\"4.2.1 Busy\"},"
                        + "\"times\":1}]}";
        assertThat(http.send("PUT", ORDERS + "/script", rule).statusCode()).isEqualTo(200);
        smtp.script(on(RCPT_TO).to("never@*").reply(550, "5.1.1 No").always());
        send("other", "ann@other.test");
        try (Sender sender = Sender.to(smtp, "app.test")) {
            sender.say("MAIL FROM:<app@x.test>");
            assertThat(sender.say("RCPT TO:<ann@orders.test>")).startsWith("450 4.2.1 Busy");
        }
        JsonNode rules = http.json(ORDERS + "/script").get("rules");
        assertThat(rules.valueStream().map(each -> each.get("hits").asInt())).containsExactly(1);
        assertThat(http.send("PATCH", ORDERS + "/script", rule).statusCode()).isEqualTo(200);
        assertThat(http.json(ORDERS + "/script").get("rules")).hasSize(2);
        assertThat(http.json(ORDERS).get("unfired").asInt()).isEqualTo(1);
        assertThat(http.json("/api/v1/script").get("rules")).hasSize(1);
        assertThat(http.send("DELETE", ORDERS + "/script", "").statusCode()).isEqualTo(200);
        assertThat(http.json(ORDERS + "/script").get("rules")).isEmpty();
        assertThat(smtp.rules()).hasSize(1);
    }

    @Test
    void whatIsWaitedForAndTakenIsItsOwn() throws Exception {
        CompletableFuture<JsonNode> wait = CompletableFuture.supplyAsync(() -> {
            try {
                return http.json(ORDERS + "/wait?timeout=20s");
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
        send("other", "ann@other.test");
        send("order", "ann@orders.test");
        assertThat(wait.get().at("/messages/0/Subject").asString()).isEqualTo("order");
        HttpResponse<String> taken = http.send("POST", ORDERS + "/take", "{\"timeout\":\"5s\"}");
        assertThat(Http.read(taken.body()).at("/messages/0/Subject").asString()).isEqualTo("order");
        assertThat(subjects(ORDERS + "/messages")).isEmpty();
        assertThat(subjects("/api/v1/messages")).containsExactly("other");
        assertThat(http.json(ORDERS + "/wait?timeout=1ms").get("complete").asBoolean())
                .isFalse();
    }

    @Test
    void removingAllOfOneLeavesTheOthers() throws Exception {
        send("both", "ann@orders.test", "bob@other.test");
        assertThat(http.send("DELETE", ORDERS + "/messages", "").statusCode()).isEqualTo(200);
        assertThat(subjects(ORDERS + "/messages")).isEmpty();
        assertThat(subjects("/api/v1/messages")).containsExactly("both");
        send("again", "ann@orders.test");
        assertThat(http.send("POST", ORDERS + "/reset", "").statusCode()).isEqualTo(200);
        assertThat(subjects(ORDERS + "/messages")).isEmpty();
        assertThat(http.json(ORDERS + "/attempts").get("total").asInt()).isZero();
        assertThat(subjects("/api/v1/messages")).containsExactly("both");
    }

    @Test
    void whatWasMadeInThisJvmIsThereToo() throws Exception {
        FakeSmtpMailbox made = smtp.mailbox("made", recipient("*@made.test"));
        assertThat(http.json("/api/v1/mailboxes")
                        .get("mailboxes")
                        .valueStream()
                        .map(each -> each.get("name").asString()))
                .containsExactly("default", "orders", "made");
        send("x", "ann@made.test");
        assertThat(subjects("/api/v1/mailboxes/made/messages")).containsExactly("x");
        assertThat(made.mailsNotLookedAt()).hasSize(1); // whoever looks on has not looked for the test
        made.close();
        assertThat(http.send("GET", "/api/v1/mailboxes/made/messages", "").statusCode())
                .isEqualTo(404);
        // Another of the same name begins empty.
        smtp.mailbox("made", recipient("*@other.test"));
        assertThat(subjects("/api/v1/mailboxes/made/messages")).isEmpty();
    }

    @Test
    void aMailboxIsMadeBoundedAndRemoved() throws Exception {
        HttpResponse<String> made = http.send(
                "POST",
                "/api/v1/mailboxes",
                "{\"name\":\"small\",\"select\":[\"helo:small\",\"user:small\"],\"maxMails\":1}");
        assertThat(made.statusCode()).isEqualTo(201);
        assertThat(smtp.mailbox("small").retention().mails()).isEqualTo(1);
        assertThat(http.json("/api/v1/mailboxes/small/retention").toString())
                .isEqualTo("{\"maxMails\":1,\"maxBytes\":134217728}");
        assertThat(http.send("PUT", "/api/v1/mailboxes/small/retention", "{\"maxMails\":2}")
                        .body())
                .isEqualTo("{\"maxMails\":2,\"maxBytes\":134217728}");
        // The same once more changes nothing.
        assertThat(http.send("PUT", "/api/v1/mailboxes/small", "{\"select\":[\"helo:small\",\"user:small\"]}")
                        .statusCode())
                .isEqualTo(200);
        assertThat(smtp.mailbox("small").retention().mails()).isEqualTo(2);
        FakeSmtpMailbox small = smtp.mailbox("small");
        assertThat(http.send("DELETE", "/api/v1/mailboxes/small", "").statusCode())
                .isEqualTo(200);
        assertThat(small.isRemoved()).isTrue();
    }

    @Test
    void eventsAreOfTheMailboxAloneAndEndWithIt() throws Exception {
        CompletableFuture<String> heard = CompletableFuture.supplyAsync(() -> {
            try {
                return http.send("GET", ORDERS + "/events/stream", "").body();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
        // Sent until the stream has begun: nothing tells from outside when it has.
        for (int i = 0; i < 20 && http.json(ORDERS + "/messages").get("total").asInt() < 20; i++) {
            send("other " + i, "ann@other.test");
            send("order " + i, "ann@orders.test");
        }
        smtp.mailbox("orders").close();
        assertThat(heard.get())
                .startsWith("event: hello")
                .contains("event: new")
                .doesNotContain("other ");
    }
}
