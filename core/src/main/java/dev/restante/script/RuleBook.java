package dev.restante.script;

import dev.restante.Effect;
import dev.restante.Moment;
import dev.restante.Rule;
import dev.restante.RuleReport;
import dev.restante.RuleReport.Layer;
import dev.restante.ServerClock;
import dev.restante.Stage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * The rules of a server, in layers. Asking it is the one place where rules are matched and counted.
 *
 * <p>Thread-safe. A rule matches and is counted in one atomic step, so that of any number of connections racing for a
 * {@code once()} exactly one gets it. A stage without rules costs one volatile read.
 */
public final class RuleBook {
    private static final CountedRule[] NO_RULES = {};

    private final ServerClock clock;
    private final Object reaching = new Object();
    private final Map<Layer, List<CountedRule>> layers = new EnumMap<>(Layer.class);
    private long lastId;
    private volatile CountedRule[][] byStage = emptyIndex();
    private volatile long[] midDataStops = {};

    /** An empty book whose rules live in the time of {@code clock}. */
    public RuleBook(ServerClock clock) {
        this.clock = clock;
        for (Layer layer : Layer.values()) {
            layers.put(layer, new ArrayList<>());
        }
    }

    /** Appends rules to a layer. */
    public synchronized void add(Layer layer, List<Rule> rules) {
        rules.forEach(rule -> in(layer).add(new CountedRule(++lastId, layer, rule, clock)));
        reindex();
    }

    private List<CountedRule> in(Layer layer) {
        return Objects.requireNonNull(layers.get(layer), "every layer has a list");
    }

    /** Replaces a layer by these rules, with fresh counts. */
    public synchronized void replace(Layer layer, List<Rule> rules) {
        in(layer).clear();
        add(layer, rules);
    }

    /** Removes the rules of a layer that {@code old} agrees to, and appends others; what stays keeps its counts. */
    public synchronized void exchange(Layer layer, Predicate<RuleReport> old, List<Rule> by) {
        in(layer).removeIf(counted -> old.test(counted.report()));
        add(layer, by);
    }

    /** Switches a rule off or on; it keeps its place and its counts. False if there is none of this number. */
    public synchronized boolean turn(long id, boolean on) {
        Optional<CountedRule> found = find(id);
        found.ifPresent(counted -> counted.turn(on));
        reindex();
        return found.isPresent();
    }

    /** Removes a rule of whatever layer; false if there is none of this number. */
    public synchronized boolean remove(long id) {
        Optional<CountedRule> found = find(id);
        found.ifPresent(counted -> {
            counted.turn(false); // for those who are about to ask it
            layers.values().forEach(layer -> layer.remove(counted));
        });
        reindex();
        return found.isPresent();
    }

    private Optional<CountedRule> find(long id) {
        return all().filter(counted -> counted.id() == id).findFirst();
    }

    /** Removes all rules of all layers. */
    public synchronized void clear() {
        layers.values().forEach(List::clear);
        reindex();
    }

    /** Every rule with its hits, layer by layer in the order they are asked. */
    public synchronized List<RuleReport> reports() {
        return all().map(CountedRule::report).toList();
    }

    /** Whether any rule waits at this stage. */
    public boolean isEmptyAt(Stage<?> stage) {
        return byStage[stage.index()].length == 0;
    }

    /** The first position from {@code octets} on at which a rule waits in a body; {@link Long#MAX_VALUE} if none does. */
    public long nextStop(long octets) {
        for (long stop : midDataStops) {
            if (stop >= octets) {
                return stop;
            }
        }
        return Long.MAX_VALUE;
    }

    /** Asks the rules of {@code moment}'s stage. */
    public Verdict ask(Moment moment, String sessionId) {
        return ask(byStage[moment.stage().index()], moment, sessionId, 0);
    }

    /**
     * Asks the rules that wait at this position in a body, or, with 0, those of {@code moment}'s stage: first those of other
     * books, and then these. It is one question: of all their effects that decide, the first counts.
     */
    public Verdict askAfter(List<RuleBook> others, Moment moment, String sessionId, long octets) {
        int stage = moment.stage().index();
        CountedRule[] all = others.isEmpty()
                ? byStage[stage]
                : Stream.concat(others.stream(), Stream.of(this))
                        .flatMap(book -> Stream.of(book.byStage[stage]))
                        .toArray(CountedRule[]::new);
        return ask(all, moment, sessionId, octets);
    }

    private Verdict ask(CountedRule[] rules, Moment moment, String sessionId, long atByte) {
        if (rules.length == 0) {
            return Verdict.NONE;
        }
        boolean[] due = reach(rules, atByte);
        List<Effect.Pace> paces = new ArrayList<>();
        List<Rule> fired = new ArrayList<>();
        Effect.Decision decision = null;
        for (int i = 0; i < rules.length; i++) {
            CountedRule counted = rules[i];
            Rule rule = counted.rule();
            if (!due[i] || (decision != null && !isLeftOpen(decision, rule))) {
                continue;
            }
            CountedRule.Claim claim = counted.claim(moment, sessionId);
            if (claim != null && claim.failure() != null) {
                if (claim.fired()) {
                    fired.add(rule);
                }
                return new Verdict(List.of(), null, fired, new Verdict.Failure(rule, claim.failure()));
            } else if (claim != null) {
                paces.addAll(rule.paces());
                fired.add(rule);
                decision = decision instanceof Effect.Keywords own && claim.decision() instanceof Effect.Keywords later
                        ? own.before(later)
                        : claim.decision() == null ? decision : claim.decision();
            }
        }
        return fired.isEmpty() ? Verdict.NONE : new Verdict(paces, decision, fired, null);
    }

    /**
     * Which of the rules wait here. Those that count how often that was so on the server all count in one step: what is the
     * first time for one of them is not the second for another.
     */
    private boolean[] reach(CountedRule[] rules, long atByte) {
        boolean[] due = new boolean[rules.length];
        boolean counting = false;
        for (int i = 0; i < rules.length; i++) {
            due[i] = rules[i].rule().atByte() == atByte;
            counting |= due[i] && rules[i].countsOnServer();
        }
        if (counting) {
            synchronized (reaching) {
                for (int i = 0; i < rules.length; i++) {
                    due[i] = due[i] && rules[i].reach();
                }
            }
        }
        return due;
    }

    /** Whether a decision leaves room for this later rule: one that only paces, or both change the answer to EHLO. */
    private static boolean isLeftOpen(Effect.Decision decision, Rule later) {
        return later.decision()
                .map(other -> decision instanceof Effect.Keywords && other instanceof Effect.Keywords)
                .orElse(true);
    }

    private Stream<CountedRule> all() {
        return layers.values().stream().flatMap(List::stream);
    }

    private void reindex() {
        CountedRule[][] index = emptyIndex();
        for (Stage<?> stage : Stage.values()) {
            index[stage.index()] = all().filter(
                            counted -> counted.isOn() && counted.rule().stage() == stage)
                    .toArray(CountedRule[]::new);
        }
        midDataStops = Stream.of(index[Stage.MID_DATA.index()])
                .mapToLong(counted -> counted.rule().atByte())
                .sorted()
                .distinct()
                .toArray();
        byStage = index;
    }

    private static CountedRule[][] emptyIndex() {
        CountedRule[][] index = new CountedRule[Stage.values().size()][];
        Arrays.fill(index, NO_RULES);
        return index;
    }
}
