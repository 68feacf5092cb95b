package dev.restante.listener.commands;

import dev.restante.Envelope;
import dev.restante.MailMessage;
import dev.restante.Moment;
import dev.restante.SmtpClient;
import dev.restante.Stage;
import dev.restante.mail.Octets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What the script may ask about the present moment of one conversation; used by the connection's own thread alone. */
final class PresentMoment implements Moment {
    private final Population population;
    private final int[] ordinals = new int[Stage.values().size()];
    private final Map<Long, Integer> bodiesThatReached = new HashMap<>(0);
    private Stage<?> stage = Stage.CONNECT;
    private SmtpClient client;
    private String command = "";
    private @Nullable Transaction transaction;
    private @Nullable Boolean credentialsRight;
    private Envelope.@Nullable Sender proposedSender;
    private Envelope.@Nullable Recipient proposedRecipient;
    private Envelope.@Nullable Recipient recipientInTurn;
    private @Nullable MailMessage message;

    PresentMoment(Population population, SmtpClient client) {
        this.population = population;
        this.client = client;
    }

    /** The connection goes on as a new session: what is counted in it begins anew. */
    void beginAnew() {
        Arrays.fill(ordinals, 0);
        bodiesThatReached.clear();
    }

    /** A stage is reached, and counted. */
    void reach(Stage<?> next) {
        stage = next;
        ordinals[next.index()]++;
        if (transaction != null) {
            transaction.ordinals[next.index()]++;
        }
    }

    /** A position in a body is reached, and counted: how many bodies of the connection came that far. */
    void reachMidData(long octets) {
        stage = Stage.MID_DATA;
        ordinals[Stage.MID_DATA.index()] = bodiesThatReached.merge(octets, 1, Integer::sum);
        if (transaction != null) {
            transaction.ordinals[Stage.MID_DATA.index()] = 1;
        }
    }

    /** The client is known like this, or presents itself like this. */
    void client(SmtpClient known) {
        client = known;
    }

    void command(String line) {
        command = line;
    }

    /** A transaction is open, or, with {@code null}, none is. */
    void transaction(@Nullable Transaction open) {
        transaction = open;
        recipientInTurn = null;
        message = null;
    }

    /** The present AUTH has these credentials; {@code null} once it is answered. */
    void credentials(@Nullable Boolean right) {
        credentialsRight = right;
    }

    /** The present MAIL names this sender; {@code null} once it is answered. */
    void propose(Envelope.@Nullable Sender sender) {
        proposedSender = sender;
    }

    /** The present RCPT names this recipient; {@code null} once it is answered. */
    void propose(Envelope.@Nullable Recipient recipient) {
        proposedRecipient = recipient;
    }

    /** Of the accepted recipients it is this one's turn to be told; {@code null} where all are told at once. */
    void turnTo(Envelope.@Nullable Recipient recipient) {
        recipientInTurn = recipient;
    }

    @Nullable
    Transaction transaction() {
        return transaction;
    }

    @Override
    public Stage<?> stage() {
        return stage;
    }

    @Override
    public SmtpClient client() {
        return client;
    }

    @Override
    public String command() {
        return command;
    }

    @Override
    public Optional<Boolean> credentialsRight() {
        return Optional.ofNullable(credentialsRight);
    }

    @Override
    public Optional<Envelope.Sender> sender() {
        return transaction == null ? Optional.ofNullable(proposedSender) : Optional.of(transaction.sender);
    }

    @Override
    public List<Envelope.Recipient> recipients() {
        return transaction == null ? List.of() : List.copyOf(transaction.accepted());
    }

    @Override
    public Optional<Envelope.Recipient> recipient() {
        if (stage == Stage.RCPT_TO) {
            return Optional.ofNullable(proposedRecipient);
        } else if (recipientInTurn != null) {
            return Optional.of(recipientInTurn);
        }
        return transaction == null
                ? Optional.empty()
                : transaction.accepted().stream().findFirst();
    }

    @Override
    public boolean isAboutOneRecipient() {
        return stage == Stage.RCPT_TO || recipientInTurn != null;
    }

    @Override
    public Optional<MailMessage> message() {
        Octets body = transaction == null ? null : transaction.body;
        if (body == null) {
            return Optional.empty();
        }
        if (message == null) {
            message = MailMessage.parse(body);
        }
        return Optional.of(message);
    }

    @Override
    public long size() {
        Octets body = transaction == null ? null : transaction.body;
        return body != null
                ? body.size()
                : sender().flatMap(sender -> sender.parameters().size()).orElse(-1L);
    }

    @Override
    public int openConnections() {
        return population.all();
    }

    @Override
    public int openConnectionsOfClient() {
        return population.from(client.address().getAddress());
    }

    @Override
    public int ordinalInTransaction() {
        return transaction == null ? ordinalInConnection() : transaction.ordinals[stage.index()];
    }

    @Override
    public int ordinalInConnection() {
        return ordinals[stage.index()];
    }

    /** The stage and the command, for messages of those who are shown a moment. */
    @Override
    public String toString() {
        return stage + " of " + client;
    }
}
