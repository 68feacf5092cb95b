package dev.restante.script;

import java.util.concurrent.CountDownLatch;

/** One connection's wait: closed until somebody opens it. */
public final class Gate {
    private final CountDownLatch latch = new CountDownLatch(1);

    /** Lets the waiting thread go on; more than once does no harm. */
    public void open() {
        latch.countDown();
    }

    /** Waits until the gate is open. */
    public void await() throws InterruptedException {
        latch.await();
    }
}
