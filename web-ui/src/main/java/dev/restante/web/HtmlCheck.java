package dev.restante.web;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;

/**
 * What mail clients make of a mail's HTML and CSS, by what Can I email (caniemail.com) has found out. A cut of its data is a
 * resource: for each feature and client the latest result.
 */
final class HtmlCheck {
    private final List<Feature> features = new ArrayList<>();
    private final Map<String, List<String>> platforms = new TreeMap<>();

    private record Feature(Warning warning, HtmlFeature use) {}

    /** What came of a mail. */
    record Report(
            @JsonProperty("Warnings") List<Warning> warnings,
            @JsonProperty("Platforms") Map<String, List<String>> platforms,
            @JsonProperty("Total") Total total) {}

    /** A feature that the mail uses. */
    record Warning(
            @JsonProperty("Slug") String slug,
            @JsonProperty("Title") String title,
            @JsonProperty("Description") String description,
            @JsonProperty("URL") String url,
            @JsonProperty("Category") String category,
            @JsonProperty("Tags") List<String> tags,
            @JsonProperty("Keywords") String keywords,
            @JsonProperty("Results") List<Result> results,
            @JsonProperty("NotesByNumber") Map<String, String> notes,
            @JsonProperty("Score") Score score) {
        Warning found(int times) {
            return new Warning(
                    slug,
                    title,
                    description,
                    url,
                    category,
                    tags,
                    keywords,
                    results,
                    notes,
                    new Score(times, score.supported, score.partial, score.unsupported));
        }
    }

    /** How a client takes it. */
    record Result(
            @JsonProperty("Name") String name,
            @JsonProperty("Platform") String platform,
            @JsonProperty("Family") String family,
            @JsonProperty("Version") String version,
            @JsonProperty("Support") String support,
            @JsonProperty("NoteNumber") String noteNumber) {}

    /** How often it is used, and how many of a hundred clients take it. */
    record Score(
            @JsonProperty("Found") int found,
            @JsonProperty("Supported") double supported,
            @JsonProperty("Partial") double partial,
            @JsonProperty("Unsupported") double unsupported) {
        static Score of(List<Result> results) {
            double partial = share(results, "partial");
            double unsupported = share(results, "no");
            return new Score(0, rest(partial, unsupported), partial, unsupported);
        }

        private static double share(List<Result> results, String support) {
            long count = results.stream()
                    .filter(result -> result.support().equals(support))
                    .count();
            return results.isEmpty() ? 0 : rounded(100.0 * count / results.size());
        }
    }

    /** The whole mail. */
    record Total(
            @JsonProperty("Tests") int tests,
            @JsonProperty("Nodes") int nodes,
            @JsonProperty("Supported") double supported,
            @JsonProperty("Partial") double partial,
            @JsonProperty("Unsupported") double unsupported) {}

    private static double rounded(double percent) {
        return Math.round(percent * 100) / 100.0;
    }

    private static double rest(double partial, double unsupported) {
        return rounded(100 - partial - unsupported);
    }

    /** Made at the first use: its data takes a moment to read. */
    private static final class Holder {
        static final HtmlCheck CHECK = new HtmlCheck();
    }

    static Report report(String html) {
        return Holder.CHECK.check(html);
    }

    private HtmlCheck() {
        JsonNode data = read();
        for (JsonNode each : data.get("features")) {
            Warning warning = warning(each, data.get("families"), data.get("platforms"));
            HtmlFeature.find(warning.slug(), warning.title()).ifPresent(use -> features.add(new Feature(warning, use)));
        }
        features.add(new Feature(
                new Warning(
                        "html-script",
                        "<script> element",
                        "No mail client runs scripts.",
                        "https://www.caniemail.com/",
                        "html",
                        List.of(),
                        "",
                        List.of(),
                        Map.of(),
                        new Score(0, 0, 0, 100)),
                letter -> letter.document().select("script").size()));
        Map<String, TreeSet<String>> clients = new TreeMap<>();
        features.stream()
                .flatMap(feature -> feature.warning().results().stream())
                .forEach(result -> clients.computeIfAbsent(result.platform(), name -> new TreeSet<>())
                        .add(result.name()));
        clients.forEach((platform, names) -> platforms.put(platform, List.copyOf(names)));
    }

