package dev.restante.listener.commands;

import dev.restante.Acknowledgement;
import dev.restante.Attempt;
import dev.restante.Envelope;
import dev.restante.Reply;
import dev.restante.Stage;
import dev.restante.mail.Octets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.ObjIntConsumer;
import java.util.regex.Pattern;

/**
 * The end of a body on LMTP (RFC 2033 section 4.2): one reply for each recipient that was accepted, in order.
 *
 * <p>The script is asked at END_OF_DATA for each of them, before the mail is stored for those it is to be stored for, and at
 * AFTER_COMMIT before each reply. A fault of END_OF_DATA strikes when it is its recipient's turn: those before are told, and those
 * behind are asked no more.
 */
final class LmtpReplies {
    /** Addresses that a reply may show: it is ASCII, and its line short. */
    private static final Pattern SHOWN = Pattern.compile("[ -~]{1,200}");

    private final Conversation conversation;
    private final Transaction open;
    private final Octets body;
    private final List<Envelope.Recipient> recipients;
    /** What END_OF_DATA ruled for each recipient; shorter if the connection ends over the last of them. */
    private final List<Ruling> rulings = new ArrayList<>();
    /** Each recipient's place in the mail's envelope; -1 for one that the mail is not stored for. */
    private final List<Integer> places = new ArrayList<>();

    private ObjIntConsumer<Acknowledgement> acknowledgements = (fate, place) -> {};
    private int stored;
    private boolean toldAnyone;
    private boolean lostAny;
    private boolean refusedAll = true;
    /** The places in the envelope whose replies are written and may not be flushed yet. */
    private final List<Integer> written = new ArrayList<>();

    LmtpReplies(Conversation conversation, Transaction open, Octets body) {
        this.conversation = conversation;
        this.open = open;
        this.body = body;
        this.recipients = List.copyOf(open.accepted());
    }

    /** Refuses a body that is not kept, for each recipient. */
    static void refuse(Conversation conversation, Transaction open, Reply reply, Ruling ruling) {
        int count = open.accepted().size();
        for (int i = 0; i < count; i++) {
            open.delivery(i, new Attempt.Delivery(ruling.said(reply), false));
        }
        conversation.ledger.refuse(open, ruling.said(reply));
        for (int i = 0; i < count; i++) {
            conversation.say(reply, ruling);
        }
    }

    void answer() {
        conversation.heardMail();
        if (!askAll()) {
            return;
        }
        commit();
        for (int i = 0; i < rulings.size() && !conversation.hasEnded(); i++) {
            answer(i);
        }
    }

    /** Asks the script for each recipient before the mail is stored; false if the connection has ended over it. */
    private boolean askAll() {
        for (Envelope.Recipient recipient : recipients) {
            conversation.moment.turnTo(recipient);
            Ruling ruling = conversation.askAhead(Stage.END_OF_DATA);
            if (ruling.ended()) {
                return false;
            }
            rulings.add(ruling);
            places.add(isStored(ruling) ? stored++ : -1);
            if (ruling.endsConnection()) {
                break;
            }
        }
        return true;
    }

    private static boolean isStored(Ruling ruling) {
        return !ruling.refuses() && !ruling.discards() && !ruling.breaksOff();
    }

    /** Stores the mail for those it is taken for, if for anyone. Nobody is told yet. */
    private void commit() {
        List<Envelope.Recipient> taken = new ArrayList<>();
        for (int i = 0; i < recipients.size(); i++) {
            boolean isStored = i < places.size() && places.get(i) >= 0;
            if (isStored) {
                taken.add(recipients.get(i));
            }
            open.delivery(i, new Attempt.Delivery(Optional.empty(), isStored));
        }
        if (!taken.isEmpty()) {
            acknowledgements = conversation.ledger.commit(open, open.mailId, body, taken);
            open.reached = Stage.AFTER_COMMIT;
        }
    }

    private void answer(int index) {
        Ruling before = rulings.get(index);
        boolean isStored = places.get(index) >= 0;
        conversation.moment.turnTo(recipients.get(index));
        if (before.breaksOff()) {
            flushed();
            conversation.suffer(before);
            return;
        }
        Reply taken = before.replyOr(success(recipients.get(index)));
        Ruling manner = before;
        Reply reply = taken;
        if (isStored) {
            if (!conversation.services.inboxes().isEmptyAt(Stage.AFTER_COMMIT)) {
                flushed();
            }
            Ruling after = conversation.ask(Stage.AFTER_COMMIT);
            if (after.ended()) {
                return;
            }
            manner = after.following(before);
            reply = after.replyOr(taken);
        }
        say(index, reply, manner);
    }

    private Reply success(Envelope.Recipient recipient) {
        boolean isShown = SHOWN.matcher(recipient.address()).matches();
        return Reply.of(
                250, "2.0.0 " + (isShown ? "<" + recipient.address() + "> " : "") + "Ok: queued as " + open.mailId);
    }

    private void say(int index, Reply reply, Ruling manner) {
        boolean isStored = places.get(index) >= 0;
        boolean told = conversation.tells(manner) && reply.isPositive();
        open.delivery(index, new Attempt.Delivery(manner.said(reply), isStored));
        toldAnyone |= told;
        lostAny |= isStored && !told;
        refusedAll &= reply.isNegative();
        if (!told) {
            // The connection may end with this reply: what was said before is told.
            flushed();
        }
        boolean last = index == rulings.size() - 1;
        Consumer<Acknowledgement> receipt = last ? end(reply, manner) : fate -> {};
        conversation.say(reply, manner);
        if (isStored && told) {
            written.add(places.get(index));
        } else if (isStored) {
            acknowledged(places.get(index), Acknowledgement.LOST);
        }
        if (last) {
            boolean sent = conversation.wire.flush() && !conversation.hasEnded();
            settleWritten(sent);
            receipt.accept(sent && !lostAny ? Acknowledgement.SENT : Acknowledgement.LOST);
        }
    }

    /** Ends the transaction before its last reply; takes what became of all of them. */
    private Consumer<Acknowledgement> end(Reply reply, Ruling manner) {
        if (stored > 0) {
            Attempt.Outcome outcome = toldAnyone
                    ? Attempt.Outcome.ACCEPTED
                    : refusedAll ? Attempt.Outcome.REFUSED : Attempt.Outcome.ABORTED;
            return conversation.ledger.acknowledge(open, outcome, reply);
        } else if (toldAnyone) {
            conversation.ledger.discard(open, reply);
        } else {
            conversation.ledger.refuse(open, manner.said(reply));
        }
        return fate -> {};
    }

    private void flushed() {
        settleWritten(conversation.wire.flush());
    }

    private void settleWritten(boolean sent) {
        written.forEach(place -> acknowledged(place, sent ? Acknowledgement.SENT : Acknowledgement.LOST));
        written.clear();
    }

    private void acknowledged(int place, Acknowledgement fate) {
        acknowledgements.accept(fate, place);
    }
}
