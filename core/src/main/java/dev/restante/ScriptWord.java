package dev.restante;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A key of a rule in a script file, and the stages at which it makes sense: those whose first step in Java has the words for
 * it. So a file can say what Java compiles, and nothing else.
 */
enum ScriptWord {
    NAME("name", Role.FRAME, Object.class),
    ON("on", Role.FRAME, Object.class),
    AT_BYTE("atByte", Role.FRAME, Trigger.OnMidData.class),
    WHEN("when", Role.FRAME, Object.class),

    REPLY("reply", Role.DECISION, Step.Answered.class),
    FAULT("fault", Role.DECISION, Step.class),
    CUT_REPLY("cutReply", Role.DECISION, Step.Answered.class),
    RAW_REPLY("rawReply", Role.DECISION, Step.Answered.class),
    TLS_FAULT("tlsFault", Role.DECISION, Trigger.OnTlsHandshake.class),
    ADVERTISE("advertise", Role.DECISION, Trigger.OnEhlo.class),
    HIDE("hide", Role.DECISION, Trigger.OnEhlo.class),
    GREETING("greeting", Role.DECISION, Trigger.OnEhlo.class),

    DELAY("delay", Role.PACE, Step.class),
    TARPIT("tarpit", Role.PACE, Step.class),
    THROTTLE("throttle", Role.PACE, Step.class),
    DRIBBLE("dribble", Role.PACE, Step.Answered.class),
    WAIT_FOR("waitFor", Role.PACE, Step.class),

    BOUNCE("bounce", Role.PACE, Trigger.OnAfterCommit.class),

    PACE("pace", Role.FRAME, Object.class),
    TIMES("times", Role.FRAME, Object.class),
    DURING("during", Role.FRAME, Object.class),

    FROM("from", Role.CONDITION, Conditions.WithSender.class),
    TO("to", Role.CONDITION, Conditions.WithRecipient.class),
    HELO("helo", Role.CONDITION, Conditions.Greeted.class),
    USER("user", Role.CONDITION, Conditions.Greeted.class),
    CLIENT("client", Role.CONDITION, Conditions.class),
    TLS("tls", Role.CONDITION, Conditions.class),
    LOGGED_IN("loggedIn", Role.CONDITION, Conditions.Greeted.class),
    CREDENTIALS("credentials", Role.CONDITION, Conditions.WithCredentials.class),
    RECIPIENTS_ABOVE("recipientsAbove", Role.CONDITION, Conditions.WithRecipient.class),
    HEADER("header", Role.CONDITION, Conditions.WithContent.class),
    SUBJECT("subject", Role.CONDITION, Conditions.WithContent.class),
    PARAMETER("parameter", Role.CONDITION, Conditions.WithSender.class),
    SIZE("size", Role.CONDITION, Conditions.WithSender.class),
    NTH("nth", Role.CONDITION, Conditions.class),
    ATTEMPTS("attempts", Role.CONDITION, Conditions.class),
    NEWCOMERS("newcomers", Role.CONDITION, Conditions.class),
    MORE_THAN("moreThan", Role.CONDITION, Conditions.class),
    CONNECTIONS_ABOVE("connectionsAbove", Role.CONDITION, Conditions.class),
    CONNECTIONS_OF_CLIENT_ABOVE("connectionsOfClientAbove", Role.CONDITION, Conditions.class),
    PROBABILITY("probability", Role.CONDITION, Conditions.class);

    /** The part that a word plays in a rule. */
    enum Role {
        CONDITION,
        PACE,
        DECISION,
        /** What every rule has, and what holds the rest. */
        FRAME
    }

    private final String key;
    private final Role role;
    private final Class<?> step;

    ScriptWord(String key, Role role, Class<?> step) {
        this.key = key;
        this.role = role;
        this.step = step;
    }

    /** The word as files spell it. */
    String key() {
        return key;
    }

    Role role() {
        return role;
    }

    /** The type that a stage's first step has where this word makes sense. */
    Class<?> step() {
        return step;
    }

    static Optional<ScriptWord> of(String key) {
        return Arrays.stream(values()).filter(word -> word.key.equals(key)).findFirst();
    }

    /** The keys of these roles. */
    static List<String> keys(Role... roles) {
        return Arrays.stream(values())
                .filter(word -> Arrays.asList(roles).contains(word.role))
                .map(ScriptWord::key)
                .toList();
    }

    /** Whether a stage's first step is of this type. */
    static boolean isAt(Stage<?> stage, Class<?> step) {
        return step.isInstance(stage.begin(RuleDraft.at(stage, 0)));
    }

    /** The stages whose first step is of this type. */
    static List<String> stages(Class<?> step) {
        return Stage.values().stream()
                .filter(stage -> isAt(stage, step))
                .map(Stage::name)
                .toList();
    }

    /** What a stage lacks that has no first step of this type. */
    static String lack(Class<?> step) {
        if (step == Conditions.Greeted.class) {
            return "where the client has not said who it is";
        } else if (step == Conditions.WithCredentials.class) {
            return "where no credentials are presented";
        } else if (step == Conditions.WithSender.class) {
            return "where no sender is known";
        } else if (step == Conditions.WithRecipient.class) {
            return "where no recipient is known";
        } else if (step == Conditions.WithContent.class) {
            return "where the message has not arrived";
        } else if (step == Step.Answered.class) {
            return "where the server gives no reply";
        } else if (step == Trigger.OnMidData.class) {
            return "which is not inside a body";
        } else if (step == Trigger.OnEndOfData.class) {
            return "where no mail is about to be stored";
        } else if (step == Trigger.OnAfterCommit.class) {
            return "where no mail has been stored";
        } else if (step == Trigger.OnTlsHandshake.class) {
            return "where no TLS handshake begins";
        }
        return "where no keywords are listed";
    }
}
