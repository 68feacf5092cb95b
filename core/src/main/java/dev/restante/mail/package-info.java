/**
 * One caught mail: its envelope as the client spoke it, its octets exactly as they were sent, and a MIME view
 * that is parsed when first asked for and never refuses a mail. Imports no other part of Restante.
 */
@NullMarked
package dev.restante.mail;

import org.jspecify.annotations.NullMarked;
