package dev.restante.listener.commands;

import dev.restante.AuthPolicy;
import dev.restante.Authentication;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Predicate;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** The SASL mechanisms of AUTH: each turns an exchange with the client into what it presented. */
enum Mechanism {
    /** RFC 4616. */
    PLAIN {
        @Override
        Login converse(Exchange exchange) throws Refusal {
            String[] fields = exchange.initialOr("").split("\0", -1);
            if (fields.length != 3) {
                throw new Refusal(501, "5.5.2 PLAIN is: authorization identity, NUL, user, NUL, password");
            } else if (fields[1].isEmpty()) {
                throw new Refusal(501, "5.5.2 PLAIN needs a user");
            }
            return Login.of(new Authentication("PLAIN", fields[1], fields[2], unlessEmpty(fields[0])));
        }
    },

    /** The older of the two password mechanisms; never standardised. */
    LOGIN {
        @Override
        Login converse(Exchange exchange) throws Refusal {
            String user = exchange.initialOr("Username:");
            if (user.isEmpty()) {
                throw new Refusal(501, "5.5.2 LOGIN needs a user");
            }
            exchange.claims(user);
            return Login.of(new Authentication("LOGIN", user, exchange.ask("Password:")));
        }
    },

    /** RFC 2195. */
    CRAM_MD5 {
        @Override
        Login converse(Exchange exchange) throws Refusal {
            exchange.refuseInitial();
            String challenge =
                    "<" + Long.toUnsignedString(ThreadLocalRandom.current().nextLong()) + "."
                            + System.currentTimeMillis() + "@" + exchange.hostName() + ">";
            String answer = exchange.ask(challenge);
            int space = answer.lastIndexOf(' ');
            if (space < 1 || !answer.substring(space + 1).matches("[0-9A-Fa-f]{32}")) {
                throw new Refusal(501, "5.5.2 CRAM-MD5 answers with: user, space, digest of 32 hexadecimal digits");
            }
            Authentication login =
                    new Authentication("CRAM-MD5", answer.substring(0, space), answer.substring(space + 1));
            return new Login(
                    login,
                    policy -> policy.knowsUsers()
                            ? policy.passwordOf(login.identity())
                                    .filter(password -> isDigest(login.secret(), challenge, password))
                                    .isPresent()
                            : policy.accepts(login),
                    policy -> "",
                    "");
        }
    },

    /** RFC 7677. */
    SCRAM_SHA_256 {
        @Override
        Login converse(Exchange exchange) throws Refusal {
            Scram scram = new Scram(exchange.initialOr(""));
            exchange.claims(scram.user());
            scram.clientFinal(exchange.ask(scram.serverFirst()));
            Authentication login =
                    new Authentication("SCRAM-SHA-256", scram.user(), scram.proof(), scram.authorization());
            return new Login(
                    login,
                    policy -> scram.serverFinal(policy.passwordOf(scram.user()).orElse(null))
                            .isPresent(),
                    policy -> scram.serverFinal(policy.passwordOf(scram.user()).orElse(null))
                            .orElse(""),
                    "");
        }
    },

    /** The mail providers' own bearer mechanism. */
    XOAUTH2 {
        @Override
        Login converse(Exchange exchange) throws Refusal {
            String message = exchange.initialOr("");
            String user = message.startsWith("user=") ? message.substring(5).split("\u0001", 2)[0] : "";
            if (user.isEmpty()) {
                throw new Refusal(501, "5.5.2 XOAUTH2 begins with user=, the user, and control-A");
            }
            exchange.claims(user);
            return bearer(new Authentication("XOAUTH2", user, token("XOAUTH2", message)));
        }
    },

    /** RFC 7628. */
    OAUTHBEARER {
        @Override
        Login converse(Exchange exchange) throws Refusal {
            String message = exchange.initialOr("");
            int end = message.indexOf('\u0001');
            String[] header = message.substring(0, Math.max(0, end)).split(",", -1);
            boolean isHeader = header.length == 3
                    && (header[0].equals("n") || header[0].equals("y"))
                    && (header[1].isEmpty() || header[1].startsWith("a="))
                    && header[2].isEmpty();
            if (!isHeader) {
                throw new Refusal(501, "5.5.2 OAUTHBEARER begins with n,a=user, and control-A");
            }
            String user = header[1].isEmpty() ? "" : Scram.name(header[1].substring(2));
            exchange.claims(user);
            return bearer(new Authentication("OAUTHBEARER", user, token("OAUTHBEARER", message)));
        }
    },

