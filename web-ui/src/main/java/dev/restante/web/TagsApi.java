package dev.restante.web;

import dev.restante.Mailbox;
import io.javalin.http.Context;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The compatible routes for tags. */
final class TagsApi {
    private final Mailbox mailbox;
    private final MailMarks marks;

    TagsApi(Mailbox mailbox, MailMarks marks) {
        this.mailbox = mailbox;
        this.marks = marks;
    }

    void addTo(Routes routes) {
        routes.get("/api/v1/tags", ctx -> ctx.json(List.copyOf(marks.tagsInUse().keySet())));
        routes.put("/api/v1/tags", this::set);
        routes.put("/api/v1/tags/{tag}", this::rename);
        routes.delete("/api/v1/tags/{tag}", this::delete);
    }

    private void set(Context ctx) {
        RequestBody body = RequestBody.compatible(ctx);
        body.only(Set.of("IDs", "Tags")); // what is spelled wrongly must not take all tags away
        List<String> ids = body.texts("IDs");
        Set<String> names = new LinkedHashSet<>(checked(body.texts("Tags")));
        for (String id : ids) {
            mailbox.mail(id).ifPresent(mail -> marks.setTags(mail, names));
        }
        Answer.ok(ctx);
    }

    /** The names as tags spell them; blank ones are left out. */
    static List<String> checked(List<String> names) {
        List<String> checked = new ArrayList<>();
        for (String name : names) {
            if (!name.isBlank()) {
                checked.add(MailMarks.tagName(name).orElseThrow(() -> invalid(name)));
            }
        }
        return checked;
    }

    private static Answer invalid(String name) {
        return Answer.badRequest("invalid tag name: " + name);
    }

    private void rename(Context ctx) {
        String old = inUse(ctx);
        String wanted = RequestBody.compatible(ctx).text("Name");
        String name = MailMarks.tagName(wanted).orElseThrow(() -> invalid(wanted));
        if (!name.equalsIgnoreCase(old) && marks.isInUse(name)) {
            throw Answer.badRequest("tag already exists: " + name);
        }
        marks.replaceTag(old, Optional.of(name));
        Answer.ok(ctx);
    }

    private void delete(Context ctx) {
        marks.replaceTag(inUse(ctx), Optional.empty());
        Answer.ok(ctx);
    }

    private String inUse(Context ctx) {
        String tag = ctx.pathParam("tag");
        if (!marks.isInUse(tag)) {
            throw Answer.badRequest("tag not found: " + tag);
        }
        return tag;
    }
}
