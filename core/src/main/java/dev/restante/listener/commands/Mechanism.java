package dev.restante.listener.commands;

import dev.restante.AuthPolicy;
import dev.restante.Authentication;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** The SASL mechanisms of AUTH: each turns an exchange with the client into what it presented. */
enum Mechanism {
    /** RFC 4616. */
    PLAIN {
        @Override
        Authentication converse(Exchange exchange) throws Refusal {
            String[] fields = exchange.initialOr("").split("\0", -1);
            if (fields.length != 3) {
                throw new Refusal(501, "5.5.2 PLAIN is: authorization identity, NUL, user, NUL, password");
            }
            return new Authentication("PLAIN", fields[1], fields[2]);
        }
    },

    /** The older of the two password mechanisms; never standardised. */
    LOGIN {
        @Override
        Authentication converse(Exchange exchange) throws Refusal {
            String user = exchange.initialOr("Username:");
            return new Authentication("LOGIN", user, exchange.ask("Password:"));
        }
    },

    /** RFC 2195. */
    CRAM_MD5 {
        @Override
        Authentication converse(Exchange exchange) throws Refusal {
            exchange.refuseInitial();
            String challenge =
                    "<" + Long.toUnsignedString(ThreadLocalRandom.current().nextLong()) + "."
                            + System.currentTimeMillis() + "@" + exchange.hostName() + ">";
            String answer = exchange.ask(challenge);
            int space = answer.lastIndexOf(' ');
            if (space < 0) {
                throw new Refusal(501, "5.5.2 CRAM-MD5 answers with: user, space, digest");
            }
            Authentication login =
                    new Authentication("CRAM-MD5", answer.substring(0, space), answer.substring(space + 1));
            exchange.digestOver(challenge);
            return login;
        }
    },

    /** The mail providers' own bearer mechanism. */
    XOAUTH2 {
        @Override
        Authentication converse(Exchange exchange) throws Refusal {
            return bearer("XOAUTH2", exchange.initialOr(""), "user=");
        }
    },

    /** RFC 7628. */
    OAUTHBEARER {
        @Override
        Authentication converse(Exchange exchange) throws Refusal {
            return bearer("OAUTHBEARER", exchange.initialOr(""), "n,a=");
        }
    };

    /** One AUTH command's exchange with its client. */
    interface Exchange {
        /** The initial response or, if the client gave none, its answer to {@code challenge}; decoded. */
        String initialOr(String challenge) throws Refusal;

        /** The client's answer to {@code challenge}, decoded. */
        String ask(String challenge) throws Refusal;

        /** Refuses an initial response, which this mechanism has no place for. */
        void refuseInitial() throws Refusal;

        /** The server's name, for challenges. */
        String hostName();

        /** Notes that the secret presented is a digest over this challenge. */
        void digestOver(String challenge);
    }

    /** Holds the exchange, and returns what the client presented. */
    abstract Authentication converse(Exchange exchange) throws Refusal;

    private static Authentication bearer(String mechanism, String message, String userField) throws Refusal {
        String user = "";
        String token = "";
        for (String field : message.split("\u0001", -1)) {
            if (field.startsWith(userField)) {
                user = field.substring(userField.length());
                user = user.endsWith(",") ? user.substring(0, user.length() - 1) : user;
            } else if (field.regionMatches(true, 0, "auth=Bearer ", 0, 12)) {
                token = field.substring(12);
            }
        }
        if (token.isEmpty()) {
            throw new Refusal(501, "5.5.2 " + mechanism + " needs auth=Bearer and a token");
        }
        return new Authentication(mechanism, user, token);
    }

    /** The name as SASL spells it. */
    String saslName() {
        return name().replace('_', '-');
    }

    static List<String> offered() {
        return List.of(values()).stream().map(Mechanism::saslName).toList();
    }

    static Optional<Mechanism> named(String saslName) {
        return List.of(values()).stream()
                .filter(each -> each.saslName().equalsIgnoreCase(saslName))
                .findFirst();
    }

    /** Whether the policy accepts a login; {@code challenge} is what its digest is over, empty for a plain secret. */
    static boolean accepts(AuthPolicy policy, Authentication login, String challenge) {
        if (challenge.isEmpty() || !policy.knowsUsers()) {
            return policy.accepts(login);
        }
        return policy.passwordOf(login.identity())
                .filter(password -> isDigest(login.secret(), challenge, password))
                .isPresent();
    }

    private static boolean isDigest(String digest, String challenge, String password) {
        try {
            Mac mac = Mac.getInstance("HmacMD5");
            // An HMAC key cannot be empty; an empty password is the key of one zero octet, which pads to the same.
            byte[] key = password.isEmpty() ? new byte[1] : password.getBytes(StandardCharsets.UTF_8);
            mac.init(new SecretKeySpec(key, "HmacMD5"));
            String expected = HexFormat.of().formatHex(mac.doFinal(challenge.getBytes(StandardCharsets.UTF_8)));
            return MessageDigest.isEqual(
                    expected.getBytes(StandardCharsets.US_ASCII),
                    digest.toLowerCase(Locale.ROOT).getBytes(StandardCharsets.US_ASCII));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("This Java has no HmacMD5.", e);
        }
    }

    /** Decodes base64 as SASL has it; {@code =} stands for an empty text. */
    static String decode(String base64) throws Refusal {
        if (base64.equals("=")) {
            return "";
        }
        try {
            return new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new Refusal(501, "5.5.2 That is not base64");
        }
    }
}
