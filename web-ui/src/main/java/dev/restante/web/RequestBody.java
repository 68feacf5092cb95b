package dev.restante.web;

import io.javalin.http.Context;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiFunction;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * What a client sent along. It is read up to a limit and no further; the names of keys may be spelled in any case, and null
 * is the same as nothing.
 */
final class RequestBody {
    static final int LIMIT = 5 << 20;

    /** What the parser says of its own affairs. */
    private static final Pattern INNARDS =
            Pattern.compile("\\s*\\((?:start marker )?at \\[Source: [^\\]]*].*?\\)", Pattern.DOTALL);

    private static final int FORGOTTEN = 64 << 10;
    private static final int DRAINED = 64 << 20;
    private static final long DRAIN_NANOS = 2_000_000_000L;
    private static final long SILENCE_NANOS = 100_000_000L;
    private static final long DRAIN_PAUSE_NANOS = 1_000_000L;
    private static final int DRAIN_STEP = 64 * 1024;

    private final String path;
    private final Map<String, JsonNode> fields = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    private final Set<String> named = new HashSet<>();
    private final BiFunction<String, String, Answer> complaint;

    private RequestBody(JsonNode object, String path, BiFunction<String, String, Answer> complaint) {
        this.path = path;
        this.complaint = complaint;
        for (Map.Entry<String, JsonNode> field : object.properties()) {
            named.add(field.getKey().toLowerCase(Locale.ROOT));
            if (!field.getValue().isNull() && fields.put(field.getKey(), field.getValue()) != null) {
                throw complaint.apply(at(field.getKey()), "\"" + at(field.getKey()) + "\" is there twice.");
            }
        }
    }

    /**
     * The octets of the body.
     *
     * @throws Answer 413 if they are more than {@code limit}
     */
    static byte[] bytes(Context ctx, int limit, BiFunction<String, String, Answer> tooLarge) {
        long declared = ctx.req().getContentLengthLong();
        if (declared > limit && ctx.header("Expect") != null) {
            throw tooLarge.apply("", "The body is larger than " + limit + " octets."); // and is not sent
        }
        try (InputStream in = ctx.req().getInputStream()) {
            byte[] bytes = declared > limit ? new byte[0] : in.readNBytes(limit + 1);
            if (declared > limit || bytes.length > limit) {
                drain(in);
                ctx.header("Connection", "close"); // what is left is not read
                throw tooLarge.apply("", "The body is larger than " + limit + " octets.");
            }
            return bytes;
        } catch (IOException e) {
            throw Answer.text(400, "The body did not come whole.");
        }
    }

    /**
     * Forgets what follows, within bounds: most clients send all of a body before they read, and a connection that ends over
     * unread octets takes the refusal with it.
     */
    private static void drain(InputStream in) {
        long now = System.nanoTime();
        long deadline = now + DRAIN_NANOS;
        long silence = now + SILENCE_NANOS;
        byte[] forgotten = new byte[DRAIN_STEP];
        long drained = 0;
        try {
            while (drained < DRAINED && now - deadline < 0 && now - silence < 0) {
                // It is not waited for: a client may wait for the refusal before it sends.
                if (in.available() == 0) {
                    LockSupport.parkNanos(DRAIN_PAUSE_NANOS);
                } else {
                    int count = in.read(forgotten);
                    if (count < 0) {
                        return;
                    }
                    drained += count;
                    silence = System.nanoTime() + SILENCE_NANOS;
                }
                now = System.nanoTime();
            }
        } catch (IOException e) {
            // The client has gone, and will not read the refusal either.
        }
    }

    /** The body of a compatible route: an object, whose errors are told as plain text. */
    static RequestBody compatible(Context ctx) {
        return object(bytes(ctx, LIMIT, RequestBody::tooLarge), (field, text) -> Answer.badRequest(text));
    }

    /** The body of a route of ours. */
    static RequestBody own(byte[] bytes) {
        return object(bytes, (field, text) -> Answer.problem(400, "bad_body", text, field.isEmpty() ? null : field));
    }

    /** Whether there is a body at all. */
    static boolean isBlank(byte[] body) {
        for (byte b : body) {
            if (b != ' ' && b != '\t' && b != '\r' && b != '\n') {
                return false;
            }
        }
        return true;
    }

