package dev.restante.web;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import io.javalin.http.HttpResponseException;
import java.net.URI;
import java.util.Locale;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What stands before every route: who may ask, what a browser may do with the answer, how errors are told. */
final class Guard {
    private static final Logger log = LoggerFactory.getLogger(Guard.class);
    private static final Pattern IPV4 = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}");
    private static final Pattern IPV6 = Pattern.compile("\\[[0-9a-f:.%]+]");
    private static final Pattern PART = Pattern.compile("/api/v1/(mailboxes/[^/]+/)?message/[^/]+/part/[^/]+");
    private static final Pattern PORT = Pattern.compile(":\\d{1,5}$");

    /** Everything from here, nothing from elsewhere, nothing inline. Mail has a stricter policy of its own. */
    private static final String POLICY =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
                    + " connect-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private static final int MAX_SENDING = 150;
    private static final String SENDING = "sending";

    /** What all bodies that are being sent may take up; a lone one may take more. */
    private static final long BODIES = Math.max(64L << 20, Runtime.getRuntime().maxMemory() / 4);

    private final Access access;
    private final String basePath;

    private final Semaphore sending = new Semaphore(MAX_SENDING);
    private final AtomicLong octetsSent = new AtomicLong();

    /** Lets requests through that are addressed to loopback names, to addresses in digits, or as {@code access} says. */
    Guard(Access access, String basePath) {
        this.access = access;
        this.basePath = basePath;
    }

    void addTo(RoutesConfig routes) {
        routes.before(Guard::secure);
        routes.before(this::admit);
        routes.before(this::beginSending);
        routes.after(this::endSending);
        routes.wsBeforeUpgrade(this::admit);
        // No route of its own: it would make other methods of paths that do not exist "not allowed" instead of absent.
        routes.before("/api/v1/*", ctx -> {
            if (ctx.method().equals(HandlerType.OPTIONS)) {
                ctx.status(200).skipRemainingHandlers();
            }
        });
        routes.exception(Answer.class, Answer::writeTo);
        routes.exception(
                QueryException.class,
                (e, ctx) -> Answer.badRequest("Error: " + e.text()).writeTo(ctx));
        routes.exception(
                Deadline.Passed.class,
                (e, ctx) -> Answer.badRequest("Error: " + e.getMessage()).writeTo(ctx));
        routes.exception(HttpResponseException.class, (e, ctx) -> {
            // What Javalin itself refuses: no such route, no such method, a broken request.
            String text = e.getStatus() == 404 && ctx.path().startsWith(basePath + "/api/")
                    ? "File not found\n"
                    : e.getStatus() == 404
                            ? "404 page not found"
                            : e.getStatus() == 405 ? "Method Not Allowed" : String.valueOf(e.getMessage());
            plain(ctx, e.getStatus(), text);
        });
        routes.exception(Exception.class, (e, ctx) -> {
            log.error("{} {} failed.", ctx.method(), ctx.path(), e);
            plain(ctx, 500, "This server failed at the request; its log says more.");
        });
    }

    private static void plain(Context ctx, int status, String text) {
        ctx.status(status).contentType("text/plain; charset=utf-8").result(text);
    }

    private static void secure(Context ctx) {
        ctx.header("Content-Security-Policy", POLICY);
        ctx.header("X-Content-Type-Options", "nosniff");
        ctx.header("Referrer-Policy", "no-referrer");
        ctx.header("Cache-Control", "no-store");
    }

    private void admit(Context ctx) {
        String host = ctx.header("Host");
        if (host == null || !isOurs(host)) {
            throw Answer.forbidden("This server does not answer to the name \"" + host
                    + "\". Ask it as localhost or by its address in digits, or allow the name.");
        }
        String origin = ctx.header("Origin");
        if (origin != null && access.isAllowedOrigin(origin)) {
            ctx.header("Access-Control-Allow-Origin", origin).header("Access-Control-Allow-Credentials", "true");
            ctx.header("Vary", "Origin");
            if (isPreflight(ctx)) {
                return; // it asks for permission only, and carries no credentials
            }
        } else if (origin != null && !isSame(origin, host) && !isFrameOfMail(origin, ctx)) {
            throw Answer.forbidden("Blocked due to CORS violation");
        } else if (isBehindAPagesBack(ctx)) {
            throw Answer.forbidden("Blocked due to CORS violation");
        }
        if (!isProbe(ctx) && !access.permits(ctx.header("Authorization"))) {
            ctx.header("WWW-Authenticate", access.challenge());
            throw Answer.text(401, "Unauthorized.\n");
        }
    }

    /** Each request that sends a body holds a thread until all of it is there: some are left for all others. */
    private void beginSending(Context ctx) {
        long length = ctx.header("Transfer-Encoding") != null
                ? RequestBody.LIMIT
                : ctx.req().getContentLengthLong();
        if (length <= 0) {
            return;
        } else if (!sending.tryAcquire()) {
            throw Answer.text(503, MAX_SENDING + " requests are sending already. Try again later.");
        }
        ctx.attribute(SENDING, length);
        if (octetsSent.addAndGet(length) > BODIES && octetsSent.get() > length) {
            throw Answer.text(503, "Too many large requests are being sent at once. Try again later.");
        }
    }

    private void endSending(Context ctx) {
        Long length = ctx.attribute(SENDING);
        if (length != null) {
            RequestBody.forget(ctx);
            octetsSent.addAndGet(-length);
            sending.release();
        }
    }

    private static boolean isPreflight(Context ctx) {
        String wanted = ctx.header("Access-Control-Request-Headers");
        if (!ctx.method().equals(HandlerType.OPTIONS) || ctx.header("Access-Control-Request-Method") == null) {
            return false;
        }
        ctx.header("Access-Control-Allow-Methods", "GET, POST, PUT, PATCH, DELETE, OPTIONS");
        ctx.header("Access-Control-Allow-Headers", wanted == null ? "Authorization, Content-Type" : wanted);
        return true;
    }

    /** Another page has its browser fetch something here, as a picture or a script: browsers send no Origin then. */
    private boolean isBehindAPagesBack(Context ctx) {
        return "cross-site".equals(ctx.header("Sec-Fetch-Site"))
                && !"navigate".equals(ctx.header("Sec-Fetch-Mode"))
                && !isPart(ctx);
    }

    /** Whoever watches over the server has no password. */
    private boolean isProbe(Context ctx) {
        return ctx.path().equals(basePath + "/livez") || ctx.path().equals(basePath + "/readyz");
    }

    /** An address in digits cannot be rebound by anybody's DNS, so any will do. */
    private boolean isOurs(String host) {
        String name = PORT.matcher(host.toLowerCase(Locale.ROOT)).replaceFirst("");
        return access.isNamed(name)
                || name.endsWith(".localhost")
                || IPV4.matcher(name).matches()
                || IPV6.matcher(name).matches();
    }

    /** The frame of a mail has no origin of its own, and says so when it asks for the mail's images. */
    private boolean isFrameOfMail(String origin, Context ctx) {
        return origin.equals("null") && isPart(ctx);
    }

    private boolean isPart(Context ctx) {
        return ctx.path().startsWith(basePath)
                && PART.matcher(ctx.path().substring(basePath.length())).matches();
    }

    private static boolean isSame(String origin, String host) {
        try {
            return host.equalsIgnoreCase(URI.create(origin).getRawAuthority());
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
