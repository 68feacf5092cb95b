package dev.restante.junit;

import dev.restante.FakeSmtpServer;

/**
 * The bean by which an application context holds its server, and whose turn it is among the tests of all classes that share
 * the context.
 */
record SpringServer(FakeSmtpServer server, Turn turn) {
    static final String NAME = "dev.restante.junit.server";
}
