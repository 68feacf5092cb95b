package dev.restante.junit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A mailbox of its own for a test, on a server that it shares with others: made before the test, removed after it. Tests that
 * have one may run concurrently.
 *
 * <pre>{@code
 * class SignUpTest {
 *     @FakeSmtp static FakeSmtpServer smtp;                          // the application under test sends here
 *
 *     @Test void mailsTheLink(@OwnMailbox SmtpMailbox mine) {
 *         app.signUp(mine.address("ann"));                           // ann@mailsthelink-3f9a1c2b.test
 *         assertThat(mine.takeMail()).hasSubject("Welcome");
 *     }
 * }
 * }</pre>
 *
 * <p>On a parameter of a test, a {@code @BeforeEach} method or a constructor, or on an instance field, of type {@code
 * SmtpMailbox}, {@code FakeSmtpMailbox}, {@code SmtpFixture} or {@code Mailbox}. The server is the one of a static field with
 * {@link FakeSmtp}, of the class, a superclass or an enclosing class. It is not reset before tests that have mailboxes on it, and
 * its own script acts on all of them.
 *
 * <p>What comes by the mailbox's name belongs to it: mail for anybody at {@code name.test} ({@link
 * dev.restante.SmtpMailbox#address}), by the user {@code name}, or from a client that greets as {@code name}; {@link #select()}
 * says otherwise. The name is the test's own and the same in each run: {@link dev.restante.SmtpMailbox#name()}. After the test its
 * mailbox is checked as strictly as the server is declared to be, and a failed test leaves the mailbox's evidence.
 */
@Documented
@Target({ElementType.FIELD, ElementType.PARAMETER, ElementType.ANNOTATION_TYPE})
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(AnnotatedServers.class)
public @interface OwnMailbox {
    /** The static field whose server it is; needed where there are several. */
    String server() default "";

    /**
     * What chooses the mailbox's mails, any of these, as {@link dev.restante.MailboxSelector#of} reads them, where {@code {name}}
     * is the mailbox's name.
     */
    String[] select() default {"rcpt:*@{name}.test", "user:{name}", "helo:{name}"};
}
