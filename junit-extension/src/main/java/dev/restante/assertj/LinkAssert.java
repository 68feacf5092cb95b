package dev.restante.assertj;

import dev.restante.Link;
import java.net.IDN;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import org.assertj.core.api.UriAssert;

/** Assertions on a link. */
public final class LinkAssert extends AbstractEvidenceAssert<LinkAssert, Link> {
    private final Supplier<String> mail;

    LinkAssert(Link actual, Supplier<String> mail, Reporting reporting) {
        super(actual, LinkAssert.class, reporting);
        this.mail = mail;
    }

    @Override
    String evidence() {
        return ("The link:\n  " + actual + "\n" + mail.get()).stripTrailing();
    }

    /** Verifies the host, without its port; case is ignored. */
    public LinkAssert hasHost(String expected) {
        String host = host(uriOf());
        return check(
                host.equalsIgnoreCase(expected) || ascii(host).equalsIgnoreCase(ascii(expected)),
                () -> "Expected the link \"" + actual.text() + "\" to lead to the host " + expected
                        + ", but it leads to " + (host.isEmpty() ? "none" : host) + ".");
    }

    /** The host, also one with letters beyond ASCII, which {@link URI} has no name for; empty if there is none. */
    private static String host(URI uri) {
        if (uri.getHost() != null) {
            return uri.getHost();
        }
        String authority = uri.getAuthority();
        return authority == null
                ? ""
                : authority.substring(authority.lastIndexOf('@') + 1).replaceFirst(":\\d*$", "");
    }

    private static String ascii(String host) {
        try {
            return IDN.toASCII(host, IDN.ALLOW_UNASSIGNED);
        } catch (IllegalArgumentException e) {
            return host; // no name of a host: equal to itself alone
        }
    }

    /** Verifies the port; 80 or 443 if the link names none. */
    public LinkAssert hasPort(int expected) {
        URI uri = uriOf();
        int port = uri.getPort() >= 0
                ? uri.getPort()
                : "https".equalsIgnoreCase(uri.getScheme()) ? 443 : "http".equalsIgnoreCase(uri.getScheme()) ? 80 : -1;
        return check(port == expected, () -> "Expected the port " + expected + ", but it is " + port + ".");
    }

    /** Verifies the scheme, such as {@code "https"}. */
    public LinkAssert hasScheme(String expected) {
        String scheme = String.valueOf(uriOf().getScheme());
        return check(
                scheme.equalsIgnoreCase(expected),
                () -> "Expected the scheme " + expected + ", but it is " + scheme + ".");
    }

    /** Verifies the path, with its percent escapes undone. */
    public LinkAssert hasPath(String expected) {
        String path = uriOf().getPath();
        return check(
                expected.equals(path), () -> "Expected the path \"" + expected + "\", but it is \"" + path + "\".");
    }

    /** Verifies that the query has this parameter with this value, both decoded. */
    public LinkAssert hasParameter(String name, String value) {
        List<String> values = values(name);
        return check(
                values.contains(value),
                () -> "Expected the parameter " + name + " to be \"" + value + "\", but "
                        + (values.isEmpty()
                                ? "the query is " + (uriOf().getRawQuery() == null ? "empty" : uriOf().getRawQuery())
                                : "it is " + Evidence.quoted(values))
                        + ".");
    }

    /** Leads to the value of this parameter of the query, decoded; fails if there is none. */
    public TextAssert parameter(String name) {
        List<String> values = values(name);
        check(
                !values.isEmpty(),
                () -> "Expected a parameter " + name + ", but the query is "
                        + (uriOf().getRawQuery() == null ? "empty" : uriOf().getRawQuery()) + ".");
        return (values.isEmpty() ? reporting.silent() : reporting)
                .text(values.isEmpty() ? "" : values.get(0), leadingTo("the parameter " + name));
    }

    private List<String> values(String name) {
        String query = uriOf().getRawQuery();
        return query == null
                ? List.of()
                : Arrays.stream(query.split("&", -1))
                        .map(pair -> pair.split("=", 2))
                        .filter(pair -> decoded(pair[0]).equals(name))
                        .map(pair -> pair.length == 1 ? "" : decoded(pair[1]))
                        .toList();
    }

    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException malformed) {
            return text;
        }
    }

    /** Verifies where the link leads, as the mail writes it. */
    public LinkAssert leadsTo(String expected) {
        isNotNull();
        return check(
                actual.href().equals(expected),
                () -> "Expected the link \"" + actual.text() + "\" to lead to \"" + expected + "\", but it leads to \""
                        + actual.href() + "\".");
    }

    /** Leads to the URI; fails if it is none. */
    public UriAssert uri() {
        URI uri = uriOf();
        return reporting.own(UriAssert.class, URI.class, uri, () -> new UriAssert(uri), leadingTo("the URI"));
    }

    private URI uriOf() {
        isNotNull();
        try {
            return actual.uri();
        } catch (AssertionError error) {
            fail(String.valueOf(error.getMessage()));
            return URI.create("");
        }
    }
}
