package dev.restante.junit;

import dev.restante.AuthPolicy;
import dev.restante.FakeSmtpServer;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The attributes of an annotation that configure the server. Equal options make equal servers: Spring's cache relies on it. */
record Options(
        int port,
        boolean smtps,
        boolean lmtp,
        boolean startTls,
        boolean requireTls,
        List<String> users,
        boolean requireAuth,
        String hostName,
        int maxMessageSize,
        long timeoutMillis) {
    static final Options DEFAULT = new Options(0, false, false, false, false, List.of(), false, "", 0, 0);

    static Options of(FakeSmtp annotation) {
        return new Options(
                annotation.port(),
                annotation.smtps(),
                annotation.lmtp(),
                annotation.startTls(),
                annotation.requireTls(),
                List.of(annotation.users()),
                annotation.requireAuth(),
                annotation.hostName(),
                annotation.maxMessageSize(),
                annotation.timeoutMillis());
    }

    /**
     * A server of these options, not yet started.
     *
     * @throws IllegalArgumentException if an option is none; the message names the attribute
     */
    FakeSmtpServer server() {
        FakeSmtpServer.Builder builder = FakeSmtpServer.builder().port(port);
        if (smtps) {
            builder.smtpsPort(0);
        }
        if (lmtp) {
            builder.lmtpPort(0);
        }
        if (startTls) {
            builder.startTls();
        }
        if (requireTls) {
            builder.requireTls();
        }
        AuthPolicy policy = users.isEmpty() ? AuthPolicy.anyone() : AuthPolicy.users(passwords());
        builder.auth(requireAuth ? policy.required() : policy);
        if (!hostName.isEmpty()) {
            builder.hostName(hostName);
        }
        if (maxMessageSize != 0) {
            builder.maxMessageSize(maxMessageSize);
        }
        if (timeoutMillis < 0) {
            throw new IllegalArgumentException(
                    "timeoutMillis is positive, or 0 for the server's default, but was " + timeoutMillis + ".");
        } else if (timeoutMillis > 0) {
            builder.defaultTimeout(Duration.ofMillis(timeoutMillis));
        }
        return builder.build();
    }

    /** The users with their passwords, in order. */
    Map<String, String> passwords() {
        Map<String, String> passwords = new LinkedHashMap<>();
        for (String user : users) {
            int colon = user.indexOf(':');
            if (colon < 1) {
                throw new IllegalArgumentException("users lists \"user:password\", but has \"" + user + "\".");
            }
            passwords.put(user.substring(0, colon), user.substring(colon + 1));
        }
        return passwords;
    }
}
