package dev.restante;

/** What became of the reply that tells a client its mail was taken. */
public enum Acknowledgement {
    /** The mail is stored; its reply is not yet written. */
    PENDING,
    /** The reply was written and flushed. */
    SENT,
    /** The connection ended, or a rule ended it, before the reply was flushed. */
    LOST,
    /** A stall or a hold keeps the reply back. */
    WITHHELD
}
