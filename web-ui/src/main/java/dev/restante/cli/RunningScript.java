package dev.restante.cli;

import dev.restante.FakeSmtpServer;
import dev.restante.ScriptFile;
import dev.restante.ScriptFileException;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The script file that a server runs by. It is read anew on SIGHUP and, if wanted, when the file changes. A file that is not
 * in order is complained of, and the rules that act stay.
 *
 * <p>The file is looked at again and again rather than watched by the system, which tells nothing of changes on network
 * drives, in mounted folders of containers, and behind symbolic links.
 */
final class RunningScript implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(RunningScript.class);
    private static final long GLANCE_MILLIS = 250;

    private final Path file;
    private final FakeSmtpServer server;
    private final PrintStream out;
    private final PrintStream err;
    private final ScheduledExecutorService watch;
    private Optional<Stamp> taken;
    private Optional<Stamp> seen;

    /** What tells one version of a file from another; of a link, what it leads to. */
    private record Stamp(
            FileTime modified, long size, @Nullable Object key) {
        static Optional<Stamp> of(Path file) {
            try {
                BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
                return Optional.of(new Stamp(attributes.lastModifiedTime(), attributes.size(), attributes.fileKey()));
            } catch (IOException e) {
                return Optional.empty();
            }
        }
    }

    private RunningScript(Path file, FakeSmtpServer server, PrintStream out, PrintStream err) {
        this.file = file;
        this.server = server;
        this.out = out;
        this.err = err;
        this.taken = Stamp.of(file);
        this.seen = taken;
        this.watch = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "restante-script");
            thread.setDaemon(true);
            return thread;
        });
    }

    /**
     * Has the server, which should not listen yet, run by a file, and takes up its changes.
     *
     * @param watched whether to look for changes without being told by SIGHUP
     * @throws ScriptFileException if the file is no script
     * @throws UncheckedIOException if it cannot be read
     */
    static RunningScript start(Path file, boolean watched, FakeSmtpServer server, PrintStream out, PrintStream err) {
        RunningScript script = new RunningScript(file, server, out, err);
        script.take();
        script.reloadOnHangUp(watched);
        if (watched) {
            var unused = script.watch.scheduleWithFixedDelay(
                    script::glance, GLANCE_MILLIS, GLANCE_MILLIS, TimeUnit.MILLISECONDS);
        }
        return script;
    }

    /** The number in words, such as {@code 2 rules}. */
    static String count(int rules) {
        return rules == 1 ? "1 rule" : (rules == 0 ? "no" : rules) + " rules";
    }

    private void take() {
        server.replaceScript(ScriptFile.read(file));
        int rules = server.rules().size();
        out.println("Script " + file + ": " + count(rules) + (rules == 1 ? " acts." : " act."));
    }

    private synchronized void reload() {
        try {
            taken = Stamp.of(file);
            seen = taken;
            take();
        } catch (ScriptFileException e) {
            refuse(ScriptProblem.of(file.toString(), e));
        } catch (UncheckedIOException e) {
            refuse(ScriptProblem.of(file.toString(), e));
        } catch (RuntimeException e) {
            // Whatever it is, later changes must still be taken up.
            log.error("The script {} was not taken up", file, e);
        }
    }

    private void refuse(String problem) {
        err.println("restante: " + problem + " The rules that acted before still do.");
    }

    /** Takes up a change once it is over: who writes in pieces is not read in between. */
    private synchronized void glance() {
        Optional<Stamp> now = Stamp.of(file);
        boolean still = now.equals(seen);
        seen = now;
        if (still && !now.equals(taken)) {
            reload();
        }
    }

    /**
     * A signal can be heard through classes of the JDK only that are not part of Java, hence the reflection. Where there are
     * no signals, as on Windows, nothing happens.
     */
    private void reloadOnHangUp(boolean watched) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object onHangUp = Proxy.newProxyInstance(
                    RunningScript.class.getClassLoader(), new Class<?>[] {handler}, this::called);
            Method handle = signal.getMethod("handle", signal, handler);
            Object before =
                    handle.invoke(null, signal.getConstructor(String.class).newInstance("HUP"), onHangUp);
            if (Objects.equals(before, handler.getField("SIG_IGN").get(null)) && !watched) {
                err.println("restante: This program was started so that it does not hear SIGHUP, by nohup perhaps."
                        + " Changes of " + file + " are not taken up; --watch-script takes them up without a signal.");
            }
        } catch (InvocationTargetException e) {
            // No such signal, or taken by the virtual machine (-Xrs).
            log.debug("SIGHUP is not heard", e.getCause());
        } catch (ReflectiveOperationException e) {
            log.debug("This Java hears no signals", e);
        }
    }

    private @Nullable Object called(Object proxy, Method method, Object @Nullable [] arguments) {
        return switch (method.getName()) {
            case "handle" -> {
                watch.execute(this::reload);
                yield null;
            }
            case "equals" -> arguments != null && proxy == arguments[0];
            case "hashCode" -> System.identityHashCode(proxy);
            default -> "reload of " + file;
        };
    }

    /** Takes up no more changes. */
    @Override
    public void close() {
        watch.shutdownNow();
    }
}
