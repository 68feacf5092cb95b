package dev.restante;

import static dev.restante.MailboxSelector.header;
import static dev.restante.MailboxSelector.helo;
import static dev.restante.MailboxSelector.recipient;
import static dev.restante.MailboxSelector.user;
import static dev.restante.Script.midData;
import static dev.restante.Script.on;
import static dev.restante.Stage.AFTER_COMMIT;
import static dev.restante.Stage.CONNECT;
import static dev.restante.Stage.DATA;
import static dev.restante.Stage.EHLO;
import static dev.restante.Stage.END_OF_DATA;
import static dev.restante.Stage.MAIL_FROM;
import static dev.restante.Stage.NOOP;
import static dev.restante.Stage.QUIT;
import static dev.restante.Stage.RCPT_TO;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.restante.SmtpMailbox.Retention;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Mailboxes of their own on one server: whose a mail is, whose rules act, and what each keeps. */
@Timeout(60)
class MailboxesTest {
    private final FakeSmtpServer server =
            FakeSmtpServer.builder().lmtpPort(0).keepMails(100, 400_000).build().start();

    @AfterEach
    void close() {
        server.close();
    }

    private void send(String subject, String... recipients) {
        try (WireDialogue client = WireDialogue.greeted(server)) {
            send(client, subject, recipients);
            client.say("QUIT", "221 ");
        }
    }

    private static void send(WireDialogue client, String subject, String... recipients) {
        client.say("MAIL FROM:<app@x.test>", "250 ");
        for (String each : recipients) {
            client.say("RCPT TO:<" + each + ">", "250 ");
        }
        client.say("DATA", "354 ")
                .send("Subject: " + subject)
                .send("X-Test: " + subject)
                .send("")
                .send("hello");
        client.say(".", "250 ");
    }

    private static List<String> subjects(Mailbox mailbox) {
        return mailbox.mails().stream()
                .map(mail -> mail.subject().orElseThrow())
                .toList();
    }

    private static String login(String name) {
        return "AUTH PLAIN "
                + Base64.getEncoder().encodeToString(("\0" + name + "\0secret").getBytes(StandardCharsets.UTF_8));
    }

    // ---- whose a mail is

    @Test
    void aMailboxChosenByRecipientHasItsMailAndTheServerTheRest() {
        SmtpMailbox orders = server.mailbox("orders", recipient("*@orders.test"));
        send("one", "ann@orders.test");
        send("two", "ann@other.test");
        assertThat(subjects(orders)).containsExactly("one");
        assertThat(subjects(server)).containsExactly("two");
        assertThat(orders.attempts()).extracting(Attempt::mailboxes).containsExactly(List.of("orders"));
        assertThat(server.attempts())
                .extracting(Attempt::mailboxes)
                .containsExactly(List.of("orders"), List.of("default"));
        assertThat(orders.sessions()).hasSize(1);
        assertThat(server.sessions()).hasSize(2);
    }

    @Test
    void aMailForTheRecipientsOfTwoMailboxesIsInBothAndForOthersInTheServersOwnAsWell() {
        SmtpMailbox orders = server.mailbox("orders", recipient("*@orders.test"));
        SmtpMailbox bills = server.mailbox("bills", recipient("*@bills.test"));
        send("both", "ann@orders.test", "bob@bills.test");
        send("all", "ann@orders.test", "bob@bills.test", "carl@other.test");
        assertThat(subjects(orders)).containsExactly("both", "all");
        assertThat(subjects(bills)).containsExactly("both", "all");
        assertThat(subjects(server)).containsExactly("all");
        assertThat(orders.mails().get(0)).isSameAs(bills.mails().get(0));
        // What one takes stays in the other.
        orders.takeMail();
        assertThat(subjects(bills)).containsExactly("both", "all");
        assertThat(server.attempts().get(1).mailboxes()).containsExactly("default", "orders", "bills");
    }

