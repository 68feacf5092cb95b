package dev.restante;

import dev.restante.tls.CertificateFiles;
import dev.restante.tls.KeyAndChain;
import dev.restante.tls.ServerIdentity;
import dev.restante.tls.TlsChoices;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Properties;
import javax.net.ssl.SSLContext;

/**
 * What clients need inside TLS: whom to trust, and certificates to show. The server's certificate authority is generated on
 * first use and known to nobody else. It signs the server's certificate, unless the server was
 * {@linkplain FakeSmtpServer.Builder#certificate given one}, what faults show, and clients' certificates.
 *
 * <p>Thread-safe.
 */
public final class ServerTls {
    private final ServerIdentity identity;

    ServerTls(ServerIdentity identity) {
        this.identity = identity;
    }

    /** What a client must trust: the authority's certificate, or the last of the chain that the server was given. */
    public X509Certificate caCertificate() {
        return identity.caCertificate();
    }

    /**
     * {@link #caCertificate()} as PEM, for clients that take a file of trusted certificates. Where the server was given a
     * certificate, its authority follows, so that faults such as an expired certificate stay what they are.
     */
    public String caPem() {
        return identity.caPem();
    }

    /** A context for clients that trusts what {@link #caPem()} holds and nobody else. */
    public SSLContext sslContext() {
        return identity.clientContext();
    }

    /** A context with which another server, such as one for HTTP, shows the certificate that this one shows. */
    public SSLContext serverContext() {
        return identity.serverContext();
    }

    /**
     * A context with which a server shows the certificate of these PEM files. They are read now.
     *
     * @param pemChain the certificate, and after it those that lead to the authority
     * @param pemKey its private key, not encrypted; may be the same file
     * @throws IllegalArgumentException if they hold no certificate and its key; the message says which, and why
     */
    public static SSLContext serverContext(Path pemChain, Path pemKey) {
        return showing(CertificateFiles.pem(pemChain, pemKey));
    }

    /**
     * A context with which a server shows the certificate of this PKCS#12 file. It is read now.
     *
     * @throws IllegalArgumentException if it holds no certificate and its key; the message says why
     */
    public static SSLContext serverContext(Path pkcs12, String password) {
        return showing(CertificateFiles.pkcs12(pkcs12, password));
    }

    private static SSLContext showing(KeyAndChain own) {
        return new ServerIdentity(List.of("localhost"), TlsChoices.DEFAULT.showing(own)).serverContext();
    }

    /**
     * Issues a certificate for a client, valid for a year.
     *
     * @param name the subject's common name; one with {@code @} is an alternative name as well (RFC 5280 section 4.2.1.6)
     * @throws IllegalArgumentException if the name is blank
     */
    public ClientCertificate issueClientCertificate(String name) {
        if (name.isBlank()) {
            throw new IllegalArgumentException("A client certificate is issued for a name, such as ann@example.com.");
        }
        KeyAndChain issued = identity.issueClient(name);
        return new ClientCertificate(issued.key(), issued.chain(), identity.clientContext(issued));
    }

    /**
     * Jakarta Mail properties by which a client trusts the server; {@code startTls} also makes STARTTLS mandatory. Add
     * {@code mail.smtp.host} and {@code mail.smtp.port}, or begin with {@link FakeSmtpServer#mailProperties()}.
     */
    public Properties mailProperties(boolean startTls) {
        return mailProperties(startTls, sslContext());
    }

    /** The same for a client that shows this certificate. */
    public Properties mailProperties(boolean startTls, ClientCertificate certificate) {
        return mailProperties(startTls, certificate.sslContext());
    }

    private static Properties mailProperties(boolean startTls, SSLContext context) {
        Properties properties = new Properties();
        for (String protocol : new String[] {"smtp", "smtps"}) {
            properties.put("mail." + protocol + ".ssl.socketFactory", context.getSocketFactory());
            properties.setProperty("mail." + protocol + ".ssl.checkserveridentity", "true");
        }
        if (startTls) {
            properties.setProperty("mail.smtp.starttls.enable", "true");
            properties.setProperty("mail.smtp.starttls.required", "true");
        }
        return properties;
    }
}
