package dev.restante.listener.commands;

import dev.restante.ServerClock;
import dev.restante.bounce.Bouncer;
import dev.restante.listener.wire.BodyRoom;
import dev.restante.mailbox.MailStore;
import dev.restante.script.Holds;
import dev.restante.script.RuleBook;
import dev.restante.session.SessionLog;
import dev.restante.tls.ServerIdentity;

/**
 * The parts of a server that its conversations work with, shared by all its listeners.
 *
 * @param rules the script
 * @param holds the barriers that the script's rules wait at
 * @param mailbox where mail goes
 * @param sessions where evidence goes
 * @param clock the server's time
 * @param identity the certificates the server shows
 * @param population the connections the server has open
 * @param room the memory for bodies under way
 * @param bouncer returns mail that a rule wants returned
 */
public record Services(
        RuleBook rules,
        Holds holds,
        MailStore mailbox,
        SessionLog sessions,
        ServerClock clock,
        ServerIdentity identity,
        Population population,
        BodyRoom room,
        Bouncer bouncer) {}
