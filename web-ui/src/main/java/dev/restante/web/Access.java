package dev.restante.web;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Who may ask: by which name, from which page, and with which password or token. Immutable once it is in use. */
final class Access {
    private final Map<String, byte[]> passwords = new HashMap<>();
    private final List<byte[]> tokens = new ArrayList<>();
    private final Set<String> hosts = new HashSet<>(Set.of("localhost"));
    private final Set<String> origins = new HashSet<>();
    private boolean anyHost;

    Access() {}

    Access(Access other) {
        passwords.putAll(other.passwords);
        tokens.addAll(other.tokens);
        hosts.addAll(other.hosts);
        origins.addAll(other.origins);
        anyHost = other.anyHost;
    }

    void addUser(String user, String password) {
        passwords.put(user, bytes(password));
    }

    void addToken(String token) {
        tokens.add(bytes(token));
    }

    void addHost(String name) {
        anyHost |= name.equals("*");
        hosts.add(name.toLowerCase(Locale.ROOT));
    }

    void addOrigin(String origin) {
        origins.add(origin.toLowerCase(Locale.ROOT));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Whether anybody may ask. */
    boolean isOpen() {
        return passwords.isEmpty() && tokens.isEmpty();
    }

    /** How to ask for what is missing. */
    String challenge() {
        return passwords.isEmpty() ? "Bearer realm=\"Login\"" : "Basic realm=\"Login\"";
    }

    boolean permits(@Nullable String authorization) {
        if (isOpen()) {
            return true;
        }
        int blank = authorization == null ? -1 : authorization.indexOf(' ');
        if (authorization == null || blank < 0) {
            return false;
        }
        String credentials = authorization.substring(blank + 1).strip();
        return switch (authorization.substring(0, blank).toLowerCase(Locale.ROOT)) {
            case "basic" -> permitsBasic(credentials);
            case "bearer" -> permitsToken(bytes(credentials));
            default -> false;
        };
    }

    private boolean permitsBasic(String credentials) {
        try {
            String login = new String(Base64.getDecoder().decode(credentials), StandardCharsets.UTF_8);
            int colon = login.indexOf(':');
            byte[] password = colon < 0 ? null : passwords.get(login.substring(0, colon));
            // The time that comparing takes tells nothing of the password.
            return password != null && MessageDigest.isEqual(password, bytes(login.substring(colon + 1)));
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private boolean permitsToken(byte[] token) {
        boolean found = false;
        for (byte[] known : tokens) {
            found |= MessageDigest.isEqual(known, token);
        }
        return found;
    }

    /** Whether a name, in lower case and without a port, is among those that were allowed. */
    boolean isNamed(String host) {
        return anyHost
                || hosts.contains(host)
                || hosts.stream()
                        .anyMatch(name -> name.startsWith("*.")
                                && host.endsWith(name.substring(1))
                                && host.length() > name.length() - 1);
    }

    boolean isAllowedOrigin(String origin) {
        return origins.contains(origin.toLowerCase(Locale.ROOT));
    }
}
