/**
 * The server for people and for tests in any language: the HTTP API and the page to read the caught mail in.
 */
@NullMarked
package dev.restante.web;

import org.jspecify.annotations.NullMarked;
