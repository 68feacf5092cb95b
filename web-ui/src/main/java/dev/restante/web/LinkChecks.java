package dev.restante.web;

/** Whom the link check may ask. Mail comes from strangers: its links can lead into the net that the server stands in. */
public enum LinkChecks {
    /** Nobody: links are listed, not asked. */
    NONE,
    /** Servers at public addresses. */
    PUBLIC,
    /** Any server, those on this machine and in its own net too. */
    ANY
}
