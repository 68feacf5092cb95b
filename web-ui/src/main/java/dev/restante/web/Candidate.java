package dev.restante.web;

import dev.restante.CapturedMail;
import java.util.List;

/** A mail that a search looks at, with what the search may ask of it. */
record Candidate(CapturedMail mail, MailMarks marks, SearchIndex index, Deadline deadline) {
    boolean isRead() {
        return marks.isRead(mail);
    }

    List<String> tags() {
        return marks.tags(mail);
    }

    MailFacts facts() {
        return index.facts(mail);
    }
}
