package dev.restante.web;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The page and its files, from the class path. The page finds out from its address what to show. */
final class Assets {
    private static final String OURS = "/web/";
    private static final String LIT = "/META-INF/resources/webjars/lit-html/3.3.2/";
    private static final Pattern NAME = Pattern.compile("[a-z][a-z-]*\\.(css|js|svg)");
    private static final Pattern OWN_ADDRESS = Pattern.compile("((?:href|src)=\")/");
    private static final Map<String, String> TYPES = Map.of(
            "html", "text/html; charset=utf-8",
            "css", "text/css; charset=utf-8",
            "js", "text/javascript; charset=utf-8",
            "svg", "image/svg+xml");

    private static final List<String> VIEWS =
            List.of("/", "/view/{id}", "/sessions", "/session/{id}", "/script", "/overview", "/start");

    private final Search search;
    private final String basePath;
    private final Map<String, Asset> loaded = new ConcurrentHashMap<>();

    Assets(Search search, String basePath) {
        this.search = search;
        this.basePath = basePath;
    }

    private static final class Asset {
        final byte[] content;
        final String type;
        final String tag;

        Asset(byte[] content, String type, String tag) {
            this.content = content;
            this.type = type;
            this.tag = tag;
        }
    }

    void addTo(RoutesConfig routes) {
        routes.get("/view/latest", this::latest);
        for (String view : VIEWS) {
            routes.get(view, ctx -> serve(ctx, OURS, "index.html"));
        }
        routes.get("/favicon.ico", ctx -> serve(ctx, OURS, "favicon.svg"));
        routes.get("/assets/{file}", ctx -> serve(ctx, OURS, checked(ctx.pathParam("file"))));
        routes.get("/assets/lit/{file}", ctx -> serve(ctx, LIT, checked(ctx.pathParam("file"))));
        routes.get(
                "/assets/lit/directives/{file}",
                ctx -> serve(ctx, LIT + "directives/", checked(ctx.pathParam("file"))));
    }

    private void latest(Context ctx) {
        ctx.redirect(
                basePath + search.latest(ctx).map(mail -> "/view/" + mail.id()).orElse("/"));
    }

    private static String checked(String name) {
        if (!NAME.matcher(name).matches()) {
            throw Answer.pageNotFound();
        }
        return name;
    }

    private void serve(Context ctx, String folder, String name) {
        Asset asset = loaded.get(folder + name);
        if (asset == null) {
            asset = load(folder, name);
            if (asset == null) {
                throw Answer.pageNotFound();
            }
            loaded.put(folder + name, asset);
        }
        ctx.header("Cache-Control", "no-cache").header("ETag", asset.tag);
        if (asset.tag.equals(ctx.header("If-None-Match"))) {
            ctx.status(304);
        } else {
            ctx.contentType(asset.type).result(asset.content);
        }
    }

    private @Nullable Asset load(String folder, String name) {
        try (InputStream file = Assets.class.getResourceAsStream(folder + name)) {
            if (file == null) {
                return null;
            }
            byte[] content = based(name, file.readAllBytes());
            String type = TYPES.getOrDefault(name.substring(name.lastIndexOf('.') + 1), "application/octet-stream");
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(content);
            return new Asset(content, type, '"' + HexFormat.of().formatHex(digest, 0, 12) + '"');
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read " + name + " from the class path.", e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-256.", e);
        }
    }

    /** The document is written for the root: below a base path, its addresses get that in front. Scripts find out by themselves. */
    private byte[] based(String name, byte[] content) {
        if (basePath.isEmpty() || !name.endsWith(".html")) {
            return content;
        }
        String text = new String(content, StandardCharsets.UTF_8);
        return OWN_ADDRESS
                .matcher(text)
                .replaceAll("$1" + Matcher.quoteReplacement(basePath) + "/")
                .getBytes(StandardCharsets.UTF_8);
    }
}
