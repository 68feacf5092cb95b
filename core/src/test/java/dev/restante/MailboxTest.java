package dev.restante;

import static dev.restante.Matching.subject;
import static dev.restante.Matching.that;
import static dev.restante.Matching.to;
import static dev.restante.Script.on;
import static dev.restante.Stage.AFTER_COMMIT;
import static dev.restante.Stage.END_OF_DATA;
import static dev.restante.Stage.NOOP;
import static dev.restante.Stage.RCPT_TO;
import static java.time.Duration.ofHours;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Caught mail: finding it, waiting for it, taking and removing it, and what a wait says that was in vain. */
@Timeout(30)
class MailboxTest {
    private final ManualClock clock = ServerClock.manual(Instant.parse("2026-03-01T10:00:00Z"));
    private final FakeSmtpServer server =
            FakeSmtpServer.builder().clock(clock).build().start();

    @AfterEach
    void close() {
        server.close();
    }

    private void send(String subject, String... to) {
        send(server, subject, to);
    }

    private static void send(FakeSmtpServer server, String subject, String... to) {
        try (WireDialogue client = WireDialogue.greeted(server).envelope("ann@x.test", to)) {
            client.sendRaw("Subject: " + subject + "\r\n\r\nhello\r\n.\r\n")
                    .expect("250 ")
                    .say("QUIT", "221 ")
                    .expectEnd();
        }
    }

    private static List<String> subjects(List<CapturedMail> mails) {
        return mails.stream().map(mail -> mail.subject().orElse("")).toList();
    }

    // ---- finding

    @Test
    void mailsAreListedInOrderOfArrival() {
        send("one", "bob@y.test");
        send("two", "carol@y.test");
        send("three", "bob@y.test", "carol@y.test");

        assertThat(subjects(server.mails())).containsExactly("one", "two", "three");
        assertThat(subjects(server.mails(to("bob@*")))).containsExactly("one", "three");
        assertThat(subjects(server.mails(to("bob@*").and(to("carol@*"))))).containsExactly("three");
        assertThat(server.mails(Matching.from("nobody@*"))).isEmpty();
    }

    @Test
    void aMailIsFoundByItsIdWhileItIsHere() {
        send("one", "bob@y.test");
        CapturedMail mail = server.mails().get(0);

        assertThat(server.mail(mail.id())).contains(mail);
        assertThat(server.mail("none")).isEmpty();
        server.clear();
        assertThat(server.mail(mail.id())).isEmpty();
    }

    @Test
    void listsAreSnapshotsThatNobodyCanChange() {
        List<CapturedMail> before = server.mails();
        send("one", "bob@y.test");
        List<CapturedMail> after = server.mails();

        assertThat(before).isEmpty();
        assertThatThrownBy(after::clear).isInstanceOf(UnsupportedOperationException.class);
    }

    // ---- waiting and taking

    @Test
    void takingRemovesTheOldestThatMatches() {
        send("one", "bob@y.test");
        send("two", "carol@y.test");
        send("three", "carol@y.test");

        assertThat(server.takeMail(to("carol@*")).subject()).contains("two");
        assertThat(server.takeMail().subject()).contains("one");
        assertThat(subjects(server.mails())).containsExactly("three");
    }

    @Test
    void awaitingLeavesTheMailHere() {
        send("one", "bob@y.test");
        send("two", "carol@y.test");

        assertThat(server.awaitMail(subject("two")).subject()).contains("two");
        assertThat(subjects(server.awaitMails(1))).containsExactly("one", "two");
        assertThat(subjects(server.awaitMails(1, to("carol@*")))).containsExactly("two");
        assertThat(server.awaitMails(0)).hasSize(2);
        assertThat(server.mails()).hasSize(2);
    }

    @Test
    void aWaitEndsWhenTheMailArrives() {
        CompletableFuture<CapturedMail> taken = CompletableFuture.supplyAsync(() -> server.takeMail(subject("two")));
        CompletableFuture<List<CapturedMail>> both = CompletableFuture.supplyAsync(() -> server.awaitMails(1));
        send("one", "bob@y.test");
        assertThat(both.join()).isNotEmpty();
        send("two", "bob@y.test");

        assertThat(taken.join().subject()).contains("two");
        assertThat(subjects(server.mails())).containsExactly("one");
    }

