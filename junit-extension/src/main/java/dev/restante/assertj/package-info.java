/**
 * AssertJ assertions on caught mail, on the attempts to send it and on the server itself. They never wait, and
 * need no test framework.
 */
@NullMarked
package dev.restante.assertj;

import org.jspecify.annotations.NullMarked;
