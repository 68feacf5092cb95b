package dev.restante.assertj;

import dev.restante.Mailbox;

/** Assertions on a mailbox. */
public final class MailboxAssert extends AbstractMailboxAssert<MailboxAssert, Mailbox> {
    MailboxAssert(Mailbox actual, Reporting reporting) {
        super(actual, MailboxAssert.class, reporting);
    }
}
