package dev.restante.script;

import static dev.restante.Script.on;
import static dev.restante.Stage.MAIL_FROM;
import static org.assertj.core.api.Assertions.assertThat;

import dev.restante.RuleReport;
import dev.restante.ServerClock;
import dev.restante.Stage;
import java.lang.management.ManagementFactory;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How long asking takes is measured by JMH (see docs/performance.md); that it allocates nothing is held here. */
@Timeout(60)
class EmptyScriptTest {
    private static final int TIMES = 200_000;

    @Test
    void askingAnEmptyScriptAllocatesNothing() {
        assertThat(octetsAllocatedByAsking(new RuleBook(ServerClock.system()))).isLessThan(TIMES / 10);
    }

    @Test
    void askingWhereOnlyAnotherStageIsScriptedAllocatesNothing() {
        RuleBook rules = new RuleBook(ServerClock.system());
        rules.add(
                RuleReport.Layer.TEST,
                List.of(on(MAIL_FROM).reply(451, "4.3.0 Not now").always()));

        assertThat(octetsAllocatedByAsking(rules)).isLessThan(TIMES / 10);
    }

    private static long octetsAllocatedByAsking(RuleBook rules) {
        com.sun.management.ThreadMXBean threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        int empty = 0;
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < TIMES; i++) {
            empty += rules.isEmptyAt(Stage.RCPT_TO) ? 1 : 0;
            empty += rules.nextStop(0) == Long.MAX_VALUE ? 1 : 0;
        }
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        assertThat(empty).isEqualTo(2 * TIMES);
        return allocated;
    }
}
