package dev.restante.mailbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.restante.CapturedMail;
import dev.restante.Envelope;
import dev.restante.EsmtpParameters;
import dev.restante.FakeSmtpServer;
import dev.restante.Matching;
import dev.restante.Onlooker;
import dev.restante.SmtpClient;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The store's order, bounds and counts, whatever is added and removed, beside a plain list. */
@Timeout(60)
class MailStoreTest {
    private static final int BOUND = 700;

    private static CapturedMail deliver(FakeSmtpServer server, int n) {
        return server.deliver(
                new SmtpClient(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 7),
                        Optional.empty(),
                        false,
                        Optional.empty(),
                        Optional.empty()),
                new Envelope(
                        new Envelope.Sender("", "<>", EsmtpParameters.none()),
                        List.of(new Envelope.Recipient("bob@y.test", "<bob@y.test>", EsmtpParameters.none()))),
                new byte[n % 100]);
    }

    @Test
    void aStoreDoesWhatAListWould() {
        Random random = new Random(6);
        try (FakeSmtpServer server =
                FakeSmtpServer.builder().keepMails(BOUND, 1L << 30).build().start()) {
            Onlooker store = server.onlooker();
            List<CapturedMail> model = new ArrayList<>();
            int removed = 0;
            int evicted = 0;
            for (int step = 0; step < 20_000; step++) {
                int kind = random.nextInt(100);
                if (kind < 80) {
                    model.add(deliver(server, step));
                    if (model.size() > BOUND) {
                        model.remove(0);
                        removed++;
                        evicted++;
                    }
                } else if (kind < 98 && !model.isEmpty()) { // from the front, the back and the middle
                    CapturedMail one =
                            model.get(kind < 84 ? 0 : kind < 88 ? model.size() - 1 : random.nextInt(model.size()));
                    assertThat(store.remove(Matching.that("this one", one::equals)))
                            .containsExactly(one);
                    model.remove(one);
                    removed++;
                } else if (random.nextInt(20) == 0) {
                    int odd = random.nextInt(7);
                    List<CapturedMail> most = model.stream()
                            .filter(mail -> mail.size() % 7 != odd)
                            .toList();
                    assertThat(store.remove(Matching.that("most", mail -> mail.size() % 7 != odd)))
                            .isEqualTo(most);
                    model.removeAll(most);
                    removed += most.size();
                }
                if (step % 50 == 0) {
                    assertThat(store.mails()).isEqualTo(model);
                    List<CapturedMail> newestFirst = new ArrayList<>(model);
                    Collections.reverse(newestFirst);
                    int start = random.nextInt(model.size() + 2);
                    int limit = random.nextInt(60);
                    assertThat(store.newest(start, limit))
                            .isEqualTo(new Onlooker.Page(
                                    newestFirst.stream()
                                            .skip(start)
                                            .limit(limit)
                                            .toList(),
                                    model.size(),
                                    model.stream().mapToLong(CapturedMail::size).sum(),
                                    removed));
                    assertThat(store.evicted()).isEqualTo(evicted);
                }
            }
            assertThat(store.newest(0, Integer.MAX_VALUE).mails()).hasSameSizeAs(model);
            assertThat(store.clear()).isEqualTo(model);
            assertThat(store.newest(0, 10)).isEqualTo(new Onlooker.Page(List.of(), 0, 0, removed + model.size()));
            CapturedMail next = deliver(server, 1);
            assertThat(store.mails()).containsExactly(next);
        }
    }
}
