package dev.restante.cli;

import jakarta.mail.Address;
import jakarta.mail.MessagingException;
import jakarta.mail.SendFailedException;
import jakarta.mail.Session;
import jakarta.mail.internet.AddressException;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.angus.mail.smtp.SMTPAddressFailedException;
import org.eclipse.angus.mail.smtp.SMTPTransport;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The SMTP server that mail is sent to, as options name it. */
final class SmtpTarget {
    private static final Pattern PLACE = Pattern.compile("(\\[[^\\]]+]|[^:\\[\\]]+)(?::(\\d{1,5}))?");

    @Option(
            names = "--smtp",
            paramLabel = "HOST:PORT",
            description = "The SMTP server to send to (default: ${DEFAULT-VALUE}).")
    String place = "localhost:1025";

    @Option(
            names = "--tls",
            paramLabel = "HOW",
            description =
                    "starttls, or implicit for an SMTPS port (default: in plain text). Certificates are not checked.")
    @Nullable
    Tls tls;

    @Option(names = "--login", paramLabel = "NAME:PASSWORD", converter = Login.Converter.class, description = "Log in.")
    @Nullable
    Login login;

    /** How TLS begins. */
    enum Tls {
        /** By STARTTLS. */
        starttls,
        /** At once. */
        implicit
    }

    /** Sends mails over one connection. */
    final class Line implements AutoCloseable {
        private final Session session;
        private final SMTPTransport transport;

        Line() throws Subcommand.Problem {
            Matcher matcher = PLACE.matcher(place);
            if (!matcher.matches()) {
                throw Subcommand.Problem.wrong("--smtp \"" + place + "\" is no server. Write HOST:PORT.");
            }
            session = Session.getInstance(properties(matcher.group(1).replaceAll("[\\[\\]]", "")));
            try {
                transport = (SMTPTransport) session.getTransport(tls == Tls.implicit ? "smtps" : "smtp");
                transport.connect(
                        matcher.group(1).replaceAll("[\\[\\]]", ""),
                        matcher.group(2) == null ? 25 : Integer.parseInt(matcher.group(2)),
                        login == null ? null : login.user(),
                        login == null ? null : login.password());
            } catch (MessagingException e) {
                throw Subcommand.Problem.failed("Cannot send to " + place + ": " + reason(e) + ".");
            }
        }

        private Properties properties(String host) {
            Properties properties = new Properties();
            for (String protocol : List.of("mail.smtp.", "mail.smtps.")) {
                properties.setProperty(protocol + "connectiontimeout", "10000");
                properties.setProperty(protocol + "timeout", "60000");
                properties.setProperty(protocol + "auth", String.valueOf(login != null));
                // The certificate of a fake server is made at its start: there is nobody to vouch for it.
                properties.setProperty(protocol + "ssl.trust", host);
                properties.setProperty(protocol + "ssl.checkserveridentity", "false");
                properties.setProperty(protocol + "starttls.enable", String.valueOf(tls == Tls.starttls));
                properties.setProperty(protocol + "starttls.required", String.valueOf(tls == Tls.starttls));
            }
            properties.setProperty("mail.mime.allowutf8", "true");
            return properties;
        }

        Session session() {
            return session;
        }

        /** Sends a mail and returns the server's last reply. */
        String send(String sender, Set<String> recipients, MimeMessage message) throws Subcommand.Problem {
            session.getProperties().setProperty("mail.smtp.from", sender.isEmpty() ? "<>" : sender);
            session.getProperties().setProperty("mail.smtps.from", sender.isEmpty() ? "<>" : sender);
            try {
                List<Address> to = new ArrayList<>();
                for (String recipient : recipients) {
                    to.add(new InternetAddress(recipient, false));
                }
                transport.sendMessage(message, to.toArray(Address[]::new));
                return transport.getLastServerResponse().strip();
            } catch (AddressException e) {
                throw Subcommand.Problem.wrong("\"" + e.getRef() + "\" is no address.");
            } catch (MessagingException e) {
                throw Subcommand.Problem.failed(place + " did not take the mail: " + reason(e) + ".");
            }
        }

        @Override
        public void close() {
            try {
                transport.close();
            } catch (MessagingException e) {
                // What was to be sent is sent, or has been complained of.
            }
        }
    }

    /** What the server said, or what broke, in one line. */
    private static String reason(MessagingException problem) {
        Set<String> reasons = new LinkedHashSet<>();
        Exception each = problem;
        while (each != null) {
            if (each instanceof SMTPAddressFailedException refused) {
                reasons.add(refused.getAddress() + ": " + oneLine(refused.getMessage()));
            } else if (!(each instanceof SendFailedException failed && failed.getNextException() != null)) {
                reasons.add(oneLine(each.getMessage()));
            }
            each = each instanceof MessagingException chained ? chained.getNextException() : null;
        }
        return String.join("; ", reasons);
    }

    private static String oneLine(@Nullable String text) {
        return text == null
                ? "no reason was given"
                : text.strip().replaceAll("[.;]?\\s*\\R\\s*", "; ").replaceAll("\\.$", "");
    }
}
