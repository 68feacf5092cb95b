/**
 * What clients did wrong: checks over what was captured, made when somebody asks. They read octets and transcripts, and change
 * nothing.
 */
@NullMarked
package dev.restante.lint;

import org.jspecify.annotations.NullMarked;
