package dev.restante.web;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Map;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The API's description (OpenAPI 3.1), kept by hand as a resource, and a page made from it. */
final class OpenApi {
    private static final String STYLE = """
            :root{color-scheme:light dark}
            body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}
            h2{margin-top:2.5rem}
            h3{margin:2rem 0 .25rem;font-size:1rem}
            code,pre{font:14px/1.5 ui-monospace,monospace}
            .method{display:inline-block;min-width:4.5rem;font-weight:700;text-transform:uppercase}
            table{border-collapse:collapse;margin:.5rem 0}
            th,td{text-align:left;vertical-align:top;padding:.2rem 1rem .2rem 0;font-weight:400}
            th{white-space:nowrap}
            pre{overflow:auto;border:1px solid;padding:.75rem;border-radius:.3rem}
            """;

    private final String basePath;
    private final Map<String, String> ofMailboxes;

    /**
     * A description.
     *
     * @param ofMailboxes the paths that each mailbox has for itself, by those of the server that they are like
     */
    OpenApi(String basePath, Map<String, String> ofMailboxes) {
        this.basePath = basePath;
        this.ofMailboxes = ofMailboxes;
    }

    void addTo(RoutesConfig routes) {
        routes.get("/api/v1/openapi.json", ctx -> ctx.json(description()));
        routes.get("/api/v1", this::page);
    }

    /** The description, whose paths begin at the base path of this server. */
    private ObjectNode description() {
        try (InputStream resource = OpenApi.class.getResourceAsStream("openapi.json")) {
            if (resource == null) {
                throw new IllegalStateException("The resource dev/restante/web/openapi.json is missing from the jar.");
            }
            ObjectNode description = (ObjectNode) Json.mapper().readTree(resource.readAllBytes());
            ((ObjectNode) description.get("info")).put("version", RestanteUi.version());
            description.putArray("servers").addObject().put("url", basePath.isEmpty() ? "/" : basePath);
            ofMailboxes.forEach((path, own) -> describe(
                    (ObjectNode) description.get("paths").get(path),
                    ((ObjectNode) description.get("paths")).putObject(own)));
            return description;
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read openapi.json from the class path.", e);
        }
    }

    /** What a mailbox has is described as what the server has, but for where it is. */
    private static void describe(ObjectNode ofServer, ObjectNode ofMailbox) {
        ofServer.properties().forEach(each -> {
            ObjectNode operation = (ObjectNode) each.getValue().deepCopy();
            operation.put("operationId", operation.get("operationId").asString() + "OfMailbox");
            operation.putArray("tags").add("Mailbox");
            ArrayNode parameters = operation.has("parameters")
                    ? (ArrayNode) operation.get("parameters")
                    : operation.putArray("parameters");
            parameters
                    .insertObject(0)
                    .put("name", "mailbox")
                    .put("in", "path")
                    .put("required", true)
                    .put("description", "The mailbox's name; default is the server's own.")
                    .putObject("schema")
                    .put("type", "string");
            ObjectNode responses = (ObjectNode) operation.get("responses");
            ObjectNode absent = responses.has("404")
                    ? (ObjectNode) responses.get("404")
                    : responses.putObject("404").put("description", "There is no such mailbox.");
            ObjectNode content =
                    absent.has("content") ? (ObjectNode) absent.get("content") : absent.putObject("content");
            content.putObject("application/json").putObject("schema").put("$ref", "#/components/schemas/Problem");
            ofMailbox.set(each.getKey(), operation);
        });
    }

    private void page(Context ctx) {
        ctx.header(
                "Content-Security-Policy",
                "default-src 'none'; style-src 'sha256-" + digest(STYLE)
                        + "'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
        ctx.contentType("text/html; charset=utf-8").result(new Page(description()).html());
    }

    private static String digest(String text) {
        try {
            return Base64.getEncoder()
                    .encodeToString(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-256.", e);
        }
    }

    /** Writes the description as a document. */
    private static final class Page {
        private final JsonNode description;
        private final Document document = Document.createShell("");

        Page(JsonNode description) {
            this.description = description;
        }

        String html() {
            document.outputSettings().prettyPrint(false);
            document.prependChild(new org.jsoup.nodes.DocumentType("html", "", ""));
            document.select("html").attr("lang", "en");
            document.head().appendElement("meta").attr("charset", "utf-8");
            document.head()
                    .appendElement("meta")
                    .attr("name", "viewport")
                    .attr("content", "width=device-width, initial-scale=1");
            document.title("Restante: HTTP API");
            document.head().appendElement("style").appendChild(new org.jsoup.nodes.DataNode(STYLE));
            Element body = document.body();
            body.appendElement("h1").text("Restante's HTTP API");
            body.appendElement("p")
                    .text(description.get("info").get("description").asString());
            Element more = body.appendElement("p");
            more.appendText("The same for programs: ");
            more.appendElement("a").attr("href", "v1/openapi.json").text("openapi.json");
            for (JsonNode tag : description.get("tags")) {
                body.appendElement("h2").text(tag.get("name").asString());
                operations(tag.get("name").asString());
            }
            body.appendElement("h2").text("Shapes");
            description.get("components").get("schemas").properties().forEach(shape -> {
                body.appendElement("h3").attr("id", "shape-" + shape.getKey()).text(shape.getKey());
                body.appendElement("pre").text(shape.getValue().toPrettyString());
            });
            return document.outerHtml();
        }

        private void operations(String tag) {
            for (Map.Entry<String, JsonNode> path : description.get("paths").properties()) {
                for (Map.Entry<String, JsonNode> operation : path.getValue().properties()) {
                    if (operation.getValue().get("tags").get(0).asString().equals(tag)) {
                        operation(path.getKey(), operation.getKey(), operation.getValue());
                    }
                }
            }
        }

        private void operation(String path, String method, JsonNode operation) {
            Element title = document.body()
                    .appendElement("h3")
                    .attr("id", operation.get("operationId").asString());
            title.appendElement("span").addClass("method").text(method);
            title.appendText(" ");
            title.appendElement("code").text(path);
            document.body()
                    .appendElement("p")
                    .text(operation.get("summary").asString() + "."
                            + (operation.has("description")
                                    ? " " + operation.get("description").asString()
                                    : ""));
            Element table = document.body().appendElement("table");
            for (JsonNode parameter : operation.path("parameters")) {
                row(
                        table,
                        parameter.get("name").asString(),
                        parameter.get("description").asString(),
                        "");
            }
            operation.path("requestBody").path("content").properties().stream()
                    .findFirst()
                    .ifPresent(body -> row(
                            table, "body", body.getKey(), shape(body.getValue().get("schema"))));
            operation.get("responses").properties().forEach(response -> {
                JsonNode content = response.getValue().path("content");
                String shape = content.properties().stream()
                        .findFirst()
                        .map(each -> shape(each.getValue().get("schema")))
                        .orElse("");
                row(
                        table,
                        response.getKey(),
                        response.getValue().get("description").asString(),
                        shape);
            });
        }

        private static void row(Element table, String name, String text, String shape) {
            Element row = table.appendElement("tr");
            row.appendElement("th").attr("scope", "row").appendElement("code").text(name);
            Element cell = row.appendElement("td").text(text);
            if (!shape.isEmpty()) {
                cell.appendText(" ");
                cell.appendElement("a").attr("href", "#shape-" + shape).text(shape);
            }
        }

        /** The name of the shape that a schema refers to. */
        private static String shape(JsonNode schema) {
            String reference = schema.path("$ref").asString("");
            return reference.substring(reference.lastIndexOf('/') + 1);
        }
    }
}
