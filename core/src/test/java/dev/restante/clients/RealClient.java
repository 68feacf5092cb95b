package dev.restante.clients;

import static org.assertj.core.api.Assertions.assertThat;

import dev.restante.Acknowledgement;
import dev.restante.Attempt;
import dev.restante.AuthPolicy;
import dev.restante.CapturedMail;
import dev.restante.FakeSmtpServer;
import dev.restante.LintCheck;
import dev.restante.LintFinding;
import dev.restante.SmtpSession;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** What tests with real clients share: a server that offers everything, and its authority's certificate in a file. */
abstract class RealClient {
    /** The one user that the server knows, but for clients that cannot say her password. */
    static final String USER = "ann@client.test";

    /** Her password, with what shells, base64 and SASL may stumble over. */
    static final String PASSWORD = "pa ss+wörd/=";

    @TempDir
    Path folder;

    FakeSmtpServer smtp;
    Path authority;

    /** The users that the server knows, with their passwords. */
    Map<String, String> users() {
        return Map.of(USER, PASSWORD);
    }

    /** What a class of tests wants of the server beyond that. */
    FakeSmtpServer.Builder configured(FakeSmtpServer.Builder usual) {
        return usual;
    }

    @BeforeEach
    void listen() throws IOException {
        smtp = configured(FakeSmtpServer.builder().startTls().smtpsPort(0).auth(AuthPolicy.users(users())))
                .build()
                .start();
        authority =
                Files.writeString(folder.resolve("authority.pem"), smtp.tls().caPem());
    }

    @AfterEach
    void close() {
        smtp.close();
    }

    String port() {
        return String.valueOf(smtp.port());
    }

    String smtpsPort() {
        return String.valueOf(smtp.smtpsPort());
    }

    /** The one mail that came, with this envelope and its acknowledgement sent. */
    CapturedMail mail(String sender, String... recipients) {
        CapturedMail mail = smtp.takeMail();
        assertThat(mail.envelope().sender().address()).isEqualTo(sender);
        assertThat(mail.envelope().recipientAddresses()).containsExactly(recipients);
        assertThat(mail.acknowledgement()).isEqualTo(Acknowledgement.SENT);
        assertThat(mail.problems()).isEmpty();
        assertThat(smtp.mails()).isEmpty();
        return mail;
    }

    /** Asserts that nothing was stored. */
    void nothingStored() {
        assertThat(smtp.mails()).isEmpty();
    }

    /** Asserts that a mail came in plain text, from a client that had not logged in. */
    static void cameInPlainText(CapturedMail mail) {
        assertThat(mail.client().tls()).isEmpty();
        assertThat(mail.client().user()).isEmpty();
    }

    /** Asserts that a mail came inside TLS, from Ann. */
    static void cameFromAnnInTls(CapturedMail mail, String mechanism, boolean implicit) {
        cameInTls(mail, USER, mechanism, implicit);
        assertThat(mail.session().orElseThrow().transcript().toString()).doesNotContain(PASSWORD);
    }

    /** Asserts that a mail came inside TLS, from a client that had logged in. */
    static void cameInTls(CapturedMail mail, String user, String mechanism, boolean implicit) {
        assertThat(mail.client().tls()).hasValueSatisfying(tls -> {
            assertThat(tls.protocol()).isIn("TLSv1.3", "TLSv1.2");
            assertThat(tls.cipherSuite()).startsWith("TLS_");
            assertThat(tls.implicit()).isEqualTo(implicit);
        });
        assertThat(mail.client().authentication()).hasValueSatisfying(login -> {
            assertThat(login.mechanism()).isEqualTo(mechanism);
            assertThat(login.identity()).isEqualTo(user);
        });
    }

    /** Asserts that lint finds no fault with a mail but these, and none with all sessions, once these have ended. */
    void lintFindsNoFault(CapturedMail mail, LintCheck... but) {
        allEnded();
        assertThat(mail.lint())
                .filteredOn(LintFinding::isFault)
                .extracting(LintFinding::check)
                .containsExactly(but);
        assertThat(smtp.sessions())
                .allSatisfy(session -> assertThat(session.lint())
                        .as(session.toString())
                        .filteredOn(LintFinding::isFault)
                        .isEmpty());
    }

    /** Waits until the server has seen all connections end: a client can be gone before. */
    void allEnded() {
        long deadline = System.nanoTime() + Duration.ofSeconds(5).toNanos();
        while (smtp.openConnections() > 0 || smtp.sessions().stream().anyMatch(SmtpSession::isOpen)) {
            assertThat(System.nanoTime())
                    .as("still waiting for %s", smtp.sessions())
                    .isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    /** What became of a mail's acknowledgement in the end: a stall withholds it until the client has left. */
    static Acknowledgement settled(CapturedMail mail) {
        long deadline = System.nanoTime() + Duration.ofSeconds(5).toNanos();
        while (EnumSet.of(Acknowledgement.PENDING, Acknowledgement.WITHHELD).contains(mail.acknowledgement())
                && System.nanoTime() - deadline < 0) {
            Thread.onSpinWait();
        }
        return mail.acknowledgement();
    }

    /** The only session there was, once its connection has ended. */
    SmtpSession onlySession() {
        allEnded();
        List<SmtpSession> sessions = smtp.sessions();
        assertThat(sessions).hasSize(1);
        return sessions.get(0);
    }

    /** The only attempt there was. */
    Attempt onlyAttempt() {
        allEnded();
        List<Attempt> attempts = smtp.attempts();
        assertThat(attempts).hasSize(1);
        return attempts.get(0);
    }
}
