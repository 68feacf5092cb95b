package dev.restante;

import java.util.Optional;

/**
 * What a client presented with AUTH (RFC 4954).
 *
 * @param mechanism the SASL mechanism, in upper case
 * @param identity the user that authenticated, empty where an exchange ended before it was said; for EXTERNAL the address or, without one, the common name in the client's
 *     certificate; for ANONYMOUS what the client said as a trace, or {@code anonymous}
 * @param secret the password, token, digest or proof as presented, empty where there is none; {@link #toString()} masks it
 * @param authorizationIdentity whom the client wants to act as, if it said so (RFC 4422 section 3.4.1)
 */
public record Authentication(String mechanism, String identity, String secret, Optional<String> authorizationIdentity) {
    /** What a client presented that wants to act as itself. */
    public Authentication(String mechanism, String identity, String secret) {
        this(mechanism, identity, secret, Optional.empty());
    }

    /** The mechanism and the identities; never the secret. */
    @Override
    public String toString() {
        return mechanism
                + (identity.isEmpty() ? "" : " " + identity)
                + authorizationIdentity.map(other -> " as " + other).orElse("")
                + (secret.isEmpty() ? "" : " ****");
    }
}
