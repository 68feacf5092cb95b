package dev.restante;

import jakarta.mail.Authenticator;
import jakarta.mail.PasswordAuthentication;
import jakarta.mail.Session;
import java.util.Properties;

/**
 * Jakarta Mail sessions that lead to a server and, inside TLS, trust its certificates and no others.
 *
 * <pre>{@code
 * Transport.send(message(MailSessions.startTls(smtp)));
 * }</pre>
 *
 * <p>For the properties alone, see {@link FakeSmtpServer#mailProperties()} and {@link ServerTls#mailProperties(boolean)}.
 */
public final class MailSessions {
    private MailSessions() {}

    /** A session in plain text. */
    public static Session plain(FakeSmtpServer server) {
        return Session.getInstance(server.mailProperties());
    }

    /** A session that insists on STARTTLS and checks the server's name; the server must offer it. */
    public static Session startTls(FakeSmtpServer server) {
        Properties properties = server.mailProperties();
        properties.putAll(server.tls().mailProperties(true));
        return Session.getInstance(properties);
    }

    /**
     * A session over SMTPS that checks the server's name.
     *
     * @throws IllegalStateException if the server does not listen for SMTPS
     */
    public static Session smtps(FakeSmtpServer server) {
        Properties properties = server.tls().mailProperties(false);
        properties.setProperty("mail.transport.protocol", "smtps");
        properties.setProperty("mail.transport.protocol.rfc822", "smtps"); // which Transport.send goes by
        properties.setProperty("mail.smtps.host", server.host());
        properties.setProperty("mail.smtps.port", String.valueOf(server.smtpsPort()));
        return Session.getInstance(properties);
    }

    /** This session, but it logs in. */
    public static Session loggingIn(Session session, String user, String password) {
        Properties properties = new Properties();
        properties.putAll(session.getProperties());
        properties.setProperty("mail.smtp.auth", "true");
        properties.setProperty("mail.smtps.auth", "true");
        return Session.getInstance(properties, new Authenticator() {
            @Override
            protected PasswordAuthentication getPasswordAuthentication() {
                return new PasswordAuthentication(user, password);
            }
        });
    }
}