    @Test
    void eachMailIsTakenByOneTakerOnly() {
        int count = 40;
        List<CompletableFuture<CapturedMail>> takers = Stream.generate(
                        () -> CompletableFuture.supplyAsync(server::takeMail, command -> new Thread(command).start()))
                .limit(count)
                .toList();
        try (WireDialogue client = WireDialogue.greeted(server)) {
            for (int i = 0; i < count; i++) {
                client.mail("ann@x.test", "bob@y.test");
            }
        }
        assertThat(takers.stream().map(CompletableFuture::join)).doesNotHaveDuplicates();
        assertThat(server.mails()).isEmpty();
    }

    @Test
    void exactlySoManyIsSeenOnceItHasBeenQuiet() {
        send("one", "bob@y.test");
        send("two", "carol@y.test");
        long begin = System.nanoTime();

        assertThat(server.awaitExactly(2, ofMillis(50))).hasSize(2);
        assertThat(server.awaitExactly(1, ofMillis(50), to("bob@*"))).hasSize(1);
        server.awaitNone(ofMillis(50), to("dave@*"));
        assertThat(System.nanoTime() - begin)
                .isGreaterThanOrEqualTo(ofMillis(150).toNanos());
    }

    @Test
    void oneTooManyIsToldAtOnce() {
        send("one", "bob@y.test");
        send("two", "bob@y.test");

        assertThatThrownBy(() -> server.awaitExactly(1, ofHours(1))).isInstanceOf(AssertionError.class);
        assertThatThrownBy(() -> server.awaitNone(ofHours(1))).isInstanceOf(AssertionError.class);
    }

    @Test
    void oneThatComesIntoTheQuietIsToldAtOnce() {
        send("one", "bob@y.test");
        CompletableFuture<Throwable> waiting = CompletableFuture.supplyAsync(
                () -> catchThrowableOfType(AssertionError.class, () -> server.awaitExactly(1, ofHours(1))));
        send("two", "bob@y.test");

        assertThat(waiting.join()).hasMessageStartingWith("Expected exactly 1 mail and then quiet for 3600 s");
    }

    @Test
    void aWaitTakesAsLongAsItIsTold() {
        assertTakesAtLeast(ofMillis(60), () -> server.within(ofMillis(60)).takeMail());
        assertTakesAtLeast(ofMillis(60), () -> server.within(ofMillis(60)).awaitMails(1));
        assertTakesAtLeast(
                ofMillis(60),
                () -> server.within(ofHours(1)).within(ofMillis(60)).awaitMail(to("bob@*")));
        assertTakesAtLeast(Duration.ZERO, () -> server.within(Duration.ZERO).takeMail());
        try (FakeSmtpServer impatient =
                FakeSmtpServer.builder().defaultTimeout(ofMillis(70)).build().start()) {
            assertTakesAtLeast(ofMillis(70), impatient::takeMail);
        }
    }

    private static void assertTakesAtLeast(Duration time, ThrowingCallable wait) {
        long begin = System.nanoTime();
        assertThatThrownBy(wait).isInstanceOf(AssertionError.class);
        assertThat(System.nanoTime() - begin).isGreaterThanOrEqualTo(time.toNanos());
    }

    @Test
    void aMailboxWithAnotherTimeOutIsTheSameMailbox() {
        send("one", "bob@y.test");
        Mailbox patient = server.within(ofHours(1));

        assertThat(patient.takeMail().subject()).contains("one");
        assertThat(server.mails()).isEmpty();
    }

    @Test
    void anInterruptedWaitEndsAndKeepsTheFlag() throws InterruptedException {
        BlockingQueue<Object> seen = new LinkedBlockingQueue<>();
        Thread waiter = new Thread(() -> {
            try {
                server.within(ofHours(1)).takeMail();
            } catch (IllegalStateException e) {
                seen.add(e);
                seen.add(Thread.currentThread().isInterrupted());
            }
        });
        waiter.start();
        waiter.interrupt();

        assertThat(seen.poll(10, TimeUnit.SECONDS)).isInstanceOf(IllegalStateException.class);
        assertThat(seen.poll(10, TimeUnit.SECONDS)).isEqualTo(true);
        waiter.join();
    }

