package dev.restante.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.restante.CapturedMail;
import dev.restante.FakeSmtpServer;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Random mails and random questions: a search finds what a plain predicate over the same facts does. */
@Timeout(120)
class SearchPropertyTest {
    private static final List<String> WORDS =
            List.of("alpha", "Beta", "GAMMA", "delta", "grün", "été", "beta-2", "x9", "alphabet", "50%");
    private static final int MAILS = 150;
    private static final int QUESTIONS = 1_500;

    private final Random random = new Random(20260105);

    /** What a mail was made of. */
    private record Model(
            String from,
            List<String> to,
            List<String> cc,
            List<String> hidden,
            String subject,
            List<String> body,
            boolean html,
            String file,
            String campaign,
            String tag,
            boolean read) {
        String text() {
            return String.join(" ", body);
        }

        List<String> recipients() {
            return Stream.of(to, cc, hidden).flatMap(List::stream).toList();
        }
    }

    /** A question, and what it means. */
    private record Question(String text, Predicate<Model> meaning, boolean joined) {}

    private String word() {
        return WORDS.get(random.nextInt(WORDS.size()));
    }

    private List<String> words(int least, int most) {
        return IntStream.range(0, least + random.nextInt(most - least + 1))
                .mapToObj(i -> word())
                .toList();
    }

    private String address() {
        return List.of("ann", "bob", "eve", "annabel").get(random.nextInt(4)) + "@"
                + List.of("shop", "dest").get(random.nextInt(2)) + ".test";
    }

    private Model mail() {
        List<String> to = Stream.generate(this::address)
                .limit(1 + random.nextInt(2))
                .distinct()
                .toList();
        List<String> cc = random.nextInt(3) == 0 ? List.of(address()) : List.of();
        List<String> hidden = random.nextInt(3) == 0
                ? Stream.of("hidden@dest.test")
                        .filter(each -> !to.contains(each))
                        .toList()
                : List.of();
        return new Model(
                address(),
                to,
                cc,
                hidden,
                String.join(" ", words(1, 3)),
                words(1, 6),
                random.nextBoolean(),
                random.nextInt(4) == 0 ? word() + ".pdf" : "",
                random.nextInt(3) == 0 ? word() : "",
                random.nextInt(3) == 0 ? List.of("red", "blue").get(random.nextInt(2)) : "",
                random.nextBoolean());
    }

    private static String written(Model mail) {
        StringBuilder text = new StringBuilder("From: " + mail.from() + "\nTo: " + String.join(", ", mail.to()) + "\n");
        if (!mail.cc().isEmpty()) {
            text.append("Cc: ").append(String.join(", ", mail.cc())).append('\n');
        }
        text.append("Subject: ").append(mail.subject()).append('\n');
        if (!mail.campaign().isEmpty()) {
            text.append("X-Campaign: ").append(mail.campaign()).append('\n');
        }
        if (!mail.tag().isEmpty()) {
            text.append("X-Tags: ").append(mail.tag()).append('\n');
        }
        String body = mail.html()
                ? "Content-Type: text/html; charset=utf-8\n\n<p>"
                        + mail.body().stream()
                                .map(each -> "<b>" + each + "</b>")
                                .collect(Collectors.joining(" "))
                        + "</p>\n"
                : "Content-Type: text/plain; charset=utf-8\n\n" + String.join("\n", mail.body()) + "\n";
        if (mail.file().isEmpty()) {
            return text.append(body).toString();
        }
        return text.append("Content-Type: multipart/mixed; boundary=b\n\n--b\n")
                .append(body)
                .append("--b\nContent-Disposition: attachment; filename=\"")
                .append(mail.file())
                .append("\"\n\nx\n--b--\n")
                .toString();
    }

    private static boolean holds(String text, String word) {
        return text.toLowerCase(Locale.ROOT).contains(word.toLowerCase(Locale.ROOT));
    }

    private static boolean anyHolds(List<String> texts, String word) {
        return texts.stream().anyMatch(text -> holds(text, word));
    }

    private String anyCase(String word) {
        return switch (random.nextInt(3)) {
            case 0 -> word.toUpperCase(Locale.ROOT);
            case 1 -> word.toLowerCase(Locale.ROOT);
            default -> word;
        };
    }

