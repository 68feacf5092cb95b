/** The form in which evidence travels between a server's HTTP API and its client. */
@NullMarked
package dev.restante.remote;

import org.jspecify.annotations.NullMarked;
