package dev.restante.listener.commands;

import dev.restante.Authentication;
import dev.restante.Network;
import dev.restante.ProxyInfo;
import dev.restante.Reply;
import dev.restante.SmtpClient;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * XCLIENT (Postfix's extension): a trusted client says for whom it speaks, and is greeted anew. What this command says of HELO,
 * PROTO and LOGIN holds from here on; what it leaves out of these is forgotten. All else stays until it is said anew.
 */
final class XclientCommand implements Verb {
    /** The line of EHLO's answer, for those who are trusted. */
    static final String KEYWORD = "XCLIENT NAME ADDR PORT PROTO HELO LOGIN DESTADDR DESTPORT REVERSE_NAME";

    private static final Reply NOT_TRUSTED = Reply.of(550, "5.7.0 You are not trusted to speak for others");
    private static final Reply IN_TRANSACTION = Reply.of(503, "5.5.1 XCLIENT is not taken in a mail transaction");

    private static final String UNAVAILABLE = "[UNAVAILABLE]";
    private static final String TEMPUNAVAIL = "[TEMPUNAVAIL]";
    private static final Set<String> HOST_NAMES = Set.of("NAME", "REVERSE_NAME");
    private static final Pattern HOST_NAME = Pattern.compile("[^\\p{Cntrl}\\p{Space}]{1,255}");
    private static final Pattern TEXT = Pattern.compile("[^\\p{Cntrl}]{1,255}");
    private static final Pattern PORT = Pattern.compile("\\d{1,5}");
    private static final String V6_PREFIX = "IPV6:";

    @Override
    public void answer(Conversation conversation) {
        if (conversation.settings.proxies().xclient().isEmpty()) {
            conversation.say(Replies.UNKNOWN_COMMAND);
            return;
        } else if (!conversation.isTrustedWithXclient()) {
            conversation.say(NOT_TRUSTED);
            return;
        } else if (conversation.transaction() != null) {
            conversation.say(IN_TRANSACTION);
            return;
        }
        try {
            Map<String, String> said = attributes(conversation.argument());
            conversation.speaksFor(presented(conversation, said));
        } catch (Refusal refusal) {
            conversation.say(refusal.reply());
        }
    }

    private static SmtpClient presented(Conversation conversation, Map<String, String> said) throws Refusal {
        Map<String, String> all = new LinkedHashMap<>(
                conversation.client().proxy().map(ProxyInfo::details).orElse(Map.of()));
        all.putAll(said);
        InetSocketAddress known = conversation.connectedAs();
        InetAddress ip = address(all, "ADDR");
        Integer port = port(all, "PORT");
        // Whose port is not said has one that nobody knows.
        InetSocketAddress client = new InetSocketAddress(
                ip == null ? known.getAddress() : ip, port != null ? port : ip == null ? known.getPort() : 0);
        InetAddress to = address(all, "DESTADDR");
        Integer toPort = port(all, "DESTPORT");
        Optional<InetSocketAddress> destination =
                to == null ? Optional.empty() : Optional.of(new InetSocketAddress(to, toPort == null ? 0 : toPort));
        SmtpClient base = conversation.client();
        return new SmtpClient(
                        base.address(),
                        Optional.ofNullable(said.get("HELO")).filter(XclientCommand::isAvailable),
                        "ESMTP".equalsIgnoreCase(said.get("PROTO")),
                        base.tls(),
                        Optional.ofNullable(said.get("LOGIN"))
                                .filter(XclientCommand::isAvailable)
                                .map(user -> new Authentication("XCLIENT", user, "")),
                        base.proxy())
                .speakingFor(ProxyInfo.Source.XCLIENT, Optional.of(client), destination, said);
    }

    private static boolean isAvailable(String value) {
        return !value.equalsIgnoreCase(UNAVAILABLE);
    }

    /** The attributes by their names in upper case, decoded; each has a value that it may have. */
    private static Map<String, String> attributes(String argument) throws Refusal {
        Map<String, String> all = new LinkedHashMap<>();
        for (String word : argument.split("[ \\t]+", -1)) {
            int equals = word.indexOf('=');
            if (equals < 1) {
                throw new Refusal(501, "5.5.4 Syntax: XCLIENT attribute=value ...");
            }
            String name = word.substring(0, equals).toUpperCase(Locale.ROOT);
            String value = decoded(word.substring(equals + 1));
            String syntax = value == null ? name + "=xtext" : wrong(name, value);
            if (!syntax.isEmpty()) {
                throw new Refusal(501, "5.5.4 Syntax: " + syntax);
            }
            all.put(name, String.valueOf(value));
        }
        return all;
    }

    /** What is to be written where this is not in order; empty if it is. */
    private static String wrong(String name, String value) throws Refusal {
        boolean unavailable = !isAvailable(value);
        boolean ok = switch (name) {
            case "NAME", "REVERSE_NAME" ->
                unavailable
                        || value.equalsIgnoreCase(TEMPUNAVAIL)
                        || HOST_NAME.matcher(value).matches();
            case "HELO", "LOGIN" -> unavailable || TEXT.matcher(value).matches();
            case "ADDR", "DESTADDR" -> unavailable || address(value) != null;
            case "PORT", "DESTPORT" ->
                unavailable || (PORT.matcher(value).matches() && Integer.parseInt(value) <= 0xffff);
            case "PROTO" -> value.equalsIgnoreCase("SMTP") || value.equalsIgnoreCase("ESMTP");
            default -> throw new Refusal(501, "5.5.4 XCLIENT knows " + KEYWORD.substring(KEYWORD.indexOf(' ') + 1));
        };
        if (ok) {
            return "";
        }
        return switch (name) {
            case "ADDR", "DESTADDR" -> name + "=IPv4 address, IPV6:address or [UNAVAILABLE]";
            case "PORT", "DESTPORT" -> name + "=number or [UNAVAILABLE]";
            case "PROTO" -> "PROTO=SMTP or ESMTP";
            default -> name + "=up to 255 characters" + (HOST_NAMES.contains(name) ? " without space" : "");
        };
    }

    private static @Nullable InetAddress address(Map<String, String> attributes, String name) {
        String value = attributes.get(name);
        return value == null ? null : address(value);
    }

    /** The address in digits; {@code null} if it is none. */
    private static @Nullable InetAddress address(String value) {
        boolean v6 = value.regionMatches(true, 0, V6_PREFIX, 0, V6_PREFIX.length());
        String digits = v6 ? value.substring(V6_PREFIX.length()) : value;
        if (digits.indexOf(':') >= 0 != v6 || digits.indexOf('/') >= 0 || digits.startsWith("!")) {
            return null;
        }
        try {
            // A network of one address: it takes digits only, so that no name is looked up below.
            Network.of(digits);
            return InetAddress.getByName(digits);
        } catch (IllegalArgumentException | UnknownHostException e) {
            return null;
        }
    }

    private static @Nullable Integer port(Map<String, String> attributes, String name) {
        String value = attributes.get(name);
        return value == null || !PORT.matcher(value).matches() ? null : Integer.valueOf(value);
    }

    /** Undoes xtext (RFC 3461 section 4); {@code null} if it is none. */
    private static @Nullable String decoded(String xtext) {
        ByteArrayOutputStream octets = new ByteArrayOutputStream();
        byte[] all = xtext.getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < all.length; i++) {
            if (all[i] != '+') {
                octets.write(all[i]);
                continue;
            }
            int high = i + 2 < all.length ? Character.digit(all[i + 1], 16) : -1;
            int low = i + 2 < all.length ? Character.digit(all[i + 2], 16) : -1;
            if (high < 0 || low < 0) {
                return null;
            }
            octets.write(high << 4 | low);
            i += 2;
        }
        return octets.toString(StandardCharsets.UTF_8);
    }
}
