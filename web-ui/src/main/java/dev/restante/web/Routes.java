package dev.restante.web;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Handler;

/** Where routes are added that a server has, and each of its mailboxes below an address of its own. */
@FunctionalInterface
interface Routes {
    /** Has this handler answer a method, in capitals, at a path. */
    void add(String method, String path, Handler handler);

    /** Those of the server. */
    static Routes of(RoutesConfig routes) {
        return (method, path, handler) -> {
            switch (method) {
                case "GET" -> routes.get(path, handler);
                case "POST" -> routes.post(path, handler);
                case "PUT" -> routes.put(path, handler);
                case "PATCH" -> routes.patch(path, handler);
                case "DELETE" -> routes.delete(path, handler);
                default -> throw new IllegalArgumentException("No route is asked by " + method + ".");
            }
        };
    }

    default void get(String path, Handler handler) {
        add("GET", path, handler);
    }

    default void post(String path, Handler handler) {
        add("POST", path, handler);
    }

    default void put(String path, Handler handler) {
        add("PUT", path, handler);
    }

    default void patch(String path, Handler handler) {
        add("PATCH", path, handler);
    }

    default void delete(String path, Handler handler) {
        add("DELETE", path, handler);
    }
}
