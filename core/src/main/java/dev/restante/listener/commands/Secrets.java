package dev.restante.listener.commands;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which of a client's lines may hold a password, and how they are shown. Of a line that begins with AUTH only the mechanism
 * is, and only if it is one that is known: what stands in its place may be the password itself. Used by one connection.
 */
final class Secrets {
    static final String MASK = "****";

    private static final Pattern AUTH = Pattern.compile("(?is)(\\s*AUTH)(\\s+(\\S+))?(\\s.*)?");
    private static final Set<String> MECHANISMS = Set.of(
            "ANONYMOUS",
            "CRAM-MD5",
            "DIGEST-MD5",
            "EXTERNAL",
            "GS2-KRB5",
            "GSSAPI",
            "KERBEROS_V4",
            "LOGIN",
            "MSN",
            "NTLM",
            "OAUTHBEARER",
            "OTP",
            "PLAIN",
            "SCRAM-SHA-1",
            "SCRAM-SHA-1-PLUS",
            "SCRAM-SHA-256",
            "SCRAM-SHA-256-PLUS",
            "SCRAM-SHA-512",
            "SCRAM-SHA-512-PLUS",
            "XOAUTH",
            "XOAUTH2");

    private boolean afterAuth;

    /** The line as it is shown, or the same object if it holds no secret. */
    String shown(String line, boolean isCommand) {
        if (line.stripLeading().regionMatches(true, 0, "AUTH", 0, 4)) {
            afterAuth = true;
            return masked(line);
        }
        if (isCommand) {
            afterAuth = false;
        }
        // A client whose AUTH was refused may go on all the same.
        return afterAuth && !line.isEmpty() ? MASK : line;
    }

    /** The client has logged in: nothing secret follows. */
    void loginAccepted() {
        afterAuth = false;
    }

    private static String masked(String line) {
        Matcher auth = AUTH.matcher(line);
        if (!auth.matches()) {
            return "AUTH " + MASK;
        }
        String mechanism = auth.group(3);
        if (mechanism == null) {
            return line;
        }
        if (!MECHANISMS.contains(mechanism.toUpperCase(Locale.ROOT))) {
            return auth.group(1) + " " + MASK;
        }
        String rest = auth.group(4);
        return rest == null || rest.isBlank() ? line : auth.group(1) + auth.group(2) + " " + MASK;
    }
}
