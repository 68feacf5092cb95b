/**
 * What happened on a connection: the transcript of the dialogue, the attempts to send with their outcomes, the
 * TLS and the identity that were agreed on.
 */
@NullMarked
package dev.restante.session;

import org.jspecify.annotations.NullMarked;
