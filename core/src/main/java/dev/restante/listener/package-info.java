/**
 * The doors that clients knock at: each listener sets up an SMTP engine on a port of its own. This package and
 * those below it alone import the engine.
 */
@NullMarked
package dev.restante.listener;

import org.jspecify.annotations.NullMarked;
