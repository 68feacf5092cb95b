package dev.restante.benchmark;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.restante.FakeSmtpServer;
import dev.restante.web.RestanteUi;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * How long the HTTP API takes to answer while 100,000 mails of 1 KB are kept, what the search index costs, how soon events
 * tell of a mail, and whether any of it delays SMTP. It only reports; docs/performance.md says how to run it and shows figures.
 */
public final class ApiLatency {
    private static final int SENDERS = 4;
    private static final int BATCH = 50;
    private static final int EVENTS = 1_000;
    private static final String[] WORDS =
            ("order invoice delivery password reset confirm account parcel shipment thanks"
                            + " welcome customer address street number payment received overdue reminder newsletter winter summer"
                            + " discount basket article return refund support question answer ticket system station harbour")
                    .split(" ");

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();
    private final int mails;
    private final FakeSmtpServer smtp;
    private final RestanteUi ui;

    private ApiLatency(int mails, FakeSmtpServer smtp, RestanteUi ui) {
        this.mails = mails;
        this.smtp = smtp;
        this.ui = ui;
    }

    /**
     * Measures and prints.
     *
     * @param args the number of mails (100,000 by default), and of rounds (30 by default)
     */
    public static void main(String[] args) throws Exception {
        int mails = args.length > 0 ? Integer.parseInt(args[0]) : 100_000;
        int rounds = args.length > 1 ? Integer.parseInt(args[1]) : 30;
        try (FakeSmtpServer smtp = FakeSmtpServer.builder()
                        .keepMails(mails + 10_000, 4L << 30)
                        .build()
                        .start();
                RestanteUi ui = RestanteUi.start(smtp)) {
            new ApiLatency(mails, smtp, ui).measure(rounds);
        }
    }

    private void measure(int rounds) throws Exception {
        System.out.printf(
                "%,d mails, %d processors, Java %s, heap limit %,d MB%n%n",
                mails,
                Runtime.getRuntime().availableProcessors(),
                System.getProperty("java.version"),
                Runtime.getRuntime().maxMemory() >> 20);
        long began = System.nanoTime();
        fill();
        System.out.printf("delivered in %d ms%n", millisSince(began));
        time("/api/v1/messages"); // the page is loaded: classes, JSON
        began = System.nanoTime();
        while (metric("restante_search_index_behind{") > 0 && millisSince(began) < 60_000) {
            Thread.sleep(50);
        }
        System.out.printf(
                "then it was %d ms until %d mails had been read ahead for searches%n",
                millisSince(began), metric("restante_search_index_mails{"));
        System.out.printf("heap in use %,d MB%n%n", heap());

        System.out.println("| request | first, ms | median | 95 % | worst |\n|---|---|---|---|---|");
        Map<String, String> requests = new LinkedHashMap<>();
        requests.put("first page", "/api/v1/messages");
        requests.put("page 1,000", "/api/v1/messages?start=50000&limit=50");
        requests.put("info", "/api/v1/info");
        for (String query : List.of(
                "is:unread",
                "has:attachment",
                "tag:vip",
                "to:ann77@example.test",
                "from:shop",
                "rcpt:ann77@",
                "subject:\"order 4711\"",
                "header:X-Campaign=spring7",
                "header:X-Nowhere",
                "harbour",
                "\"order 4711\"",
                "\"no such words\"",
                "-harbour OR winter",
                "subject:/order 471\\d$/",
                "/harbour \\d+ station/",
                "/[a-z]+ing \\w+ zzz/")) {
            requests.put("`" + query + "`", "/api/v1/search?query=" + URLEncoder.encode(query, StandardCharsets.UTF_8));
        }
        for (Map.Entry<String, String> request : requests.entrySet()) {
            double first = time(request.getValue());
            double[] times = new double[first > 1_000 ? 3 : rounds];
            for (int i = 0; i < times.length; i++) {
                times[i] = time(request.getValue());
            }
            row(request.getKey(), first, times);
        }
        System.out.printf(
                "%nindex: %,d MB of at most %,d MB; heap in use %,d MB%n%n",
                metric("restante_search_index_bytes{", "restante_search_index_chars{") >> 20,
                metric("restante_search_index_limit_bytes{", "restante_search_index_limit_chars{") >> 20,
                heap());
        arrivals();
        whatSmtpFeels();
    }

