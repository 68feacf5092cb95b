package dev.restante.corpus;

import dev.restante.HeaderField;
import dev.restante.MailMessage;
import dev.restante.MimePart;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.Optional;
import java.util.Set;

/** Asks a mail, and everything of ours that its answers hold, every question that takes no argument or a name. */
final class Interrogation {
    private final Deque<Object> open = new ArrayDeque<>();
    private final Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    private int answers;

    private Interrogation() {}

    /**
     * Asks everything.
     *
     * @return how many answers there were
     * @throws AssertionError if a question is answered by an exception or by null
     */
    static int of(Object mail) {
        Interrogation interrogation = new Interrogation();
        interrogation.note(mail);
        // A mail with 20,000 parts shows nothing new after some hundreds.
        while (!interrogation.open.isEmpty() && interrogation.seen.size() < 2_000) {
            interrogation.ask(interrogation.open.removeFirst());
        }
        return interrogation.answers;
    }

    private void ask(Object subject) {
        Arrays.stream(subject.getClass().getMethods())
                .filter(method -> method.getParameterCount() == 0 && !Modifier.isStatic(method.getModifiers()))
                .filter(method -> method.getDeclaringClass() != Object.class)
                .sorted(Comparator.comparing(Method::getName))
                .forEach(method -> note(answer(subject, method)));
        if (subject instanceof MailMessage message) {
            for (HeaderField field :
                    message.headers().subList(0, Math.min(20, message.headers().size()))) {
                note(message.header(field.name()));
                note(message.headers(field.name()));
            }
            note(message.part("1"));
            note(message.part("1.1.1.9"));
            note(message.part(""));
            note(message.byContentId("nobody@nowhere"));
            note(message.byContentId(""));
        } else if (subject instanceof MimePart part) {
            note(part.header("Content-Type"));
            note(part.headers("Content-Type"));
            note(part.contentTypeParameter("charset"));
            note(part.contentTypeParameter(""));
        }
    }

    private static Object answer(Object subject, Method method) {
        try {
            Object answer = method.invoke(subject);
            if (answer == null) {
                throw new AssertionError(subject.getClass().getSimpleName() + "." + method.getName() + "() is null");
            }
            return answer;
        } catch (InvocationTargetException e) {
            throw new AssertionError(
                    subject.getClass().getSimpleName() + "." + method.getName() + "() threw " + e.getCause(),
                    e.getCause());
        } catch (IllegalAccessException e) {
            throw new AssertionError(method.toString(), e);
        }
    }

    private void note(Object answer) {
        answers++;
        if (answer instanceof Optional<?> optional) {
            optional.ifPresent(this::note);
        } else if (answer instanceof Collection<?> all) {
            all.forEach(this::note);
        } else if (answer.getClass().getName().startsWith("dev.restante.")
                && Modifier.isPublic(answer.getClass().getModifiers())
                && seen.add(answer)) {
            open.add(answer);
        }
    }
}
