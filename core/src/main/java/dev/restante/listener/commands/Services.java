package dev.restante.listener.commands;

import dev.restante.ServerClock;
import dev.restante.bounce.Bouncer;
import dev.restante.inbox.Inboxes;
import dev.restante.listener.wire.BodyRoom;
import dev.restante.script.Holds;
import dev.restante.session.SessionLog;
import dev.restante.tls.ServerIdentity;

/**
 * The parts of a server that its conversations work with, shared by all its listeners.
 *
 * @param inboxes where mail goes, and the scripts
 * @param holds the barriers that rules wait at
 * @param sessions where evidence goes
 * @param clock the server's time
 * @param identity the certificates the server shows
 * @param population the connections the server has open
 * @param room the memory for bodies under way
 * @param bouncer returns mail that a rule wants returned
 */
public record Services(
        Inboxes inboxes,
        Holds holds,
        SessionLog sessions,
        ServerClock clock,
        ServerIdentity identity,
        Population population,
        BodyRoom room,
        Bouncer bouncer) {}
