package dev.restante;

/**
 * What a client presented with AUTH (RFC 4954).
 *
 * @param mechanism the SASL mechanism, in upper case
 * @param identity the user that authenticated
 * @param secret the password, token or digest as presented; {@link #toString()} masks it
 */
public record Authentication(String mechanism, String identity, String secret) {
    /** The mechanism and the identity; never the secret. */
    @Override
    public String toString() {
        return mechanism + " " + identity + " ****";
    }
}
