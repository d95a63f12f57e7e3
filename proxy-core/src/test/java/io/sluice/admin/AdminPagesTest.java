package io.sluice.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.admin.AdminPages.Page;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AdminPagesTest {
    private final AtomicReference<String> reason = new AtomicReference<>();
    private final AdminPages pages = new AdminPages(() -> "sluice_x 1\n", reason::get);

    @Test
    void livesAlwaysAndIsReadyUntilThereIsAReasonNotTo() {
        assertThat(pages.page("GET", "/readyz")).isEqualTo(Page.text(200, "ready"));

        reason.set("draining");

        assertThat(pages.page("GET", "/readyz")).isEqualTo(Page.text(503, "draining"));
        assertThat(pages.page("GET", "/livez")).isEqualTo(Page.text(200, "ok"));
    }

    @Test
    void showsMetricsAsPrometheusText() {
        Page page = pages.page("GET", "/metrics");

        assertThat(page.status()).isEqualTo(200);
        assertThat(page.contentType()).isEqualTo("text/plain; version=0.0.4; charset=utf-8");
        assertThat(page.body()).isEqualTo("sluice_x 1\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/metricsx", "/metrics/", "/LIVEZ", "//livez", "/../livez", "/livez;a"})
    void knowsNoOtherPath(String path) {
        assertThat(pages.page("GET", path).status()).isEqualTo(404);
        assertThat(pages.page("POST", path).status()).isEqualTo(404);
    }

    @ParameterizedTest
    @CsvSource({"HEAD,200", "GET,200", "POST,405", "DELETE,405", "get,405", "'',405"})
    void answersReadingMethodsOnly(String method, int status) {
        assertThat(pages.page(method, "/livez").status()).isEqualTo(status);
    }

    @Test
    void staysUpWhenASourceFails() {
        AdminPages broken = new AdminPages(
                () -> {
                    throw new IllegalStateException("no figures");
                },
                () -> null);

        assertThat(broken.page("GET", "/metrics")).isEqualTo(Page.text(500, "internal error"));
        assertThat(broken.page("GET", "/livez").status()).isEqualTo(200);
    }
}
