package dev.restante.junit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A fake SMTP server for a test: started before it on a free port of the loopback interface, closed after it.
 *
 * <pre>{@code
 * class OrderMailTest {
 *     @FakeSmtp FakeSmtpServer smtp;                                // one for each test
 *
 *     @Test void mailsTheInvoice() {
 *         new OrderMailer(smtp.host(), smtp.port()).confirm(order);
 *         assertThat(smtp.takeMail()).isTo("ann@example.com");
 *     }
 *
 *     @Test void isMirrored(@FakeSmtp FakeSmtpServer other) { ... }  // another one, for this test only
 * }
 * }</pre>
 *
 * <ul>
 *   <li>On an <b>instance field</b>: a new server for each test, there before {@code @BeforeEach}. It is found in
 *       superclasses and, from {@code @Nested} classes, in all enclosing instances.
 *   <li>On a <b>parameter</b> of a constructor, test or life cycle method: a server of the parameter's own. Of {@code
 *       @BeforeAll}, and of a constructor under {@code PER_CLASS}, it lives as long as the class, as a static field's does.
 *   <li>On a <b>static field</b>: one server for all tests of the class and its nested classes, {@linkplain
 *       dev.restante.FakeSmtpServer#reset() reset} before each, on the same port. A static field of a superclass serves all
 *       subclasses until the run ends. Tests that share a server and run concurrently are refused, unless each
 *       has but a mailbox of its own there: {@link OwnMailbox}.
 *   <li>On an <b>annotation</b> of yours, which then means the same with the attributes that you gave here.
 * </ul>
 *
 * <p>A field that is not {@code null} is used as configured:
 *
 * <pre>{@code
 * @FakeSmtp final FakeSmtpServer smtp = FakeSmtpServer.builder().clock(ServerClock.manual()).build();
 * }</pre>
 *
 * <p>A test that failed leaves evidence: see {@link FakeSmtpExtension}, this annotation's twin for code.
 *
 * <p>In a Spring test ({@code SpringExtension}, {@code @SpringBootTest} and the like) a static field's server is made with the
 * application context and as long-lived as that, and the context's {@code spring.mail.host} and {@code spring.mail.port} lead
 * to it; with {@link #startTls} or {@link #requireTls}, and with {@link #users}, the properties for these too. Classes that ask
 * for equal servers can share a context from Spring's cache. For properties of other names, give the field a value:
 *
 * <pre>{@code
 * @FakeSmtp static final FakeSmtpServer smtp = FakeSmtpServer.create();
 *
 * @DynamicPropertySource static void mail(DynamicPropertyRegistry registry) {
 *     registry.add("shop.mail.port", smtp::port);
 * }
 * }</pre>
 */
@Documented
@Target({ElementType.FIELD, ElementType.PARAMETER, ElementType.ANNOTATION_TYPE})
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(AnnotatedServers.class)
public @interface FakeSmtp {
    /** What fails a test that would otherwise pass: by default, a rule of the script that did not fire. */
    Strict strict() default Strict.SCRIPT;

    /**
     * Codes of lint that do not fail a test under {@link Strict#ALL}, such as {@code "no-quit"}: those of {@link
     * dev.restante.LintCheck#code()}.
     */
    String[] allowedLint() default {};

    /** The SMTP port; 0 takes a free one. Tests that run concurrently cannot share a fixed one. */
    int port() default 0;

    /** Whether to listen for SMTPS too, on a free port: {@link dev.restante.FakeSmtpServer#smtpsPort()}. */
    boolean smtps() default false;

    /** Whether to listen for LMTP too (RFC 2033), on a free port: {@link dev.restante.FakeSmtpServer#lmtpPort()}. */
    boolean lmtp() default false;

    /** Whether to offer STARTTLS. */
    boolean startTls() default false;

    /** Whether to offer STARTTLS and refuse mail in plain text. */
    boolean requireTls() default false;

    /**
     * Who may log in, each as {@code "user:password"}; the password may hold colons. Empty, the default, accepts anybody.
     */
    String[] users() default {};

    /** Whether mail is refused until the client has logged in. */
    boolean requireAuth() default false;

    /** The name in the banner and in EHLO's answer; {@code localhost} if empty. */
    String hostName() default "";

    /** The largest message in octets; 0 leaves the server's default of 50 MiB. */
    int maxMessageSize() default 0;

    /** How long waits take before they fail, in milliseconds; 0 leaves the server's default of 5 seconds. */
    long timeoutMillis() default 0;

    /**
     * A script that the server is given before each test, ahead of what the test itself scripts: a resource in {@code .json},
     * {@code .yaml} or {@code .yml}, beside the class that has the annotation or, with a leading {@code /}, from the class path's
     * root. {@link dev.restante.ScriptFile} tells its form. Its bounded rules are looked after as the test's own are.
     */
    String script() default "";

    /** The {@linkplain dev.restante.Persona#names() persona} whose manners the server has in each test, such as {@code "gmail"}. */
    String persona() default "";

    /**
     * System properties to set while the server of a static field runs, each as {@code "name=value"}; in the value, {@code
     * {host}}, {@code {port}}, {@code {smtpsPort}} and {@code {lmtpPort}} are the server's. They are set before the test instance is made, and put
     * back after the class.
     *
     * <pre>{@code
     * @FakeSmtp(systemProperties = {"quarkus.mailer.host={host}", "quarkus.mailer.port={port}"})
     * static FakeSmtpServer smtp;
     * }</pre>
     *
     * <p>A framework that reads them when it starts, before any field is looked at, as {@code @MicronautTest} does, asks for
     * {@code PER_CLASS}.
     *
     * <p>Refused on anything but a static field, and where classes run concurrently, since a property is everybody's.
     */
    String[] systemProperties() default {};
}
