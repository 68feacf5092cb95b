package dev.restante.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.sun.net.httpserver.HttpServer;
import dev.restante.FakeSmtpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Other programs that are told of mail, over real HTTP. */
@Timeout(60)
class WebhooksTest {
    private final FakeSmtpServer smtp = FakeSmtpServer.create().start();
    private final BlockingQueue<String> told = new LinkedBlockingQueue<>();
    private final Queue<Integer> answers = new ConcurrentLinkedQueue<>();
    private HttpServer program;

    @BeforeEach
    void listen() throws IOException {
        program = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        program.createContext("/", exchange -> {
            Integer answer = answers.poll();
            String type = exchange.getRequestHeaders().getFirst("Content-Type");
            told.add(exchange.getRequestURI() + " " + type + " "
                    + new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            exchange.sendResponseHeaders(answer == null ? 204 : answer, -1);
            exchange.close();
        });
        program.start();
    }

    @AfterEach
    void close() {
        program.stop(0);
        smtp.close();
    }

    private URI address(String path) {
        return URI.create("http://127.0.0.1:" + program.getAddress().getPort() + path);
    }

    private void send(String subject) throws IOException {
        Sender.send(smtp, "shop@x.test", List.of("ann@y.test"), SampleMails.plain(subject, "y"));
    }

    private String next() throws InterruptedException {
        String next = told.poll(20, TimeUnit.SECONDS);
        assertThat(next).as("something is told").isNotNull();
        return next;
    }

    private Webhooks hooks(Duration pause) {
        MailMarks marks = new MailMarks(smtp.onlooker());
        return new Webhooks(List.of(address("/hook")), marks, smtp.onlooker(), pause);
    }

    @Test
    void everyAddressIsToldOfEachMailInOrder() throws Exception {
        try (RestanteUi ui = RestanteUi.builder(smtp)
                .webhooks(address("/one").toString(), address("/two").toString())
                .start()) {
            send("first");
            send("second");
            List<String> all = List.of(next(), next(), next(), next());

            for (String path : List.of("/one", "/two")) {
                List<String> own =
                        all.stream().filter(each -> each.startsWith(path)).toList();
                assertThat(own).hasSize(2);
                assertThat(own.get(0))
                        .startsWith(path + " application/json {\"ID\":\""
                                + smtp.mails().get(0).id())
                        .contains("\"Subject\":\"first\"");
                assertThat(own.get(1)).contains("\"Subject\":\"second\"");
            }
            awaitMetric(ui, "restante_webhooks_delivered_total 4.0");
            assertThat(new Http(ui.url()).get("/metrics").body())
                    .contains("restante_webhooks_waiting 0.0", "restante_webhooks_dropped_total 0.0");
        }
    }

    @Test
    void whatWaitsIsToldBeforeTheEnd() throws Exception {
        int count = 100;
        RestanteUi ui =
                RestanteUi.builder(smtp).webhooks(address("/one").toString()).start();
        for (int i = 0; i < count; i++) {
            send("no" + i);
        }
        ui.close();

        assertThat(told).hasSize(count);
    }

    private static void awaitMetric(RestanteUi ui, String line) throws Exception {
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!new Http(ui.url()).get("/metrics").body().contains(line)) {
            assertThat(System.nanoTime()).as("waiting for %s", line).isLessThan(deadline);
            LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {500, 503, 429, 408, 302})
    void whatMayChangeIsTriedAgain(int code) throws Exception {
        answers.addAll(List.of(code, code));
        try (Webhooks hooks = hooks(Duration.ofMillis(1))) {
            send("a");
            assertThat(List.of(next(), next(), next())).allMatch(each -> each.contains("\"Subject\":\"a\""));
            await(hooks, 1, 0);
        }
    }

    @Test
    void theNextGoesOutOnceOneIsGivenUp() throws Exception {
        answers.addAll(List.of(500, 500, 500, 500, 500, 500));
        try (Webhooks hooks = hooks(Duration.ofMillis(1))) {
            send("lost");
            send("told");
            List<String> all = new ArrayList<>();
            for (int i = 0; i < 7; i++) {
                all.add(next());
            }
            assertThat(all.subList(0, 6)).allMatch(each -> each.contains("lost"));
            assertThat(all.get(6)).contains("told");
            await(hooks, 1, 1);
        }
    }

    @Test
    void aRefusalIsNotTriedAgain() throws Exception {
        answers.add(410);
        try (Webhooks hooks = hooks(Duration.ofDays(1))) {
            send("refused");
            send("told");
            assertThat(next()).contains("refused");
            assertThat(next()).contains("told");
            await(hooks, 1, 1);
        }
    }

    @Test
    void nobodyThereIsTriedAgainUntilClosed() throws Exception {
        program.stop(0);
        Webhooks hooks = hooks(Duration.ofDays(1));
        send("a");
        hooks.close();
        assertThat(hooks.delivered()).isZero();
    }

    private static void await(Webhooks hooks, long delivered, long dropped) {
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (hooks.delivered() + hooks.dropped() < delivered + dropped || hooks.waiting() > 0) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            LockSupport.parkNanos(Duration.ofMillis(1).toNanos());
        }
        assertThat(List.of(hooks.delivered(), hooks.dropped())).containsExactly(delivered, dropped);
    }

    @Test
    void whatIsNoAddressIsRefused() {
        for (String wrong : List.of("localhost", "ftp://x", "http://", "http://a b")) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> RestanteUi.builder(smtp).webhooks(wrong))
                    .withMessage("\"" + wrong + "\" is no address to post to. Write http://localhost:9000/mail.");
        }
    }
}
