/**
 * What users import: the values that tests read and write at the bottom, and on top of them the facade {@code
 * FakeSmtpServer}, which starts the server, scripts its misbehaviour and hands out what it caught. The packages
 * below this one are the machinery that the facade puts together, and not meant to be imported.
 */
@NullMarked
package dev.restante;

import org.jspecify.annotations.NullMarked;
