package io.sluice.admin;

import io.sluice.server.SluiceServer;
import io.sluice.service.Endpoint;
import io.sluice.service.EndpointView;
import io.sluice.service.Service;
import java.util.Map;

/**
 * {@code POST /services/{service}/endpoints/{endpoint}/drain}, {@code …/undrain} and {@code …/weight?weight=N}: what an
 * operator says of one endpoint, in force until the process ends or it is taken back. <em>Immutable.</em>
 *
 * @param server whose services
 * @param order  what is said
 */
record EndpointPage(SluiceServer server, Order order) implements AdminPage {
    /** No number a weight can be. */
    private static final int UNSAID = -1;

    /** What can be said of an endpoint. */
    enum Order {
        /** No new requests; those in flight go on. */
        DRAIN,
        /** The end of that. */
        UNDRAIN,
        /** Another weight; without the parameter the configured one again. */
        WEIGHT
    }

    @Override
    public Answer answer(AdminRequest request) {
        Service service = service(request.names().get("service"));
        Endpoint endpoint = endpoint(service, request.names().get("endpoint"));
        switch (order) {
            case DRAIN -> {
                request.parameters();
                service.drain(endpoint);
            }
            case UNDRAIN -> {
                request.parameters();
                service.undrain(endpoint);
            }
            case WEIGHT -> weigh(service, endpoint, request.parameters("weight"));
        }
        JsonText json = new JsonText().object();
        write(service.view(endpoint), json);
        return Answer.json(json.end());
    }

    private static void weigh(Service service, Endpoint endpoint, Map<String, String> parameters) {
        int weight = AdminRequest.whole(parameters, "weight", 0, 1000, UNSAID);
        if (weight == UNSAID) {
            service.configuredWeight(endpoint);
        } else {
            service.weight(endpoint, weight);
        }
    }

    private Service service(String name) {
        for (Service service : server.services()) {
            if (service.name().equals(name)) {
                return service;
            }
        }
        throw new Refused(404, "found no service " + JsonText.quoted(name) + "; /services lists them");
    }

    private static Endpoint endpoint(Service service, String address) {
        for (Endpoint endpoint : service.endpoints()) {
            if (endpoint.text().equals(address)) {
                return endpoint;
            }
        }
        throw new Refused(404, "found no endpoint " + JsonText.quoted(address) + " in the service "
                + JsonText.quoted(service.name()) + "; /services lists them");
    }

    /** Writes the fields of an endpoint that its service knows. */
    static void write(EndpointView view, JsonText to) {
        to.field("address", view.address())
                .field("health", view.state().word())
                .field("why", view.why())
                .field("since", view.since().toString())
                .field("weight", view.weight())
                .field("active", view.active())
                .field("connections", view.connections());
    }
}
