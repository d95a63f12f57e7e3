package io.sluice.route;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.sluice.http.RequestHead;
import io.sluice.http.RequestHeads;
import io.sluice.service.Service;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class RouterAllocationTest {
    private static final int OPERATIONS = 100_000;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @Test
    void findsARouteForAPlainPathWithoutGarbage() {
        Router router = new RouterConfig()
                .route("*~^/only/patterns/allocate$")
                .route("*/").route("*/v1/").route("*/v1/users/").route("*/v1/exact").route("api.example.com/v1/")
                .route("put", "api.example.com/v1/users/", List.of("PUT"), Map.of(), Map.of())
                .route("canary", "*.example.com/v1/users/", List.of("GET"), Map.of("x-canary", "1"), Map.of("a", "b c"))
                .route("*.com/")
                .router();
        RequestHead head = RequestHeads.of(
                "GET /v1/users/4711/orders?x=1&a=b+d HTTP/1.1", "Host: api.example.com:8080", "Accept: */*", "X-Canary: 1");

        assertThat(bytesPerOperation(() -> router.match(head))).isLessThan(2);
        assertThat(router.match(head).name()).isEqualTo("api.example.com/v1/");
    }

    @Test
    void choosesServicesAndEndpointsWithoutGarbage() {
        Service service = RouterConfig.service(0, "app");
        ServiceSplit split = new ServiceSplit(List.of(
                new ServiceSplit.Share(service, 95), new ServiceSplit.Share(RouterConfig.service(1, "next"), 5)));

        InetAddress client = InetAddress.getLoopbackAddress();

        assertThat(bytesPerOperation(() -> split.pick().pick(null, 0))).isLessThan(2);
    }

    private double bytesPerOperation(Supplier<Object> operation) {
        run(operation);
        long before = threads.getCurrentThreadAllocatedBytes();
        Object last = run(operation);
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        assertThat(last).isNotNull();
        return (double) allocated / OPERATIONS;
    }

    private static Object run(Supplier<Object> operation) {
        Object last = null;
        for (int i = 0; i < OPERATIONS; i++) {
            last = operation.get();
        }
        return last;
    }
}
