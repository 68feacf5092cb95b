package dev.restante;

import static dev.restante.Script.on;
import static dev.restante.Stage.NOOP;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Matching and counting are one step: however many connections race for a rule, it fires as often as it was scripted to. */
@Timeout(120)
class RuleRaceTest {
    private static final int CONNECTIONS = 64;

    @Test
    void of64ConnectionsThatRaceForOnceExactlyOneGetsIt() {
        race(2000, 1);
    }

    @Test
    void of64ConnectionsThatRaceFor7TimesExactly7GetIt() {
        race(500, 7);
    }

    /** What is the first time for one rule is not the second for another. */
    @Test
    void eachConnectionThatRacesIsTheNthForAllRules() {
        int connections = 16;
        try (FakeSmtpServer server = FakeSmtpServer.create().start()) {
            List<WireDialogue> clients = new ArrayList<>();
            Rule[] rules = new Rule[connections];
            for (int i = 0; i < connections; i++) {
                clients.add(WireDialogue.with(server).expect("220 "));
                rules[i] = on(NOOP).nthOnServer(i + 1)
                        .reply(450, "4.3.0 Number " + (i + 1))
                        .once();
            }
            for (int round = 0; round < 300; round++) {
                server.replaceScript(List.of(rules));
                clients.forEach(client -> client.send("NOOP"));
                assertThat(clients.stream().map(client -> client.reply().get(0)))
                        .as("replies in round %d", round)
                        .doesNotHaveDuplicates()
                        .allMatch(reply -> reply.startsWith("450 4.3.0 Number "));
                assertThat(server.unfired()).isEmpty();
            }
            clients.forEach(WireDialogue::close);
        }
    }

    private static void race(int rounds, int times) {
        try (FakeSmtpServer server = FakeSmtpServer.create().start()) {
            List<WireDialogue> clients = new ArrayList<>();
            for (int i = 0; i < CONNECTIONS; i++) {
                clients.add(WireDialogue.with(server).expect("220 "));
            }
            Rule rule = on(NOOP).reply(450, "4.3.0 Once").times(times);
            for (int round = 0; round < rounds; round++) {
                server.replaceScript(List.of(rule));
                clients.forEach(client -> client.send("NOOP"));
                long hits = clients.stream()
                        .filter(client -> client.reply().get(0).startsWith("450"))
                        .count();
                assertThat(hits).as("hits in round %d", round).isEqualTo(times);
                assertThat(server.rules()).singleElement().satisfies(report -> {
                    assertThat(report.hits()).isEqualTo(times);
                    assertThat(report.isUnfired()).isFalse();
                });
            }
            clients.forEach(WireDialogue::close);
        }
    }
}
