/** Mail on its way out: to an SMTP server that somebody has named, and only to those they have allowed. */
@NullMarked
package dev.restante.relay;

import org.jspecify.annotations.NullMarked;
