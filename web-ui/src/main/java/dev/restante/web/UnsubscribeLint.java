package dev.restante.web;

import dev.restante.CapturedMail;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What is wrong with how a mail offers to unsubscribe (RFC 2369, RFC 8058). */
final class UnsubscribeLint {
    private static final String ONE_CLICK = "List-Unsubscribe=One-Click";

    private UnsubscribeLint() {}

    /** The problems, in words; none if the mail offers nothing. */
    static List<String> problems(CapturedMail mail, List<String> links) {
        List<String> problems = new ArrayList<>();
        int fields = mail.message().headers("List-Unsubscribe").size();
        String header = mail.header("List-Unsubscribe").orElse("");
        if (fields > 1) {
            problems.add("there is more than one List-Unsubscribe field");
        }
        if (fields > 0 && links.isEmpty()) {
            problems.add(header.isBlank() ? "List-Unsubscribe is empty" : "no links in angle brackets");
        }
        if (!links.isEmpty()
                && !header.replaceAll("<[^<>]*>", "")
                        .replaceAll("\\([^()]*\\)", "")
                        .matches("[\\s,]*")) {
            problems.add("there is more than links in angle brackets, separated by commas");
        }
        links.forEach(link -> checkLink(link, problems));
        oneClick(mail, links, fields, problems);
        return problems;
    }

    private static void checkLink(String link, List<String> problems) {
        String lower = link.toLowerCase(Locale.ROOT);
        try {
            URI url = new URI(link);
            if (lower.startsWith("mailto:")) {
                if (!url.getSchemeSpecificPart().replaceFirst("\\?.*", "").matches("[^@\\s]+@[^@\\s]+")) {
                    problems.add("no address in " + link);
                }
            } else if (!lower.startsWith("http://") && !lower.startsWith("https://")) {
                problems.add("neither mailto nor http: " + link);
            } else if (url.getHost() == null) {
                problems.add("no host in " + link);
            }
        } catch (URISyntaxException e) {
            problems.add("no URL: " + link);
        }
    }

    private static void oneClick(CapturedMail mail, List<String> links, int fields, List<String> problems) {
        int posts = mail.message().headers("List-Unsubscribe-Post").size();
        if (posts == 0) {
            return;
        }
        if (fields == 0) {
            problems.add("List-Unsubscribe-Post without List-Unsubscribe");
        }
        if (posts > 1) {
            problems.add("there is more than one List-Unsubscribe-Post field");
        }
        if (!mail.header("List-Unsubscribe-Post").orElse("").strip().equalsIgnoreCase(ONE_CLICK)) {
            problems.add("List-Unsubscribe-Post should be " + ONE_CLICK);
        }
        long https = links.stream()
                .filter(link -> link.toLowerCase(Locale.ROOT).startsWith("https://"))
                .count();
        if (fields > 0 && https != 1) {
            problems.add("one-click needs exactly one https link, but there are " + https);
        }
    }
}
