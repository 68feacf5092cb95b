package dev.restante.listener.commands;

import dev.restante.AuthPolicy;
import dev.restante.Reply;
import java.util.ArrayList;
import java.util.List;

/**
 * What a server says to everybody who comes: made once, said for each connection.
 *
 * @param banner the greeting to a client that has connected
 * @param helo the answer to HELO
 * @param plain the lines of the answer to EHLO in plain text, the host name first
 * @param secure the same inside TLS
 * @param ehloPlain the answer to EHLO in plain text
 * @param ehloSecure the same inside TLS
 */
record Greetings(Reply banner, Reply helo, List<String> plain, List<String> secure, Reply ehloPlain, Reply ehloSecure) {

    static Greetings of(String hostName, int maxMessageSize, AuthPolicy auth, boolean startTls) {
        List<String> plain = lines(hostName, maxMessageSize, auth, startTls, false);
        List<String> secure = lines(hostName, maxMessageSize, auth, startTls, true);
        return new Greetings(
                Reply.of(220, hostName + " ESMTP Restante"),
                Reply.of(250, hostName),
                plain,
                secure,
                Reply.of(250, String.join("\n", plain)),
                Reply.of(250, String.join("\n", secure)));
    }

    private static List<String> lines(
            String hostName, int maxMessageSize, AuthPolicy auth, boolean startTls, boolean secure) {
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
        if (auth.isOffered() && (secure || !auth.isOnlyInTls())) {
            all.add("AUTH " + String.join(" ", Mechanism.offered()));
        }
        return List.copyOf(all);
    }
}
