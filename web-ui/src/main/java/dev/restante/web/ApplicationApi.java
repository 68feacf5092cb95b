package dev.restante.web;

import io.javalin.config.RoutesConfig;

/** The compatible routes about the server itself. */
final class ApplicationApi {
    void addTo(RoutesConfig routes) {
        routes.get("/livez", ctx -> {});
        routes.get("/readyz", ctx -> {});
    }
}
