package io.sluice.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.HostPort;
import io.sluice.config.ServiceConfig.EndpointConfig;
import io.sluice.config.ServiceConfigBuilder;
import java.util.List;
import org.junit.jupiter.api.Test;

final class EndpointRegistryTest {
    private final EndpointRegistry registry = new EndpointRegistry();

    private Service service(String name, EndpointConfig... endpoints) {
        return new Service(0, new ServiceConfigBuilder(name).endpoints(List.of(endpoints)).build(), registry, null);
    }

    private static EndpointConfig at(int port, int weight) {
        return new EndpointConfig(new HostPort("127.0.0.1", port), null, weight, 0);
    }

    @Test
    void anEndpointThatStaysIsTheSameObjectWithItsCounts() {
        Endpoint before = service("app", at(1, 1), at(2, 1)).endpoints().getFirst();
        before.begun();

        Service after = service("app", at(3, 1), at(1, 1));

        assertThat(after.endpoints().get(1)).isSameAs(before);
        assertThat(after.endpoints().get(1).active()).isEqualTo(1);
    }

    @Test
    void theSameAddressInAnotherServiceIsAnotherEndpoint() {
        assertThat(service("app", at(1, 1)).endpoints()).doesNotContainAnyElementsOf(service("other", at(1, 1)).endpoints());
    }

    @Test
    void picksByTheNewWeight() {
        Service before = service("app", at(1, 1), at(2, 1));

        Service after = service("app", at(1, 0), at(2, 1));

        assertThat(after.pick(null, 0)).isSameAs(before.endpoints().get(1));
        assertThat(after.pick(null, 0)).isSameAs(before.endpoints().get(1));
    }

    @Test
    void forgetsWhatNoServiceHas() {
        Endpoint before = service("app", at(1, 1)).endpoints().getFirst();

        registry.retain(List.of(service("app", at(2, 1))));

        assertThat(registry.size()).isEqualTo(1);
        assertThat(service("app", at(1, 1)).endpoints().getFirst()).isNotSameAs(before);
    }

    @Test
    void keepsWhatIsStillInUseUntilItIsNot() {
        Endpoint busy = service("app", at(1, 1)).endpoints().getFirst();
        busy.begun();
        List<Service> others = List.of(service("app", at(2, 1)));
        registry.retain(others);
        assertThat(service("app", at(1, 1)).endpoints().getFirst()).isSameAs(busy);

        busy.ended();
        registry.retain(others);

        assertThat(registry.size()).isEqualTo(1);
    }

    @Test
    void aServiceThatIsNeverPutInForceTakesNoWeightFromTheOneThatIs() {
        Service before = service("app", at(1, 5), at(2, 1));
        service("app", at(1, 0), at(3, 1));

        registry.retain(List.of(before));

        assertThat(before.view()).extracting(EndpointView::weight).containsExactly(5, 1);
        assertThat(registry.size()).isEqualTo(2);
    }
}
