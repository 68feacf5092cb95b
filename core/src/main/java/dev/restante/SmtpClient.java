package dev.restante;

import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What the server knows of the client at the other end of a connection, or of the one that a trusted proxy there speaks for.
 *
 * @param address the client's address and port; where a proxy speaks for it, as the proxy told them
 * @param heloName the name given with EHLO or HELO, as spoken; empty before either
 * @param extended whether the client said EHLO rather than HELO
 * @param tls the TLS layer of the connection; empty in plain text
 * @param authentication the successful AUTH of the connection; empty without one
 * @param proxy what a proxy said of the client; empty where none did
 */
public record SmtpClient(
        InetSocketAddress address,
        Optional<String> heloName,
        boolean extended,
        Optional<TlsInfo> tls,
        Optional<Authentication> authentication,
        Optional<ProxyInfo> proxy) {

    /** A client that speaks for itself. */
    public SmtpClient(
            InetSocketAddress address,
            Optional<String> heloName,
            boolean extended,
            Optional<TlsInfo> tls,
            Optional<Authentication> authentication) {
        this(address, heloName, extended, tls, authentication, Optional.empty());
    }

    /** The authenticated user; empty without a successful AUTH. */
    public Optional<String> user() {
        return authentication.map(Authentication::identity).filter(user -> !user.isEmpty());
    }

    /** The client's address in digits, without its port; one of IPv6 as RFC 5952 spells it, such as {@code ::1}. */
    public String ip() {
        return Network.spelled(address.getAddress());
    }

    /** The address at the other end of the connection: the proxy's where one speaks for the client. */
    public InetSocketAddress peer() {
        return proxy.map(ProxyInfo::peer).orElse(address);
    }

    /** This client after it said EHLO, or HELO, with this name. */
    public SmtpClient greeted(String name, boolean withEhlo) {
        return new SmtpClient(address, Optional.of(name), withEhlo, tls, authentication, proxy);
    }

    /** This client after it logged in. */
    public SmtpClient authenticated(Authentication login) {
        return new SmtpClient(address, heloName, extended, tls, Optional.of(login), proxy);
    }

    /** This client after TLS was established: what it said before is forgotten (RFC 3207 section 4.2). */
    public SmtpClient secured(TlsInfo info) {
        return new SmtpClient(address, Optional.empty(), false, Optional.of(info), Optional.empty(), proxy);
    }

    /**
     * The client that this one speaks for.
     *
     * @param by by what it does
     * @param client the client's address; empty if it was not told, so that it stays as it is
     * @param destination the address that the client connected to, if it was told
     * @param details everything else that was told
     */
    public SmtpClient speakingFor(
            ProxyInfo.Source by,
            Optional<InetSocketAddress> client,
            Optional<InetSocketAddress> destination,
            Map<String, String> details) {
        ProxyInfo told = proxy.map(before -> before.and(by, destination, details))
                .orElseGet(() -> new ProxyInfo(by, address, destination, new LinkedHashMap<>(details)));
        return new SmtpClient(client.orElse(address), heloName, extended, tls, authentication, Optional.of(told));
    }

    /**
     * The client on one line, such as {@code 127.0.0.1:50312 (EHLO app.test, TLSv1.3, user ann)} or {@code 192.0.2.7:50312
     * (PROXY_V2 by 127.0.0.1:41122)}.
     */
    @Override
    public String toString() {
        return inWords("EHLO");
    }

    /** The same, where a greeting with extensions is this word. */
    String inWords(String extendedGreeting) {
        StringBuilder text = new StringBuilder(ip().indexOf(':') < 0 ? ip() : "[" + ip() + "]")
                .append(':')
                .append(address.getPort());
        StringBuilder facts = new StringBuilder();
        proxy.ifPresent(facts::append);
        heloName.ifPresent(name -> facts.append(facts.isEmpty() ? "" : ", ")
                .append(extended ? extendedGreeting : "HELO")
                .append(' ')
                .append(Transcript.printable(name)));
        tls.ifPresent(layer -> facts.append(facts.isEmpty() ? "" : ", ").append(layer.protocol()));
        user().ifPresent(user ->
                facts.append(facts.isEmpty() ? "" : ", ").append("user ").append(Transcript.printable(user)));
        return facts.isEmpty()
                ? text.toString()
                : text.append(" (").append(facts).append(')').toString();
    }
}
