package dev.restante.listener.commands;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.text.Normalizer;
import java.util.Base64;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * The server's side of one SCRAM-SHA-256 exchange (RFC 5802, RFC 7677), without channel binding: each side proves to the
 * other that it knows the password. Used by one connection's thread.
 */
final class Scram {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int ITERATIONS = 4096;
    private static final String MALFORMED = "5.5.2 SCRAM-SHA-256 ";

    private final String header;
    private final String firstBare;
    private final String user;
    private final Optional<String> authorization;
    private final String nonce;
    private final byte[] salt;
    private String withoutProof = "";
    private String proof = "";

    /** An exchange that begins with this message of the client, with a nonce and a salt of the server's own. */
    Scram(String clientFirst) throws Refusal {
        this(clientFirst, random(18), Base64.getDecoder().decode(random(16)));
    }

    /** The same with a nonce and a salt that are given. */
    Scram(String clientFirst, String serverNonce, byte[] salt) throws Refusal {
        int flagEnd = clientFirst.indexOf(',');
        int headerEnd = clientFirst.indexOf(',', flagEnd + 1);
        if (flagEnd < 0 || headerEnd < 0) {
            throw new Refusal(501, MALFORMED + "begins with n,,n=user,r=nonce");
        }
        String flag = clientFirst.substring(0, flagEnd);
        if (flag.startsWith("p=")) {
            throw new Refusal(501, MALFORMED + "has no channel binding; that is SCRAM-SHA-256-PLUS");
        } else if (!flag.equals("n") && !flag.equals("y")) {
            throw new Refusal(501, MALFORMED + "begins with n or y");
        }
        header = clientFirst.substring(0, headerEnd + 1);
        authorization = authorization(clientFirst.substring(flagEnd + 1, headerEnd));
        firstBare = clientFirst.substring(headerEnd + 1);
        String[] fields = firstBare.split(",", -1);
        if (fields[0].startsWith("m=")) {
            throw new Refusal(501, MALFORMED + "has no extension that a client could make mandatory");
        }
        if (fields.length < 2 || !fields[0].startsWith("n=") || !fields[1].startsWith("r=")) {
            throw new Refusal(501, MALFORMED + "begins with n,,n=user,r=nonce");
        }
        user = name(fields[0].substring(2));
        String clientNonce = fields[1].substring(2);
        if (user.isEmpty() || clientNonce.isEmpty()) {
            throw new Refusal(501, MALFORMED + "needs a user and a nonce");
        }
        nonce = clientNonce + serverNonce;
        this.salt = salt.clone();
    }

    private static String random(int octets) {
        byte[] random = new byte[octets];
        RANDOM.nextBytes(random);
        return Base64.getEncoder().encodeToString(random);
    }

    private static Optional<String> authorization(String field) throws Refusal {
        if (field.isEmpty()) {
            return Optional.empty();
        } else if (!field.startsWith("a=")) {
            throw new Refusal(501, MALFORMED + "begins with n,,n=user,r=nonce");
        }
        return Optional.of(name(field.substring(2)));
    }

    /** A name in which commas and equals signs are escaped (RFC 5802 section 5.1). */
    static String name(String escaped) throws Refusal {
        if (escaped.replace("=2C", "").replace("=3D", "").indexOf('=') >= 0) {
            throw new Refusal(501, "5.5.2 In a name, a comma is =2C and an equals sign is =3D");
        }
        return escaped.replace("=2C", ",").replace("=3D", "=");
    }

    String user() {
        return user;
    }

    Optional<String> authorization() {
        return authorization;
    }

    /** The server's first message. */
    String serverFirst() {
        return "r=" + nonce + ",s=" + Base64.getEncoder().encodeToString(salt) + ",i=" + ITERATIONS;
    }

