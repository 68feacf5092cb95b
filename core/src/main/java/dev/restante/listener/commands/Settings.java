package dev.restante.listener.commands;

import dev.restante.AuthPolicy;
import java.time.Duration;

/**
 * What a conversation is told about its server and never changes.
 *
 * @param hostName the name in the banner and in EHLO's answer
 * @param maxMessageSize the largest body in octets
 * @param maxRecipients the most recipients a transaction may have
 * @param maxLine the longest command line in octets
 * @param maxCommandsWithoutMail how many commands a client may say without sending a mail
 * @param auth who may log in
 * @param startTls whether STARTTLS is offered
 * @param requireTls whether mail needs TLS
 * @param handshakeTimeout how long a TLS handshake may take
 * @param proxies which peers are believed when they speak for a client
 * @param greetings what is said to everybody
 */
public record Settings(
        String hostName,
        int maxMessageSize,
        int maxRecipients,
        int maxLine,
        int maxCommandsWithoutMail,
        AuthPolicy auth,
        boolean startTls,
        boolean requireTls,
        Duration handshakeTimeout,
        Proxies proxies,
        Greetings greetings) {

    /** These settings. */
    public static Settings of(
            String hostName,
            int maxMessageSize,
            int maxRecipients,
            int maxLine,
            int maxCommandsWithoutMail,
            AuthPolicy auth,
            boolean startTls,
            boolean requireTls,
            Duration handshakeTimeout,
            Proxies proxies) {
        return new Settings(
                hostName,
                maxMessageSize,
                maxRecipients,
                maxLine,
                maxCommandsWithoutMail,
                auth,
                startTls,
                requireTls,
                handshakeTimeout,
                proxies,
                Greetings.of(hostName, maxMessageSize, auth, startTls, requireTls));
    }
}
