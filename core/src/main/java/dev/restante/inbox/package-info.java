/**
 * The mailboxes of a server, each with mail and rules of its own: what belongs to which, and whose rules are asked. Knows
 * nothing of sockets.
 */
@NullMarked
package dev.restante.inbox;

import org.jspecify.annotations.NullMarked;
