package dev.restante;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Who may log in with AUTH, and who must (RFC 4954).
 *
 * <p>Immutable and thread-safe. The default of a server is {@link #anyone()}: AUTH is offered, and whatever is presented is
 * accepted and recorded.
 */
public final class AuthPolicy {
    private final boolean offered;
    private final Map<String, String> users;
    private final Predicate<Authentication> judge;
    private final boolean required;
    private final boolean onlyInTls;

    private AuthPolicy(
            boolean offered,
            Map<String, String> users,
            Predicate<Authentication> judge,
            boolean required,
            boolean onlyInTls) {
        this.offered = offered;
        this.users = users;
        this.judge = judge;
        this.required = required;
        this.onlyInTls = onlyInTls;
    }

    /** Offers AUTH and accepts anybody. */
    public static AuthPolicy anyone() {
        return new AuthPolicy(true, Map.of(), any -> true, false, false);
    }

    /** Does not offer AUTH. */
    public static AuthPolicy none() {
        return new AuthPolicy(false, Map.of(), any -> false, false, false);
    }

    /** Offers AUTH and accepts these users with these passwords or tokens. */
    public static AuthPolicy users(Map<String, String> passwords) {
        Map<String, String> copy = new LinkedHashMap<>(passwords);
        return new AuthPolicy(true, copy, login -> login.secret().equals(copy.get(login.identity())), false, false);
    }

    /**
     * Offers AUTH and accepts whom {@code judge} accepts; for CRAM-MD5 the secret it sees is the digest. It is called on
     * the connections' threads.
     */
    public static AuthPolicy judgedBy(Predicate<Authentication> judge) {
        return new AuthPolicy(true, Map.of(), judge, false, false);
    }

    /** This policy, but mail is refused with 530 until the client has logged in. */
    public AuthPolicy required() {
        return new AuthPolicy(offered, users, judge, true, onlyInTls);
    }

    /** This policy, but AUTH is offered only inside TLS and refused with 538 before. */
    public AuthPolicy onlyInTls() {
        return new AuthPolicy(offered, users, judge, required, true);
    }

    /** Whether AUTH is offered at all. */
    public boolean isOffered() {
        return offered;
    }

    /** Whether mail needs a login. */
    public boolean isRequired() {
        return required;
    }

    /** Whether AUTH needs TLS. */
    public boolean isOnlyInTls() {
        return onlyInTls;
    }

    /** Whether this login is accepted. */
    public boolean accepts(Authentication login) {
        return judge.test(login);
    }

    /** The password to check a digest of this user with; empty unless the policy has a list of users. */
    public Optional<String> passwordOf(String user) {
        return Optional.ofNullable(users.get(user));
    }

    /** Whether the policy has a list of users, so that a digest can be checked. */
    public boolean knowsUsers() {
        return !users.isEmpty();
    }
}
