package io.sluice.config;

import static io.sluice.config.Key.list;
import static io.sluice.config.Key.section;
import static io.sluice.config.Key.value;
import static io.sluice.config.ValueType.choice;
import static io.sluice.config.ValueType.ordered;
import static io.sluice.config.ValueType.text;
import static io.sluice.config.ValueType.time;
import static io.sluice.config.ValueType.whole;

import io.sluice.config.HealthConfig.Check;
import io.sluice.config.HealthConfig.Ejection;
import io.sluice.config.HealthConfig.Protocol;
import java.time.Duration;
import java.util.List;

/** The keys about endpoints that fail: what is asked, and what comes of it. <em>Immutable.</em> */
final class HealthKeys {
    private static final ValueType TIME = time(Duration.ofMillis(1));
    private static final List<StatusRange> WELL = List.of(new StatusRange(200, 299));

    private HealthKeys() {}

    static List<Key> service() {
        return List.of(
                section("services.*.healthCheck", "Asks every endpoint at intervals, over a connection of its own, whether it"
                                + " is well; those that are not get no requests. Until its first verdict an endpoint counts as"
                                + " well, and where none is well all are used. It needs a path, or another protocol.")
                        .unset("none"),
                value(
                                "services.*.healthCheck.protocol",
                                choice(ordered("http", Protocol.HTTP, "grpc", Protocol.GRPC, "tcp", Protocol.TCP)),
                                "http: asks with GET for path. grpc: asks gRPC's health service (grpc.health.v1) whether it is"
                                        + " serving; for services with protocol h2, h2c or auto. tcp: it is enough that the endpoint"
                                        + " accepts a connection.")
                        .byDefault("http"),
                value("services.*.healthCheck.path", text("a path such as /healthz, with or without a query",
                                "/[!-~&&[^#]]{0,2000}"), "What to ask for; for http only, and there it is needed."),
                value("services.*.healthCheck.host", text("a host, with or without a port",
                                "[A-Za-z0-9._:\\[\\]-]{1,255}"), "The Host header of a check.")
                        .unset("the endpoint's address"),
                list("services.*.healthCheck.statuses", "The statuses of an endpoint that is well.").unset("200-299"),
                value("services.*.healthCheck.statuses[]", StatusRange.TYPE, "A status or a range."),
                value("services.*.healthCheck.service", text("a name of up to 127 printable ASCII characters", "[!-~]{0,127}"),
                                "Which of its services gRPC's health service is asked for. Empty: the endpoint as a whole.")
                        .byDefault(""),
                value("services.*.healthCheck.body", text("text of 1 to 1024 characters", ".{1,1024}"), "What must be found"
                                + " in the first 64 KiB of the answer's body.")
                        .unset("anything"),
                value("services.*.healthCheck.interval", TIME, "From one check of an endpoint to the next, a tenth more or"
                                + " less at random.")
                        .byDefault("5s"),
                value("services.*.healthCheck.timeout", TIME, "What a check may take, connecting included.").byDefault("2s"),
                value("services.*.healthCheck.fall", whole(1, 100), "Checks failed in a row until an endpoint gets no more"
                                + " requests.")
                        .byDefault("3"),
                value("services.*.healthCheck.rise", whole(1, 100), "Checks passed in a row until it gets requests again.")
                        .byDefault("2"),
                section("services.*.outlierEjection", "Leaves an endpoint out for a time when requests to it fail in a row:"
                                + " no connection, a reset, no answer in time, a broken answer. Or just outlierEjection: off.")
                        .orValue(choice(ordered("off", "off"))),
                value("services.*.outlierEjection.failures", whole(1, 10_000), "How many in a row; a success in between begins"
                                + " anew.")
                        .byDefault("5"),
                value("services.*.outlierEjection.time", TIME, "For how long; the second time in a row twice as long, and so"
                                + " on.")
                        .byDefault("10s"),
                value("services.*.outlierEjection.maxTime", TIME, "Never longer than this.").byDefault("300s"),
                value("services.*.outlierEjection.maxPercent", whole(0, 100), "An endpoint is not ejected if then more of the"
                                + " service's endpoints than this share would be without requests.")
                        .byDefault("50"),
                list("services.*.outlierEjection.statuses", "Answers with these statuses count as failures, too.")
                        .unset("none"),
                value("services.*.outlierEjection.statuses[]", StatusRange.TYPE, "A status or a range."),
                value("services.*.slowStart", TIME.orWord("off", Duration.ZERO), "How long the share of an endpoint that came"
                                + " back grows up to what its weight says. off: at once.")
                        .byDefault("off"));
    }