    @Test
    void aMailIsChosenByUserHeloNameAndHeader() {
        SmtpMailbox ofUser = server.mailbox("user", user("ann"));
        SmtpMailbox ofName = server.mailbox("name", helo("app-*"));
        SmtpMailbox ofField = server.mailbox("field", header("X-Test", "forty-*"));
        try (WireDialogue client = WireDialogue.greeted(server)) {
            client.say(login("ann"), "235 ");
            send(client, "by user", "any@x.test");
        }
        try (WireDialogue client = WireDialogue.with(server).expect("220 ").say("HELO app-7", "250 ")) {
            send(client, "by name", "any@x.test");
        }
        send("forty-two", "any@x.test");
        send("nobody's", "any@x.test");
        assertThat(subjects(ofUser)).containsExactly("by user");
        assertThat(subjects(ofName)).containsExactly("by name");
        assertThat(subjects(ofField)).containsExactly("forty-two");
        assertThat(subjects(server)).containsExactly("nobody's");
        assertThat(ofUser.sessions()).hasSize(1);
        assertThat(ofField.attempts()).hasSize(1);
        assertThat(ofField.sessions()).hasSize(1);
    }

    @Test
    void anyOfSeveralSelectorsChooses() {
        SmtpMailbox mine = server.mailbox("mine", recipient("*@mine.test"), helo("mine"));
        send("by recipient", "ann@mine.test");
        try (WireDialogue client = WireDialogue.with(server).expect("220 ").say("EHLO mine", "250 ")) {
            send(client, "by name", "any@x.test");
        }
        assertThat(subjects(mine)).containsExactly("by recipient", "by name");
        assertThat(server.mails()).isEmpty();
    }

    @Test
    void aRefusedRecipientConcernsItsMailbox() {
        SmtpMailbox orders = server.mailbox("orders", recipient("*@orders.test"));
        server.script(on(RCPT_TO).to("ann@*").reply(550, "5.1.1 No such user").once());
        try (WireDialogue client = WireDialogue.greeted(server)) {
            client.say("MAIL FROM:<app@x.test>", "250 ").say("RCPT TO:<ann@orders.test>", "550 ");
            client.say("RCPT TO:<bob@other.test>", "250 ").say("DATA", "354 ").say("Subject: x\r\n\r\n.", "250 ");
        }
        assertThat(orders.attempts()).hasSize(1);
        assertThat(orders.mails()).isEmpty();
        assertThat(server.mails()).hasSize(1);
    }

    @Test
    void onLmtpAMailboxHasWhatWasTakenForItsRecipients() {
        SmtpMailbox orders = server.mailbox("orders", recipient("*@orders.test"));
        orders.script(on(END_OF_DATA).reply(452, "4.2.2 Full").once());
        try (WireDialogue client = WireDialogue.overLmtp(server)) {
            client.say("MAIL FROM:<app@x.test>", "250 ")
                    .say("RCPT TO:<ann@orders.test>", "250 ")
                    .say("RCPT TO:<bob@other.test>", "250 ")
                    .say("DATA", "354 ")
                    .say("Subject: x\r\n\r\n.", "452 ")
                    .expect("250 ");
        }
        assertThat(orders.mails()).isEmpty();
        assertThat(server.mails()).hasSize(1);
        assertThat(server.mails().get(0).envelope().recipientAddresses()).containsExactly("bob@other.test");
    }

    @Test
    void whatComesByAnotherWayThanSmtpIsFiledAlike() {
        SmtpMailbox orders = server.mailbox("orders", recipient("*@orders.test"));
        send("x", "ann@orders.test");
        CapturedMail mail = orders.takeMail();
        server.deliver(mail.client(), mail.envelope(), mail.bytes());
        assertThat(subjects(orders)).containsExactly("x");
        assertThat(server.mails()).isEmpty();
    }

    // ---- waiting

    @Test
    void aWaitEndsWithAMailOfItsOwnAlone() throws Exception {
        SmtpMailbox orders = server.mailbox("orders", recipient("*@orders.test"));
        CompletableFuture<CapturedMail> taken = CompletableFuture.supplyAsync(orders::takeMail);
        send("other", "ann@other.test");
        send("own", "ann@orders.test");
        assertThat(taken.get().subject()).contains("own");
        assertThat(orders.mails()).isEmpty();
        orders.awaitNone(ofMillis(1));
    }

    @Test
    void aWaitThatFailsTellsWhatWentElsewhere() {
        SmtpMailbox orders = server.mailbox("orders", recipient("*@orders.test"));
        assertThatThrownBy(() -> orders.within(ofMillis(1)).takeMail())
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining(
                        "Nothing came that the mailbox \"orders\" is chosen by (rcpt:*@orders.test). Does the code");
        send("x", "ann@orders.test");
        assertThatThrownBy(() -> server.within(ofMillis(1)).takeMail())
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("1 mail went to mailboxes of their own: orders.")
                .hasMessageNotContaining("no longer here");
        orders.takeMail();
        assertThatThrownBy(() -> orders.within(ofMillis(1)).takeMail())
                .hasMessageContaining("1 mail arrived and is no longer here");
    }

