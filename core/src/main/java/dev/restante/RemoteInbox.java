package dev.restante;

import dev.restante.remote.EvidenceForm;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** A mailbox of its own on a server elsewhere. */
final class RemoteInbox extends RemoteFixture implements SmtpMailbox {
    private final String name;
    private final List<MailboxSelector> selectors;

    RemoteInbox(RemoteServer root, String name, List<MailboxSelector> selectors, Duration timeout) {
        super(root, root.ofMailbox(name), timeout);
        this.name = name;
        this.selectors = List.copyOf(selectors);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public List<MailboxSelector> selectors() {
        return selectors;
    }

    @Override
    public Retention retention() {
        EvidenceForm.MailboxTold told = server.get("/api/v1", EvidenceForm.MailboxTold.class);
        return new Retention(told.maxMails(), told.maxBytes());
    }

    @Override
    public void keep(Retention retention) {
        server.send(
                "PUT",
                "/api/v1/retention",
                EvidenceForm.mapper()
                        .writeValueAsString(Map.of("maxMails", retention.mails(), "maxBytes", retention.octets())),
                Object.class);
    }

    @Override
    public boolean isRemoved() {
        try {
            server.get("/api/v1", EvidenceForm.MailboxTold.class);
            return false;
        } catch (RemoteServer.Absent e) {
            return true;
        }
    }

    @Override
    public void close() {
        try {
            server.send("DELETE", "/api/v1", null, Object.class);
        } catch (RemoteServer.Absent e) {
            // somebody else was quicker
        }
        held().close();
    }

    /** The mailbox in words, such as {@code mailbox orders of http://localhost:8025}. */
    @Override
    public String toString() {
        return "mailbox " + name + " of " + server;
    }
}