    private Question term() {
        String word = word();
        String person = List.of("ann", "bob@", "shop", "@dest.test", "hidden").get(random.nextInt(5));
        String spoken = anyCase(word);
        return switch (random.nextInt(20)) {
            case 0, 1 -> new Question(spoken, mail -> anywhere(mail, word), false);
            case 2 -> {
                String two = word + " " + word();
                yield new Question("\"" + anyCase(two) + "\"", mail -> anywhere(mail, two), false);
            }
            case 3 -> new Question("subject:" + spoken, mail -> holds(mail.subject(), word), false);
            case 4 -> new Question("body:" + spoken, mail -> holds(mail.text(), word), false);
            case 5 -> new Question("from:" + person, mail -> holds(mail.from(), person), false);
            case 6 -> new Question("to:" + person, mail -> anyHolds(mail.to(), person), false);
            case 7 -> new Question("cc:" + person, mail -> anyHolds(mail.cc(), person), false);
            case 8 -> new Question("bcc:" + person, mail -> anyHolds(mail.hidden(), person), false);
            case 9 ->
                new Question(
                        "addressed:" + person,
                        mail -> holds(mail.from(), person) || anyHolds(mail.recipients(), person),
                        false);
            case 10 -> new Question("rcpt:" + person, mail -> anyHolds(mail.recipients(), person), false);
            case 11 -> new Question("is:read", Model::read, false);
            case 12 -> new Question("is:unread", mail -> !mail.read(), false);
            case 13 -> new Question("has:attachment", mail -> !mail.file().isEmpty(), false);
            case 14 -> new Question("tag:" + anyCase("red"), mail -> mail.tag().equals("red"), false);
            case 15 -> new Question("is:tagged", mail -> !mail.tag().isEmpty(), false);
            case 16 -> new Question("filename:" + spoken, mail -> holds(mail.file(), word), false);
            case 17 ->
                new Question(
                        "header:x-campaign=" + spoken,
                        mail -> !mail.campaign().isEmpty() && holds(mail.campaign(), word),
                        false);
            case 18 ->
                new Question("subject:/^(alpha|x9)/", mail -> mail.subject().matches("(?i)(alpha|x9).*"), false);
            default -> new Question("/be+ta\\b/", mail -> anywhereMatches(mail), false);
        };
    }

    private static List<String> everything(Model mail) {
        return Stream.concat(
                        Stream.of(mail.from(), mail.subject(), mail.text(), mail.file(), "sender@shop.test"),
                        mail.recipients().stream())
                .toList();
    }

    private static boolean anywhere(Model mail, String word) {
        return anyHolds(everything(mail), word);
    }

    private static boolean anywhereMatches(Model mail) {
        return everything(mail).stream()
                .anyMatch(text -> java.util.regex.Pattern.compile("be+ta\\b", java.util.regex.Pattern.CASE_INSENSITIVE)
                        .matcher(text)
                        .find());
    }

    private Question question(int depth) {
        int kind = depth == 0 ? 0 : random.nextInt(4);
        if (kind == 0) {
            return term();
        } else if (kind == 1) {
            Question inner = question(depth - 1);
            String text = inner.joined() ? "(" + inner.text() + ")" : inner.text();
            return new Question(
                    (random.nextBoolean() ? "-" : "!") + text, inner.meaning().negate(), false);
        }
        List<Question> parts = new ArrayList<>();
        for (int i = 0; i < 2 + random.nextInt(2); i++) {
            parts.add(question(depth - 1));
        }
        String between = kind == 2 ? " " : " OR ";
        Predicate<Model> meaning = kind == 2
                ? mail -> parts.stream().allMatch(part -> part.meaning().test(mail))
                : mail -> parts.stream().anyMatch(part -> part.meaning().test(mail));
        String text = parts.stream()
                .map(part -> part.joined() ? "(" + part.text() + ")" : part.text())
                .collect(Collectors.joining(between));
        return new Question(text, meaning, true);
    }

    @Test
    void aSearchFindsWhatAPlainPredicateDoes() throws Exception {
        try (FakeSmtpServer smtp = FakeSmtpServer.create().start();
                MailMarks marks = new MailMarks(smtp.onlooker());
                Search search = new Search(smtp.onlooker(), marks, SearchIndex.ROOM, java.time.Duration.ofMinutes(1))) {
            List<Model> models = Stream.generate(this::mail).limit(MAILS).toList();
            for (Model model : models) {
                Sender.send(smtp, "sender@shop.test", model.recipients(), written(model));
            }
            List<CapturedMail> mails = smtp.mails();
            for (int i = 0; i < MAILS; i++) {
                marks.markRead(mails.get(i), models.get(i).read());
            }

            int hits = 0;
            for (int i = 0; i < QUESTIONS; i++) {
                Question question = question(3);
                List<Integer> expected = IntStream.range(0, MAILS)
                        .filter(n -> question.meaning().test(models.get(n)))
                        .boxed()
                        .toList();
                List<Integer> found = search
                        .find(QueryParser.parse(question.text(), ZoneOffset.UTC).query())
                        .stream()
                        .map(mails::indexOf)
                        .toList();
                assertThat(found).as(question.text()).isEqualTo(expected);
                hits += found.isEmpty() || found.size() == MAILS ? 0 : 1;
            }
            assertThat(hits).as("questions that tell mails apart").isGreaterThan(QUESTIONS / 2);
        }
    }
}