    @Test
    void aWaitIsOverOnceTheMailboxIsRemovedAndSaysSo() {
        SmtpMailbox orders = server.mailbox("orders", recipient("*@orders.test"));
        CompletableFuture<CapturedMail> taken =
                CompletableFuture.supplyAsync(() -> orders.within(ofSeconds(50)).takeMail());
        CompletableFuture<Void> quiet = CompletableFuture.runAsync(() -> orders.awaitNone(ofSeconds(50)));
        orders.close();
        assertThatThrownBy(taken::get)
                .isInstanceOf(ExecutionException.class)
                .hasRootCauseInstanceOf(AssertionError.class)
                .hasMessageContaining("No mail arrived before the mailbox was removed.")
                .hasMessageContaining("The mailbox \"orders\" was removed: by close()");
        assertThatThrownBy(quiet::get).hasMessageContaining("The mailbox \"orders\" was removed");
    }

    @Test
    void aWaitEndsOnlyOnceTheReplyIsFlushed() {
        SmtpMailbox orders = server.mailbox("orders", recipient("*@orders.test"));
        Hold hold = orders.hold(AFTER_COMMIT);
        try (WireDialogue client = WireDialogue.greeted(server)) {
            client.say("MAIL FROM:<app@x.test>", "250 ").say("RCPT TO:<ann@orders.test>", "250 ");
            client.say("DATA", "354 ").send("Subject: x\r\n\r\n.");
            hold.awaitReached();
            assertThat(orders.takeMail().acknowledgement()).isEqualTo(Acknowledgement.WITHHELD);
            hold.release();
            client.expect("250 ");
        }
    }

    // ---- rules

    @Test
    void theRulesOfAMailboxActOnItsOwnAloneAndBeforeTheServers() {
        SmtpMailbox orders = server.mailbox("orders", recipient("*@orders.test"));
        server.script(on(RCPT_TO).nth(3).reply(450, "4.0.0 server").once());
        orders.script(on(RCPT_TO).nthOnServer(2).reply(451, "4.0.0 orders").once());
        try (WireDialogue client = WireDialogue.greeted(server)) {
            client.say("MAIL FROM:<app@x.test>", "250 ")
                    .say("RCPT TO:<a@orders.test>", "250 ")
                    .say("RCPT TO:<b@other.test>", "250 ")
                    // the third of the transaction, and the second of the mailbox: whose rule comes first
                    .say("RCPT TO:<c@orders.test>", "451 4.0.0 orders");
        }
        assertThat(orders.unfired()).isEmpty();
        assertThat(orders.rules()).hasSize(1);
        assertThat(server.rules()).hasSize(1);
        assertThat(server.unfired()).hasSize(1);
    }

    @Test
    void everyKindOfSelectorIsKnownFromItsStageOn() {
        SmtpMailbox byUser = server.mailbox("user", user("ann"));
        SmtpMailbox byName = server.mailbox("name", helo("app"));
        SmtpMailbox byField = server.mailbox("field", header("X-Test", "42"));
        byUser.script(
                on(Stage.AUTH).reply(454, "4.7.0 later").once(),
                on(MAIL_FROM).reply(450, "4.0.0 user").once());
        byName.script(
                on(EHLO).reply(421, "4.3.2 name").once(),
                on(NOOP).reply(450, "4.0.0 name").once());
        byField.script(on(END_OF_DATA).reply(554, "5.7.1 field").once());
        try (WireDialogue client = WireDialogue.with(server).expect("220 ").say("EHLO app", "421 4.3.2 name")) {
            client.expectEnd();
        }
        try (WireDialogue client = WireDialogue.with(server).expect("220 ").say("EHLO app", "250 ")) {
            client.say("NOOP", "450 4.0.0 name");
        }
        try (WireDialogue client = WireDialogue.greeted(server)) {
            client.say("NOOP", "250 ").say(login("bob"), "235 ").say("MAIL FROM:<a@x.test>", "250 ");
        }
        try (WireDialogue client = WireDialogue.greeted(server)) {
            client.say(login("ann"), "454 ").say(login("ann"), "235 ").say("MAIL FROM:<a@x.test>", "450 4.0.0 user");
        }
        try (WireDialogue client = WireDialogue.greeted(server)) {
            client.say("MAIL FROM:<a@x.test>", "250 ").say("RCPT TO:<b@x.test>", "250 ");
            client.say("DATA", "354 ").say("X-Test: 42\r\n\r\n.", "554 5.7.1 field");
            client.say("MAIL FROM:<a@x.test>", "250 ").say("RCPT TO:<b@x.test>", "250 ");
            client.say("DATA", "354 ").say("X-Test: 43\r\n\r\n.", "250 ");
        }
        assertThat(List.of(byUser, byName, byField))
                .allSatisfy(each -> assertThat(each.unfired()).isEmpty());
        assertThat(byField.attempts()).hasSize(1);
        assertThat(byName.attempts()).hasSize(1);
    }