    private static JsonNode read() {
        try (InputStream resource = HtmlCheck.class.getResourceAsStream("caniemail.json")) {
            if (resource == null) {
                throw new IllegalStateException(
                        "The resource dev/restante/web/caniemail.json is missing from the jar.");
            }
            return Json.mapper().readTree(resource.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read caniemail.json from the class path.", e);
        }
    }

    private static Warning warning(JsonNode feature, JsonNode families, JsonNode platforms) {
        List<Result> results = new ArrayList<>();
        for (Map.Entry<String, JsonNode> family : feature.get("stats").properties()) {
            for (Map.Entry<String, JsonNode> platform : family.getValue().properties()) {
                String[] found = platform.getValue().get(1).asString().split("\\s*#", 2);
                String support = switch (found[0].strip()) {
                    case "y" -> "yes";
                    case "n" -> "no";
                    case "a" -> "partial";
                    default -> ""; // nobody knows
                };
                if (!support.isEmpty()) {
                    String client = families.path(family.getKey()).asString(family.getKey());
                    results.add(new Result(
                            client + " (" + platforms.path(platform.getKey()).asString(platform.getKey()) + ")",
                            platform.getKey(),
                            family.getKey(),
                            platform.getValue().get(0).asString(),
                            support,
                            found.length > 1 ? found[1].replaceAll("\\D.*", "") : ""));
                }
            }
        }
        List<String> tags = new ArrayList<>();
        feature.get("tags").forEach(tag -> tags.add(tag.asString()));
        Map<String, String> notes = new TreeMap<>();
        feature.get("notes")
                .properties()
                .forEach(note -> notes.put(note.getKey(), html(note.getValue().asString())));
        return new Warning(
                feature.get("slug").asString(),
                feature.get("title").asString(),
                html(feature.get("description").asString()),
                feature.get("url").asString(),
                feature.get("category").asString(),
                tags,
                feature.get("keywords").asString(),
                results,
                notes,
                Score.of(results));
    }

    /** The data's texts mark code with backticks. */
    private static String html(String markdown) {
        return org.jsoup.nodes.Entities.escape(markdown).replaceAll("`([^`]+)`", "<code>$1</code>");
    }

    private Report check(String html) {
        HtmlFeature.Letter letter = HtmlFeature.Letter.of(html);
        List<Warning> warnings = new ArrayList<>();
        for (Feature feature : features) {
            int found = feature.use().count(letter);
            if (found > 0) {
                warnings.add(feature.warning().found(found));
            }
        }
        warnings.sort(
                Comparator.comparingDouble((Warning warning) -> -warning.score().unsupported())
                        .thenComparingDouble(warning -> -warning.score().partial())
                        .thenComparing(Warning::slug));
        return new Report(
                warnings,
                platforms,
                total(warnings, letter.document().getAllElements().size()));
    }

    /** Of all uses of all features, how many of a hundred are taken. */
    private static Total total(List<Warning> warnings, int nodes) {
        double partial = 0;
        double unsupported = 0;
        int uses = 0;
        int tests = 0;
        for (Warning warning : warnings) {
            Score score = warning.score();
            uses += score.found();
            tests += Math.max(1, warning.results().size());
            partial += score.found() * score.partial();
            unsupported += score.found() * score.unsupported();
        }
        double partly = uses == 0 ? 0 : rounded(partial / uses);
        double not = uses == 0 ? 0 : rounded(unsupported / uses);
        return new Total(tests, nodes, rest(partly, not), partly, not);
    }

    /** The slugs of the data for which a way to find them is known. */
    static List<String> slugs() {
        return Holder.CHECK.features.stream()
                .map(feature -> feature.warning().slug())
                .toList();
    }
}
