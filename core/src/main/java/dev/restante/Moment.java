package dev.restante;

import java.util.List;
import java.util.Optional;

/**
 * What is known when a script is asked: a view that is valid only during the call it is passed to.
 *
 * <p>Facts that the conversation has not reached yet are empty.
 */
public interface Moment {
    /** The stage that is reached. */
    Stage<?> stage();

    /** The client, with its HELO name, TLS layer and user. */
    SmtpClient client();

    /** The command line of this stage as spoken; the last one before the body for stages without a line. */
    String command();

    /** Whether the server takes the credentials that the client presents; empty at other stages than AUTH. */
    Optional<Boolean> credentialsRight();

    /** The sender of the transaction. */
    Optional<Envelope.Sender> sender();

    /** The recipients accepted so far, in order. */
    List<Envelope.Recipient> recipients();

    /** The recipient that this RCPT names; on LMTP, the one whose reply is due behind the body; else the first accepted one. */
    Optional<Envelope.Recipient> recipient();

    /** Whether what is decided now is about {@link #recipient()} alone: at RCPT, and on LMTP behind the body. */
    default boolean isAboutOneRecipient() {
        return stage() == Stage.RCPT_TO;
    }

    /** The message as far as it has arrived: whole from END_OF_DATA on, empty before. */
    Optional<MailMessage> message();

    /** The body's octets once it has arrived, the declared SIZE before; -1 without either. */
    long size();

    /** How many connections are open on the server, this one included. */
    int openConnections();

    /** How many connections are open from this client's address, this one included. */
    int openConnectionsOfClient();

    /** How many times this stage was reached in the transaction, this time included. */
    int ordinalInTransaction();

    /** How many times this stage was reached in the connection, this time included. */
    int ordinalInConnection();
}