    private static void row(String name, double first, double[] times) {
        Arrays.sort(times);
        System.out.printf(
                "| %s | %.1f | %.1f | %.1f | %.1f |%n",
                name, first, times[times.length / 2], times[(int) (times.length * 0.95)], times[times.length - 1]);
    }

    private static long millisSince(long began) {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
    }

    private static long heap() throws InterruptedException {
        System.gc();
        Thread.sleep(200);
        System.gc();
        return (Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory()) >> 20;
    }

    // ---- HTTP

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return http.send(HttpRequest.newBuilder(URI.create(ui.url() + path)).build(), BodyHandlers.ofString());
    }

    private double time(String path) throws IOException, InterruptedException {
        long began = System.nanoTime();
        HttpResponse<String> answer = get(path);
        double millis = (System.nanoTime() - began) / 1e6;
        // An expression that takes too long is told so.
        if (answer.statusCode() != 200 && !answer.body().contains("took longer")) {
            throw new IOException(path + " was answered " + answer.statusCode() + " " + answer.body());
        }
        return millis;
    }

    private long metric(String... beginnings) throws IOException, InterruptedException {
        for (String line : get("/metrics").body().lines().toList()) {
            for (String beginning : beginnings) {
                if (line.startsWith(beginning.replace("{", " ")) || line.startsWith(beginning)) {
                    return (long) Double.parseDouble(line.substring(line.lastIndexOf(' ')));
                }
            }
        }
        return 0;
    }

    // ---- mail

    private void fill() throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(SENDERS);
        List<Future<?>> senders = new ArrayList<>();
        for (int i = 0; i < SENDERS; i++) {
            int sender = i;
            senders.add(pool.submit(() -> {
                try (Client client = new Client(smtp.port())) {
                    for (int n = sender * BATCH; n < mails; n += SENDERS * BATCH) {
                        client.send(n, Math.min(n + BATCH, mails));
                    }
                    return null;
                }
            }));
        }
        for (Future<?> sender : senders) {
            sender.get();
        }
        pool.shutdown();
    }

    private static String mail(int n) {
        Random random = new Random(n);
        StringBuilder mail = new StringBuilder(1_200)
                .append("From: Web Shop <orders@shop.test>\r\nTo: Ann ")
                .append(n % 1_000)
                .append(" <ann")
                .append(n % 1_000)
                .append("@example.test>\r\nSubject: Your order ")
                .append(n)
                .append("\r\nDate: Mon, 2 Mar 2026 10:00:00 +0100\r\nMessage-ID: <")
                .append(n)
                .append(".4711@shop.test>\r\nX-Campaign: spring")
                .append(n % 100)
                .append(n % 50 == 0 ? "\r\nX-Tags: vip" : "")
                .append("\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n");
        int column = 0;
        while (mail.length() < 1_000) {
            String word = random.nextInt(12) == 0
                    ? Integer.toString(random.nextInt(1_000))
                    : WORDS[random.nextInt(WORDS.length - 2)];
            mail.append(random.nextInt(300) == 0 ? "harbour 17 station" : word);
            column += word.length() + 1;
            mail.append(column > 70 ? "\r\n" : " ");
            column = column > 70 ? 0 : column;
        }
        return mail.append("\r\n.\r\n").toString();
    }

    /** Sends mail, many in one write. */
    private static final class Client implements AutoCloseable {
        private final Socket socket;
        private final BufferedReader in;
        private final OutputStream out;

        Client(int port) throws IOException {
            socket = new Socket(InetAddress.getLoopbackAddress(), port);
            socket.setTcpNoDelay(true);
            in = new BufferedReader(new InputStreamReader(socket.getInputStream(), ISO_8859_1));
            out = socket.getOutputStream();
            say("EHLO app.test\r\n", 2);
        }

        void send(int from, int to) throws IOException {
            for (int n = from; n < to; n++) {
                say("MAIL FROM:<orders@shop.test>\r\nRCPT TO:<ann" + n % 1_000 + "@example.test>\r\nDATA\r\n", 3);
                say(mail(n), 1);
            }
        }

        private void say(String text, int replies) throws IOException {
            out.write(text.getBytes(ISO_8859_1));
            out.flush();
            for (int i = 0; i < replies; i++) {
                String line;
                do {
                    line = String.valueOf(in.readLine());
                } while (line.length() > 3 && line.charAt(3) == '-');
                if (!line.startsWith("2") && !line.startsWith("354")) {
                    throw new IOException("The server said " + line);
                }
            }
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    // ---- events

    private void arrivals() throws Exception {
        System.out.println("| arrival to event | median, ms | 99 % | worst |\n|---|---|---|---|");
        Map<String, Long> toldByStream = new ConcurrentHashMap<>();
        Map<String, Long> toldBySocket = new ConcurrentHashMap<>();
        HttpResponse<java.util.stream.Stream<String>> stream = http.send(
                HttpRequest.newBuilder(URI.create(ui.url() + "/api/v1/events/stream"))
                        .build(),
                BodyHandlers.ofLines());
        Thread reader = new Thread(() -> stream.body().forEach(line -> note(line, toldByStream)));
        reader.setDaemon(true);
        reader.start();
        WebSocket socket = http.newWebSocketBuilder()
                .buildAsync(URI.create(ui.url().replace("http:", "ws:") + "/api/events"), new WebSocket.Listener() {
                    private final StringBuilder text = new StringBuilder();

                    @Override
                    public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
                        text.append(data);
                        if (last) {
                            note(text.toString(), toldBySocket);
                            text.setLength(0);
                        }
                        from.request(1);
                        return null;
                    }
                })
                .join();
        long[] sent = new long[EVENTS];
        try (Client client = new Client(smtp.port())) {
            for (int i = 0; i < EVENTS; i++) {
                client.send(mails + i, mails + i + 1);
                sent[i] = System.nanoTime(); // its 250 has come
                Thread.sleep(3);
            }
        }
        Thread.sleep(1_000);
        socket.abort();
        report("server-sent events", sent, toldByStream);
        report("websocket", sent, toldBySocket);
    }

    private static void note(String text, Map<String, Long> told) {
        int at = text.indexOf("Your order ");
        if (at >= 0) {
            told.putIfAbsent(text.substring(at + 11, text.indexOf('"', at)), System.nanoTime());
        }
    }

    private void report(String name, long[] sent, Map<String, Long> told) {
        List<Double> times = new ArrayList<>();
        for (int i = 0; i < sent.length; i++) {
            Long at = told.get(Integer.toString(mails + i));
            if (at != null) {
                times.add(Math.max(0, (at - sent[i]) / 1e6));
            }
        }
        times.sort(null);
        System.out.printf(
                "| %s (%d of %d) | %.2f | %.2f | %.2f |%n",
                name,
                times.size(),
                sent.length,
                times.get(times.size() / 2),
                times.get((int) (times.size() * 0.99)),
                times.get(times.size() - 1));
    }

    // ---- SMTP beside it

    private void whatSmtpFeels() throws Exception {
        System.out.println("\n| one mail by SMTP | median, ms | 99 % | worst |\n|---|---|---|---|");
        smtpBeside("alone", () -> Thread.sleep(1));
        smtpBeside("beside searches without end", () -> time("/api/v1/search?query=harbour"));
        smtpBeside("beside first pages without end", () -> time("/api/v1/messages"));
    }

    private interface Work {
        void run() throws Exception;
    }

    private void smtpBeside(String name, Work work) throws Exception {
        AtomicBoolean over = new AtomicBoolean();
        Thread busy = new Thread(() -> {
            try {
                while (!over.get()) {
                    work.run();
                }
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
        busy.start();
        double[] times = new double[1_000];
        try (Client client = new Client(smtp.port())) {
            for (int i = 0; i < times.length; i++) {
                long began = System.nanoTime();
                client.send(1_000_000 + i, 1_000_001 + i);
                times[i] = (System.nanoTime() - began) / 1e6;
                Thread.sleep(1);
            }
        }
        over.set(true);
        busy.join();
        Arrays.sort(times);
        System.out.printf("| %s | %.2f | %.2f | %.2f |%n", name, times[500], times[990], times[999]);
    }
}
