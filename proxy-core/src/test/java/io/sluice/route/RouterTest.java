package io.sluice.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.Unpooled;
import io.sluice.http.HeadLimits;
import io.sluice.http.HeadParser;
import io.sluice.http.ParseStatus;
import io.sluice.http.ProxyError;
import io.sluice.http.RequestHead;
import io.sluice.http.RequestHeads;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RouterTest {
    private static final List<String> LADDER = List.of(
            "*~^/v[0-9]+/x", "*~^/v1/", "*/", "*/v1/", "*/v1/users/", "*/v1/users",
            "*.com/", "*.example.com/v1/", "*.example.com/v1/users", "*.b.example.com/",
            "a.example.com/v1/", "a.example.com/v1/only", "A.B.example.com/v1/", "[::1]/", "xn--bcher-kva.example/");

    @ParameterizedTest
    @CsvSource({
        // Exact host, before suffix, before any.
        "a.example.com,        /v1/x,          a.example.com/v1/",
        "a.example.com,        /v1/only,       a.example.com/v1/only",
        "b.example.com,        /v1/x,          *.example.com/v1/",
        "a.b.example.com,      /v1/x,          A.B.example.com/v1/",
        "other.org,            /v1/x,          */v1/",
        // Longest suffix first; it stands for any name below it, and not for itself.
        "c.b.example.com,      /v1/x,          *.b.example.com/",
        "d.c.b.example.com,    /,              *.b.example.com/",
        "b.example.com,        /,              *.com/",
        "example.com,          /v1/x,          *.com/",
        "xexample.com,         /v1/x,          *.com/",
        ".example.com,         /v1/x,          *.com/",
        "com,                  /,              */",
        ".com,                 /,              */",
        // Case, ports and one dot at the end make no difference.
        "A.EXAMPLE.com,        /v1/x,          a.example.com/v1/",
        "a.example.com:8080,   /v1/x,          a.example.com/v1/",
        "a.example.com.,       /v1/x,          a.example.com/v1/",
        "B.Example.COM.:80,    /v1/x,          *.example.com/v1/",
        "a.example.com..,      /v1/x,          */v1/",
        "[::1]:8080,           /v1/x,          [::1]/",
        "[::2],                /v1/x,          */v1/",
        "xn--bcher-kva.example, /x,            xn--bcher-kva.example/",
        // Exact path, longest prefix, pattern.
        "other.org,            /v1/users,      */v1/users",
        "other.org,            /v1/users/,     */v1/users/",
        "other.org,            /v1/users/7,    */v1/users/",
        "other.org,            /v1/users7,     */v1/",
        "other.org,            /v1,            */",
        "other.org,            /V1/users,      */",
        // A host whose paths don't fit falls through to the less specific ones.
        "a.example.com,        /v1/users,      a.example.com/v1/",
        "a.example.com,        /v2,            *.com/",
        "b.example.com,        /v1/users,      *.example.com/v1/users",
    })
    void takesTheMostSpecificRoute(String host, String path, String route) {
        assertThat(taken(router(LADDER), "GET " + path + " HTTP/1.1", "Host: " + host)).isEqualTo(route);
        // The order of the file must not matter between routes of different specificity.
        assertThat(taken(router(LADDER.reversed()), "GET " + path + " HTTP/1.1", "Host: " + host)).isEqualTo(route);
    }

    @Test
    void findsAnIpv6HostConfiguredWithoutBrackets() {
        assertThat(taken(router(List.of("fd00::A/")), "GET / HTTP/1.1", "Host: [FD00::a]:8080")).isEqualTo("fd00::A/");
    }

    @Test
    void readsTheHostOfAnAbsoluteTargetInPlaceOfHost() {
        RequestHead head = new RequestHead();
        byte[] received = "GET http://b:80/x HTTP/1.1\r\nHost: b:80\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
        assertThat(new HeadParser(new HeadLimits(1000, 1000, 10)).parseRequest(head, Unpooled.wrappedBuffer(received)))
                .isEqualTo(ParseStatus.COMPLETE);

        assertThat(name(router(List.of("a/", "b/")).match(head))).isEqualTo("b/");
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "/x/../admin/", "/%61dmin/", "//admin/", "/a%2f..%2fadmin/", "/a/..;/admin/", "/a/.;/../admin/", "/admin/..;"
    })
    void refusesAmbiguousPathsAsTheParserReadsThem(String path) {
        RequestHead head = new RequestHead();
        byte[] received = ("GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n").getBytes(StandardCharsets.US_ASCII);
        assertThat(new HeadParser(new HeadLimits(1000, 1000, 10)).parseRequest(head, Unpooled.wrappedBuffer(received)))
                .isEqualTo(ParseStatus.COMPLETE);

        assertThat(name(router(List.of("*/", "*/admin/")).match(head))).isEqualTo("ambiguous_path");
    }

    @Test
    void triesPatternsLastAndInTheOrderOfTheFile() {
        List<String> routes = List.of("*~^/v[0-9]+/x", "*~^/v1/", "*~y$", "*/v1/x/y");

        assertThat(taken(router(routes), "GET /v1/x HTTP/1.1", "Host: a")).isEqualTo("*~^/v[0-9]+/x");
        assertThat(taken(router(routes.reversed()), "GET /v1/x HTTP/1.1", "Host: a")).isEqualTo("*~^/v1/");
        assertThat(taken(router(routes), "GET /v1/q HTTP/1.1", "Host: a")).isEqualTo("*~^/v1/");
        assertThat(taken(router(routes), "GET /q/y HTTP/1.1", "Host: a")).isEqualTo("*~y$");
        assertThat(taken(router(routes), "GET /v1/x/y HTTP/1.1", "Host: a")).isEqualTo("*/v1/x/y");
        assertThat(taken(router(routes), "GET /q HTTP/1.1", "Host: a")).isEqualTo("no_route");
    }

    @Test
    void answersARequestWithoutAHostByTheRoutesOfAnyHost() {
        assertThat(taken(router(LADDER), "GET /v1/x HTTP/1.0")).isEqualTo("*/v1/");
        assertThat(taken(router(List.of("a/")), "GET / HTTP/1.0")).isEqualTo("no_route");
    }

    @Test
    void givesTheServerAsAWholeToTheRouteForAnyPath() {
        assertThat(taken(router(LADDER), "OPTIONS * HTTP/1.1", "Host: a")).isEqualTo("*/");
        assertThat(taken(router(List.of("*/v1/", "*/v1")), "OPTIONS * HTTP/1.1", "Host: a")).isEqualTo("no_route");
    }

    @Test
    void takesTheFirstOfEqualRoutes() {
        Router router = new RouterConfig()
                .route("first", "a/x", List.of(), Map.of(), Map.of())
                .route("second", "A/x", List.of("GET"), Map.of(), Map.of())
                .router();

        assertThat(taken(router, "GET /x HTTP/1.1", "Host: a")).isEqualTo("first");
    }

    @ParameterizedTest
    @CsvSource({
        "GET /x HTTP/1.1,            X-Canary: 1,   canary",
        "GET /x HTTP/1.1,            x-canary: 1,   canary",
        "GET /x HTTP/1.1,            X-Canary: 2,   get",
        "GET /x HTTP/1.1,            X-Canary:,     get",
        "GET /x HTTP/1.1,            X-Canar: 1,    get",
        "POST /x HTTP/1.1,           X-Canary: 1,   post",
        "HEAD /x HTTP/1.1,           X-Canary: 1,   rest",
        "PROPFIND /x HTTP/1.1,       X-A: 1,        dav",
        "PROPFINDX /x HTTP/1.1,      X-A: 1,        rest",
        "propfind /x HTTP/1.1,       X-A: 1,        rest",
        "MKCOL /x HTTP/1.1,          X-A: 1,        rest",
        "PUT /x?flag HTTP/1.1,       X-A: 1,        flag",
        "PUT /x?flag=on HTTP/1.1,    X-A: 1,        flag",
        "PUT /x?flagon HTTP/1.1,     X-A: 1,        rest",
        "PUT /x HTTP/1.1,            Via: 1.1 me,   via",
        "PUT /x HTTP/1.1,            Via: 1.1 you,  rest",
    })
    void fallsToTheNextRouteWhoseConditionsHold(String line, String field, String route) {
        Router router = new RouterConfig()
                .route("canary", "a/x", List.of("GET"), Map.of("x-canary", "1"), Map.of())
                .route("get", "a/x", List.of("GET"), Map.of(), Map.of())
                .route("dav", "a/x", List.of("PROPFIND", "DELETE"), Map.of(), Map.of())
                .route("flag", "a/x", List.of("PUT"), Map.of(), Map.of("flag", "*"))
                .route("via", "a/x", List.of("PUT"), Map.of("via", "1.1 me"), Map.of())
                .route("post", "a/", List.of("POST"), Map.of("x-canary", "*"), Map.of())
                .route("rest", "*/", List.of(), Map.of(), Map.of())
                .router();

        assertThat(taken(router, line, "Host: a", field)).isEqualTo(route);
    }

    @Test
    void fallsFromPathToPathAndFromHostToHost() {
        List<String> hosts = List.of("w.a.b.c", "*.a.b.c", "*.b.c", "*");
        List<String> paths = List.of("/x/y/z", "/x/y/", "/x/", "/", "~^/x", "~z$");
        RouterConfig config = new RouterConfig();
        for (String host : hosts.reversed()) {
            for (String path : paths) {
                config.route(host + path, host + path, List.of(), Map.of("x-" + host.replaceAll("[*.]", "_")
                        + paths.indexOf(path), "*"), Map.of());
            }
        }
        Router router = config.router();

        // The routes not yet excluded, most specific first: each must be taken once those before it don't hold.
        List<String> order = hosts.stream().flatMap(h -> paths.stream().map(p -> h + p)).toList();
        for (int from = 0; from < order.size(); from++) {
            String[] lines = new String[order.size() - from + 2];
            lines[0] = "GET /x/y/z HTTP/1.1";
            lines[1] = "Host: W.A.B.C";
            for (int i = from; i < order.size(); i++) {
                lines[2 + i - from] = "X-" + hosts.get(i / paths.size()).replaceAll("[*.]", "_") + i % paths.size() + ": 1";
            }
            assertThat(taken(router, lines)).isEqualTo(order.get(from));
        }
        assertThat(taken(router, "GET /x/y/z HTTP/1.1", "Host: w.a.b.c")).isEqualTo("no_route");
    }

    @Test
    void acceptsAFieldThatComesSeveralTimesIfOneValueFits() {
        Router router = new RouterConfig().route("r", "*/", List.of(), Map.of("x-a", "2"), Map.of()).router();

        assertThat(taken(router, "GET / HTTP/1.1", "X-A: 1", "X-A: 2")).isEqualTo("r");
        assertThat(taken(router, "GET / HTTP/1.1", "X-A: 1", "X-A: 3")).isEqualTo("no_route");
    }

    @ParameterizedTest
    @CsvSource({
        "?name=a b,            false",
        "?name=a+b,            true",
        "?name=a%20b,          true",
        "?n%61me=%61%20%62,    true",
        "?x=1&name=a+b,        true",
        "?name=x&name=a+b&y,   true",
        "?&&name=a+b&,         true",
        "?name=a+b&name=x,     true",
        "?name=a+bc,           false",
        "?name=a+,             false",
        "?name,                false",
        "?name=,               false",
        "?name==a+b,           false",
        "?Name=a+b,            false",
        "?xname=a+b,           false",
        "?name=a+b;x,          false",
        "?x=name=a+b,          false",
        "?,                    false",
        "'',                   false",
        "?name=a%2,            false",
        "?name=a%,             false",
    })
    void comparesParametersDecoded(String query, boolean holds) {
        Router router = new RouterConfig().route("r", "*/", List.of(), Map.of(), Map.of("name", "a b")).router();
        // A target holds no space; the row with one shows that only its encodings stand for it.
        String line = "GET /" + query.replace(' ', '\u00a0') + " HTTP/1.1";

        assertThat(taken(router, line, "Host: a")).isEqualTo(holds ? "r" : "no_route");
    }

    @ParameterizedTest
    @CsvSource({"?q=100%, 100%", "?q=%zz, %zz", "?q=%4, %4", "?q=%C3%BC, ü", "?q=1%2B1, 1+1", "?q=%25, %", "?q, ''", "?q=, ''"})
    void readsOddPercentSignsAsTheyStand(String query, String value) {
        Router router = new RouterConfig().route("r", "*/", List.of(), Map.of(), Map.of("q", value)).router();

        assertThat(taken(router, "GET /" + query + " HTTP/1.1", "Host: a")).isEqualTo("r");
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "/x/../admin/", "/x/../admin/secret", "/%61dmin/", "/admi%6E/secret", "//admin/", "///admin//x", "/./admin/",
        "/a%2f..%2fadmin/", "/a/..%2fadmin/", "/a%5c..%5cadmin/x", "/a\\..\\admin\\x", "/%5cadmin/", "/a/..;/admin/",
        "/a/..;x=1/admin/x", "/.;/admin/", "/a/%2e%2e/admin/x", "/a/.%2E/admin/x", "/a//../admin/", "/a/b/../../admin/",
        "/../admin/", "/../../admin/x", "/admin%2f", "/admin%2Fx", "/admin/..", "/admin/../x", "/admin/%2e%2e/x",
        "/admin/..%2fx", "/admin/..;/x", "/admin//../x", "/admin/.%2e", "/admin/..;",
        "/x/%2e%2e;/admin/", "/x/..\\admin/", "/x/.\\../admin/", "/x/%252e%252e/../../../admin/x",
    })
    void refusesAPathThatAnotherReaderWouldTakeElsewhere(String path) {
        assertThat(taken(router(List.of("*/", "*/admin/")), "GET " + path + " HTTP/1.1", "Host: a"))
                .isEqualTo("ambiguous_path");
    }

    @ParameterizedTest
    @CsvSource({
        "/x/../y,            */",
        "/x//y,              */",
        "/x/%61,             */",
        "/x/a%20b,           */",
        "/x/%2561dmin,       */",
        "/%252e%252e/admin/, */",
        "/x;y=1/admin/,      */",
        "/x/...;/admin/,     */",
        "/x/.../admin/,      */",
        "/..x/admin/,        */",
        "/x/.hidden/admin/,  */",
        "/file.;x,           */",
        "/admin,             */",
        "/admin%,            */",
        "/admin%2,           */",
        "/admin/a%2fb,       */admin/",
        "/admin/x/../y,      */admin/",
        "/admin//x,          */admin/",
        "/admin/./,          */admin/",
        "/admin/%41,         */admin/",
        "/admin/x%2f..%2fy,  */admin/",
        "/admin/;x,          */admin/",
    })
    void forwardsWhatAllReadersTakeToTheSameRoute(String path, String route) {
        RequestHead head = RequestHeads.of("GET " + path + " HTTP/1.1", "Host: a");

        assertThat(name(router(List.of("*/", "*/admin/")).match(head))).isEqualTo(route);
        assertThat(RequestHeads.forwardedPath(head)).isEqualTo(path);
    }

    @Test
    void refusesAnOddPathAlsoWhereItWouldFindNoRoute() {
        Router router = router(List.of("*/admin/"));

        assertThat(taken(router, "GET /x/../admin/ HTTP/1.1", "Host: a")).isEqualTo("ambiguous_path");
        assertThat(taken(router, "GET /admin/../x HTTP/1.1", "Host: a")).isEqualTo("ambiguous_path");
        assertThat(taken(router, "GET /x/../y HTTP/1.1", "Host: a")).isEqualTo("no_route");
    }

    @Test
    void comparesExactPathsAndPatternsInEveryReadingToo() {
        Router router = router(List.of("*/", "*/secret", "*~^/p[0-9]+$"));

        assertThat(taken(router, "GET /%73ecret HTTP/1.1", "Host: a")).isEqualTo("ambiguous_path");
        assertThat(taken(router, "GET //secret HTTP/1.1", "Host: a")).isEqualTo("ambiguous_path");
        // The prefix / is more specific than any pattern, in every reading.
        assertThat(taken(router, "GET /p%31 HTTP/1.1", "Host: a")).isEqualTo("*/");
        assertThat(taken(router(List.of("*~^/p[0-9]+$")), "GET /p%31 HTTP/1.1", "Host: a")).isEqualTo("ambiguous_path");
    }

    @Test
    void judgesPathsByTheRoutesOfTheRequestsHost() {
        Router router = router(List.of("a/", "b/", "b/admin/"));

        assertThat(taken(router, "GET /x/../admin/ HTTP/1.1", "Host: a")).isEqualTo("a/");
        assertThat(taken(router, "GET /x/../admin/ HTTP/1.1", "Host: b")).isEqualTo("ambiguous_path");
    }

    @Test
    void findsEachOfHundredsOfRoutes() {
        RouterConfig config = new RouterConfig().route("*/");
        for (int i = 0; i < 600; i++) {
            config.route("*/p" + i + "/").route("*/e" + i).route("h" + i + ".example/").route("*.s" + i + ".example/");
        }
        Router router = config.router();

        for (int i = 0; i < 600; i++) {
            assertThat(taken(router, "GET /p" + i + "/x HTTP/1.1", "Host: a")).isEqualTo("*/p" + i + "/");
            assertThat(taken(router, "GET /e" + i + " HTTP/1.1", "Host: a")).isEqualTo("*/e" + i);
            assertThat(taken(router, "GET / HTTP/1.1", "Host: h" + i + ".example")).isEqualTo("h" + i + ".example/");
            assertThat(taken(router, "GET / HTTP/1.1", "Host: x.s" + i + ".example")).isEqualTo("*.s" + i + ".example/");
        }
        assertThat(taken(router, "GET /p600/x HTTP/1.1", "Host: a")).isEqualTo("*/");
    }

    @Test
    void keepsAnExhaustingPatternLinear() {
        // A backtracking matcher needs longer than the universe for this one.
        Router router = router(List.of("*~^/(a+)+$"));

        assertThat(taken(router, "GET /" + "a".repeat(8000) + "! HTTP/1.1", "Host: a")).isEqualTo("no_route");
    }

    @Test
    void listsItsRoutesByIndexWithTheTwoBuiltInOnesLast() {
        Router router = router(List.of("*/", "a/"));

        assertThat(router.routes()).extracting(Route::name).containsExactly("*/", "a/", "-", "-");
        assertThat(router.routes()).extracting(Route::index).containsExactly(0, 1, 2, 3);
        assertThat(router.routes().get(2).action()).isEqualTo(new Action.Refuse(ProxyError.NO_ROUTE));
        assertThat(router.routes().get(3).action()).isEqualTo(new Action.Refuse(ProxyError.AMBIGUOUS_PATH));
        assertThat(router.routes().get(2).deadlines()).isEqualTo(Deadlines.of(RouterConfig.TIMEOUTS));
        assertThat(router.routes().get(2).requestBodyMax()).isEqualTo(1000);
    }

    @Test
    void hasNoRouteWhereNoneIsConfigured() {
        assertThat(taken(router(List.of()), "GET / HTTP/1.1", "Host: a")).isEqualTo("no_route");
    }

    @Test
    void refusesAPatternThatIsNone() {
        assertThatThrownBy(() -> router(List.of("*~("))).isInstanceOf(com.google.re2j.PatternSyntaxException.class);
    }

    private static Router router(List<String> routes) {
        RouterConfig config = new RouterConfig();
        routes.forEach(config::route);
        return config.router();
    }

    private static String taken(Router router, String... lines) {
        return name(router.match(RequestHeads.of(Arrays.stream(lines).map(String::strip).toArray(String[]::new))));
    }

    private static String name(Route route) {
        return route.action() instanceof Action.Refuse refuse ? refuse.error().word() : route.name();
    }
}
