/**
 * The socket: it reads whole command lines and bodies in blocks, writes replies, swaps in TLS, keeps the
 * transcript and breaks the connection where a script wants it broken.
 */
@NullMarked
package dev.restante.listener.wire;

import org.jspecify.annotations.NullMarked;
