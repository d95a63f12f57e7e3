package io.sluice.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.HostPort;
import io.sluice.config.ServiceConfig;
import io.sluice.config.ServiceConfig.EndpointConfig;
import io.sluice.config.ServiceConfigBuilder;
import io.sluice.dns.AddressBook;
import io.sluice.dns.Families;
import io.sluice.dns.HostsFile;
import io.sluice.dns.Outcome;
import io.sluice.dns.RecordType;
import io.sluice.dns.Reply;
import io.sluice.dns.SrvRecord;
import io.sluice.telemetry.DnsMeters;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A service whose endpoints are names, with name servers that say what a test says and a clock moved by hand. */
abstract sealed class NamesByHand permits DiscoveryTest, DiscoveryFailureTest, DiscoveryReloadTest, DiscoverySrvTest {
    static final String APP = "app.example";

    final HandClock clock = new HandClock();
    final EndpointRegistry registry = new EndpointRegistry();
    final Map<String, Reply> replies = new HashMap<>();
    final List<String> questions = new ArrayList<>();
    final List<Runnable> held = new ArrayList<>();
    final DnsMeters meters = new DnsMeters("app");
    boolean holding;
    double random;
    int changes;
    Service service;
    Discovery discovery;

    @TempDir
    Path directory;

    @BeforeEach
    void usesIpv4() {
        discovery = discovery(Families.IPV4);
    }

    Discovery discovery(Families families) {
        return new Discovery(
                registry,
                new AddressBook(new HostsFile(directory.resolve("hosts")), this::ask, families),
                Discovery.Terms.of(address -> address.port() != 9901),
                new Discovery.Clock(clock, clock::nanos, () -> random),
                any -> meters,
                () -> changes++);
    }

    void ask(String name, RecordType type, Consumer<Reply> then) {
        questions.add(name + " " + type);
        Runnable answer = () -> then.accept(replies.getOrDefault(name + " " + type, Reply.failed(Outcome.NXDOMAIN)));
        if (holding) {
            held.add(answer);
        } else {
            answer.run();
        }
    }

    static List<InetAddress> literals(String... literals) {
        return Arrays.stream(literals).map(InetAddress::ofLiteral).toList();
    }

    void says(String name, RecordType type, long ttl, String... literals) {
        replies.put(name + " " + type, Reply.ofAddresses(literals(literals), ttl));
    }

    void fails(String name, RecordType type, Outcome why) {
        replies.put(name + " " + type, Reply.failed(why));
    }

    void records(long ttl, SrvRecord... records) {
        replies.put("_http._tcp.app.example SRV", Reply.ofServices(List.of(records), ttl));
    }

    static EndpointConfig named(String host, int port, int weight) {
        return new EndpointConfig(new HostPort(host, port), null, weight, 0);
    }

    static EndpointConfig srv(int priority) {
        return new EndpointConfig(null, "_http._tcp.app.example", 1, priority);
    }

    static ServiceConfig config(EndpointConfig... endpoints) {
        return new ServiceConfigBuilder("app").endpoints(List.of(endpoints)).build();
    }

    void serve(EndpointConfig... endpoints) {
        service = new Service(0, config(endpoints), registry, service);
        CompletableFuture<Void> known = discovery.prepare(List.of(service));
        pass(Duration.ZERO);
        assertThat(known).isCompleted();
        discovery.refresh(List.of(service));
        discovery.follow(List.of(service));
        pass(Duration.ofMillis(100));
        changes = 0;
    }

    void pass(Duration time) {
        clock.pass(time);
    }

    List<String> addresses() {
        return service.endpoints().stream().map(Endpoint::text).toList();
    }

    List<Integer> weights() {
        return service.view().stream().map(EndpointView::weight).toList();
    }
}
