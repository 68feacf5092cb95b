package dev.restante.listener.commands;

import dev.restante.AuthPolicy;
import dev.restante.Reply;
import java.util.ArrayList;
import java.util.List;

/**
 * What a server says to everybody who comes: made once, said for each connection.
 *
 * @param banner the greeting to a client that has connected
 * @param lmtpBanner the same where LMTP is spoken
 * @param helo the answer to HELO
 * @param plain the lines of the answer to EHLO in plain text, the host name first
 * @param secure the same inside TLS
 * @param certified the same inside TLS, to a client that has shown a certificate
 * @param ehloPlain the answer to EHLO in plain text
 * @param ehloSecure the same inside TLS
 * @param ehloCertified the same inside TLS, to a client that has shown a certificate
 */
record Greetings(
        Reply banner,
        Reply lmtpBanner,
        Reply helo,
        List<String> plain,
        List<String> secure,
        List<String> certified,
        Reply ehloPlain,
        Reply ehloSecure,
        Reply ehloCertified) {

    static Greetings of(String hostName, int maxMessageSize, AuthPolicy auth, boolean startTls, boolean requireTls) {
        List<String> plain = lines(hostName, maxMessageSize, auth, !requireTls, startTls, false, false);
        List<String> secure = lines(hostName, maxMessageSize, auth, true, startTls, true, false);
        List<String> certified = lines(hostName, maxMessageSize, auth, true, startTls, true, true);
        return new Greetings(
                Reply.of(220, hostName + " ESMTP Restante"),
                Reply.of(220, hostName + " LMTP Restante"),
                Reply.of(250, hostName),
                plain,
                secure,
                certified,
                Reply.of(250, String.join("\n", plain)),
                Reply.of(250, String.join("\n", secure)),
                Reply.of(250, String.join("\n", certified)));
    }

    private static List<String> lines(
            String hostName,
            int maxMessageSize,
            AuthPolicy auth,
            boolean mayLogIn,
            boolean startTls,
            boolean secure,
            boolean certified) {
        List<String> all = new ArrayList<>(List.of(
                hostName,
                "SIZE " + maxMessageSize,
                "8BITMIME",
                "SMTPUTF8",
                "PIPELINING",
                "ENHANCEDSTATUSCODES",
                "CHUNKING",
                "BINARYMIME",
                "DSN"));
        if (startTls && !secure) {
            all.add("STARTTLS");
        }
        List<String> mechanisms = auth.mechanisms(certified);
        if (!mechanisms.isEmpty() && mayLogIn && (secure || !auth.isOnlyInTls())) {
            all.add("AUTH " + String.join(" ", mechanisms));
        }
        return List.copyOf(all);
    }
}
