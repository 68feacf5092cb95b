/**
 * The verbs of the conversation, one class for each: they hold the protocol's rules and are where scripts are
 * asked for their say.
 */
@NullMarked
package dev.restante.listener.commands;

import org.jspecify.annotations.NullMarked;