    @Test
    void lessThanNothingIsRefused() {
        for (ThrowingCallable wait : List.<ThrowingCallable>of(
                () -> server.awaitMails(-1),
                () -> server.awaitExactly(-1, ofMillis(10)),
                () -> server.within(ofSeconds(-1)))) {
            assertThatThrownBy(wait)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("-1");
        }
    }

    @Test
    void anErrorOfThePredicateIsTheCallersOwn() {
        send("one", "bob@y.test");
        Matching broken = that("of the third kind", mail -> {
            throw new UnsupportedOperationException("third kind");
        });

        assertThatThrownBy(() -> server.takeMail(broken)).hasMessage("third kind");
        assertThat(server.mails()).hasSize(1);
    }

    // ---- what became of the acknowledgement

    @Test
    void aWaitEndsOnlyOnceTheReplyIsOut() {
        server.script(on(AFTER_COMMIT).after(ofHours(1)).once());
        try (WireDialogue client = WireDialogue.greeted(server).envelope("ann@x.test", "bob@y.test")) {
            client.send(".");
            Eventually.isTrue("the mail is stored", () -> !server.mails().isEmpty());
            assertThat(server.mails().get(0).acknowledgement()).isEqualTo(Acknowledgement.PENDING);
            assertThatThrownBy(() -> server.within(ofMillis(50)).takeMail()).isInstanceOf(AssertionError.class);

            clock.advance(ofHours(1));
            assertThat(server.takeMail().acknowledgement()).isEqualTo(Acknowledgement.SENT);
            client.expect("250 ");
        }
    }

    @Test
    void aMailThatIsHeldIsHereAndItsReplyIsWithheld() {
        Hold hold = server.hold(AFTER_COMMIT);
        try (WireDialogue client = WireDialogue.greeted(server).envelope("ann@x.test", "bob@y.test")) {
            client.send(".");
            CapturedMail mail = server.awaitMails(1).get(0);
            assertThat(mail.acknowledgement()).isEqualTo(Acknowledgement.WITHHELD);
            assertThat(server.mails()).containsExactly(mail);
            hold.awaitReached();
            hold.release();
            client.expect("250 ");
            Eventually.isTrue("the reply is out", () -> mail.acknowledgement() == Acknowledgement.SENT);
        }
    }

    @Test
    void aMailWhoseServerStallsIsHereAndItsReplyIsWithheld() {
        server.script(on(AFTER_COMMIT).stall().once());
        try (WireDialogue client = WireDialogue.greeted(server).envelope("ann@x.test", "bob@y.test")) {
            client.send(".");
            assertThat(server.takeMail().acknowledgement()).isEqualTo(Acknowledgement.WITHHELD);
        }
    }

