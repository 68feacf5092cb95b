package dev.restante.web;

import static dev.restante.MailboxSelector.header;
import static dev.restante.MailboxSelector.recipient;
import static dev.restante.MailboxSelector.user;
import static dev.restante.Matching.subject;
import static dev.restante.Matching.to;
import static dev.restante.Script.on;
import static dev.restante.Stage.EHLO;
import static dev.restante.Stage.END_OF_DATA;
import static dev.restante.Stage.MAIL_FROM;
import static dev.restante.Stage.NOOP;
import static dev.restante.Stage.RCPT_TO;
import static dev.restante.assertj.MailAssertions.assertThat;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.restante.Acknowledgement;
import dev.restante.Attempt;
import dev.restante.CapturedMail;
import dev.restante.Hold;
import dev.restante.Mailbox;
import dev.restante.Matching;
import dev.restante.Persona;
import dev.restante.RuleReport;
import dev.restante.Scenarios;
import dev.restante.SmtpFixture;
import dev.restante.SmtpMailbox;
import dev.restante.SmtpSession;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * What a test does with a fixture, and must be able to do with any: one in this JVM, one over HTTP, one of the real jar. Each body
 * finds a fixture that was reset.
 */
enum FixtureContract {
    MAIL_IS_TAKEN_AND_AWAITED {
        @Override
        void run(SmtpFixture smtp) throws Exception {
            send(smtp, "ann@x.test", "bob@y.test", "first");
            send(smtp, "ann@x.test", "carl@y.test", "sécond ✓");
            assertThat(smtp).hasMails(2);
            assertThat(smtp.mails())
                    .extracting(mail -> mail.subject().orElse(""))
                    .containsExactly("first", "sécond ✓");

            CapturedMail second = smtp.awaitMail(to("carl@*"));
            assertThat(second).hasSubject("sécond ✓").session().greetedAs("app.test");
            assertThat(second.bytes()).endsWith("body\r\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
            assertThat(second.acknowledgement()).isEqualTo(Acknowledgement.SENT);
            assertThat(smtp.mail(second.id())).contains(second);

            CapturedMail first = smtp.takeMail();
            assertThat(first).hasSubject("first");
            assertThat(first.envelope().sender().parameters().body()).contains("8BITMIME");
            assertThat(smtp.mail(first.id())).isEmpty();
            assertThat(first.session()).map(SmtpSession::id).contains(first.sessionId());
            assertThat(smtp.mails()).containsExactly(second);
            assertThat(smtp.awaitExactly(1, ofMillis(20))).containsExactly(second);
            assertThat(smtp.remove(subject("nothing"))).isEmpty();
            assertThat(smtp.remove(Matching.from("ann@*"))).containsExactly(second);
            smtp.awaitNone(ofMillis(20));
            assertThat(smtp).hasNoMail();
            assertThat(smtp.evicted()).isZero();
        }
    },
    A_WAIT_ENDS_WITH_THE_MAIL {
        @Override
        void run(SmtpFixture smtp) throws Exception {
            CompletableFuture<CapturedMail> taken = CompletableFuture.supplyAsync(
                    () -> smtp.within(ofSeconds(20)).takeMail(subject("wanted")));
            CompletableFuture<List<CapturedMail>> both = CompletableFuture.supplyAsync(
                    () -> smtp.within(ofSeconds(20)).awaitMails(2, subject("other*")));
            send(smtp, "ann@x.test", "bob@y.test", "other 1");
            send(smtp, "ann@x.test", "bob@y.test", "wanted");
            send(smtp, "ann@x.test", "bob@y.test", "other 2");

            assertThat(taken.get(20, TimeUnit.SECONDS)).hasSubject("wanted");
            assertThat(both.get(20, TimeUnit.SECONDS)).hasSize(2);
            assertThat(smtp).hasMails(2, Matching.that("any", mail -> true));
        }
    },
    EACH_MAIL_IS_TAKEN_ONCE {
        @Override
        void run(SmtpFixture smtp) throws Exception {
            BlockingQueue<String> taken = new LinkedBlockingQueue<>();
            List<CompletableFuture<Void>> takers = java.util.stream.Stream.generate(() ->
                            CompletableFuture.runAsync(() -> {
                                for (int i = 0; i < 10; i++) {
                                    taken.add(smtp.within(ofSeconds(20))
                                            .takeMail()
                                            .subject()
                                            .orElse(""));
                                }
                            }))
                    .limit(2)
                    .toList();
            for (int i = 0; i < 20; i++) {
                send(smtp, "ann@x.test", "bob@y.test", "mail " + i);
            }
            for (CompletableFuture<Void> taker : takers) {
                taker.get(20, TimeUnit.SECONDS);
            }
            assertThat(taken).hasSize(20).doesNotHaveDuplicates();
            assertThat(smtp).hasNoMail();
        }
    },
    RULES_ACT_AND_ARE_COUNTED {
        @Override
        void run(SmtpFixture smtp) throws Exception {
            smtp.script(
                    on(RCPT_TO)
                            .named("busy")
                            .to("bob@*")
                            .reply(450, "4.2.1 Mailbox busy")
                            .times(2),
                    on(END_OF_DATA).named("never").reply(451, "4.3.0 Later").times(9));
            assertThatThrownBy(() -> send(smtp, "ann@x.test", "bob@y.test", "x"))
                    .hasMessageContaining("450 4.2.1");
            assertThat(smtp).rule("busy").fired(1);
            assertThat(smtp.unfired()).extracting(each -> each.rule().name()).containsExactly("busy", "never");
            assertThat(smtp.rules())
                    .extracting(RuleReport::toString)
                    .containsExactly("busy: 1 hit, 1 left", "never: 0 hits, 9 left");
            assertThat(smtp.rules().get(0).recent())
                    .extracting(RuleReport.Hit::sessionId)
                    .containsExactly(smtp.sessions().get(0).id());

            smtp.clearScript();
            send(smtp, "ann@x.test", "bob@y.test", "x");
            assertThat(smtp.rules()).isEmpty();
            assertThat(smtp).attempts(to("bob@*")).lastSucceeded();
            assertThat(smtp.attempts())
                    .extracting(Attempt::outcome)
                    .containsExactly(Attempt.Outcome.REFUSED, Attempt.Outcome.ACCEPTED);
            Attempt refused = smtp.attempts(to("bob@*")).get(0);
            assertThat(refused.rules()).containsExactly("busy");
            assertThat(refused.endedAtNanos()).isLessThan(smtp.attempts().get(1).startedAtNanos());
        }
    },
    RULES_HAVE_SWITCHES {
        @Override
        void run(SmtpFixture smtp) throws Exception {
            smtp.script(
                    on(RCPT_TO).named("busy").reply(450, "4.2.1 Mailbox busy").times(2),
                    on(END_OF_DATA).named("later").reply(451, "4.3.0 Later").always());
            long busy = smtp.rules().get(0).id();
            long later = smtp.rules().get(1).id();
            smtp.switchRule(busy, false);
            smtp.removeRule(later);
            send(smtp, "ann@x.test", "bob@y.test", "x");
            assertThat(smtp.rules())
                    .extracting(RuleReport::toString)
                    .containsExactly("busy: 0 hits, 2 left, switched off");
            assertThat(smtp.rules().get(0).layer()).isEqualTo(RuleReport.Layer.TEST);
            assertThat(smtp.unfired()).isEmpty();
            smtp.switchRule(busy, true);
            assertThatThrownBy(() -> send(smtp, "ann@x.test", "bob@y.test", "x"))
                    .hasMessageContaining("450 4.2.1");
            assertThatThrownBy(() -> smtp.removeRule(later))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("There is no rule " + later + ". There are " + busy + " (busy).");
            assertThatThrownBy(() -> smtp.switchRule(later, true))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("There is no rule " + later + ". There are " + busy + " (busy).");
        }
    },
    LAYERS_ARE_ASKED_IN_ORDER {
        @Override
        void run(SmtpFixture smtp) throws Exception {
            smtp.persona(Persona.named("gmail"));
            smtp.scenario(Scenarios.mailboxFull("full@y.test"));
            smtp.script(on(MAIL_FROM).from("first@*").reply(451, "4.3.0 test").always());
            List<String> names =
                    smtp.rules().stream().map(each -> each.rule().name()).toList();
            assertThat(smtp.rules().get(0).rule())
                    .isEqualTo(on(MAIL_FROM)
                            .from("first@*")
                            .reply(451, "4.3.0 test")
                            .always());
            assertThat(smtp.rules()
                            .subList(
                                    names.size()
                                            - Persona.named("gmail").rules().size(),
                                    names.size()))
                    .extracting(RuleReport::rule)
                    .isEqualTo(Persona.named("gmail").rules());
            assertThatThrownBy(() -> send(smtp, "ann@x.test", "full@y.test", "x"))
                    .hasMessageContaining("452 4.2.2 Mailbox full");
            smtp.persona(Persona.named("postfix"));
            assertThat(smtp.rules()).extracting(each -> each.rule().name()).noneMatch(name -> name.startsWith("gmail"));
        }
    },
    A_HOLD_KEEPS_CLIENTS_AND_LETS_THEM_GO {
        @Override
        void run(SmtpFixture smtp) throws Exception {
            Hold hold = smtp.hold(END_OF_DATA);
            assertThat(hold.waiting()).isZero();
            assertThat(hold.isReleased()).isFalse();
            assertThatThrownBy(() -> hold.awaitReached(1, ofMillis(20)))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageStartingWith(
                            "Expected 1 connection at " + hold.name() + " within 20 ms, but there are 0.");
            CompletableFuture<Void> sender = CompletableFuture.runAsync(() -> {
                try {
                    send(smtp, "ann@x.test", "bob@y.test", "held");
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            hold.awaitReached();
            assertThat(hold.waiting()).isEqualTo(1);
            assertThat(smtp).hasNoMail();
            hold.release();
            sender.get(20, TimeUnit.SECONDS);
            assertThat(smtp.takeMail()).hasSubject("held");
            assertThat(hold.isReleased()).isTrue();

            Hold named = smtp.hold();
            smtp.script(on(NOOP).waitFor(named.name()).always());
            smtp.reset();
            assertThat(named.isReleased()).isTrue();
            named.release();
            assertThat(smtp.rules()).isEmpty();
        }
    },
    LISTENERS_ARE_TOLD {
        @Override
        void run(SmtpFixture smtp) throws Exception {
            BlockingQueue<CapturedMail> arrived = new LinkedBlockingQueue<>();
            BlockingQueue<List<CapturedMail>> gone = new LinkedBlockingQueue<>();
            Mailbox.Subscription arrivals = smtp.onArrival(arrived::add);
            try (Mailbox.Subscription removals = smtp.onRemoval(gone::add)) {
                send(smtp, "ann@x.test", "bob@y.test", "one");
                CapturedMail one = arrived.poll(20, TimeUnit.SECONDS);
                assertThat(one).hasSubject("one");
                arrivals.close();
                smtp.remove(subject("one"));
                assertThat(gone.poll(20, TimeUnit.SECONDS)).containsExactly(one);
                assertThat(removals).isNotNull();
            }
            send(smtp, "ann@x.test", "bob@y.test", "two");
            smtp.awaitMail(subject("two"));
            assertThat(arrived).isEmpty();
        }
    },
    EVIDENCE_IS_WHOLE {
        @Override
        void run(SmtpFixture smtp) throws Exception {
            smtp.script(on(EHLO).advertise("X-TEST").always());
            try (Sender sender = Sender.to(smtp.host(), smtp.port(), "app.test")) {
                sender.say("AUTH PLAIN AGFubgBodW50ZXIy");
                sender.say("MAIL FROM:<ann@x.test> SIZE=10 BODY=8BITMIME");
                sender.say("RCPT TO:<bob@y.test> NOTIFY=NEVER");
                sender.say("RSET");
                sender.say("QUIT");
            }
            SmtpSession session = smtp.sessions().get(0);
            assertThat(session).greetedAs("app.test").endedBy(SmtpSession.Outcome.QUIT);
            assertThat(session.client().user()).contains("ann");
            assertThat(session.client().address().getAddress().isLoopbackAddress())
                    .isTrue();
            assertThat(session.transcript().toString()).contains("C: RCPT TO:<bob@y.test> NOTIFY=NEVER");
            assertThat(session.attempts()).hasSize(1);
            assertThat(session.attempts()
                            .get(0)
                            .recipients()
                            .get(0)
                            .recipient()
                            .parameters()
                            .notifyOn())
                    .containsExactly("NEVER");
            assertThat(smtp.session(session.id()).orElseThrow().transcript()).isEqualTo(session.transcript());
            assertThat(smtp.session("nosuch")).isEmpty();
            assertThat(smtp.session("../../x y")).isEmpty();
            assertThat(smtp.clock().now()).isNotNull();
        }
    },
    MAILBOXES_HAVE_MAIL_AND_RULES_OF_THEIR_OWN {
        @Override
        void run(SmtpFixture smtp) throws Exception {
            SmtpMailbox orders = smtp.mailbox("orders", recipient("*@orders.test"), header("X-Shop", "or=der"));
            SmtpMailbox bills = smtp.mailbox("bills", recipient("*@bills.test"));
            assertThat(smtp.mailboxes().stream().map(SmtpMailbox::name)).contains("orders", "bills");
            assertThat(smtp.mailbox("orders").selectors()).isEqualTo(orders.selectors());
            assertThat(smtp.mailbox("orders", recipient("*@orders.test"), header("X-Shop", "or=der"))
                            .name())
                    .isEqualTo("orders");
            assertThatThrownBy(() -> smtp.mailbox("orders", user("ann")))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("There is a mailbox \"orders\" already");
            assertThatThrownBy(() -> smtp.mailbox("nosuch"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("There are: ");
            for (String wrong : List.of("default", "a/b", "")) {
                assertThatThrownBy(() -> smtp.mailbox(wrong, user("ann"))).isInstanceOf(IllegalArgumentException.class);
            }

            orders.script(on(RCPT_TO).named("busy").reply(450, "4.2.1 Busy").once());
            assertThatThrownBy(() -> send(smtp, "ann@x.test", "bob@orders.test", "x"))
                    .hasMessageContaining("450");
            send(smtp, "ann@x.test", "bob@bills.test", "bill");
            send(smtp, "ann@x.test", "bob@orders.test", "order");
            send(smtp, "ann@x.test", "bob@other.test", "other\nX-Shop: or=der");
            assertThat(orders.awaitMails(2)).hasSize(2);
            assertThat(orders).hasMails(2).hasNoUnfiredRules().rule("busy").fired(1);
            assertThat(orders).attempts(to("bob@orders.test")).hasSize(2).lastSucceeded();
            assertThat(orders.attempts()).hasSize(3);
            assertThat(orders.sessions()).hasSize(3);
            assertThat(bills).onlyMail().hasSubject("bill");
            assertThat(bills.rules()).isEmpty();
            assertThat(orders.takeMail(subject("order")).session()).isPresent();
            assertThat(orders.host()).isEqualTo(smtp.host());
            assertThat(orders.port()).isEqualTo(smtp.port());
            assertThat(orders.isListening()).isTrue();

            assertThatThrownBy(
                            () -> orders.script(on(NOOP).reply(450, "4.0.0 x").once()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("one at NOOP could never fire");
            orders.keep(new SmtpMailbox.Retention(3, 10_000));
            assertThat(smtp.mailbox("orders").retention()).isEqualTo(new SmtpMailbox.Retention(3, 10_000));
            assertThatThrownBy(() -> orders.keep(new SmtpMailbox.Retention(Integer.MAX_VALUE, 1)))
                    .isInstanceOf(IllegalArgumentException.class);

            orders.reset();
            assertThat(orders).hasNoMail().hasNoConnections();
            assertThat(orders.rules()).isEmpty();
            assertThat(bills).hasMails(1);

            Hold hold = orders.hold(END_OF_DATA);
            CompletableFuture<Void> sent = CompletableFuture.runAsync(() -> {
                try {
                    send(smtp, "ann@x.test", "bob@orders.test", "held");
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            hold.awaitReached();
            send(smtp, "ann@x.test", "bob@bills.test", "not held");
            hold.release();
            sent.get();

            CompletableFuture<CapturedMail> waiting = CompletableFuture.supplyAsync(
                    () -> bills.within(ofSeconds(40)).takeMail(subject("never")));
            bills.awaitMails(2);
            bills.close();
            bills.close();
            assertThatThrownBy(waiting::get)
                    .hasRootCauseInstanceOf(AssertionError.class)
                    .hasMessageContaining("The mailbox \"bills\" was removed: by close()");
            assertThat(bills.isRemoved()).isTrue();
            assertThat(orders.isRemoved()).isFalse();
            assertThatThrownBy(
                            () -> bills.script(on(RCPT_TO).reply(450, "4.0.0 x").once()))
                    .isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> bills.within(ofSeconds(40)).takeMail(subject("never")))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("was removed");
            orders.close();
        }
    },
    FAILURES_TELL_WHAT_HAPPENED {
        @Override
        void run(SmtpFixture smtp) throws Exception {
            smtp.script(on(RCPT_TO)
                    .named("busy")
                    .to("bob@*")
                    .reply(450, "4.2.1 Mailbox busy")
                    .once());
            assertThatThrownBy(() -> send(smtp, "ann@x.test", "bob@y.test", "x"))
                    .hasMessageContaining("450");
            send(smtp, "ann@x.test", "carl@y.test", "Hello");
            Mailbox hurried = smtp.within(ofMillis(30));
            assertThatThrownBy(() -> hurried.takeMail(to("bob@*").and(subject("x"))))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageStartingWith(
                            "No mail to \"bob@*\" and with subject \"x\" arrived within 30 ms.\nIn the mailbox (1):\n")
                    .hasMessageContaining("but it is to carl@y.test")
                    .hasMessageContaining(
                            "REFUSED at RCPT_TO: <ann@x.test> BODY=8BITMIME -> <bob@y.test> 450 4.2.1 Mailbox busy")
                    .hasMessageContaining("busy: 1 hit, 0 left")
                    .hasMessageContaining("S: 450 4.2.1 Mailbox busy");
            assertThatThrownBy(() -> hurried.awaitMails(3))
                    .hasMessageContaining("Expected 3 mails within 30 ms, but there is 1.");
            assertThatThrownBy(() -> smtp.awaitNone(ofMillis(5))).hasMessageContaining("Expected no mail for 5 ms");
            assertThatThrownBy(() -> hurried.within(ofMillis(-1))).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> hurried.awaitMails(-1)).isInstanceOf(IllegalArgumentException.class);
        }
    };

    abstract void run(SmtpFixture smtp) throws Exception;

    private static void send(SmtpFixture smtp, String from, String to, String subject) throws IOException {
        Sender.sendOrThrow(
                smtp.host(), smtp.port(), from, to, "Subject: " + subject + "\nFrom: " + from + "\n\nbody\n");
    }
}
