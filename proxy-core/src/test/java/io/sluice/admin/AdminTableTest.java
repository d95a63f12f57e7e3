package io.sluice.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AdminTableTest {
    private final AtomicReference<String> reason = new AtomicReference<>();
    private final AdminPages pages = pages();

    private AdminPages pages() {
        List<AdminRoute> routes = new ArrayList<>(AdminTable.probes(() -> "sluice_x 1\n", reason::get));
        routes.add(AdminRoute.post("/services/{service}/endpoints/{endpoint}/drain", 0,
                request -> Answer.text(200, request.names().get("service") + " " + request.names().get("endpoint"))));
        routes.add(AdminRoute.get("/both", _ -> Answer.text(200, "read")));
        routes.add(AdminRoute.post("/both", 10, _ -> Answer.text(200, "written")));
        return new AdminPages(routes);
    }

    private static Answer.Whole ask(AdminPages of, String method, String path) {
        try {
            AdminPages.Found found = of.find(method, path);
            return (Answer.Whole) AdminPages.answer(found.route(), new AdminRequest(method, found.names(), "", new byte[0]));
        } catch (Refused refused) {
            return refused.answer();
        }
    }

    private static String body(Answer.Whole answer) {
        return new String(answer.body(), StandardCharsets.UTF_8);
    }

    @Test
    void livesAlwaysAndIsReadyUntilThereIsAReasonNotTo() {
        assertThat(body(ask(pages, "GET", "/readyz"))).isEqualTo("ready\n");

        reason.set("draining");

        assertThat(ask(pages, "GET", "/readyz").status()).isEqualTo(503);
        assertThat(body(ask(pages, "GET", "/readyz"))).isEqualTo("draining\n");
        assertThat(ask(pages, "GET", "/livez").status()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "/metricsx", "/metrics/", "/LIVEZ", "//livez", "/../livez", "/livez;a", "/services/a/endpoints//drain",
        "/services/a/endpoints/b/c/drain", "/services/a/endpoints/b/drain/", "/%6civez"
    })
    void knowsNoOtherPathAndListsThoseThereAre(String path) {
        assertThat(ask(pages, "GET", path).status()).isEqualTo(404);
        assertThat(body(ask(pages, "POST", path)))
                .isEqualTo("not found; there are: /livez  /readyz  /metrics"
                        + "  POST /services/{service}/endpoints/{endpoint}/drain  /both  POST /both\n");
    }

    @ParameterizedTest
    @CsvSource({"HEAD,200", "GET,200", "POST,405", "DELETE,405", "get,405", "'',405", "OPTIONS,405"})
    void answersReadingMethodsOnlyWhereNothingIsCommanded(String method, int status) {
        Answer.Whole answer = ask(pages, method, "/livez");

        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.fields()).isEqualTo(status == 405 ? List.of("Allow: GET, HEAD") : List.of());
    }

    @Test
    void saysWhichMethodsAPathHas() {
        assertThat(ask(pages, "GET", "/services/a/endpoints/b/drain").fields()).containsExactly("Allow: POST");
        assertThat(ask(pages, "PUT", "/both").fields()).containsExactly("Allow: GET, HEAD, POST");
        assertThat(body(ask(pages, "HEAD", "/both"))).isEqualTo("read\n");
        assertThat(body(ask(pages, "POST", "/both"))).isEqualTo("written\n");
    }

    @Test
    void decodesTheNamesInAPath() {
        assertThat(body(ask(pages, "POST", "/services/a%2Fb/endpoints/%5B::1%5D:80/drain"))).isEqualTo("a/b [::1]:80\n");
        assertThat(ask(pages, "POST", "/services/a%2/endpoints/b/drain").status()).isEqualTo(400);
    }

    @Test
    void staysUpWhenASourceFails() {
        AdminPages broken = new AdminPages(AdminTable.probes(
                () -> {
                    throw new IllegalStateException("no figures");
                },
                () -> null));

        assertThat(ask(broken, "GET", "/metrics").status()).isEqualTo(500);
        assertThat(body(ask(broken, "GET", "/metrics"))).isEqualTo("internal error\n");
        assertThat(ask(broken, "GET", "/livez").status()).isEqualTo(200);
    }

    private static AdminRequest asking(String query) {
        return new AdminRequest("GET", Map.of(), query, new byte[0]);
    }

    @Test
    void readsParametersAndRefusesThoseThereAreNot() {
        assertThat(asking("a=1%202&b&c=+").parameters("a", "b", "c")).isEqualTo(Map.of("a", "1 2", "b", "", "c", "+"));
        assertThat(asking("").parameters()).isEmpty();
        assertThatThrownBy(() -> asking("d=1").parameters("a", "b"))
                .hasMessage("found the parameter \"d\"; expected only a, b");
        assertThatThrownBy(() -> asking("a").parameters()).hasMessage("found the parameter \"a\"; expected none");
        assertThatThrownBy(() -> asking("a=1&a=1").parameters("a")).hasMessageContaining("twice");
        assertThatThrownBy(() -> asking("a=%zz").parameters("a")).hasMessageContaining("hexadecimal");
        assertThatThrownBy(() -> asking("a=%f").parameters("a")).hasMessageContaining("hexadecimal");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "301", "-1", "", "1.5", "9999999999", "x", "+5"})
    void refusesANumberOutsideItsRange(String number) {
        assertThatThrownBy(() -> AdminRequest.whole(Map.of("seconds", number), "seconds", 1, 300, 30))
                .isInstanceOf(Refused.class)
                .hasMessage("seconds: found \"" + number + "\"; expected a whole number from 1 to 300");
        assertThat(AdminRequest.whole(Map.of("seconds", "300"), "seconds", 1, 300, 30)).isEqualTo(300);
        assertThat(AdminRequest.whole(Map.of(), "seconds", 1, 300, 30)).isEqualTo(30);
    }

    @Test
    void writesJsonThatNoTextCanBreak() {
        JsonText json = new JsonText().object().field("a\"\\", "\u0001\u00e9\u2028</script>").field("n", -5).field("t", true)
                .field("none", (String) null).object("o").end().array("l").value(1).value("x").decimal(0.5).object().end().end()
                .end();

        assertThat(json.toString()).isEqualTo("{\"a\\\"\\\\\":\"\\u0001\\u00e9\\u2028</script>\",\"n\":-5,\"t\":true,"
                + "\"none\":null,\"o\":{},\"l\":[1,\"x\",0.5,{}]}");
    }

    @Test
    void hidesWhatIsSecretByNameInMapsOfTheOperators() {
        JsonText json = new JsonText();

        ConfigPage.write(Map.of("Authorization", "Bearer abc"), json);

        assertThat(json.toString()).isEqualTo("{\"Authorization\":\"(hidden)\"}");
    }
}