    @Test
    void aRuleThatCouldNeverFireIsRefusedAndNothingChanges() {
        FakeSmtpMailbox orders = server.mailbox("orders", recipient("*@orders.test"));
        Rule possible = on(DATA).reply(451, "4.3.0 x").once();
        Rule impossible = on(MAIL_FROM).reply(450, "4.0.0 x").once();
        assertThatThrownBy(() -> orders.script(possible, impossible))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "The mailbox \"orders\" is chosen by rcpt:*@orders.test, so its rules can act from RCPT_TO to"
                                + " AFTER_COMMIT: one at MAIL_FROM could never fire (on(MAIL_FROM).reply(450, \"4.0.0 x\").once())."
                                + " Script a stage at which the mailbox is known, choose the mailbox by what is known earlier, or"
                                + " give the rule to the server.");
        assertThatThrownBy(() -> orders.replaceScript(List.of(impossible)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> orders.scenario(Scenario.of("s", impossible)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> orders.hold(QUIT)).isInstanceOf(IllegalArgumentException.class);
        assertThat(orders.rules()).isEmpty();
        assertThatThrownBy(() -> server.mailbox("h", header("X", "1"))
                        .script(midData(1).closeConnection().once()))
                .hasMessageContaining("at END_OF_DATA and AFTER_COMMIT");
        assertThatThrownBy(() -> server.mailbox("u", user("ann"))
                        .script(on(EHLO).reply(450, "4.0.0 x").once()))
                .hasMessageContaining("from AUTH on");
        assertThatThrownBy(() -> server.mailbox("n", helo("a"))
                        .script(on(CONNECT).reply(421, "4.0.0 x").once()))
                .hasMessageContaining("from EHLO on");
        // One selector that is known is enough.
        server.mailbox("two", recipient("*@two.test"), helo("two"))
                .script(on(EHLO).reply(450, "4.0.0 x").once());
    }

    @Test
    void aBodyIsCutForTheMailboxAlone() {
        SmtpMailbox orders = server.mailbox("orders", recipient("*@orders.test"));
        orders.script(midData(5).closeConnection().always());
        try (WireDialogue client = WireDialogue.greeted(server)) {
            client.say("MAIL FROM:<a@x.test>", "250 ").say("RCPT TO:<b@other.test>", "250 ");
            client.say("DATA", "354 ").say("Subject: x\r\n\r\n.", "250 ");
            client.say("MAIL FROM:<a@x.test>", "250 ").say("RCPT TO:<b@orders.test>", "250 ");
            client.say("DATA", "354 ").send("Subject: x").expectEnd();
        }
        assertThat(orders.attempts()).extracting(Attempt::outcome).containsExactly(Attempt.Outcome.ABORTED);
    }

    // ---- making, finding, removing

    @ParameterizedTest
    @ValueSource(strings = {"", "default", ".x", "-x", "a b", "a/b", "ä", "x%2f", "a\n"})
    void whatIsNoNameIsRefused(String name) {
        assertThatThrownBy(() -> server.mailbox(name, recipient("*")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("\"" + name + "\" is");
        assertThat(server.mailboxes()).isEmpty();
    }

    @Test
    void aNameMeansOneMailbox() {
        SmtpMailbox orders = server.mailbox("orders", recipient("*@orders.test"));
        assertThat(server.mailbox("orders", recipient("*@orders.test"))).isSameAs(orders);
        assertThat(server.mailbox("orders")).isSameAs(orders);
        assertThatThrownBy(() -> server.mailbox("orders", user("ann")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "There is a mailbox \"orders\" already, which is chosen by rcpt:*@orders.test. Close it first,"
                                + " or take another name.");
        server.mailbox("bills", user("bills"));
        assertThat(server.mailboxes()).extracting(SmtpMailbox::name).containsExactly("orders", "bills");
        assertThatThrownBy(() -> server.mailbox("absent"))
                .hasMessage("There is no mailbox \"absent\". There are: orders, bills.");
    }

    @Test
    void aRemovedMailboxTakesNothingMoreAndKeepsWhatItHad() {
        FakeSmtpMailbox orders = server.mailbox("orders", recipient("*@orders.test"));
        orders.script(on(RCPT_TO).reply(450, "4.0.0 x").always());
        orders.clearScript();
        send("before", "ann@orders.test");
        orders.script(on(RCPT_TO).reply(450, "4.0.0 x").always());
        orders.close();
        orders.close();
        send("after", "ann@orders.test");
        assertThat(subjects(orders)).containsExactly("before");
        assertThat(subjects(server)).containsExactly("after");
        assertThat(orders.isRemoved()).isTrue();
        assertThatThrownBy(() -> orders.script(on(RCPT_TO).reply(450, "4.0.0 x").once()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("was removed");
        SmtpMailbox again = server.mailbox("orders", user("ann"));
        assertThat(again.mails()).isEmpty();
        assertThat(again.attempts()).isEmpty();
        assertThat(again.sessions()).isEmpty();
    }

    @Test
    void thereAreAThousandAtMost() {
        IntStream.range(0, 1000).forEach(i -> server.mailbox("box-" + i, recipient("*@" + i + ".test")));
        assertThatThrownBy(() -> server.mailbox("one-more", recipient("*@x.test")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("1000 mailboxes");
        send("x", "ann@999.test");
        assertThat(subjects(server.mailbox("box-999"))).containsExactly("x");
        server.mailbox("box-0").close();
        server.mailbox("one-more", recipient("*@x.test"));
    }

    @Test
    void aResetOfAMailboxLeavesEverybodyElseAlone() {
        FakeSmtpMailbox orders = server.mailbox("orders", recipient("*@orders.test"));
        SmtpMailbox bills = server.mailbox("bills", recipient("*@bills.test"));
        send("x", "ann@orders.test", "bob@bills.test", "carl@other.test");
        orders.script(on(RCPT_TO).reply(450, "4.0.0 x").always());
        bills.script(on(DATA).reply(450, "4.0.0 x").always());
        Hold hold = orders.hold();
        try (WireDialogue ofOrders = WireDialogue.greeted(server);
                WireDialogue ofBills = WireDialogue.greeted(server);
                WireDialogue idle = WireDialogue.greeted(server)) {
            ofOrders.say("MAIL FROM:<a@x.test>", "250 ").say("RCPT TO:<ann@orders.test>", "450 ");
            ofBills.say("MAIL FROM:<a@x.test>", "250 ").say("RCPT TO:<bob@bills.test>", "250 ");
            orders.reset();
            ofOrders.expect("421 ");
            ofBills.say("DATA", "450 ");
            idle.say("NOOP", "250 ");
        }
        assertThat(hold.isReleased()).isTrue();
        assertThat(orders.hold(hold.name())).isEmpty();
        assertThat(orders.mails()).isEmpty();
        assertThat(orders.attempts()).isEmpty();
        assertThat(orders.sessions()).isEmpty();
        assertThat(orders.rules()).isEmpty();
        assertThat(subjects(bills)).containsExactly("x");
        assertThat(bills.rules()).hasSize(1);
        assertThat(subjects(server)).containsExactly("x");
        send("again", "ann@orders.test");
        assertThat(subjects(orders)).containsExactly("again");
        assertThat(orders.attempts()).hasSize(1);
    }

    @Test
    void aResetOfTheServerEmptiesAllMailboxesAndKeepsThem() {
        SmtpMailbox orders = server.mailbox("orders", recipient("*@orders.test"));
        orders.keep(new Retention(7, 7000));
        orders.script(on(RCPT_TO).after(ofMillis(1)).always());
        send("x", "ann@orders.test");
        server.reset();
        assertThat(orders.mails()).isEmpty();
        assertThat(orders.attempts()).isEmpty();
        assertThat(orders.sessions()).isEmpty();
        assertThat(orders.rules()).isEmpty();
        assertThat(orders.retention()).isEqualTo(new Retention(7, 7000));
        send("y", "ann@orders.test");
        assertThat(subjects(orders)).containsExactly("y");
    }

    @Test
    void aHoldOfAMailboxHoldsNobodyElse() {
        SmtpMailbox orders = server.mailbox("orders", recipient("*@orders.test"));
        Hold hold = orders.hold(DATA);
        try (WireDialogue client = WireDialogue.greeted(server)) {
            client.say("MAIL FROM:<a@x.test>", "250 ")
                    .say("RCPT TO:<ann@orders.test>", "250 ")
                    .send("DATA");
            hold.awaitReached();
            send("other", "ann@other.test");
            orders.close();
            assertThat(hold.isReleased()).isTrue();
            assertThat(client.reply().get(0)).matches("(354|421) .*"); // the transaction ends, told of DATA or not
        }
        assertThat(server.mails()).hasSize(1);
        assertThat(orders.attempts()).extracting(Attempt::outcome).containsExactly(Attempt.Outcome.ABORTED);
    }

    @Test
    void aClosedServerEndsTheWaitsOfItsMailboxes() {
        SmtpMailbox orders = server.mailbox("orders", recipient("*@orders.test"));
        send("x", "ann@orders.test");
        CompletableFuture<List<CapturedMail>> two =
                CompletableFuture.supplyAsync(() -> orders.within(ofSeconds(50)).awaitMails(2));
        server.close();
        assertThatThrownBy(two::get).hasMessageContaining("before the server was closed");
        assertThat(subjects(orders)).containsExactly("x");
        assertThatThrownBy(() -> server.mailbox("late", user("ann"))).isInstanceOf(IllegalStateException.class);
    }

    // ---- bounds

    @Test
    void aMailboxKeepsAsMuchAsItIsTold() {
        SmtpMailbox orders = server.mailbox("orders", recipient("*@orders.test"));
        assertThat(orders.retention()).isEqualTo(new Retention(100, 400_000));
        orders.keep(new Retention(2, 400_000));
        ConcurrentLinkedQueue<String> removed = new ConcurrentLinkedQueue<>();
        orders.onRemoval(
                mails -> mails.forEach(mail -> removed.add(mail.subject().orElseThrow())));
        send("one", "ann@orders.test");
        send("two", "ann@orders.test");
        send("three", "ann@orders.test");
        assertThat(subjects(orders)).containsExactly("two", "three");
        assertThat(orders.evicted()).isEqualTo(1);
        assertThat(server.evicted()).isZero();
        Eventually.isTrue("the eviction is told", () -> removed.contains("one"));
        orders.keep(new Retention(1, 400_000));
        assertThat(subjects(orders)).containsExactly("three");
        assertThatThrownBy(() -> orders.keep(new Retention(101, 1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("its server keeps 100 mails or 400000 octets");
        assertThatThrownBy(() -> new Retention(0, 1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void allMailboxesTogetherHaveTheServersMemoryAndAFloodHarmsNobodyElse() {
        SmtpMailbox flooded = server.mailbox("flooded", recipient("*@flood.test"));
        SmtpMailbox quiet = server.mailbox("quiet", recipient("*@quiet.test"));
        send("kept", "ann@quiet.test");
        send("kept", "ann@own.test");
        String body = ("x".repeat(998) + "\r\n").repeat(40);
        try (WireDialogue client = WireDialogue.greeted(server)) {
            for (int i = 0; i < 20; i++) { // twice as much as there is room for
                client.say("MAIL FROM:<a@x.test>", "250 ").say("RCPT TO:<ann@flood.test>", "250 ");
                client.say("DATA", "354 ").sendRaw("\r\n" + body).say(".", "250 ");
            }
        }
        long kept = flooded.mails().stream().mapToLong(CapturedMail::size).sum();
        assertThat(kept).isLessThan(400_000).isGreaterThan(300_000);
        assertThat(flooded.evicted()).isEqualTo(20 - flooded.mails().size());
        assertThat(subjects(quiet)).containsExactly("kept");
        assertThat(subjects(server)).containsExactly("kept");
        assertThat(quiet.evicted() + server.evicted()).isZero();
        // What a removed mailbox had is room for others.
        ((FakeSmtpMailbox) flooded).close();
        try (WireDialogue client = WireDialogue.greeted(server)) {
            for (int i = 0; i < 8; i++) {
                client.say("MAIL FROM:<a@x.test>", "250 ").say("RCPT TO:<ann@quiet.test>", "250 ");
                client.say("DATA", "354 ").sendRaw("\r\n" + body).say(".", "250 ");
            }
        }
        assertThat(quiet.mails()).hasSize(9);
    }

    // ---- many at once

    @Test
    void sixtyFourClientsAndTwoMailboxesMixNothingUp() throws Exception {
        try (FakeSmtpServer big = FakeSmtpServer.create().start()) {
            List<FakeSmtpMailbox> boxes =
                    List.of(big.mailbox("even", recipient("*@even.test")), big.mailbox("odd", recipient("*@odd.test")));
            boxes.get(0)
                    .script(on(RCPT_TO).to("refused@*").reply(550, "5.1.1 even").always());
            CountDownLatch ready = new CountDownLatch(64);
            ExecutorService threads = Executors.newFixedThreadPool(64);
            List<Future<?>> clients = new ArrayList<>();
            for (int i = 0; i < 64; i++) {
                int number = i;
                clients.add(threads.submit(() -> {
                    String domain = number % 2 == 0 ? "even.test" : "odd.test";
                    try (WireDialogue client = WireDialogue.greeted(big)) {
                        ready.countDown();
                        ready.await();
                        for (int n = 0; n < 20; n++) {
                            client.say("MAIL FROM:<app@x.test>", "250 ")
                                    .say(
                                            "RCPT TO:<refused@" + domain + ">",
                                            number % 2 == 0 ? "550 5.1.1 even" : "250 ")
                                    .say("RCPT TO:<ann@" + domain + ">", "250 ")
                                    .say("DATA", "354 ")
                                    .say("Subject: " + number + "/" + n + "\r\n\r\n.", "250 ");
                        }
                        client.say("QUIT", "221 ");
                    }
                    return null;
                }));
            }
            for (Future<?> client : clients) {
                client.get();
            }
            threads.shutdown();
            for (int parity = 0; parity < 2; parity++) {
                int wanted = parity;
                List<CapturedMail> mails = boxes.get(parity).mails();
                assertThat(mails).hasSize(640);
                assertThat(mails)
                        .allSatisfy(mail -> assertThat(Integer.parseInt(
                                                mail.subject().orElseThrow().split("/", -1)[0])
                                        % 2)
                                .isEqualTo(wanted));
                assertThat(boxes.get(parity).attempts()).hasSize(640);
                assertThat(boxes.get(parity).sessions()).hasSize(32);
            }
            assertThat(big.mails()).isEmpty();
            assertThat(boxes.get(0).rules().get(0).hits()).isEqualTo(640);
        }
    }

    @Test
    void mailboxesComeAndGoWhileMailArrives() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(4);
        List<Future<?>> clients = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            String domain = i + ".test";
            clients.add(threads.submit(() -> {
                for (int n = 0; n < 25; n++) {
                    try (SmtpMailbox mine = server.mailbox("box-" + domain, recipient("*@" + domain))) {
                        send("mail " + n, "ann@" + domain);
                        assertThat(mine.takeMail().subject()).contains("mail " + n);
                        assertThat(mine.attempts()).hasSize(1);
                    }
                }
                return null;
            }));
        }
        for (Future<?> client : clients) {
            client.get();
        }
        threads.shutdown();
        assertThat(server.mails()).isEmpty();
        assertThat(server.mailboxes()).isEmpty();
    }

    // ---- selectors as text

    @ParameterizedTest
    @ValueSource(
            strings = {
                "rcpt:*@orders.test",
                "rcpt:!*@x.test",
                "user:/^a.c$/",
                "helo:app-1",
                "header:X-Test=a=b",
                "rcpt:*"
            })
    void aSelectorIsReadAsItIsWritten(String text) {
        assertThat(MailboxSelector.of(text)).hasToString(text).isEqualTo(MailboxSelector.of(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "orders", "rcpt:", "to:x", "header:X-Test", "header:=x", "header:X Y=1", "rcpt:/(/", "helo: "
            })
    void whatSelectsNothingIsRefused(String text) {
        assertThatThrownBy(() -> MailboxSelector.of(text)).isInstanceOf(IllegalArgumentException.class);
    }
}
