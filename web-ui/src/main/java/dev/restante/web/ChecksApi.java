package dev.restante.web;

import dev.restante.CapturedMail;
import io.javalin.http.Context;

/** The compatible routes that examine a mail. */
final class ChecksApi {
    private final MailMarks marks;
    private final Search search;
    private final LinkCheck linkCheck;

    ChecksApi(MailMarks marks, Search search, LinkChecks allowed) {
        this.marks = marks;
        this.search = search;
        this.linkCheck = new LinkCheck(allowed);
    }

    void addTo(Routes routes) {
        routes.get("/api/v1/message/{id}/html-check", this::html);
        routes.get("/api/v1/message/{id}/link-check", this::links);
    }

    private void html(Context ctx) {
        CapturedMail mail = search.wanted(ctx, "404 page not found", "404 page not found");
        ctx.json(HtmlCheck.report(mail.html().orElseThrow(() -> Answer.badRequest("message does not contain HTML"))));
    }

    private void links(Context ctx) {
        CapturedMail mail = search.wanted(ctx, "404 page not found", "404 page not found");
        marks.tellRead(mail, true);
        String follow = ctx.queryParam("follow");
        ctx.json(linkCheck.report(mail, "true".equals(follow) || "1".equals(follow)));
    }
}
