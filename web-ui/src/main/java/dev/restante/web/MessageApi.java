package dev.restante.web;

import dev.restante.CapturedMail;
import dev.restante.Mailbox;
import dev.restante.MimePart;
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

/** The compatible routes that tell of one mail. */
final class MessageApi {
    private static final String UTF8_TEXT = "text/plain; charset=utf-8";
    private static final Pattern TOKEN = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");

    private final Mailbox mailbox;
    private final MailMarks marks;
    private final Search search;

    MessageApi(Mailbox mailbox, MailMarks marks, Search search) {
        this.mailbox = mailbox;
        this.marks = marks;
        this.search = search;
    }

    void addTo(Routes routes) {
        routes.get("/api/v1/message/{id}", this::message);
        routes.get("/api/v1/message/{id}/headers", this::headers);
        routes.get("/api/v1/message/{id}/raw", this::raw);
        routes.get("/api/v1/message/{id}/part/{part}", this::part);
        routes.get("/api/v1/message/{id}/part/{part}/thumb", this::thumbnail);
        routes.get("/view/{id}.html", this::html);
        routes.get("/view/{id}.txt", this::text);
        routes.get("/preview/{id}", this::preview);
    }

    private void message(Context ctx) {
        CapturedMail mail = wanted(ctx, "404 page not found");
        marks.tellRead(mail, true);
        ctx.json(MessageJson.Message.of(mail, marks.tags(mail)));
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
        marks.tellRead(mail, true);
        ctx.header("Content-Security-Policy", HtmlPreview.policy(mail, ctx.host() + api(ctx)));
        String resolved = HtmlPreview.withCidResolved(mail, api(ctx), html);
        boolean embedded = "1".equals(ctx.queryParam("embed"));
        ctx.contentType("text/html; charset=utf-8")
                .result(embedded ? HtmlPreview.withLinksOpeningElsewhere(resolved) : resolved);
    }

    private void text(Context ctx) {
        CapturedMail mail = wanted(ctx, "Message not found");
        marks.tellRead(mail, true);
        ctx.contentType(UTF8_TEXT).result(MailText.text(mail));
    }

    /** The HTML as the page frames it: cleaned, and unable to reach anything but its own parts. */
    private void preview(Context ctx) {
        CapturedMail mail = wanted(ctx, "Message not found");
        HtmlPreview.Look look =
                new HtmlPreview.Look("1".equals(ctx.queryParam("outside")), "1".equals(ctx.queryParam("dark")));
        ctx.header("Content-Security-Policy", HtmlPreview.policy(mail, ctx.host() + api(ctx), look));
        ctx.contentType("text/html; charset=utf-8")
                .result(HtmlPreview.of(mail, api(ctx), look).html());
    }

    /** Always a picture of the same size: of anything that is no picture a blank one. */
    private void thumbnail(Context ctx) {
        MimePart part = mailbox.mail(ctx.pathParam("id"))
                .flatMap(mail -> mail.message().part(ctx.pathParam("part")))
                .orElseThrow(() -> Answer.badRequest("part not found"));
        ctx.contentType("image/jpeg").result(Thumbnail.of(part.bytes()));
    }

    /** The base path; empty if there is none. */
    static String base(Context ctx) {
        return ctx.contextPath().equals("/") ? "" : ctx.contextPath();
    }

    /** Where the API of the mailbox is that is asked. */
    static String api(Context ctx) {
        String mailbox = ctx.pathParamMap().get("mailbox");
        return base(ctx) + (mailbox == null ? "/api/v1" : "/api/v1/mailboxes/" + mailbox);
    }

    private CapturedMail wanted(Context ctx, String otherwise) {
        return search.wanted(ctx, otherwise);
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
