/**
 * Where caught mail is held until it is called for: a bounded store with queries, and waiting for mail yet to
 * come. Knows nothing of SMTP.
 */
@NullMarked
package dev.restante.mailbox;

import org.jspecify.annotations.NullMarked;
