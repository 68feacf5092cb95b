package dev.restante.web;

import dev.restante.Attempt;
import dev.restante.FakeSmtpServer;
import dev.restante.Onlooker;
import dev.restante.RuleReport;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Figures for Prometheus. The registry is made when somebody first asks. */
final class MetricsApi {
    private final FakeSmtpServer smtp;
    private final MailMarks marks;
    private final Search search;
    private final Tallies tallies;
    private final Webhooks webhooks;
    private @Nullable Registry registry;

    MetricsApi(FakeSmtpServer smtp, MailMarks marks, Search search, Tallies tallies, Webhooks webhooks) {
        this.webhooks = webhooks;
        this.smtp = smtp;
        this.marks = marks;
        this.search = search;
        this.tallies = tallies;
    }

    void addTo(RoutesConfig routes) {
        routes.get("/metrics", this::metrics);
    }

    private void metrics(Context ctx) {
        ctx.contentType("text/plain; version=0.0.4; charset=utf-8")
                .result(registry().scrape());
    }

    private synchronized Registry registry() {
        if (registry == null) {
            registry = new Registry();
        }
        return registry;
    }

    /** A class of its own, so that its library is loaded only once it is used. */
    private final class Registry {
        private final PrometheusMeterRegistry meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        private final MultiGauge attempts = MultiGauge.builder("restante.attempts.kept")
                .description("Attempts that are kept, by their outcome")
                .register(meters);
        private final MultiGauge rules = MultiGauge.builder("restante.rule.hits")
                .description("How often each rule of the script has fired")
                .register(meters);

        Registry() {
            gauge("restante.mails", "Mails that are kept", () -> all().total());
            gauge("restante.mails.bytes", "Octets of the mails that are kept", () -> all().octets());
            gauge("restante.mails.unread", "Mails that nobody has opened", () -> marks.unread(all()));
            gauge("restante.connections.open", "SMTP connections that are open", smtp::openConnections);
            gauge(
                    "restante.search.index.bytes",
                    "Octets that the search index holds",
                    () -> search.index().used());
            gauge(
                    "restante.search.index.limit.bytes",
                    "Octets that the search index may hold",
                    () -> search.index().room());
            gauge(
                    "restante.search.index.mails",
                    "Mails that the search index has read or is about to read",
                    () -> search.index().mails());
            gauge(
                    "restante.search.index.behind",
                    "Mails that wait to be read for the search index",
                    () -> search.index().behind());
            counter("restante.mails.accepted", "Mails that came since the start", tallies::accepted);
            counter("restante.mails.accepted.bytes", "Octets of these mails", tallies::acceptedOctets);
            counter("restante.mails.removed", "Mails that were removed or evicted", tallies::removed);
            counter(
                    "restante.mails.evicted",
                    "Mails that were evicted to stay within bounds",
                    () -> smtp.onlooker().evicted());
            gauge("restante.webhooks.waiting", "Mails that webhooks are still to be told of", webhooks::waiting);
            counter("restante.webhooks.delivered", "How often a webhook was told of a mail", webhooks::delivered);
            counter("restante.webhooks.dropped", "How often a webhook was not told in the end", webhooks::dropped);
            new JvmMemoryMetrics().bindTo(meters);
            new JvmThreadMetrics().bindTo(meters);
            new UptimeMetrics().bindTo(meters);
        }

        private Onlooker.Page all() {
            return smtp.onlooker().newest(0, 0);
        }

        private interface Figure {
            long now();
        }

        private void gauge(String name, String description, Figure figure) {
            Gauge.builder(name, figure::now).description(description).register(meters);
        }

        private void counter(String name, String description, Figure figure) {
            // Held weakly is what the figure is of, so that it must be something that stays.
            FunctionCounter.builder(name, this, any -> figure.now())
                    .description(description)
                    .register(meters);
        }

        synchronized String scrape() {
            Map<Attempt.Outcome, Integer> outcomes = new EnumMap<>(Attempt.Outcome.class);
            smtp.attempts().forEach(attempt -> outcomes.merge(attempt.outcome(), 1, Integer::sum));
            List<MultiGauge.Row<?>> rows = new ArrayList<>();
            for (Attempt.Outcome outcome : Attempt.Outcome.values()) {
                rows.add(MultiGauge.Row.of(Tags.of("outcome", outcome.name()), outcomes.getOrDefault(outcome, 0)));
            }
            attempts.register(rows, true);
            Map<String, Long> hits = new java.util.LinkedHashMap<>();
            for (RuleReport report : smtp.rules()) {
                hits.merge(report.rule().name(), report.hits(), Long::sum);
            }
            List<MultiGauge.Row<?>> named = new ArrayList<>();
            hits.forEach((name, count) -> named.add(MultiGauge.Row.of(Tags.of("rule", name), count)));
            rules.register(named, true);
            return meters.scrape();
        }
    }
}
