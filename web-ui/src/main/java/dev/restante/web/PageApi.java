package dev.restante.web;

import dev.restante.CapturedMail;
import dev.restante.Link;
import dev.restante.MailMessage;
import dev.restante.MimePart;
import dev.restante.Onlooker;
import dev.restante.SmtpFixture;
import io.javalin.http.Context;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What the page asks for and nobody else: no part of the API, and free to change with the page. Questions whose answer may be
 * "no" are answered with 200, because browsers log every other status as an error of the page.
 */
final class PageApi {
    private final SmtpFixture smtp;
    private final Onlooker mailbox;
    private final MailMarks marks;
    private final Function<String, Optional<String>> whereabouts;

    /** {@code whereabouts} tells the mailbox that has a mail. */
    PageApi(SmtpFixture smtp, Onlooker mailbox, MailMarks marks, Function<String, Optional<String>> whereabouts) {
        this.whereabouts = whereabouts;
        this.smtp = smtp;
        this.mailbox = mailbox;
        this.marks = marks;
    }

    /** Whether a search can be read; if not, why and where, counted in UTF-16 units as JavaScript does. */
    private record QueryCheck(
            boolean ok, @Nullable String message, @Nullable Integer at, List<String> ignored) {}

    /** A mail with all that the page shows of it. */
    private record Letter(
            MessageJson.Message message, EvidenceJson.Evidence evidence, Part root, List<ShownLink> links) {}

    /** A part of the MIME tree. */
    private record Part(
            String path,
            String contentType,
            @Nullable String charset,
            @Nullable String disposition,
            @Nullable String fileName,
            @Nullable String contentId,
            String encoding,
            int size,
            boolean attachment,
            String headers,
            @Nullable String nested,
            List<Part> children) {
        static Part of(MimePart root) {
            return of(root, root.path());
        }

        /** A part at a path of {@link MailMessage#part}; {@code nested} is the header of the message that it holds. */
        private static Part of(MimePart part, String path) {
            Optional<MimePart> inner = part.message().map(MailMessage::root);
            List<MimePart> held = inner.map(root -> root.children().isEmpty() ? List.of(root) : root.children())
                    .orElse(part.children());
            String before = path.equals("0") ? "" : path + ".";
            return new Part(
                    path,
                    part.contentType(),
                    part.charset().orElse(null),
                    part.disposition().orElse(null),
                    part.fileName().orElse(null),
                    part.contentId().orElse(null),
                    part.transferEncoding(),
                    part.size(),
                    part.isAttachment(),
                    part.rawHeaders(),
                    inner.map(MimePart::rawHeaders).orElse(null),
                    IntStream.range(0, held.size())
                            .mapToObj(i -> of(held.get(i), before + (i + 1)))
                            .toList());
        }
    }

    private record ShownLink(String text, String href) {
        static ShownLink of(Link link) {
            return new ShownLink(link.text(), link.href());
        }
    }

    void addTo(Routes routes) {
        routes.get("/page/query", PageApi::checkQuery);
        routes.get("/page/mail/{id}", this::letter);
        routes.get("/page/print/{id}", this::print);
    }

    private static void checkQuery(Context ctx) {
        String query = ctx.queryParam("query");
        try {
            QueryParser.Parsed parsed = Search.parse(query == null ? "" : query, ctx.queryParam("tz"));
            ctx.json(new QueryCheck(true, null, null, parsed.ignored()));
        } catch (QueryException e) {
            ctx.json(new QueryCheck(false, e.getMessage() + ".", e.position(), List.of()));
        }
    }

    private void print(Context ctx) {
        CapturedMail mail = mailbox.mail(ctx.pathParam("id")).orElseThrow(() -> Answer.notFound("Message not found"));
        String api = MessageApi.api(ctx);
        ctx.header("Content-Security-Policy", HtmlPreview.policy(mail, ctx.host() + api));
        ctx.contentType("text/html; charset=utf-8").result(HtmlPreview.printable(mail, api));
    }

    private void letter(Context ctx) {
        CapturedMail mail = mailbox.mail(ctx.pathParam("id")).orElse(null);
        if (mail == null) {
            Map<String, Object> gone = new HashMap<>(Map.of("gone", true));
            whereabouts.apply(ctx.pathParam("id")).ifPresent(name -> gone.put("mailbox", name));
            ctx.json(gone);
            return;
        }
        marks.tellRead(mail, true);
        ctx.json(new Letter(
                MessageJson.Message.of(mail, marks.tags(mail)),
                EvidenceJson.Evidence.of(mail, smtp.session(mail.sessionId())),
                Part.of(mail.message().root()),
                mail.links().stream().map(ShownLink::of).toList()));
    }
}
