package dev.restante.assertj;

import dev.restante.MailMessage;

/** Assertions on a message: one within a mail, or one that was parsed by {@link MailMessage#parse(byte[])}. */
public final class MailMessageAssert extends AbstractMailAssert<MailMessageAssert, MailMessage> {
    MailMessageAssert(MailMessage actual, Reporting reporting) {
        super(actual, MailMessageAssert.class, reporting);
    }

    @Override
    MailMessage message() {
        return actual;
    }

    @Override
    String evidence() {
        return Evidence.of(actual);
    }
}
