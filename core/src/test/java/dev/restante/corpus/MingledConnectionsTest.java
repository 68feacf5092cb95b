package dev.restante.corpus;

import static org.assertj.core.api.Assertions.assertThat;

import dev.restante.CapturedMail;
import dev.restante.FakeSmtpServer;
import dev.restante.WireDialogue;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Connections leave their buffers to those that come after them: whatever some do, and however they end, no octet of one may
 * turn up in another's mail.
 */
@Timeout(120)
class MingledConnectionsTest {
    private static final int THREADS = 8;
    private static final int CONNECTIONS = 60;
    private static final int[] SIZES = {0, 1, 100, 8_191, 16_383, 16_384, 16_385, 70_000};

    private final Map<String, byte[]> sent = new ConcurrentHashMap<>();

    @Test
    void noOctetOfOneTurnsUpInTheMailOfAnother() throws Exception {
        try (FakeSmtpServer smtp = FakeSmtpServer.builder().smtpsPort(0).build().start()) {
            ExecutorService clients = Executors.newFixedThreadPool(THREADS);
            List<Future<?>> all = new ArrayList<>();
            for (int thread = 0; thread < THREADS; thread++) {
                Random random = new Random(thread);
                all.add(clients.submit(() -> {
                    for (int i = 0; i < CONNECTIONS; i++) {
                        converse(smtp, random);
                    }
                }));
            }
            for (Future<?> each : all) {
                each.get();
            }
            clients.shutdown();

            assertThat(smtp.mails()).hasSize(sent.size());
            for (CapturedMail mail : smtp.mails()) {
                assertThat(mail.bytes()).isEqualTo(sent.get(mail.id()));
            }
        }
    }

    private void converse(FakeSmtpServer smtp, Random random) {
        WireDialogue client = random.nextInt(4) == 0 ? WireDialogue.overTls(smtp) : WireDialogue.with(smtp);
        client.expect("220 ").say("EHLO mingled.test", "250 ");
        for (int i = random.nextInt(4); i >= 0; i--) {
            byte[] body = body(random);
            client.say("MAIL FROM:<a@client.test>", "250 ").say("RCPT TO:<b@dest.test>", "250 ");
            switch (random.nextInt(5)) {
                case 0 -> {
                    client.send("BDAT " + (body.length + 1)).sendRaw(body).reset();
                    return;
                }
                case 1 -> {
                    client.say("DATA", "354 ").sendRaw(body).close();
                    return;
                }
                case 2 ->
                    client.sendRaw("\u00ff".repeat(40_000) + "\r\n")
                            .expect("500 ")
                            .say("RSET", "250 ");
                default -> {
                    int half = body.length / 2;
                    client.sendRaw("BDAT " + half + "\r\n" + text(body, 0, half));
                    client.sendRaw("BDAT " + (body.length - half) + " LAST\r\n" + text(body, half, body.length));
                    client.expect("250 ");
                    String reply = client.reply().get(0);
                    assertThat(reply).startsWith("250 2.0.0 Ok: queued as ");
                    sent.put(reply.substring(reply.lastIndexOf(' ') + 1), body);
                }
            }
        }
        if (random.nextBoolean()) {
            client.say("QUIT", "221 ");
        }
        client.close();
    }

    /** A body that tells whose it is wherever one looks. */
    private static byte[] body(Random random) {
        String mark = Long.toHexString(random.nextLong()) + "\r\n";
        int size = SIZES[random.nextInt(SIZES.length)];
        return mark.repeat(size / mark.length() + 1).substring(0, size).getBytes(StandardCharsets.US_ASCII);
    }

    private static String text(byte[] body, int from, int to) {
        return new String(body, from, to - from, StandardCharsets.US_ASCII);
    }
}
