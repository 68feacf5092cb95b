package dev.restante.web;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.restante.CapturedMail;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;

/**
 * Asks the servers that a mail links to whether they know what is linked.
 *
 * <p>A stranger wrote the mail, so nobody is asked unless that was {@linkplain LinkChecks allowed}; and the address that was
 * found public is the one that is connected to, whatever the name leads to a moment later.
 */
final class LinkCheck {
    private static final int MAX_LINKS = 100;
    private static final int MAX_REDIRECTS = 3;
    private static final int MAX_HEADER = 16 * 1024;
    private static final int BLOCKED = 451;
    private static final int AT_ONCE = 10;
    private static final Duration WHOLE_LIMIT = Duration.ofSeconds(60);
    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final Pattern IN_TEXT = Pattern.compile("https?://[^\\s<>\"'()\\[\\]{}]+", Pattern.CASE_INSENSITIVE);
    private static final Pattern STATUS = Pattern.compile("HTTP/1\\.[01] (\\d{3})(?: (.*))?");

    private final LinkChecks allowed;

    LinkCheck(LinkChecks allowed) {
        this.allowed = allowed;
    }

    /** What came of a mail's links. */
    record Report(
            @JsonProperty("Errors") long errors,
            @JsonProperty("Links") List<Result> links) {}

    /** What came of one. */
    record Result(
            @JsonProperty("URL") String url,
            @JsonProperty("StatusCode") int status,
            @JsonProperty("Status") String text) {
        boolean isError() {
            return status == 0 || status >= 400;
        }
    }

    Report report(CapturedMail mail, boolean follow) {
        List<String> links = links(mail);
        List<Result> results = allowed == LinkChecks.NONE
                ? links.stream()
                        .map(url -> new Result(url, 0, "Not asked: link checks are not allowed on this server"))
                        .toList()
                : askAll(links, follow ? MAX_REDIRECTS : 0);
        return new Report(results.stream().filter(Result::isError).count(), results);
    }

    /** Asks for several links at once, on threads of its own: it waits for strangers. */
    private List<Result> askAll(List<String> links, int redirects) {
        ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE, task -> {
            Thread thread = new Thread(task, "restante-link-check");
            thread.setDaemon(true);
            return thread;
        });
        try {
            List<Callable<Result>> tasks = new ArrayList<>();
            links.forEach(url -> tasks.add(() -> result(url, redirects)));
            List<Future<Result>> answers = threads.invokeAll(tasks, WHOLE_LIMIT.toSeconds(), TimeUnit.SECONDS);
            List<Result> results = new ArrayList<>();
            for (int i = 0; i < links.size(); i++) {
                results.add(
                        answers.get(i).isCancelled()
                                ? new Result(links.get(i), 0, "timed out")
                                : answers.get(i).get());
            }
            return results;
        } catch (ExecutionException e) {
            throw new IllegalStateException("Asking for a link failed.", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Answer.text(503, "This server is being closed.");
        } finally {
            threads.shutdownNow();
        }
    }

    /** The http links of the HTML, its style sheets and its pictures, then those of the text; each once. */
    static List<String> links(CapturedMail mail) {
        Set<String> links = new LinkedHashSet<>();
        mail.html().ifPresent(html -> {
            Document document = Jsoup.parse(html);
            for (Element link : document.select("a[href], link[rel=stylesheet][href], img[src]")) {
                links.add(link.attr(link.hasAttr("href") ? "href" : "src").strip());
            }
        });
        mail.text().ifPresent(text -> {
            Matcher found = IN_TEXT.matcher(text);
            while (found.find()) {
                links.add(found.group().replaceFirst("[.,;:!?]+$", ""));
            }
        });
        return links.stream()
                .filter(link -> link.toLowerCase(Locale.ROOT).matches("(?s)https?://.+"))
                .limit(MAX_LINKS)
                .toList();
    }

    private Result result(String url, int redirects) {
        String next = url;
        try {
            for (int left = redirects; ; left--) {
                Head head = ask(URI.create(next.replace(" ", "%20")));
                if (head.status() / 100 != 3 || head.location().isEmpty() || left == 0) {
                    return new Result(url, head.status(), head.reason());
                }
                next = URI.create(next).resolve(head.location()).toString();
            }
        } catch (IllegalArgumentException e) {
            return new Result(url, 0, "The link is no URL");
        } catch (UnknownHostException e) {
            return new Result(url, 0, "No such host");
        } catch (IOException e) {
            String message = String.valueOf(e.getMessage());
            return new Result(
                    url, 0, message.substring(message.lastIndexOf(": ") + 1).strip());
        }
    }

    private record Head(int status, String reason, String location) {}

