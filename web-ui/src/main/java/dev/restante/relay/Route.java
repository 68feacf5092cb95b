package dev.restante.relay;

import jakarta.mail.Address;
import jakarta.mail.AuthenticationFailedException;
import jakarta.mail.MessagingException;
import jakarta.mail.SendFailedException;
import jakarta.mail.Session;
import jakarta.mail.internet.AddressException;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.angus.mail.smtp.SMTPAddressFailedException;
import org.eclipse.angus.mail.smtp.SMTPSendFailedException;
import org.eclipse.angus.mail.smtp.SMTPSenderFailedException;
import org.eclipse.angus.mail.smtp.SMTPTransport;
import org.jspecify.annotations.Nullable;

/**
 * The way to an SMTP server.
 *
 * <p>Immutable and thread-safe.
 *
 * @param host the server's name or address
 * @param port its port
 * @param tls how TLS begins, if it is wanted
 * @param anyCertificate whether a certificate is taken without being checked
 * @param login the user to log in as, if any
 */
public record Route(String host, int port, Optional<Tls> tls, boolean anyCertificate, Optional<Login> login) {
    private static final Pattern PLACE = Pattern.compile("(\\[[^\\]]+]|[^:\\[\\]\\s]+):(\\d{1,5})");
    private static final String CONNECT_MILLIS = "10000";
    private static final String REPLY_MILLIS = "60000";

    /** How TLS begins. */
    public enum Tls {
        /** By STARTTLS, without which nothing is sent. */
        STARTTLS,
        /** At once, as on port 465. */
        IMPLICIT
    }

    /**
     * A user and a password.
     *
     * @param user the name, without a colon
     * @param password the password
     */
    public record Login(String user, String password) {
        /** The login that {@code NAME:PASSWORD} spells. */
        public static Optional<Login> of(String text) {
            int colon = text.indexOf(':');
            return colon < 1 || colon == text.length() - 1
                    ? Optional.empty()
                    : Optional.of(new Login(text.substring(0, colon), text.substring(colon + 1)));
        }

        /** Without the password. */
        @Override
        public String toString() {
            return user + ":****";
        }
    }

    /**
     * The way to {@code HOST:PORT}, in plain text and without a login.
     *
     * @throws IllegalArgumentException if this is no such text
     */
    public static Route to(String place) {
        Matcher matcher = PLACE.matcher(place);
        if (!matcher.matches() || Integer.parseInt(matcher.group(2)) > 65535) {
            throw new IllegalArgumentException("\"" + place + "\" is no server. Write HOST:PORT.");
        }
        return new Route(
                matcher.group(1).replaceAll("[\\[\\]]", ""),
                Integer.parseInt(matcher.group(2)),
                Optional.empty(),
                false,
                Optional.empty());
    }

    /** This way inside TLS. */
    public Route inside(Tls how) {
        return new Route(host, port, Optional.of(how), anyCertificate, login);
    }

    /** This way, taking any certificate: for servers that made their own. */
    public Route trustingAnybody() {
        return new Route(host, port, tls, true, login);
    }

    /** This way, logging in. */
    public Route as(Login who) {
        return new Route(host, port, tls, anyCertificate, Optional.of(who));
    }

    /**
     * Connects.
     *
     * @throws RelayException if the server cannot be reached, or does not let us in
     */
    public Line open() throws RelayException {
        return new Line(this);
    }

    /** The server, as {@link #to} takes it. */
    @Override
    public String toString() {
        return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
    }

    /** One connection; not thread-safe. */
    public static final class Line implements AutoCloseable {
        private final Route route;
        private final Session session;
        private final SMTPTransport transport;

        private Line(Route route) throws RelayException {
            this.route = route;
            this.session = Session.getInstance(properties(route));
            String protocol = route.tls().equals(Optional.of(Tls.IMPLICIT)) ? "smtps" : "smtp";
            try {
                transport = (SMTPTransport) session.getTransport(protocol);
                transport.connect(
                        route.host(),
                        route.port(),
                        route.login().map(Login::user).orElse(null),
                        route.login().map(Login::password).orElse(null));
            } catch (MessagingException e) {
                throw new RelayException(
                        "Cannot send to " + route + ": " + reason(e),
                        e,
                        !(e instanceof AuthenticationFailedException) && isTemporary(e));
            }
        }

        private static Properties properties(Route route) {
            Properties properties = new Properties();
            String startTls = String.valueOf(route.tls().equals(Optional.of(Tls.STARTTLS)));
            for (String protocol : List.of("mail.smtp.", "mail.smtps.")) {
                properties.setProperty(protocol + "connectiontimeout", CONNECT_MILLIS);
                properties.setProperty(protocol + "timeout", REPLY_MILLIS);
                properties.setProperty(
                        protocol + "auth", String.valueOf(route.login().isPresent()));
                properties.setProperty(protocol + "starttls.enable", startTls);
                properties.setProperty(protocol + "starttls.required", startTls);
                if (route.anyCertificate()) {
                    properties.setProperty(protocol + "ssl.trust", route.host());
                    properties.setProperty(protocol + "ssl.checkserveridentity", "false");
                }
            }
            properties.setProperty("mail.mime.allowutf8", "true");
            return properties;
        }

        /** The session to make messages with. */
        public Session session() {
            return session;
        }

        /**
         * Sends a mail; a Bcc field stays behind.
         *
         * @param sender the envelope's sender; empty for the null sender
         * @param recipients the envelope's recipients, all of whom the server must take
         * @return the server's last reply
         * @throws RelayException if the server does not take it
         */
        public String send(String sender, Collection<String> recipients, MimeMessage message) throws RelayException {
            for (String protocol : List.of("mail.smtp.from", "mail.smtps.from")) {
                session.getProperties().setProperty(protocol, sender.isEmpty() ? "<>" : sender);
            }
            try {
                List<Address> to = new ArrayList<>();
                for (String recipient : recipients) {
                    to.add(new InternetAddress(recipient, false));
                }
                transport.sendMessage(message, to.toArray(Address[]::new));
                return transport.getLastServerResponse().strip();
            } catch (AddressException e) {
                throw new RelayException("\"" + e.getRef() + "\" is no address", e);
            } catch (MessagingException e) {
                throw new RelayException(route + " did not take the mail: " + reason(e), e, isTemporary(e));
            }
        }

        /** Sends these very octets, but for a Bcc field, as {@link #send(String, Collection, MimeMessage)} does. */
        public String send(String sender, Collection<String> recipients, byte[] octets) throws RelayException {
            return send(sender, recipients, message(octets));
        }

        /** A message to look into, which is sent in these very octets. */
        public MimeMessage message(byte[] octets) throws RelayException {
            try {
                return new AsItIs(session, octets);
            } catch (MessagingException e) {
                throw new RelayException("The mail cannot be read: " + oneLine(e.getMessage()), e);
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

    /** Whether no server has said a 5xx. */
    private static boolean isTemporary(MessagingException problem) {
        Exception each = problem;
        while (each != null) {
            int code = each instanceof SMTPAddressFailedException refused
                    ? refused.getReturnCode()
                    : each instanceof SMTPSendFailedException failed
                            ? failed.getReturnCode()
                            : each instanceof SMTPSenderFailedException sender ? sender.getReturnCode() : 0;
            if (code >= 500) {
                return false;
            }
            each = each instanceof MessagingException chained ? chained.getNextException() : null;
        }
        return true;
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
