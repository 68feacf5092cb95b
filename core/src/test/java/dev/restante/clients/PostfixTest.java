package dev.restante.clients;

import static dev.restante.Script.midData;
import static dev.restante.Script.on;
import static dev.restante.Stage.AFTER_COMMIT;
import static dev.restante.Stage.CONNECT;
import static dev.restante.Stage.DATA;
import static dev.restante.Stage.EHLO;
import static dev.restante.Stage.END_OF_DATA;
import static dev.restante.Stage.MAIL_FROM;
import static dev.restante.Stage.QUIT;
import static dev.restante.Stage.RCPT_TO;
import static dev.restante.Stage.STARTTLS;
import static dev.restante.Stage.TLS_HANDSHAKE;
import static java.time.Duration.ofHours;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import dev.restante.Acknowledgement;
import dev.restante.Attempt;
import dev.restante.CapturedMail;
import dev.restante.FakeSmtpServer;
import dev.restante.ManualClock;
import dev.restante.Matching;
import dev.restante.MimePart;
import dev.restante.Replay;
import dev.restante.Rule;
import dev.restante.ScriptFile;
import dev.restante.ServerClock;
import dev.restante.SmtpSession;
import dev.restante.Stage;
import dev.restante.Step;
import dev.restante.Transcript;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A real mail server's queue, which defers, retries, gives up and reports as RFC 5321 and RFC 3461 to 3464 say. */
@Timeout(120)
class PostfixTest {
    private static final String ANN = "ann@client.test";
    private static final String BOB = "bob@dest.test";
    private static final String EVE = "eve@dest.test";
    private static final String LETTER = "From: ann@client.test\nSubject: hello\n\nfirst\n.\nlast\n";

    private static ManualClock clock;
    private static FakeSmtpServer smtp;
    private static Postfix postfix;

    @BeforeAll
    static void start() throws IOException {
        clock = ServerClock.manual();
        smtp = FakeSmtpServer.builder()
                .startTls()
                .clock(clock)
                .defaultTimeout(ofSeconds(30))
                .build()
                .start();
        postfix = Postfix.sendingTo(smtp.port(), smtp.tls().caPem());
    }

    @AfterAll
    static void stop() throws IOException {
        if (postfix != null) {
            postfix.close();
        }
        smtp.close();
    }

    @BeforeEach
    void forget() {
        postfix.wipe();
        allEnded();
        smtp.reset();
    }

    private static String send(String... recipients) {
        return postfix.send(LETTER, ANN, List.of(recipients));
    }

    private static void isDelivered(String id) {
        postfix.awaitDone(id);
        assertThat(postfix.queue()).extracting(Postfix.Queued::id).doesNotContain(id);
        allEnded();
    }

    /** Waits until nothing more is tried; returns what then waits in the queue. */
    private static Postfix.Queued deferred(String id, int times) {
        Postfix.Queued waiting = postfix.awaitDeferred(id, times);
        allEnded();
        return waiting;
    }

