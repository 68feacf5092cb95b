package dev.restante;

/**
 * The words that begin a rule. A rule says when (a stage and conditions), what (an effect) and how often (a budget);
 * whatever no rule matches is served normally:
 *
 * <pre>{@code
 * smtp.script(
 *     on(RCPT_TO).to("bob@*").attempts(1, 2).perRecipient().reply(450, "4.2.1 Mailbox busy").always(),
 *     midData(512).resetConnection().once(),
 *     on(AFTER_COMMIT).closeConnection().once());
 * }</pre>
 *
 * <p>Rules are asked in the order of scripting. Effects of pace of all matching rules apply together, and so do changes to the
 * answer to EHLO; of the other effects that decide, only the first with budget left. A rule that would decide and comes too
 * late does nothing: it does not pace either, and is not counted.
 */
public final class Script {
    private Script() {}

    /**
     * Begins a rule for this stage. For MID_DATA, {@code on} means before the first octet.
     *
     * @param <W> the step that knows which conditions and effects make sense there
     */
    public static <W> W on(Stage<W> stage) {
        return stage.begin(RuleDraft.at(stage, 0));
    }

    /**
     * Begins a rule for the moment at which exactly this many octets of a body have arrived: octets as they come over
     * the wire after 354, dot-stuffing included, or as data of BDAT. A shorter body never reaches it. A body that is under way
     * already when the rule is scripted may pass without it.
     *
     * @throws IllegalArgumentException if {@code octets} is negative
     */
    public static Trigger.OnMidData midData(long octets) {
        if (octets < 0) {
            throw new IllegalArgumentException("midData counts from 0, but was " + octets + ".");
        }
        return Stage.MID_DATA.begin(RuleDraft.at(Stage.MID_DATA, octets));
    }
}