    static Stream<Arguments> losses() {
        return Stream.of(
                Arguments.of("a close", on(AFTER_COMMIT).closeConnection().once()),
                Arguments.of("a reset", on(AFTER_COMMIT).resetConnection().once()),
                Arguments.of("a cut reply", on(AFTER_COMMIT).cutReply(3).once()),
                Arguments.of("garbage", on(AFTER_COMMIT).garbage().once()));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("losses")
    void aMailWhoseReplyWasLostIsHere(String what, Rule rule) {
        server.script(rule);
        try (WireDialogue client = WireDialogue.greeted(server).envelope("ann@x.test", "bob@y.test")) {
            client.send(".");
            assertThat(server.takeMail().acknowledgement()).isEqualTo(Acknowledgement.LOST);
        }
    }

    // ---- removing

    @Test
    void removingReturnsWhatWasHere() {
        send("one", "bob@y.test");
        send("two", "carol@y.test");
        send("three", "bob@y.test");

        assertThat(subjects(server.remove(to("bob@*")))).containsExactly("one", "three");
        assertThat(server.remove(to("bob@*"))).isEmpty();
        assertThat(subjects(server.clear())).containsExactly("two");
        assertThat(server.clear()).isEmpty();
        assertThat(server.evicted()).isZero();
    }

    @Test
    void theOldestAreEvictedWhereThereAreTooMany() {
        try (FakeSmtpServer small =
                FakeSmtpServer.builder().keepMails(3, 1 << 20).build().start()) {
            for (int i = 1; i <= 5; i++) {
                send(small, "mail " + i, "bob@y.test");
            }
            assertThat(subjects(small.mails())).containsExactly("mail 3", "mail 4", "mail 5");
            assertThat(small.evicted()).isEqualTo(2);
        }
    }

    @Test
    void aResetForgetsWhatWasEvicted() {
        try (FakeSmtpServer small =
                FakeSmtpServer.builder().keepMails(1, 1 << 20).build().start()) {
            send(small, "one", "bob@y.test");
            send(small, "two", "bob@y.test");
            assertThat(small.evicted()).isEqualTo(1);
            small.reset();

            assertThat(small.evicted()).isZero();
        }
    }

    @Test
    void theOldestAreEvictedWhereTheyAreTooLarge() {
        try (FakeSmtpServer small =
                FakeSmtpServer.builder().keepMails(1000, 10_000).build().start()) {
            for (int i = 1; i <= 20; i++) {
                send(small, "mail " + i, "bob@y.test");
            }
            assertThat(small.mails()).hasSizeBetween(2, 10);
            assertThat(small.evicted()).isEqualTo(20 - small.mails().size());
            assertThat(small.mails().get(small.mails().size() - 1).subject()).contains("mail 20");

            send(small, "x".repeat(20_000), "bob@y.test");
            assertThat(small.mails()).as("the newest stays, however large").hasSize(1);
            assertThat(small.evicted()).isEqualTo(20);
            send(small, "next", "bob@y.test");
            assertThat(subjects(small.mails())).containsExactly("next");
        }
    }

    // ---- listening

    @Test
    void aListenerIsToldOfEachMailInOrder() throws InterruptedException {
        BlockingQueue<String> told = new LinkedBlockingQueue<>();
        Mailbox.Subscription subscription =
                server.onArrival(mail -> told.add(mail.subject().orElse("")));
        send("one", "bob@y.test");
        send("two", "bob@y.test");
        assertThat(told.poll(10, TimeUnit.SECONDS)).isEqualTo("one");
        assertThat(told.poll(10, TimeUnit.SECONDS)).isEqualTo("two");

        subscription.close();
        subscription.close();
        send("three", "bob@y.test");
        server.onArrival(mail -> told.add("last"));
        send("four", "bob@y.test");
        assertThat(told.poll(10, TimeUnit.SECONDS)).isEqualTo("last");
        assertThat(told).isEmpty();
    }

    @Test
    void aListenerIsToldOnceOfAMailWhoseReplyWasWithheld() throws InterruptedException {
        BlockingQueue<String> told = new LinkedBlockingQueue<>();
        server.onArrival(mail -> told.add(mail.subject().orElse("")));
        Hold hold = server.hold(AFTER_COMMIT);
        try (WireDialogue client = WireDialogue.greeted(server).envelope("ann@x.test", "bob@y.test")) {
            client.sendRaw("Subject: held\r\n\r\n.\r\n");
            assertThat(told.poll(10, TimeUnit.SECONDS)).isEqualTo("held");
            hold.release();
            client.expect("250 ");
        }
        send("next", "bob@y.test");
        assertThat(told.poll(10, TimeUnit.SECONDS)).isEqualTo("next");
    }

    @Test
    void aListenerThatFailsHoldsUpNobody() throws InterruptedException {
        BlockingQueue<String> told = new LinkedBlockingQueue<>();
        server.onArrival(mail -> {
            throw new IllegalStateException("a listener that fails, as this test wants it to");
        });
        server.onArrival(mail -> told.add(mail.subject().orElse("")));
        send("one", "bob@y.test");
        send("two", "bob@y.test");

        assertThat(told.poll(10, TimeUnit.SECONDS)).isEqualTo("one");
        assertThat(told.poll(10, TimeUnit.SECONDS)).isEqualTo("two");
        assertThat(server.mails()).hasSize(2);
    }

    @Test
    void anAssertionThatFailsInAListenerHoldsUpNobodyEither() throws InterruptedException {
        BlockingQueue<String> told = new LinkedBlockingQueue<>();
        server.onArrival(mail -> assertThat(mail.subject())
                .as("an assertion that fails, as this test wants it to")
                .isEmpty());
        server.onArrival(mail -> told.add(mail.subject().orElse("")));
        send("one", "bob@y.test");
        send("two", "bob@y.test");

        assertThat(told.poll(10, TimeUnit.SECONDS)).isEqualTo("one");
        assertThat(told.poll(10, TimeUnit.SECONDS)).isEqualTo("two");
    }

    @Test
    void oneListenerMaySubscribeTwiceAndEachSubscriptionEndsByItself() throws InterruptedException {
        BlockingQueue<String> told = new LinkedBlockingQueue<>();
        Consumer<CapturedMail> listener = mail -> told.add(mail.subject().orElse(""));
        Mailbox.Subscription first = server.onArrival(listener);
        server.onArrival(listener);
        send("one", "bob@y.test");
        assertThat(told.poll(10, TimeUnit.SECONDS)).isEqualTo("one");
        assertThat(told.poll(10, TimeUnit.SECONDS)).isEqualTo("one");

        first.close();
        first.close();
        send("two", "bob@y.test");
        send("three", "bob@y.test");

        assertThat(told.poll(10, TimeUnit.SECONDS)).isEqualTo("two");
        assertThat(told.poll(10, TimeUnit.SECONDS)).isEqualTo("three");
    }

    @Test
    void aListenerIsToldWhatWasTakenRemovedAndEvicted() throws InterruptedException {
        try (FakeSmtpServer small =
                FakeSmtpServer.builder().keepMails(2, 1 << 20).build().start()) {
            BlockingQueue<List<String>> told = new LinkedBlockingQueue<>();
            small.onRemoval(mails -> told.add(subjects(mails)));
            for (String subject : List.of("evicted", "taken", "removed")) {
                send(small, subject, "bob@y.test");
            }
            assertThat(told.poll(10, TimeUnit.SECONDS)).containsExactly("evicted");
            small.takeMail();
            assertThat(told.poll(10, TimeUnit.SECONDS)).containsExactly("taken");
            small.remove(to("*"));
            assertThat(told.poll(10, TimeUnit.SECONDS)).containsExactly("removed");
            small.clear();
            send(small, "a", "bob@y.test");
            send(small, "b", "bob@y.test");
            small.clear();
            assertThat(told.poll(10, TimeUnit.SECONDS)).containsExactly("a", "b");
            assertThat(told).isEmpty();
        }
    }

    // ---- looking

    @Test
    void aMailIsLookedAtOnceACallHasReturnedIt() {
        send("one", "bob@y.test");
        send("two", "carol@y.test");
        assertThat(server.mailsNotLookedAt()).hasSize(2);
        assertThat(server.onlooker().mails()).hasSize(2);
        assertThat(server.onlooker().awaitMails(2)).hasSize(2);
        assertThat(server.mailsNotLookedAt()).as("an onlooker does not count").hasSize(2);

        server.awaitMail(to("bob@*"));
        assertThat(subjects(server.mailsNotLookedAt())).containsExactly("two");
        server.mails();
        assertThat(server.mailsNotLookedAt()).isEmpty();
    }

    // ---- what a wait says that was in vain

    private void assertSays(String golden, ThrowingCallable wait) {
        assertSays(golden, AssertionError.class, wait);
    }

    private static <T extends Throwable> void assertSays(String golden, Class<T> type, ThrowingCallable wait) {
        T failure = catchThrowableOfType(type, wait);
        assertThat(failure).as("a failure").isNotNull();
        Golden.holds("mailbox/" + golden, failure.getMessage());
    }

    private Mailbox soon() {
        return server.within(ofMillis(50));
    }

    @Test
    void itSaysThatNobodyConnected() {
        assertSays("nobody-connected", () -> soon().takeMail());
    }

    @Test
    void itSaysThatNobodySent() {
        WireDialogue.greeted(server).say("QUIT", "221 ").expectEnd().close();
        assertSays("nobody-sent", () -> soon().takeMail(to("bob@*")));
    }

    @Test
    void itSaysWhyTheOthersDoNotMatch() {
        send("Your invoice", "carol@y.test");
        send("Welcome", "bob@y.test");
        assertSays("no-match", () -> soon().takeMail(to("bob@*").and(subject("*invoice*"))));
    }

    @Test
    void itSaysThatThereAreTooFew() {
        send("Welcome", "bob@y.test");
        assertSays("too-few", () -> soon().awaitMails(2, to("bob@*")));
    }

    @Test
    void itSaysThatThereAreTooMany() {
        send("Welcome", "bob@y.test");
        send("Welcome", "bob@y.test");
        assertSays("too-many", () -> server.awaitExactly(1, ofSeconds(3), to("bob@*")));
    }

    @Test
    void itSaysThatThereIsOne() {
        send("Welcome", "bob@y.test");
        assertSays("not-none", () -> server.awaitNone(ofMillis(1500)));
    }

    @Test
    void itSaysThatTheMailWasRefused() {
        server.script(on(RCPT_TO)
                .named("bob is busy")
                .reply(450, "4.2.1 Mailbox busy")
                .times(2));
        try (WireDialogue client = WireDialogue.greeted(server)) {
            client.say("MAIL FROM:<ann@x.test>", "250 ")
                    .say("RCPT TO:<bob@y.test>", "450 ")
                    .say("QUIT", "221 ")
                    .expectEnd();
        }
        assertSays("refused", () -> soon().takeMail(to("bob@*")));
    }

    @Test
    void itSaysThatTheMailWasDiscarded() {
        server.script(on(END_OF_DATA).discard().once());
        send("Welcome", "bob@y.test");
        assertSays("discarded", () -> soon().takeMail());
    }

    @Test
    void itSaysThatTheClientLeft() {
        try (WireDialogue client = WireDialogue.greeted(server).envelope("ann@x.test", "bob@y.test")) {
            client.sendRaw("Subject: Welc").endOutput().expectEnd();
        }
        assertSays("client-left", () -> soon().takeMail());
    }

    @Test
    void itSaysThatTheTransactionIsOpen() {
        try (WireDialogue client = WireDialogue.greeted(server).envelope("ann@x.test", "bob@y.test")) {
            client.sendRaw("Subject: Welc");
            assertSays("still-sending", () -> soon().takeMail());
        }
    }

    @Test
    void itSaysThatTheReplyIsNotOutYet() {
        server.script(on(AFTER_COMMIT).named("slow disk").after(ofHours(1)).once());
        try (WireDialogue client = WireDialogue.greeted(server).envelope("ann@x.test", "bob@y.test")) {
            client.sendRaw("Subject: Welcome\r\n\r\nhello\r\n.\r\n");
            Eventually.isTrue(
                    "the delay begins",
                    () -> !server.sessions().get(0).transcript().rules().isEmpty());
            assertSays("reply-not-out", () -> soon().takeMail());
        }
    }

    @Test
    void itSaysThatTheMailWasTakenBefore() {
        send("Welcome", "bob@y.test");
        server.takeMail();
        assertSays("taken-before", () -> soon().takeMail());
    }

    @Test
    void itShowsTheLatestOfMuch() {
        List<WireDialogue> clients = new ArrayList<>();
        for (int i = 1; i <= 7; i++) {
            clients.add(WireDialogue.greeted(server));
        }
        for (int i = 1; i <= 12; i++) {
            clients.get(6)
                    .envelope("ann@x.test", "bob@y.test")
                    .sendRaw("Subject: mail " + i + "\r\n\r\n.\r\n")
                    .expect("250 ");
        }
        assertSays("much", () -> soon().takeMail(to("carol@*")));
        clients.forEach(WireDialogue::close);
    }

    @Test
    void itSaysThatTheServerWasNotStarted() {
        FakeSmtpServer unstarted = FakeSmtpServer.create();
        assertSays(
                "not-started",
                Throwable.class,
                () -> unstarted.within(ofMillis(50)).takeMail());
    }

    @Test
    void itSaysThatTheServerIsClosed() {
        server.close();
        assertSays("closed", () -> soon().takeMail());
    }

    @Test
    void itSaysThatNobodyReachedTheHold() {
        Hold hold = server.hold(NOOP);
        send("Welcome", "bob@y.test");
        assertSays("hold-not-reached", () -> hold.awaitReached(2, ofMillis(50)));
    }

    @Test
    void itSaysThatTheWaitWasInterrupted() {
        Thread.currentThread().interrupt();
        try {
            assertSays("interrupted", IllegalStateException.class, () -> server.takeMail());
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
    }
}
