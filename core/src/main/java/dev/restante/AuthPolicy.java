package dev.restante;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Who may log in with AUTH, how, and who must (RFC 4954).
 *
 * <p>Immutable and thread-safe. The default of a server is {@link #anyone()}: AUTH is offered, and whatever is presented is
 * accepted and recorded.
 *
 * <p>Unless {@linkplain #offering told otherwise}, a policy offers PLAIN, LOGIN, CRAM-MD5, XOAUTH2 and OAUTHBEARER; SCRAM-SHA-256
 * too if it has a list of users, whose passwords that mechanism needs; and EXTERNAL to clients that have shown a certificate.
 */
public final class AuthPolicy {
    private static final String SCRAM = "SCRAM-SHA-256";
    private static final String EXTERNAL = "EXTERNAL";
    private static final String ANONYMOUS = "ANONYMOUS";
    private static final List<String> FOR_EVERYBODY = List.of("PLAIN", "LOGIN", "CRAM-MD5", "XOAUTH2", "OAUTHBEARER");
    private static final List<String> ALL =
            List.of("PLAIN", "LOGIN", "CRAM-MD5", SCRAM, "XOAUTH2", "OAUTHBEARER", EXTERNAL, ANONYMOUS);

    private final boolean offered;
    private final Map<String, String> users;
    private final Predicate<Authentication> judge;
    private final boolean required;
    private final boolean onlyInTls;
    private final List<String> mechanisms;

    private AuthPolicy(
            boolean offered,
            Map<String, String> users,
            Predicate<Authentication> judge,
            boolean required,
            boolean onlyInTls,
            List<String> mechanisms) {
        this.offered = offered;
        this.users = users;
        this.judge = judge;
        this.required = required;
        this.onlyInTls = onlyInTls;
        this.mechanisms = List.copyOf(mechanisms);
    }

    private static AuthPolicy offering(Map<String, String> users, Predicate<Authentication> judge) {
        List<String> mechanisms = new ArrayList<>(FOR_EVERYBODY);
        if (!users.isEmpty()) {
            mechanisms.add(SCRAM);
        }
        mechanisms.add(EXTERNAL);
        return new AuthPolicy(true, users, judge, false, false, mechanisms);
    }

    /** Offers AUTH and accepts anybody. */
    public static AuthPolicy anyone() {
        return offering(Map.of(), any -> true);
    }

    /** Does not offer AUTH. */
    public static AuthPolicy none() {
        return new AuthPolicy(false, Map.of(), any -> false, false, false, List.of());
    }

    /**
     * Offers AUTH and accepts these users with these passwords or tokens. A client certificate is as good as a password for the
     * user it names, and ANONYMOUS, where it is offered, needs none.
     */
    public static AuthPolicy users(Map<String, String> passwords) {
        Map<String, String> copy = new LinkedHashMap<>(passwords);
        return offering(copy, login -> switch (login.mechanism()) {
            case EXTERNAL -> copy.containsKey(login.identity());
            case ANONYMOUS -> true;
            default -> login.secret().equals(copy.get(login.identity()));
        });
    }

    /**
     * Offers AUTH and accepts whom {@code judge} accepts; for CRAM-MD5 the secret it sees is the digest. It is called on
     * the connections' threads.
     */
    public static AuthPolicy judgedBy(Predicate<Authentication> judge) {
        return offering(Map.of(), judge);
    }

    /**
     * This policy, but with these mechanisms, listed in this order; all others are refused with 504. {@code EXTERNAL} is
     * offered to clients that have shown a certificate, {@code ANONYMOUS} (RFC 4505) only by this call.
     *
     * @param names of PLAIN, LOGIN, CRAM-MD5, SCRAM-SHA-256, XOAUTH2, OAUTHBEARER, EXTERNAL and ANONYMOUS, in any case
     * @throws IllegalArgumentException if there is no such mechanism, or the policy cannot check it
     */
    public AuthPolicy offering(String... names) {
        if (!offered) {
            throw new IllegalArgumentException(
                    "AuthPolicy.none() offers no AUTH. Begin with anyone(), users(...) or judgedBy(...).");
        }
        if (names.length == 0) {
            throw new IllegalArgumentException(
                    "At least one mechanism is needed; AuthPolicy.none() is the one that offers none.");
        }
        List<String> chosen = new ArrayList<>();
        for (String name : names) {
            String mechanism = name.toUpperCase(Locale.ROOT);
            if (!ALL.contains(mechanism)) {
                String nearest = ScriptValue.nearest(name, ALL);
                throw new IllegalArgumentException("There is no mechanism \"" + name + "\" here, but "
                        + String.join(", ", ALL) + "." + (nearest.isEmpty() ? "" : " Did you mean " + nearest + "?"));
            }
            if (mechanism.equals(SCRAM) && users.isEmpty()) {
                throw new IllegalArgumentException(
                        SCRAM + " proves that both sides know the password, so the server must know it, too:"
                                + " AuthPolicy.users(Map.of(\"ann\", \"secret\")).");
            }
            if (!chosen.contains(mechanism)) {
                chosen.add(mechanism);
            }
        }
        return new AuthPolicy(true, users, judge, required, onlyInTls, chosen);
    }

    /** This policy, but mail is refused with 530 until the client has logged in. */
    public AuthPolicy required() {
        return new AuthPolicy(offered, users, judge, true, onlyInTls, mechanisms);
    }

    /** This policy, but AUTH is offered only inside TLS and refused with 538 before. */
    public AuthPolicy onlyInTls() {
        return new AuthPolicy(offered, users, judge, required, true, mechanisms);
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

    /**
     * The mechanisms that are offered, in the order they are listed.
     *
     * @param withCertificate whether the client has shown a certificate, which EXTERNAL needs
     */
    public List<String> mechanisms(boolean withCertificate) {
        return mechanisms.stream()
                .filter(name -> withCertificate || !name.equals(EXTERNAL))
                .toList();
    }

    /** Whether this login is accepted. */
    public boolean accepts(Authentication login) {
        return judge.test(login);
    }

    /** The password to check a digest or a proof of this user with; empty unless the policy has a list of users. */
    public Optional<String> passwordOf(String user) {
        return Optional.ofNullable(users.get(user));
    }

    /** Whether the policy has a list of users, so that a digest can be checked. */
    public boolean knowsUsers() {
        return !users.isEmpty();
    }
}
