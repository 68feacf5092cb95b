/** Mail that is returned after it was accepted: delivery reports (RFC 3464), and sending them. */
@NullMarked
package dev.restante.bounce;

import org.jspecify.annotations.NullMarked;