    /**
     * Reads and forgets what a route did not ask for, if it is little: octets that are left unread cost the client its
     * connection.
     */
    static void forget(Context ctx) {
        if (ctx.req().getContentLengthLong() <= 0 || ctx.res().containsHeader("Connection")) {
            return;
        }
        try (InputStream in = ctx.req().getInputStream()) {
            in.skipNBytes(Math.min(ctx.req().getContentLengthLong(), FORGOTTEN));
        } catch (IOException e) {
            // It was read already, or the client has gone: either way nothing is left to forget.
        }
    }

    static Answer tooLarge(String field, String text) {
        return Answer.text(413, text);
    }

    static RequestBody object(byte[] bytes, BiFunction<String, String, Answer> complaint) {
        return object(json(bytes, complaint), complaint);
    }

    static RequestBody object(JsonNode node, BiFunction<String, String, Answer> complaint) {
        if (!node.isObject()) {
            throw complaint.apply("", "The body is not a JSON object.");
        }
        return new RequestBody(node, "", complaint);
    }

    static JsonNode json(byte[] bytes, BiFunction<String, String, Answer> complaint) {
        try {
            JsonNode node = Json.mapper().readTree(bytes);
            if (node.isMissingNode()) {
                throw complaint.apply("", "The body is empty, but should be JSON.");
            }
            return node;
        } catch (JacksonException e) {
            String where = e.getLocation() == null
                    ? ""
                    : ", line " + e.getLocation().getLineNr() + ", column "
                            + e.getLocation().getColumnNr();
            String what = INNARDS.matcher(e.getOriginalMessage()).replaceAll("");
            throw complaint.apply("", "The body is no JSON: " + what + where + ".");
        }
    }

    private String at(String name) {
        return path.isEmpty() ? name : path + "." + name;
    }

    Answer complain(String name, String expected) {
        return complaint.apply(at(name), "\"" + at(name) + "\" should be " + expected + ".");
    }

    /** Refuses keys other than these. */
    void only(Set<String> names) {
        for (String name : fields.keySet()) {
            if (names.stream().noneMatch(name::equalsIgnoreCase)) {
                throw complaint.apply(
                        at(name), "\"" + at(name) + "\" is none of the keys here: " + String.join(", ", names) + ".");
            }
        }
    }

    /** Whether there is such a key, be its value null. */
    boolean isNamed(String name) {
        return named.contains(name.toLowerCase(Locale.ROOT));
    }

    boolean has(String name) {
        return fields.containsKey(name);
    }

    boolean flag(String name) {
        JsonNode value = fields.get(name);
        if (value != null && !value.isBoolean()) {
            throw complain(name, "true or false");
        }
        return value != null && value.booleanValue();
    }

    String text(String name) {
        JsonNode value = fields.get(name);
        if (value != null && !value.isString()) {
            throw complain(name, "a text");
        }
        return value == null ? "" : value.stringValue();
    }

    Optional<Integer> number(String name) {
        JsonNode value = fields.get(name);
        if (value != null && !(value.isIntegralNumber() && value.canConvertToInt())) {
            throw complain(name, "a whole number");
        }
        return value == null ? Optional.empty() : Optional.of(value.intValue());
    }

    Optional<Long> longNumber(String name) {
        JsonNode value = fields.get(name);
        if (value != null && !(value.isIntegralNumber() && value.canConvertToLong())) {
            throw complain(name, "a whole number");
        }
        return value == null ? Optional.empty() : Optional.of(value.longValue());
    }

    List<String> texts(String name) {
        List<String> texts = new ArrayList<>();
        for (JsonNode each : array(name, "a list of texts")) {
            if (!each.isString()) {
                throw complain(name, "a list of texts");
            }
            texts.add(each.stringValue());
        }
        return texts;
    }

    Map<String, JsonNode> entries() {
        return fields;
    }

    Optional<RequestBody> object(String name) {
        JsonNode value = fields.get(name);
        if (value != null && !value.isObject()) {
            throw complain(name, "an object");
        }
        return value == null ? Optional.empty() : Optional.of(new RequestBody(value, at(name), complaint));
    }

    List<RequestBody> objects(String name) {
        List<RequestBody> objects = new ArrayList<>();
        for (JsonNode each : array(name, "a list of objects")) {
            if (!each.isObject()) {
                throw complain(name, "a list of objects");
            }
            objects.add(new RequestBody(each, at(name) + "[" + objects.size() + "]", complaint));
        }
        return objects;
    }

    private Iterable<JsonNode> array(String name, String expected) {
        JsonNode value = fields.get(name);
        if (value != null && !value.isArray()) {
            throw complain(name, expected);
        }
        return value == null ? List.of() : value;
    }
}
