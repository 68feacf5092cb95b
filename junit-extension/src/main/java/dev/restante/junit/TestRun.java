package dev.restante.junit;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.InvocationInterceptor.Invocation;
import org.opentest4j.AssertionFailedError;
import org.opentest4j.TestAbortedException;

/**
 * One test with the servers it uses: at its end they are checked, their evidence is written, and they are closed. A test whose
 * instance could not be made has no end but that of its context.
 */
@SuppressWarnings("deprecation") // the only closing that JUnit 5.12 knows
final class TestRun implements AutoCloseable, ExtensionContext.Store.CloseableResource {
    private final ExtensionContext context;
    private final List<ServerInUse> servers = new ArrayList<>();
    private final List<Runnable> endings = new ArrayList<>();
    /** The servers on which the test has mailboxes. */
    private final Set<Object> shared = Collections.newSetFromMap(new IdentityHashMap<>());

    private Optional<Throwable> failedWithin = Optional.empty();
    private boolean finished;

    private TestRun(ExtensionContext context) {
        this.context = context;
    }

    /** The run of the test, or of the class, that this context is of. */
    static TestRun of(ExtensionContext context, Namespace namespace) {
        // by id, since a look-up goes on in the stores of the parents
        return context.getStore(namespace)
                .getOrComputeIfAbsent("run " + context.getUniqueId(), key -> new TestRun(context), TestRun.class);
    }

    /** Adds a server, which is given what it is to have in a test, and what to do with it at the end. */
    synchronized void uses(ServerInUse server, Runnable ending) {
        servers.add(server);
        endings.add(0, ending);
        server.prepared().apply(server.server());
    }

    /** Whether the test uses this server already, by another field or parameter. */
    synchronized boolean has(Object server) {
        return servers.stream().anyMatch(used -> used.server() == server);
    }

    /** Whether the test has not shared this server before. */
    synchronized boolean beginsToShare(Object server) {
        return shared.add(server);
    }

    /** Adds what to do at the end. */
    synchronized void atEnd(Runnable ending) {
        endings.add(0, ending);
    }

    synchronized List<ServerInUse> servers() {
        return List.copyOf(servers);
    }

    @Override
    public void close() {
        finish();
    }

    /** Runs a dynamic test. Its failure is told and written here, since the factory that made it goes on. */
    static void runDynamic(Invocation<?> test, ExtensionContext context, Namespace namespace) throws Throwable {
        new FailureFiles(context).clear();
        try {
            test.proceed();
        } catch (TestAbortedException aborted) {
            throw aborted;
        } catch (Throwable failure) {
            ExtensionContext factory = context;
            while (factory.getTestMethod().isEmpty() && factory.getParent().isPresent()) {
                factory = factory.getParent().get();
            }
            throw of(factory, namespace).failedWithin(context, failure);
        }
    }

    private synchronized Throwable failedWithin(ExtensionContext within, Throwable failure) {
        failedWithin = Optional.of(failure);
        return published(servers, within, failure);
    }

    /** Publishes and writes the evidence of servers, and returns the failure with a pointer to it. */
    static Throwable published(List<ServerInUse> servers, ExtensionContext context, Throwable failure) {
        if (servers.isEmpty()) {
            return failure;
        }
        Optional<String> pointer = new FailureFiles(context).publish(servers, Optional.of(failure));
        Throwable told = pointer.map(text -> pointing(failure, text)).orElse(failure);
        pointer.filter(text -> !says(told, text)).ifPresent(text -> addTo(told, new Pointer(text)));
        return told;
    }

    /** Checks, writes and closes; throws what was found wrong unless the test has failed already. */
    void finish() {
        List<Throwable> problems = new ArrayList<>();
        Optional<Throwable> failed = context.getExecutionException().or(() -> failedWithin);
        boolean aborted = failed.filter(TestAbortedException.class::isInstance).isPresent();
        List<Runnable> toDo;
        synchronized (this) {
            if (finished) {
                return;
            }
            finished = true;
            toDo = List.copyOf(endings);
        }
        if (!aborted) {
            servers().forEach(server -> problems.addAll(server.verify()));
        }
        Optional<String> pointer = Optional.empty();
        boolean told = failed.isPresent() && failed.equals(failedWithin);
        if (!servers().isEmpty() && !aborted && !told && (failed.isPresent() || !problems.isEmpty())) {
            pointer = new FailureFiles(context)
                    .publish(servers(), failed.or(() -> problems.stream().findFirst()));
        }
        for (Runnable ending : toDo) {
            try {
                ending.run();
            } catch (RuntimeException | Error problem) {
                problems.add(problem);
            }
        }
        tell(failed, problems, pointer);
    }

    private static void tell(Optional<Throwable> failed, List<Throwable> problems, Optional<String> pointer) {
        if (failed.isPresent()) {
            Throwable failure = failed.get();
            problems.forEach(problem -> addTo(failure, problem));
            pointer.filter(text -> !says(failure, text)).ifPresent(text -> addTo(failure, new Pointer(text)));
        } else if (!problems.isEmpty()) {
            Throwable first = problems.get(0);
            problems.subList(1, problems.size()).forEach(problem -> addTo(first, problem));
            Throwable told = pointer.map(text -> pointing(first, text)).orElse(first);
            if (told instanceof Error error) {
                throw error;
            }
            throw (RuntimeException) told;
        }
    }

    private static void addTo(Throwable failure, Throwable further) {
        if (failure != further) {
            failure.addSuppressed(further);
        }
    }

    private static boolean says(Throwable failure, String text) {
        return String.valueOf(failure.getMessage()).contains(text)
                || Arrays.stream(failure.getSuppressed())
                        .anyMatch(suppressed ->
                                String.valueOf(suppressed.getMessage()).contains(text));
    }

    /**
     * The failure with a pointer to its evidence in the message, if it is an assertion's that can be told anew without losing
     * anything; else itself.
     */
    static Throwable pointing(Throwable failure, String pointer) {
        if (says(failure, pointer)) {
            return failure;
        }
        String message = (failure.getMessage() == null ? "" : failure.getMessage() + "\n") + pointer;
        AssertionError told;
        if (failure.getClass() == AssertionError.class) {
            told = new AssertionError(message, failure.getCause());
        } else if (failure instanceof AssertionFailedError comparison
                && failure.getClass() == AssertionFailedError.class) {
            told = comparison.isExpectedDefined() && comparison.isActualDefined()
                    ? new AssertionFailedError(
                            message, comparison.getExpected(), comparison.getActual(), failure.getCause())
                    : new AssertionFailedError(message, failure.getCause());
        } else {
            return failure;
        }
        told.setStackTrace(failure.getStackTrace());
        for (Throwable suppressed : failure.getSuppressed()) {
            told.addSuppressed(suppressed);
        }
        return told;
    }

    /** Points from a failure whose message is not ours to change. */
    private static final class Pointer extends RuntimeException {
        private static final long serialVersionUID = 1;

        Pointer(String text) {
            super(text, null, false, false);
        }
    }
}
