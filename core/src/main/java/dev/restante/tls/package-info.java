/**
 * The certificates a server shows: an authority of its own, generated on first use, and what it signs. The only package
 * that knows the certificate library; it knows nothing of SMTP.
 */
@NullMarked
package dev.restante.tls;

import org.jspecify.annotations.NullMarked;
