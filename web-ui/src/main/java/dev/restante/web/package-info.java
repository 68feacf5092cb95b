/**
 * The server as a program for people and for tests in any language: the command line, the HTTP API and the pages
 * to read the caught mail in.
 */
@NullMarked
package dev.restante.web;

import org.jspecify.annotations.NullMarked;
