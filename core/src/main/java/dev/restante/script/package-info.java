/**
 * The rules of misbehaviour: when, what and how often. Finding the rule that applies and counting it down is one
 * atomic step. Knows nothing of sockets.
 */
@NullMarked
package dev.restante.script;

import org.jspecify.annotations.NullMarked;