    private Head ask(URI url) throws IOException {
        boolean secure = "https".equalsIgnoreCase(url.getScheme());
        String host = url.getHost();
        if (host == null || !(secure || "http".equalsIgnoreCase(url.getScheme())) || url.getRawUserInfo() != null) {
            throw new IllegalArgumentException("no host");
        }
        InetAddress address = InetAddress.getByName(host);
        if (allowed == LinkChecks.PUBLIC && !isPublic(address)) {
            return new Head(BLOCKED, "Blocked private/reserved address", "");
        }
        int port = url.getPort() >= 0 ? url.getPort() : secure ? 443 : 80;
        try (Socket plain = new Socket()) {
            plain.connect(new InetSocketAddress(address, port), (int) LIMIT.toMillis());
            plain.setSoTimeout((int) LIMIT.toMillis());
            return secure ? askInside(plain, host, port, url) : ask(plain, url);
        }
    }

    private static Head askInside(Socket plain, String host, int port, URI url) throws IOException {
        SSLSocketFactory factory = (SSLSocketFactory) SSLSocketFactory.getDefault();
        try (SSLSocket secure = (SSLSocket) factory.createSocket(plain, host, port, true)) {
            SSLParameters parameters = secure.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            secure.setSSLParameters(parameters);
            return ask(secure, url);
        }
    }

    private static Head ask(Socket socket, URI url) throws IOException {
        String path = url.getRawPath() == null || url.getRawPath().isEmpty() ? "/" : url.getRawPath();
        String target = url.getRawQuery() == null ? path : path + "?" + url.getRawQuery();
        String authority = url.getPort() < 0 ? url.getHost() : url.getHost() + ":" + url.getPort();
        String request = "HEAD " + target + " HTTP/1.1\r\nHost: " + authority
                + "\r\nUser-Agent: Restante link check\r\nAccept: */*\r\nConnection: close\r\n\r\n";
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        socket.getOutputStream().flush();
        List<String> lines = header(socket.getInputStream());
        Matcher status = STATUS.matcher(lines.isEmpty() ? "" : lines.get(0));
        if (!status.matches()) {
            throw new IOException("the answer is no HTTP");
        }
        String location = lines.stream()
                .filter(line -> line.regionMatches(true, 0, "location:", 0, 9))
                .findFirst()
                .map(line -> line.substring(9).strip())
                .orElse("");
        return new Head(Integer.parseInt(status.group(1)), String.valueOf(status.group(2)), location);
    }

    private static List<String> header(InputStream in) throws IOException {
        long end = System.nanoTime() + LIMIT.toNanos();
        ByteArrayOutputStream read = new ByteArrayOutputStream();
        List<String> lines = new ArrayList<>();
        for (int c = in.read(); c >= 0 && read.size() < MAX_HEADER && lines.size() < 200; c = in.read()) {
            if (System.nanoTime() - end > 0) {
                throw new IOException("timed out");
            }
            if (c == '\n') {
                String line = read.toString(StandardCharsets.ISO_8859_1).stripTrailing();
                if (line.isEmpty()) {
                    break;
                }
                lines.add(line);
                read.reset();
            } else {
                read.write(c);
            }
        }
        return lines;
    }

    /** Whether an address belongs to nobody's inner net and to none of the ranges that are kept for other ends. */
    static boolean isPublic(InetAddress address) {
        if (address.isLoopbackAddress()
                || address.isAnyLocalAddress()
                || address.isLinkLocalAddress()
                || address.isSiteLocalAddress()
                || address.isMulticastAddress()) {
            return false;
        }
        byte[] octets = address.getAddress();
        if (address instanceof Inet4Address) {
            return Stream.of(
                            "0.0.0.0/8",
                            "100.64.0.0/10",
                            "192.0.0.0/24",
                            "192.0.2.0/24",
                            "198.18.0.0/15",
                            "198.51.100.0/24",
                            "203.0.113.0/24",
                            "240.0.0.0/4")
                    .noneMatch(range -> isIn(octets, range));
        }
        // Unique local, documentation, and what embeds an IPv4 address that a gateway would unpack.
        return Stream.of(
                        "fc00::/7",
                        "2001:db8::/32",
                        "64:ff9b::/96",
                        "64:ff9b:1::/48",
                        "2002::/16",
                        "2001::/32",
                        "::/96",
                        "100::/64")
                .noneMatch(range -> isIn(octets, range));
    }

    private static boolean isIn(byte[] octets, String range) {
        String[] parts = range.split("/", -1);
        int bits = Integer.parseInt(parts[1]);
        byte[] net;
        try {
            net = InetAddress.getByName(parts[0]).getAddress();
        } catch (UnknownHostException e) {
            throw new IllegalStateException("It is written in digits.", e);
        }
        if (net.length != octets.length) {
            return false;
        }
        for (int i = 0; i < bits; i++) {
            int mask = 0x80 >> (i % 8);
            if ((net[i / 8] & mask) != (octets[i / 8] & mask)) {
                return false;
            }
        }
        return true;
    }
}