    /** Takes the client's last message. */
    void clientFinal(String message) throws Refusal {
        int end = message.lastIndexOf(",p=");
        if (end < 0 || !message.startsWith("c=")) {
            throw new Refusal(501, MALFORMED + "ends with c=binding,r=nonce,p=proof");
        }
        withoutProof = message.substring(0, end);
        proof = message.substring(end + 3);
        String[] fields = withoutProof.split(",", -1);
        String binding = Base64.getEncoder().encodeToString(header.getBytes(StandardCharsets.UTF_8));
        if (!fields[0].equals("c=" + binding)) {
            throw new Refusal(501, MALFORMED + "repeats its header in c=, which would be " + binding);
        } else if (fields.length < 2 || !fields[1].equals("r=" + nonce)) {
            throw new Refusal(501, MALFORMED + "repeats the whole nonce in r=");
        }
    }

    /** What the client proved its knowledge by, in base64. */
    String proof() {
        return proof;
    }

    /** The server's last message if the client knows this password; empty if it does not. */
    Optional<String> serverFinal(@Nullable String password) {
        if (password == null) {
            return Optional.empty();
        }
        byte[] message = (firstBare + "," + serverFirst() + "," + withoutProof).getBytes(StandardCharsets.UTF_8);
        byte[] salted = salted(prepared(password), salt);
        byte[] clientKey = hmac(salted, "Client Key".getBytes(StandardCharsets.US_ASCII));
        byte[] expected = exclusiveOr(clientKey, hmac(hash(clientKey), message));
        byte[] presented;
        try {
            presented = Base64.getDecoder().decode(proof);
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
        if (!MessageDigest.isEqual(expected, presented)) {
            return Optional.empty();
        }
        byte[] serverKey = hmac(salted, "Server Key".getBytes(StandardCharsets.US_ASCII));
        return Optional.of("v=" + Base64.getEncoder().encodeToString(hmac(serverKey, message)));
    }

    /** SASLprep (RFC 4013) as far as it changes what a client may have typed; what it forbids is left to be refused. */
    private static byte[] prepared(String password) {
        StringBuilder mapped = new StringBuilder();
        password.codePoints().forEach(c -> {
            if (Character.getType(c) == Character.SPACE_SEPARATOR || c == 0x200b) {
                mapped.append(' ');
            } else if (!isMappedToNothing(c)) {
                mapped.appendCodePoint(c);
            }
        });
        return Normalizer.normalize(mapped, Normalizer.Form.NFKC).getBytes(StandardCharsets.UTF_8);
    }

    /** RFC 3454 table B.1. */
    private static boolean isMappedToNothing(int c) {
        return c == 0xad
                || c == 0x34f
                || c == 0x1806
                || (c >= 0x180b && c <= 0x180d)
                || c == 0x200c
                || c == 0x200d
                || c == 0x2060
                || (c >= 0xfe00 && c <= 0xfe0f)
                || c == 0xfeff;
    }

    private static byte[] salted(byte[] password, byte[] salt) {
        byte[] begin = new byte[salt.length + 4];
        System.arraycopy(salt, 0, begin, 0, salt.length);
        begin[begin.length - 1] = 1;
        byte[] round = hmac(password, begin);
        byte[] result = round;
        for (int i = 1; i < ITERATIONS; i++) {
            round = hmac(password, round);
            result = exclusiveOr(result, round);
        }
        return result;
    }

    private static byte[] exclusiveOr(byte[] one, byte[] other) {
        byte[] result = new byte[one.length];
        for (int i = 0; i < one.length; i++) {
            result[i] = (byte) (one[i] ^ other[i]);
        }
        return result;
    }

    private static byte[] hash(byte[] octets) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(octets);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("This Java has no SHA-256.", e);
        }
    }

    private static byte[] hmac(byte[] key, byte[] message) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            // A key cannot be empty here; one zero octet pads to the same.
            mac.init(new SecretKeySpec(key.length == 0 ? new byte[1] : key, "HmacSHA256"));
            return mac.doFinal(message);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("This Java has no HmacSHA256.", e);
        }
    }
}