    /** RFC 4422 appendix A: what the client has proved already, by its certificate. */
    EXTERNAL {
        @Override
        Login converse(Exchange exchange) throws Refusal {
            Optional<String> proved = exchange.certificateName();
            if (proved.isEmpty()) {
                throw new Refusal(504, "5.5.4 EXTERNAL needs a client certificate inside TLS");
            }
            String wanted = exchange.initialOr("");
            return Login.of(new Authentication("EXTERNAL", proved.get(), "", unlessEmpty(wanted)));
        }
    },

    /** RFC 4505. */
    ANONYMOUS {
        @Override
        Login converse(Exchange exchange) throws Refusal {
            String trace = exchange.initialOr("");
            return Login.of(new Authentication("ANONYMOUS", trace.isEmpty() ? "anonymous" : trace, ""));
        }
    };

    /** One AUTH command's exchange with its client. */
    interface Exchange {
        /** The initial response or, if the client gave none, its answer to {@code challenge}; decoded. */
        String initialOr(String challenge) throws Refusal;

        /** The client says that it is this user; nothing is proved. */
        void claims(String user);

        /** The client's answer to {@code challenge}, decoded. */
        String ask(String challenge) throws Refusal;

        /** Refuses an initial response, which this mechanism has no place for. */
        void refuseInitial() throws Refusal;

        /** The server's name, for challenges. */
        String hostName();

        /** Whom the client's certificate names; empty if it showed none. */
        Optional<String> certificateName();
    }

    /**
     * What an exchange came to.
     *
     * @param presented what the client presented
     * @param check whether a policy accepts it
     * @param proof what the server says before it says that the login succeeded; empty for nothing
     * @param complaint what the server says before it says that the login failed; empty for nothing
     */
    record Login(Authentication presented, Predicate<AuthPolicy> check, Proof proof, String complaint) {
        /** What is accepted if the policy accepts it, and needs no further words. */
        static Login of(Authentication presented) {
            return new Login(presented, policy -> policy.accepts(presented), policy -> "", "");
        }
    }

    /** What the server proves itself by. */
    @FunctionalInterface
    interface Proof {
        /** The message, empty if there is none to say. */
        String by(AuthPolicy policy);
    }

    /** Holds the exchange, and returns what the client presented. */
    abstract Login converse(Exchange exchange) throws Refusal;

    private static Optional<String> unlessEmpty(String text) {
        return text.isEmpty() ? Optional.empty() : Optional.of(text);
    }

    /** A token that is refused is complained of first, and the client has to take that in (RFC 7628 section 3.2.2). */
    private static Login bearer(Authentication login) {
        return new Login(
                login,
                policy -> policy.accepts(login),
                policy -> "",
                login.mechanism().equals("XOAUTH2")
                        ? "{\"status\":\"401\",\"schemes\":\"bearer\",\"scope\":\"mail\"}"
                        : "{\"status\":\"invalid_token\",\"schemes\":\"bearer\",\"scope\":\"mail\"}");
    }

    private static String token(String mechanism, String message) throws Refusal {
        if (!message.endsWith("\u0001\u0001")) {
            throw new Refusal(501, "5.5.2 " + mechanism + " ends with two control-A");
        }
        for (String field : message.split("\u0001", -1)) {
            if (field.regionMatches(true, 0, "auth=Bearer ", 0, 12) && field.length() > 12) {
                return field.substring(12);
            }
        }
        throw new Refusal(501, "5.5.2 " + mechanism + " needs auth=Bearer and a token");
    }

    /** The name as SASL spells it. */
    String saslName() {
        return name().replace('_', '-');
    }

    /** The mechanism of this name. */
    static Optional<Mechanism> named(String saslName) {
        return List.of(values()).stream()
                .filter(each -> each.saslName().equalsIgnoreCase(saslName))
                .findFirst();
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
        if (base64.length() % 4 != 0) {
            throw new Refusal(501, "5.5.2 That is not base64: its length is no multiple of four");
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(Base64.getDecoder().decode(base64)))
                    .toString();
        } catch (IllegalArgumentException e) {
            throw new Refusal(501, "5.5.2 That is not base64");
        } catch (CharacterCodingException e) {
            throw new Refusal(501, "5.5.2 That is not UTF-8");
        }
    }
}
