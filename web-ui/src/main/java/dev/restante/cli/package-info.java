/** The command line of the standalone jar: it reads what a person wants and has the servers do it. */
@NullMarked
package dev.restante.cli;

import org.jspecify.annotations.NullMarked;
