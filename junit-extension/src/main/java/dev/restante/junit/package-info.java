/**
 * A fake SMTP server for JUnit tests: each test gets one on a port of its own, started before the test and closed
 * after it, and a test whose script was not played to its end is told so.
 */
@NullMarked
package dev.restante.junit;

import org.jspecify.annotations.NullMarked;
