package io.sluice.admin;

import io.sluice.server.SluiceServer;
import io.sluice.server.Survey;
import io.sluice.service.Endpoint;
import io.sluice.service.EndpointView;
import io.sluice.service.Service;
import java.util.List;

/**
 * {@code /services}: every endpoint with what it does at the moment. <em>Immutable.</em>
 *
 * @param server whose services
 */
record ServicesPage(SluiceServer server) implements AdminPage {

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
            to.array("endpoints");
            List<EndpointView> views = service.view();
            for (int i = 0; i < views.size(); i++) {
                Endpoint endpoint = service.endpoints().get(i);
                to.object();
                EndpointPage.write(views.get(i), to);
                to.field("idle", survey.idle().getOrDefault(endpoint, 0))
                        .field("splices", endpoint.splices())
                        .end();
            }
            to.end().end();
        }
        to.end();
    }
}
