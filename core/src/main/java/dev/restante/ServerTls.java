package dev.restante;

import dev.restante.tls.ServerIdentity;
import java.security.cert.X509Certificate;
import java.util.Properties;
import javax.net.ssl.SSLContext;

/**
 * What clients need to trust a server: its certificate authority, generated on first use and known to nobody else.
 *
 * <p>Thread-safe.
 */
public final class ServerTls {
    private final ServerIdentity identity;

    ServerTls(ServerIdentity identity) {
        this.identity = identity;
    }

    /** The authority's certificate. */
    public X509Certificate caCertificate() {
        return identity.caCertificate();
    }

    /** The authority's certificate as PEM, for clients that take a file of trusted certificates. */
    public String caPem() {
        return identity.caPem();
    }

    /** A context for clients that trusts this authority and no other. */
    public SSLContext sslContext() {
        return identity.clientContext();
    }

    /**
     * Jakarta Mail properties by which a client trusts this authority; {@code startTls} also makes STARTTLS mandatory. Add
     * {@code mail.smtp.host} and {@code mail.smtp.port}, or begin with {@link FakeSmtpServer#mailProperties()}.
     */
    public Properties mailProperties(boolean startTls) {
        Properties properties = new Properties();
        for (String protocol : new String[] {"smtp", "smtps"}) {
            properties.put(
                    "mail." + protocol + ".ssl.socketFactory", sslContext().getSocketFactory());
            properties.setProperty("mail." + protocol + ".ssl.checkserveridentity", "true");
        }
        if (startTls) {
            properties.setProperty("mail.smtp.starttls.enable", "true");
            properties.setProperty("mail.smtp.starttls.required", "true");
        }
        return properties;
    }
}
