package dev.restante.web;

import dev.restante.CapturedMail;
import dev.restante.Mailbox;
import dev.restante.MimePart;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The routes of Mailpit's REST API that read the mailbox. */
final class MessagesApi {
    private static final int DEFAULT_LIMIT = 50;
    private static final String UTF8_TEXT = "text/plain; charset=utf-8";
    private static final Pattern TOKEN = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");

    private final Mailbox mailbox;
    private final ReadMarks readMarks;

    MessagesApi(Mailbox mailbox, ReadMarks readMarks) {
        this.mailbox = mailbox;
        this.readMarks = readMarks;
    }

    void addTo(RoutesConfig routes) {
        routes.get("/livez", ctx -> {});
        routes.get("/readyz", ctx -> {});
        routes.get("/api/v1/messages", this::list);
        routes.get("/api/v1/message/{id}", this::message);
        routes.get("/api/v1/message/{id}/headers", this::headers);
        routes.get("/api/v1/message/{id}/raw", this::raw);
        routes.get("/api/v1/message/{id}/part/{part}", this::part);
        routes.get("/view/{id}.html", this::html);
        routes.get("/view/{id}.txt", this::text);
        routes.get("/preview/{id}", this::preview);
    }

    private void list(Context ctx) {
        int start = number(ctx.queryParam("start"), 0);
        int limit = number(ctx.queryParam("limit"), DEFAULT_LIMIT);
        List<CapturedMail> mails = mailbox.mails();
        int from = Math.min(start, mails.size());
        int to = limit == 0 ? mails.size() : (int) Math.min(mails.size(), (long) from + limit);
        List<MessageJson.Summary> page = new ArrayList<>(to - from);
        for (int i = from; i < to; i++) {
            CapturedMail mail = mails.get(mails.size() - 1 - i); // newest first
            page.add(MessageJson.Summary.of(mail, readMarks.isRead(mail)));
        }
        long unread = readMarks.unread(mails);
        ctx.json(new MessageJson.Page(mails.size(), unread, page.size(), mails.size(), unread, start, List.of(), page));
    }

    /** A number of the query; {@code otherwise} if it is none or negative. */
    private static int number(@Nullable String text, int otherwise) {
        try {
            int number = text == null ? -1 : Integer.parseInt(text.strip());
            return number < 0 ? otherwise : number;
        } catch (NumberFormatException e) {
            return otherwise;
        }
    }

    private void message(Context ctx) {
        CapturedMail mail = wanted(ctx, "404 page not found");
        readMarks.mark(mail);
        ctx.json(MessageJson.Message.of(mail));
    }

    private void headers(Context ctx) {
        ctx.json(rawHeaders(wanted(ctx, "404 page not found").message().rawHeaders()));
    }

    private void raw(Context ctx) {
        CapturedMail mail = wanted(ctx, "404 page not found");
        ctx.contentType(UTF8_TEXT).header("Content-Security-Policy", HtmlPreview.NOTHING_ALLOWED);
        if ("1".equals(ctx.queryParam("dl"))) {
            ctx.header("Content-Disposition", "attachment; filename=\"" + mail.id() + ".eml\"");
        }
        ctx.result(mail.open());
    }

    private void part(Context ctx) {
        CapturedMail mail = wanted(ctx, "404 page not found");
        MimePart part = mail.message().part(ctx.pathParam("part")).orElseThrow(Answer::pageNotFound);
        // A part is a stranger's file on this server's address: it may be looked at, and do nothing.
        ctx.header("Content-Security-Policy", HtmlPreview.NOTHING_ALLOWED);
        String name = part.fileName().or(part::contentId).orElse(part.path());
        ctx.header(
                "Content-Disposition", "inline; filename=\"" + URLEncoder.encode(name, StandardCharsets.UTF_8) + "\"");
        if (part.contentType().startsWith("text/")) {
            ctx.contentType(part.contentType() + "; charset=utf-8").result(part.text());
        } else {
            ctx.contentType(part.contentType()).result(part.open());
        }
    }

    private void html(Context ctx) {
        CapturedMail mail = wanted(ctx, "Message not found");
        String html = mail.html().orElseThrow(() -> Answer.notFound("This message does not contain a HTML part"));
        readMarks.mark(mail);
        ctx.header("Content-Security-Policy", HtmlPreview.policy(mail, ctx.host()));
        ctx.contentType("text/html; charset=utf-8").result(HtmlPreview.withCidResolved(mail, html));
    }

    private void text(Context ctx) {
        CapturedMail mail = wanted(ctx, "Message not found");
        readMarks.mark(mail);
        ctx.contentType(UTF8_TEXT).result(MailText.text(mail));
    }

    /** The HTML as the page frames it: cleaned, and unable to reach anything but its own parts. */
    private void preview(Context ctx) {
        CapturedMail mail = wanted(ctx, "Message not found");
        ctx.header("Content-Security-Policy", HtmlPreview.policy(mail, ctx.host()));
        ctx.contentType("text/html; charset=utf-8").result(HtmlPreview.of(mail).html());
    }

    private CapturedMail wanted(Context ctx, String otherwise) {
        return wanted(mailbox, ctx.pathParam("id"), otherwise);
    }

    /** The mail of this ID, or the newest for "latest". */
    static CapturedMail wanted(Mailbox mailbox, String id, String otherwise) {
        if (id.equals("latest")) {
            List<CapturedMail> mails = mailbox.mails();
            if (mails.isEmpty()) {
                throw Answer.notFound("Message not found");
            }
            return mails.get(mails.size() - 1);
        }
        return mailbox.mail(id).orElseThrow(() -> Answer.notFound(otherwise));
    }

    /** Header fields by canonical name, values as sent but for folds, which become one blank each. */
    static Map<String, List<String>> rawHeaders(String header) {
        Map<String, List<String>> fields = new LinkedHashMap<>();
        for (String field : header.split("\\r?\\n(?![ \\t])", -1)) {
            int colon = field.indexOf(':');
            if (colon > 0) {
                String value = field.substring(colon + 1).replaceAll("[ \\t]*\\r?\\n[ \\t]+", " ");
                fields.computeIfAbsent(canonical(field.substring(0, colon).stripTrailing()), name -> new ArrayList<>())
                        .add(value.strip());
            }
        }
        return fields;
    }

    /** The name as Go spells it: Message-Id, Mime-Version; a name with odd characters stays as it is. */
    private static String canonical(String name) {
        if (!TOKEN.matcher(name).matches()) {
            return name;
        }
        Matcher words = Pattern.compile("(^|-)([a-z])").matcher(name.toLowerCase(Locale.ROOT));
        return words.replaceAll(word -> word.group(1) + word.group(2).toUpperCase(Locale.ROOT));
    }
}
