package io.sluice.admin;

import io.sluice.server.SluiceServer;
import io.sluice.server.Survey;
import io.sluice.service.CircuitBreaker;
import io.sluice.service.Endpoint;
import io.sluice.service.IdleTime;
import io.sluice.service.NameView;
import io.sluice.service.Service;
import java.util.List;
import java.util.Locale;

/**
 * {@code /services}: every endpoint with what it does at the moment. <em>Immutable.</em>
 *
 * @param server whose services
 */
record ServicesPage(SluiceServer server) implements AdminPage {
    /** By {@link CircuitBreaker#state}. */
    private static final List<String> CIRCUIT = List.of("closed", "open", "half-open");

    @Override
    public Answer answer(AdminRequest request) {
        request.parameters();
        JsonText json = new JsonText().object();
        write(server, server.survey(0), json);
        return Answer.json(json.end());
    }

    /** Writes all services into an open object. */
    static void write(SluiceServer server, Survey survey, JsonText to) {
        to.array("services");
        for (Service service : server.services()) {
            to.object().field("name", service.name());
            to.name("policy");
            ConfigPage.write(service.config().policy().rule(), to);
            overload(service, to);
            to.field("sticky", service.sticky() != null);
            to.array("endpoints");
            for (Endpoint endpoint : service.endpoints()) {
                to.object();
                EndpointPage.write(service.view(endpoint), to);
                to.field("idle", survey.idle().getOrDefault(endpoint, 0))
                        .field("splices", endpoint.splices());
                learned(service, endpoint, to);
                to.end();
            }
            to.end();
            names(service.names(), to);
            to.end();
        }
        to.end();
    }

    /** What the names among its endpoints stand for; nothing where there is no name. */
    private static void names(List<NameView> names, JsonText to) {
        if (names.isEmpty()) {
            return;
        }
        to.array("names");
        for (NameView name : names) {
            to.object().field("name", name.name()).array("addresses");
            name.addresses().forEach(to::value);
            to.end().field("result", name.result())
                    .field("lastGood", name.goodAt() == null ? null : name.goodAt().toString())
                    .field("failingSince", name.failingSince() == null ? null : name.failingSince().toString())
                    .end();
        }
        to.end();
    }

    /** Requests that wait for a place, and the breaker; null where a service has none. */
    private static void overload(Service service, JsonText to) {
        to.name("waiting");
        if (service.limit() == null) {
            to.value(null);
        } else {
            to.value(service.limit().waiting());
        }
        CircuitBreaker breaker = service.breaker();
        to.field("circuit", breaker == null ? null : CIRCUIT.get(breaker.state()));
        to.field("circuitOpened", breaker == null ? 0 : breaker.opened());
    }

    /** How long an idle connection is reused, where that is learned; else null. */
    private static void learned(Service service, Endpoint endpoint, JsonText to) {
        IdleTime.View view = endpoint.idleTime().view(System.nanoTime());
        boolean known = service.config().pool().learnIdleTimeout() && view.basis() != IdleTime.Basis.NOTHING;
        to.name("reusedForMillis");
        if (known) {
            to.value(view.limitNanos() / 1_000_000);
        } else {
            to.value(null);
        }
        to.field("learnedFrom", known ? view.basis().name().toLowerCase(Locale.ROOT) : null);
    }
}