    /** What is written under a service. */
    static HealthConfig of(Section service) {
        boolean ejects = service.values().value(service.at("outlierEjection")) == null;
        return new HealthConfig(
                service.has("healthCheck") ? check(service.section("healthCheck")) : null,
                ejects ? ejection(service.section("outlierEjection")) : null,
                service.get("slowStart", Duration.class));
    }

    private static Check check(Section at) {
        List<StatusRange> statuses = at.list("statuses", StatusRange.class);
        return new Check(
                at.get("protocol", Protocol.class),
                at.get("path", String.class),
                at.get("host", String.class),
                statuses.isEmpty() ? WELL : statuses,
                at.get("service", String.class),
                at.get("body", String.class),
                at.get("interval", Duration.class),
                at.get("timeout", Duration.class),
                at.whole("fall"),
                at.whole("rise"));
    }

    private static Ejection ejection(Section at) {
        return new Ejection(
                at.whole("failures"),
                at.get("time", Duration.class),
                at.get("maxTime", Duration.class),
                at.whole("maxPercent"),
                at.list("statuses", StatusRange.class));
    }

    /** What no key can say alone; the problems go to {@code problems}. */
    static void check(Section service, ServiceConfig config, List<Problem> problems) {
        HealthConfig health = config.health();
        Section check = service.section("healthCheck");
        if (service.has("healthCheck") && check.values().sound(check.path()) && check.values().sound(check.at("protocol"))) {
            check(check, health.check(), problems);
            grpc(check, config, problems);
        }
        Section ejection = service.section("outlierEjection");
        boolean written = ejection.has("time") || ejection.has("maxTime");
        if (written && health.ejection() != null && ejection.values().sound(ejection.at("time"))
                && ejection.values().sound(ejection.at("maxTime"))
                && health.ejection().maxTime().compareTo(health.ejection().time()) < 0) {
            problem(ejection.at(ejection.has("maxTime") ? "maxTime" : "time"),
                    "found a maxTime shorter than time; expected maxTime to be at least time", service, problems);
        }
    }

    private static void check(Section at, Check check, List<Problem> problems) {
        if (check.protocol() == Protocol.HTTP) {
            if (!at.has("path")) {
                problem(at.path(), "found no path; expected path, what to ask for (or protocol: grpc or tcp)", at, problems);
            }
            return;
        }
        boolean tcp = check.protocol() == Protocol.TCP;
        for (String key : tcp ? List.of("path", "host", "statuses", "body") : List.of("path", "statuses", "body")) {
            if (at.has(key)) {
                problem(at.at(key), tcp
                        ? "found %s for protocol tcp; expected none, as such a check only connects".formatted(key)
                        : "found %s for protocol grpc; expected none, as gRPC says itself how it is".formatted(key), at, problems);
            }
        }
    }

    private static void grpc(Section at, ServiceConfig config, List<Problem> problems) {
        boolean grpc = config.health().check().protocol() == Protocol.GRPC;
        if (grpc && !config.protocol().shared()) {
            problem(at.at("protocol"), "found grpc for a service that speaks HTTP/1.1; expected the service to have protocol: h2"
                    + " or h2c", at, problems);
        } else if (!grpc && !config.health().check().service().isEmpty()) {
            problem(at.at("service"), "found a service of gRPC for another protocol; expected protocol: grpc", at, problems);
        }
    }

    private static void problem(String path, String what, Section at, List<Problem> problems) {
        problems.add(at.values().placeOf(path).problem(path, what));
    }
}
