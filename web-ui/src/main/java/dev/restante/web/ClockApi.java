package dev.restante.web;

import dev.restante.FakeSmtpServer;
import dev.restante.ManualClock;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.time.Duration;
import java.util.Set;

/** Our own routes for the server's clock. */
final class ClockApi {
    private static final Duration LONGEST = Duration.ofDays(3660);

    private final FakeSmtpServer smtp;

    ClockApi(FakeSmtpServer smtp) {
        this.smtp = smtp;
    }

    private record Clock(String now, boolean manual) {}

    void addTo(RoutesConfig routes) {
        routes.get("/api/v1/clock", this::tell);
        routes.post("/api/v1/clock/advance", this::advance);
    }

    private void tell(Context ctx) {
        ctx.json(new Clock(Json.time(smtp.clock().now()), smtp.clock() instanceof ManualClock));
    }

    private void advance(Context ctx) {
        Parameters.only(ctx, Set.of());
        RequestBody body = RequestBody.own(RequestBody.bytes(
                ctx, RequestBody.LIMIT, (field, text) -> Answer.problem(413, "too_large", text, null)));
        body.only(Set.of("by"));
        Duration by = Parameters.time(body.text("by"), LONGEST)
                .orElseThrow(() -> body.complain(
                        "by", "a time of at most " + LONGEST.toDays() + " days, such as PT5M, 5m or 90s"));
        try {
            smtp.clock().advance(by);
        } catch (UnsupportedOperationException e) {
            throw Answer.problem(409, "clock_moves_by_itself", String.valueOf(e.getMessage()), null);
        }
        tell(ctx);
    }
}