    /** Waits until the server, too, has seen all connections end. */
    private static void allEnded() {
        long deadline = System.nanoTime() + ofSeconds(30).toNanos();
        while (smtp.openConnections() > 0 || smtp.sessions().stream().anyMatch(SmtpSession::isOpen)) {
            assertThat(System.nanoTime())
                    .as("still waiting for %s", smtp.sessions())
                    .isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    private static List<Attempt> transactions() {
        return smtp.attempts().stream().filter(Attempt::isTransaction).toList();
    }

    // ---- accepted

    @Test
    void mailThatIsAcceptedLeavesTheQueue() {
        String id = send(BOB, EVE);
        isDelivered(id);

        CapturedMail mail = smtp.takeMail();
        assertThat(mail.envelope().sender().address()).isEqualTo(ANN);
        assertThat(mail.envelope().recipientAddresses()).containsExactly(BOB, EVE);
        assertThat(mail.text()).contains("first\r\n.\r\nlast\r\n");
        assertThat(mail.header("Received").orElseThrow()).contains(id);
        assertThat(mail.client().heloName()).contains("client.test");
        assertThat(postfix.log(id))
                .filteredOn(line -> line.contains("status=sent"))
                .hasSize(2)
                .allSatisfy(line -> assertThat(line).contains("queued as " + mail.id()));
        assertThat(smtp.sessions()).singleElement().satisfies(session -> {
            assertThat(session.outcome()).isEqualTo(SmtpSession.Outcome.QUIT);
            assertThat(session.lint()).isEmpty();
        });
        assertThat(mail.lint()).isEmpty();
    }

    // ---- deferred and tried again

    @Test
    void onlyTheBusyRecipientWaitsAndIsTriedAgain() {
        smtp.script(on(RCPT_TO).to("bob@*").reply(450, "4.2.1 Mailbox busy").times(2));

        String id = send(BOB, EVE);
        Postfix.Queued waiting = deferred(id, 1);

        assertThat(waiting.reasons()).containsOnlyKeys(BOB);
        assertThat(waiting.reasons().get(BOB)).contains("said: 450 4.2.1 Mailbox busy (in reply to RCPT TO command)");
        assertThat(postfix.content(id)).contains("sender: " + ANN, "recipient: " + BOB, "done_recipient: " + EVE);
        CapturedMail toEve = smtp.takeMail();
        assertThat(toEve.envelope().recipientAddresses()).containsExactly(EVE);

        postfix.flush();
        deferred(id, 2);
        postfix.flush();
        isDelivered(id);

        CapturedMail toBob = smtp.takeMail();
        assertThat(toBob.envelope().recipientAddresses()).containsExactly(BOB);
        assertThat(toBob.messageId()).isPresent().isEqualTo(toEve.messageId());
        assertThat(transactions())
                .satisfiesExactly(
                        first -> {
                            assertThat(first.outcome()).isEqualTo(Attempt.Outcome.ACCEPTED);
                            assertThat(first.deliveredTo(BOB)).isFalse();
                            assertThat(first.deliveredTo(EVE)).isTrue();
                        },
                        second -> {
                            assertThat(second.outcome()).isEqualTo(Attempt.Outcome.REFUSED);
                            assertThat(second.recipients())
                                    .extracting(each -> each.recipient().address() + " "
                                            + each.reply().orElseThrow())
                                    .containsExactly(BOB + " 450 4.2.1 Mailbox busy");
                        },
                        third -> assertThat(third.deliveredTo(BOB)).isTrue());
        assertThat(smtp.attempts(Matching.to(EVE))).hasSize(1);
        assertThat(statuses(id)).containsExactlyInAnyOrder("sent", "deferred", "deferred", "sent");
        assertThat(smtp.unfired()).isEmpty();
    }

    /** What became of each recipient at each attempt, in the words of the log. */
    private static List<String> statuses(String id) {
        return postfix.log(id).stream()
                .filter(line -> line.contains("status="))
                .map(line -> line.replaceFirst(".*status=([\\w-]+).*", "$1"))
                .toList();
    }

    static Stream<Arguments> shutDowns() {
        return Stream.of(
                Arguments.of(CONNECT, "refused to talk to me: 421 4.3.2 Closing"),
                Arguments.of(EHLO, "refused to talk to me: 421 4.3.2 Closing"),
                Arguments.of(MAIL_FROM, "421 4.3.2 Closing (in reply to MAIL FROM command)"),
                Arguments.of(RCPT_TO, "421 4.3.2 Closing (in reply to RCPT TO command)"),
                Arguments.of(DATA, "421 4.3.2 Closing (in reply to DATA command)"),
                Arguments.of(END_OF_DATA, "421 4.3.2 Closing (in reply to end of DATA command)"));
    }

    @ParameterizedTest
    @MethodSource("shutDowns")
    void mailWaitsWhereTheServerShutsDownAndComesOnce(Stage<? extends Step.Answered<?>> stage, String reason) {
        smtp.script(on(stage).reply(421, "4.3.2 Closing").once());

        String id = send(BOB, EVE);
        Postfix.Queued waiting = deferred(id, 1);

        assertThat(waiting.reasons().keySet()).containsExactlyInAnyOrder(BOB, EVE);
        assertThat(waiting.reasons().values())
                .anySatisfy(why -> assertThat(why).contains(reason))
                .allSatisfy(why -> assertThat(why).containsAnyOf(reason, "lost connection with 127.0.0.1"));
        assertThat(smtp.mails()).isEmpty();
        assertThat(smtp.sessions()).singleElement().satisfies(session -> {
            assertThat(session.outcome()).isEqualTo(SmtpSession.Outcome.SERVER_CLOSED);
            assertThat(session.transcript().replies()).last().isEqualTo("421 4.3.2 Closing");
            assertThat(session.transcript().rules()).hasSize(1);
        });
        assertThat(smtp.attempts()).singleElement().satisfies(attempt -> {
            assertThat(attempt.outcome()).isEqualTo(Attempt.Outcome.REFUSED);
            assertThat(attempt.stage()).isEqualTo(stage);
        });

        postfix.flush();
        isDelivered(id);

        assertThat(smtp.takeMail().envelope().recipientAddresses()).containsExactlyInAnyOrder(BOB, EVE);
        assertThat(smtp.mails()).isEmpty();
        assertThat(statuses(id)).containsExactly("deferred", "deferred", "sent", "sent");
    }

    @Test
    void aServerThatShutsDownAtQuitHasTakenTheMail() {
        smtp.script(on(QUIT).reply(421, "4.3.2 Closing").once());

        isDelivered(send(BOB));

        smtp.takeMail();
        assertThat(transactions()).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({"450", "451", "452", "421"})
    void refusalsOfTheBodyThatAreNotForGoodAreTriedAgain(int code) {
        smtp.script(on(END_OF_DATA).reply(code, "4.3.0 Not now").times(2));

        String id = send(BOB);
        deferred(id, 1);
        postfix.flush();
        assertThat(deferred(id, 2).reasons().get(BOB)).contains(code + " 4.3.0 Not now");
        postfix.flush();
        isDelivered(id);

        String messageId = smtp.takeMail().messageId().orElseThrow();
        assertThat(transactions())
                .extracting(Attempt::outcome)
                .containsExactly(Attempt.Outcome.REFUSED, Attempt.Outcome.REFUSED, Attempt.Outcome.ACCEPTED);
        assertThat(transactions())
                .allSatisfy(attempt -> assertThat(attempt.messageId()).contains(messageId));
    }

    @Test
    void recipientsBeyondTheServersLimitComeWithTheNextTransaction() {
        smtp.script(on(RCPT_TO).nth(3).reply(452, "4.5.3 Too many recipients").always());

        String id = send(BOB, EVE, "dan@dest.test");
        assertThat(deferred(id, 1).reasons()).hasSize(1);
        postfix.flush();
        isDelivered(id);

        assertThat(smtp.mails())
                .extracting(mail -> mail.envelope().recipientAddresses().size())
                .containsExactly(2, 1);
        assertThat(smtp.mails())
                .flatExtracting(mail -> mail.envelope().recipientAddresses())
                .containsExactlyInAnyOrder(BOB, EVE, "dan@dest.test");
    }

    @Test
    void mailPassesGreylistingOnceItHasWaitedLongEnough() {
        smtp.script(on(RCPT_TO)
                .newcomers(ofMinutes(5), ofHours(1))
                .perTriple()
                .reply(450, "4.7.1 Greylisted")
                .always());

        String id = send(BOB);
        deferred(id, 1);
        clock.advance(ofMinutes(4));
        postfix.flush();
        deferred(id, 2);
        clock.advance(ofMinutes(1));
        postfix.flush();
        isDelivered(id);
        isDelivered(send(BOB));
        deferred(send(EVE), 1);

        assertThat(smtp.mails()).hasSize(2);
        assertThat(smtp.attempts(Matching.to(BOB)))
                .extracting(Attempt::outcome)
                .containsExactly(
                        Attempt.Outcome.REFUSED,
                        Attempt.Outcome.REFUSED,
                        Attempt.Outcome.ACCEPTED,
                        Attempt.Outcome.ACCEPTED);
    }

    // ---- broken connections

    static Stream<Arguments> acknowledgementsThatGetLost() {
        return Stream.of(
                Arguments.of(on(AFTER_COMMIT).closeConnection().once(), Acknowledgement.LOST),
                Arguments.of(on(AFTER_COMMIT).resetConnection().once(), Acknowledgement.LOST),
                Arguments.of(on(AFTER_COMMIT).cutReply(6).once(), Acknowledgement.LOST),
                Arguments.of(on(AFTER_COMMIT).reply(451, "4.3.0 Lost track").once(), Acknowledgement.LOST));
    }

    @ParameterizedTest
    @MethodSource("acknowledgementsThatGetLost")
    void mailComesTwiceWhenItsAcknowledgementIsLost(Rule loss, Acknowledgement acknowledgement) {
        smtp.script(loss);

        String id = send(BOB);
        Postfix.Queued waiting = deferred(id, 1);
        postfix.flush();
        isDelivered(id);

        List<CapturedMail> both = smtp.awaitMails(2);
        CapturedMail lost = both.get(0);
        CapturedMail again = both.get(1);
        assertThat(lost.acknowledgement()).isEqualTo(acknowledgement);
        assertThat(again.acknowledgement()).isEqualTo(Acknowledgement.SENT);
        assertThat(again.messageId()).isPresent().isEqualTo(lost.messageId());
        assertThat(again.bytes()).isEqualTo(lost.bytes());
        assertThat(again.id()).isNotEqualTo(lost.id());
        assertThat(waiting.reasons().get(BOB)).isNotEmpty();
        assertThat(statuses(id)).containsExactly("deferred", "sent");
    }

    /** RFC 5321 section 4.5.3.2.6 has clients wait for 10 minutes at this place, for just this reason. */
    @Test
    void mailComesTwiceWhenItsAcknowledgementComesTooLate() {
        smtp.script(on(AFTER_COMMIT).stall().once());

        String id = send("bob@" + Postfix.HASTY);
        Postfix.Queued waiting = deferred(id, 1);
        postfix.flush();
        isDelivered(id);

        assertThat(waiting.reasons().values())
                .singleElement()
                .asString()
                .contains("timed out while sending end of data -- message may be sent more than once");
        assertThat(smtp.awaitMails(2))
                .extracting(mail -> mail.messageId().orElseThrow())
                .containsOnly(smtp.mails().get(0).messageId().orElseThrow());
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 200, 300_000})
    void mailWaitsWhenTheConnectionIsResetInTheBodyAndComesWhole(long octets) {
        smtp.script(midData(octets).resetConnection().once());
        String body = "0123456789abcdef0123456789abcdef\n".repeat(20_000);

        String id = postfix.send("Subject: long\n\n" + body, ANN, List.of(BOB));
        Postfix.Queued waiting = deferred(id, 1);

        assertThat(waiting.reasons().get(BOB)).containsPattern("lost connection|Connection reset|timed out");
        assertThat(smtp.mails()).isEmpty();
        assertThat(transactions()).singleElement().satisfies(attempt -> {
            assertThat(attempt.outcome()).isEqualTo(Attempt.Outcome.ABORTED);
            assertThat(attempt.mailId()).isEmpty();
        });
        assertThat(smtp.sessions().get(0).transcript().entries())
                .filteredOn(entry -> entry.kind() == Transcript.Kind.BODY)
                .extracting(Transcript.Entry::octets)
                .containsExactly(octets);

        assertThat(smtp.sessions())
                .singleElement()
                .satisfies(session -> assertThat(session.outcome()).isEqualTo(SmtpSession.Outcome.SERVER_RESET));

        postfix.flush();
        isDelivered(id);

        assertThat(smtp.takeMail().text().orElseThrow()).isEqualToNormalizingNewlines(body);
    }

    @Test
    void mailWaitsWhenTheReplyCannotBeRead() {
        smtp.script(on(MAIL_FROM).garbage().once());

        String id = send(BOB);
        deferred(id, 1);
        postfix.flush();
        isDelivered(id);

        smtp.takeMail();
    }

    // ---- given up

    private static CapturedMail report() {
        CapturedMail report = smtp.takeMail(Matching.to(ANN));
        assertThat(report.envelope().sender().address()).isEmpty();
        assertThat(report.message().root().contentType()).isEqualTo("multipart/report");
        assertThat(report.message().root().contentTypeParameter("report-type")).contains("delivery-status");
        return report;
    }

    private static String status(CapturedMail report) {
        return report.message().parts().stream()
                // RFC 3464, or RFC 6533 if an address is beyond ASCII
                .filter(part -> part.contentType().matches("message/(global-)?delivery-status"))
                .map(MimePart::text)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void theSenderIsToldOfARecipientThatDoesNotExist() {
        smtp.script(on(RCPT_TO).to("eve@*").reply(550, "5.1.1 No such mailbox").once());

        String id = send(BOB, EVE);
        CapturedMail report = report();
        isDelivered(id);

        assertThat(status(report).lines())
                .contains(
                        "Reporting-MTA: dns; client.test",
                        "Final-Recipient: rfc822; " + EVE,
                        "Action: failed",
                        "Status: 5.1.1",
                        "Diagnostic-Code: smtp; 550 5.1.1 No such mailbox")
                .noneMatch(line -> line.contains(BOB));
        CapturedMail delivered = smtp.takeMail();
        assertThat(delivered.envelope().recipientAddresses()).containsExactly(BOB);
        assertThat(report.message().nestedMessages())
                .singleElement()
                .satisfies(returned -> assertThat(returned.messageId()).isEqualTo(delivered.messageId()));
        assertThat(smtp.attempts(Matching.to(EVE))).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({
        "MAIL_FROM, 553, 5.1.8 Sender is not welcome",
        "RCPT_TO, 551, 5.1.6 User has moved",
        "DATA, 554, 5.7.1 Not today",
        "END_OF_DATA, 554, 5.7.1 Looks like spam",
        "END_OF_DATA, 552, 5.3.4 Too large"
    })
    void theSenderIsToldOfWhatIsRefusedForGood(String where, int code, String text) {
        Stage<?> stage = Stage.named(where).orElseThrow();
        smtp.script(refusal(stage, code, text));

        String id = send(BOB);
        CapturedMail report = report();
        isDelivered(id);

        assertThat(status(report).lines())
                .contains(
                        "Action: failed",
                        "Status: " + text.substring(0, 5),
                        "Diagnostic-Code: smtp; " + code + " " + text);
        assertThat(smtp.mails()).isEmpty();
        assertThat(transactions()).first().satisfies(attempt -> {
            assertThat(attempt.outcome()).isEqualTo(Attempt.Outcome.REFUSED);
            assertThat(attempt.stage()).isEqualTo(stage);
            assertThat(attempt.body().isPresent()).isEqualTo(stage == END_OF_DATA);
        });
        assertThat(statuses(id)).containsExactly("bounced");
    }

    @SuppressWarnings("unchecked") // the stages above have replies
    private static Rule refusal(Stage<?> stage, int code, String text) {
        return on((Stage<? extends Step.Answered<?>>) stage).reply(code, text).once();
    }

    @Test
    void theSenderIsToldWhenPatienceEnds() {
        smtp.script(on(RCPT_TO).to(BOB).reply(450, "4.2.1 Mailbox busy").always());

        String id = send(BOB);
        deferred(id, 1);
        postfix.expire(id);
        postfix.flush();
        CapturedMail report = report();
        isDelivered(id);

        assertThat(status(report).lines())
                .contains("Action: failed", "Status: 4.2.1", "Diagnostic-Code: smtp; 450 4.2.1 Mailbox busy");
        assertThat(smtp.attempts(Matching.to(BOB))).hasSize(1);
        assertThat(postfix.log(id)).anyMatch(line -> line.contains("returned to sender"));
    }

    /** RFC 5321 section 4.5.5: what has no sender is never reported, so that reports do not go round and round. */
    @Test
    void nobodyIsToldOfAReportThatIsRefused() {
        smtp.script(
                on(RCPT_TO).to(BOB).reply(550, "5.1.1 No such mailbox").always(),
                on(RCPT_TO).to(ANN).reply(550, "5.1.1 No such mailbox").always());

        String id = send(BOB);
        isDelivered(id);
        String report = postfix.awaitLog(id + ": sender non-delivery notification: (\\w+)")
                .group(1);
        isDelivered(report);

        assertThat(smtp.mails()).isEmpty();
        assertThat(transactions())
                .extracting(attempt -> attempt.sender().orElseThrow().address())
                .containsExactly(ANN, "");
    }

    // ---- delivery status notifications

    @Test
    void wishesForReportsAreHandedOn() {
        String id = postfix.send(LETTER, ANN, List.of(BOB), "-N", "success,failure", "-V", "id+1", "-R", "hdrs");
        isDelivered(id);

        CapturedMail mail = smtp.takeMail();
        assertThat(mail.envelope().sender().parameters().ret()).contains("HDRS");
        assertThat(mail.envelope().sender().parameters().envid()).contains("id+1");
        assertThat(mail.envelope().recipients()).singleElement().satisfies(recipient -> {
            assertThat(recipient.parameters().notifyOn()).containsExactlyInAnyOrder("SUCCESS", "FAILURE");
            assertThat(recipient.parameters().orcpt())
                    .hasValueSatisfying(orcpt -> assertThat(orcpt).endsWith(BOB));
        });
        assertThat(transactions()).hasSize(1);
    }

    @Test
    void theSenderIsToldWhenAServerDoesNotKnowOfReports() {
        smtp.script(on(EHLO).hide("DSN").once());

        String id = postfix.send(LETTER, ANN, List.of(BOB), "-N", "success", "-V", "id1");
        CapturedMail report = report();
        isDelivered(id);

        assertThat(status(report).lines()).contains("Original-Envelope-Id: id1", "Action: relayed", "Status: 2.0.0");
        CapturedMail mail = smtp.takeMail();
        assertThat(mail.envelope().recipients())
                .singleElement()
                .satisfies(recipient ->
                        assertThat(recipient.parameters().has("NOTIFY")).isFalse());
    }

    // ---- extensions

    /** It says DATA ahead of the replies, and must find what RFC 2920 section 3.1 has servers say when nobody is left. */
    @Test
    void dataSaidAheadIsRefusedWhereNoRecipientWasTaken() {
        smtp.script(on(RCPT_TO).reply(450, "4.2.1 Mailbox busy").times(2));

        String id = send(BOB, EVE);
        assertThat(deferred(id, 2).reasons().values())
                .allSatisfy(why -> assertThat(why).contains("450 4.2.1 Mailbox busy"));

        assertThat(smtp.sessions()).singleElement().satisfies(session -> {
            assertThat(session.transcript().clientLines()).contains("DATA");
            assertThat(session.transcript().replies()).anyMatch(reply -> reply.startsWith("554 5.5.1"));
            assertThat(session.outcome()).isEqualTo(SmtpSession.Outcome.QUIT);
        });
        assertThat(transactions()).hasSize(1);

        postfix.flush();
        isDelivered(id);

        assertThat(smtp.takeMail().envelope().recipientAddresses()).containsExactlyInAnyOrder(BOB, EVE);
    }

    @Test
    void mailTooLargeForTheServerIsReturnedWithoutBeingTried() {
        smtp.script(on(EHLO).advertise("SIZE 100").once());

        String id = send(BOB);
        CapturedMail report = report();
        isDelivered(id);

        assertThat(status(report).lines()).contains("Action: failed", "Status: 5.3.4");
        assertThat(smtp.attempts(Matching.to(BOB))).isEmpty();
    }

    @Test
    void mailToAddressesBeyondAsciiIsReturnedWhereTheyAreNotKnown() {
        String bob = "böb@dest.test";
        isDelivered(send(bob));
        assertThat(smtp.takeMail().envelope().sender().parameters().has("SMTPUTF8"))
                .isTrue();

        smtp.script(on(EHLO).hide("SMTPUTF8").once());
        String id = send(bob);
        CapturedMail report = report();
        isDelivered(id);

        assertThat(status(report).lines()).contains("Action: failed", "Status: 5.6.7");
        assertThat(smtp.attempts(Matching.to(bob))).hasSize(1);
    }

    @Test
    void mailOfEightBitsIsWrittenInSevenForAServerThatKnowsNoMore() {
        String letter = """
                MIME-Version: 1.0
                Content-Type: text/plain; charset=utf-8
                Content-Transfer-Encoding: 8bit

                Grüße
                """;
        isDelivered(postfix.send(letter, ANN, List.of(BOB)));
        CapturedMail eight = smtp.takeMail();
        assertThat(eight.envelope().sender().parameters().body()).contains("8BITMIME");
        assertThat(eight.header("Content-Transfer-Encoding")).contains("8bit");

        smtp.script(on(EHLO).hide("8BITMIME", "SMTPUTF8").once());
        isDelivered(postfix.send(letter, ANN, List.of(BOB)));

        CapturedMail seven = smtp.takeMail();
        assertThat(seven.envelope().sender().parameters().body()).isEmpty();
        assertThat(seven.header("Content-Transfer-Encoding")).contains("quoted-printable");
        assertThat(seven.text()).isEqualTo(eight.text()).contains("Grüße\r\n");
    }

    // ---- TLS

    @ParameterizedTest
    @ValueSource(strings = {Postfix.TLS, Postfix.SECURE})
    void mailComesInsideTls(String domain) {
        isDelivered(send("bob@" + domain));

        assertThat(smtp.takeMail().client().tls()).isPresent();
        assertThat(smtp.sessions()).hasSize(1);
    }

    static Stream<Arguments> tlsFaults() {
        return Stream.of(
                Arguments.of(on(TLS_HANDSHAKE).expiredCertificate().once(), "Server certificate not verified"),
                Arguments.of(on(TLS_HANDSHAKE).untrustedCertificate().once(), "Server certificate not verified"),
                Arguments.of(on(TLS_HANDSHAKE).wrongHostCertificate().once(), "Server certificate not verified"),
                Arguments.of(on(TLS_HANDSHAKE).cutHandshake().once(), "Cannot start TLS: handshake failure"),
                Arguments.of(on(STARTTLS).reply(454, "4.7.0 TLS not available").once(), "454 4.7.0 TLS not available"),
                Arguments.of(on(EHLO).hide("STARTTLS").once(), "TLS is required, but was not offered"));
    }

    @ParameterizedTest
    @MethodSource("tlsFaults")
    void mailThatMayGoInsideTlsOnlyWaits(Rule fault, String reason) {
        smtp.script(fault);

        String id = send("bob@" + Postfix.SECURE);
        Postfix.Queued waiting = deferred(id, 1);

        assertThat(waiting.reasons().values()).singleElement().asString().contains(reason);
        assertThat(transactions()).isEmpty();

        postfix.flush();
        isDelivered(id);

        assertThat(smtp.takeMail().client().tls()).isPresent();
        assertThat(smtp.unfired()).isEmpty();
    }

    static Stream<Arguments> tlsFaultsThatOpportunistsShrugOff() {
        return Stream.of(
                Arguments.of(on(EHLO).hide("STARTTLS").once()),
                Arguments.of(on(STARTTLS).reply(454, "4.7.0 TLS not available").once()));
    }

    @ParameterizedTest
    @MethodSource("tlsFaultsThatOpportunistsShrugOff")
    void mailThatMayGoInPlainTextDoesSoWhereTlsFails(Rule fault) {
        smtp.script(fault);

        String id = send("bob@" + Postfix.TLS);
        isDelivered(id);

        assertThat(smtp.takeMail().client().tls()).isEmpty();
        assertThat(smtp.unfired()).isEmpty();
    }

    /** Plain text is not its next thought, but its last one, after hours. */
    @Test
    void mailThatMayGoInPlainTextWaitsWhereTheHandshakeFails() {
        smtp.script(on(TLS_HANDSHAKE).cutHandshake().once());

        String id = send("bob@" + Postfix.TLS);
        Postfix.Queued waiting = deferred(id, 1);

        assertThat(waiting.reasons().values()).containsExactly("Cannot start TLS: handshake failure");
        assertThat(smtp.attempts())
                .singleElement()
                .satisfies(attempt -> assertThat(attempt.stage()).isEqualTo(TLS_HANDSHAKE));

        postfix.flush();
        isDelivered(id);

        assertThat(smtp.takeMail().client().tls()).isPresent();
    }

    @Test
    void failuresInsideTlsAreTheSame() {
        smtp.script(
                on(RCPT_TO).overTls().reply(450, "4.2.1 Mailbox busy").once(),
                midData(100).overTls().resetConnection().once(),
                on(AFTER_COMMIT).overTls().closeConnection().once());

        String id = send("bob@" + Postfix.SECURE);
        for (int attempts = 1; attempts <= 3; attempts++) {
            deferred(id, attempts);
            postfix.flush();
        }
        isDelivered(id);

        assertThat(transactions())
                .extracting(Attempt::outcome)
                .containsExactly(
                        Attempt.Outcome.REFUSED,
                        Attempt.Outcome.ABORTED,
                        Attempt.Outcome.ABORTED,
                        Attempt.Outcome.ACCEPTED);
        assertThat(smtp.awaitMails(2))
                .allSatisfy(mail -> assertThat(mail.client().tls()).isPresent());
        assertThat(smtp.unfired()).isEmpty();
    }

    // ---- record and replay

    static Stream<Arguments> sessionsWorthKeeping() {
        return Stream.of(
                Arguments.of(BOB, List.of()),
                Arguments.of(
                        BOB,
                        List.of(on(RCPT_TO)
                                .to("bob@*")
                                .reply(450, "4.2.1 Mailbox busy\nfor long")
                                .once())),
                Arguments.of(
                        BOB,
                        List.of(on(RCPT_TO).reply(450, "4.2.1 Mailbox busy").always())),
                Arguments.of(
                        BOB, List.of(on(CONNECT).reply(421, "4.3.2 Closing").once())),
                Arguments.of(BOB, List.of(on(EHLO).hide("PIPELINING", "DSN").once())),
                Arguments.of(BOB, List.of(on(MAIL_FROM).reply(451, "4.3.0 No").once())),
                Arguments.of(BOB, List.of(on(DATA).reply(421, "4.3.2 Closing").once())),
                Arguments.of(
                        BOB, List.of(on(END_OF_DATA).reply(452, "4.3.1 Full").once())),
                Arguments.of(BOB, List.of(on(END_OF_DATA).cutReply(5).once())),
                Arguments.of(BOB, List.of(on(AFTER_COMMIT).resetConnection().once())),
                Arguments.of(BOB, List.of(midData(100).resetConnection().once())),
                Arguments.of("bob@" + Postfix.TLS, List.of()),
                Arguments.of(
                        "bob@" + Postfix.TLS,
                        List.of(on(STARTTLS)
                                .reply(454, "4.7.0 TLS not available")
                                .once())),
                Arguments.of(
                        "bob@" + Postfix.TLS,
                        List.of(on(END_OF_DATA).reply(451, "4.3.0 No").once())));
    }

    @ParameterizedTest
    @MethodSource("sessionsWorthKeeping")
    void whatTheServerSaidCanBeSaidAgain(String recipient, List<Rule> rules) {
        smtp.replaceScript(rules);
        SmtpSession first = onlySessionOfSending(recipient);

        String recorded = ScriptFile.toJson(Replay.of(first));
        smtp.reset();
        smtp.replaceScript(ScriptFile.fromJson(recorded));
        postfix.wipe();
        SmtpSession again = onlySessionOfSending(recipient);

        assertThat(again.transcript().replies()).isEqualTo(first.transcript().replies());
        assertThat(again.outcome()).isEqualTo(first.outcome());
        assertThat(ScriptFile.fromYaml(ScriptFile.toYaml(Replay.of(first)))).isEqualTo(Replay.of(first));
    }

    private static SmtpSession onlySessionOfSending(String recipient) {
        String domain = recipient.substring(recipient.indexOf('@'));
        String id = send(recipient, "eve" + domain);
        postfix.awaitLog(id + ": to=<[^>]*>.* status=");
        allEnded();
        return smtp.sessions().get(0);
    }
}
