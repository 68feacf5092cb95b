package dev.restante;

import java.net.InetSocketAddress;
import java.util.Optional;

/**
 * What the server knows of the client at the other end of a connection.
 *
 * @param address the client's address and port
 * @param heloName the name given with EHLO or HELO, as spoken; empty before either
 * @param extended whether the client said EHLO rather than HELO
 * @param tls the TLS layer of the connection; empty in plain text
 * @param authentication the successful AUTH of the connection; empty without one
 */
public record SmtpClient(
        InetSocketAddress address,
        Optional<String> heloName,
        boolean extended,
        Optional<TlsInfo> tls,
        Optional<Authentication> authentication) {

    /** The authenticated user; empty without a successful AUTH. */
    public Optional<String> user() {
        return authentication.map(Authentication::identity);
    }

    /** The client's address in digits, without its port. */
    public String ip() {
        return address.getAddress().getHostAddress();
    }

    /** This client after it said EHLO, or HELO, with this name. */
    public SmtpClient greeted(String name, boolean withEhlo) {
        return new SmtpClient(address, Optional.of(name), withEhlo, tls, authentication);
    }

    /** This client after it logged in. */
    public SmtpClient authenticated(Authentication login) {
        return new SmtpClient(address, heloName, extended, tls, Optional.of(login));
    }

    /** The client on one line, such as {@code 127.0.0.1:50312 (EHLO app.test, TLSv1.3, user ann)}. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(ip()).append(':').append(address.getPort());
        StringBuilder facts = new StringBuilder();
        heloName.ifPresent(name -> facts.append(extended ? "EHLO " : "HELO ").append(Transcript.printable(name)));
        tls.ifPresent(layer -> facts.append(facts.isEmpty() ? "" : ", ").append(layer.protocol()));
        user().ifPresent(user ->
                facts.append(facts.isEmpty() ? "" : ", ").append("user ").append(Transcript.printable(user)));
        return facts.isEmpty()
                ? text.toString()
                : text.append(" (").append(facts).append(')').toString();
    }
}
