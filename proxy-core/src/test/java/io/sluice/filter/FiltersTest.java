package io.sluice.filter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.config.Cidr;
import io.sluice.config.FilterConfig;
import io.sluice.http.ProxyError;
import io.sluice.http.RequestHead;
import io.sluice.http.RequestHeads;
import io.sluice.http.ResponseHead;
import java.net.InetAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FiltersTest {
    private static final InetAddress CLIENT = InetAddress.ofLiteral("192.0.2.7");

    @ParameterizedTest
    @CsvSource({
        "/v1,   /v1/users,     /users",
        "/v1,   /v1/,          /",
        "/v1,   /v1,           /",
        "/v1/,  /v1/users,     /users",
        "/v1/,  /v1,           /",
        "/v1,   /v1x,          /v1x",
        "/v1,   /v1x/users,    /v1x/users",
        "/v1,   /V1/users,     /V1/users",
        "/v1,   /%76%31/users, /%76%31/users",
        "/v1,   /v2/v1/users,  /v2/v1/users",
        "/v1,   /v1/v1/users,  /v1/users",
        "/v1,   /v1//users,    //users",
        "/v1,   /v,            /v",
        "/v1,   *,             *",
        "/,     /users,        /users",
        "/a/b,  /a/b/c,        /c",
        "/a/b,  /a,            /a",
    })
    void stripsWholeSegmentsOnly(String prefix, String path, String forwarded) {
        assertThat(forwarded(new StripPrefix(prefix), path)).isEqualTo(forwarded);
    }

    @ParameterizedTest
    @CsvSource({
        "/app,   /users, /app/users",
        "/app/,  /users, /app/users",
        "/app,   /,      /app/",
        "/,      /users, /users",
        "/app,   *,      *",
    })
    void addsAPrefix(String prefix, String path, String forwarded) {
        assertThat(forwarded(new AddPrefix(prefix), path)).isEqualTo(forwarded);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "v1", "/a b", "/a?b", "/a#b", "/a\r\nX: y", "/ä"})
    void refusesAPrefixThatCouldNotStandInARequestLine(String prefix) {
        assertThatThrownBy(() -> new StripPrefix(prefix)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new AddPrefix(prefix)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "^/old/(.*)$,            /new/$1,        /old/x/y,     /new/x/y",
        "^/old/(.*)$,            /new/$1,        /other,       /other",
        "^/(?P<a>[^/]+)/(\\d+),  '/${a}s/$2',    /user/42/x,   /users/42/x",
        "_,                      -,              /a_b_c,       /a-b-c",
        "^/(a)(b)?$,             /$1-$2,         /a,           /a-",
        "^/(a),                  /$10,           /a,           /a0",
        "^/a,                    '/\\$1\\\\',    /a,           '/$1\\'",
        "^/a,                    /$0$0,          /a,           //a/a",
        "$,                      /,              /a,           /a/",
        ".*,                     /x,             *,            *",
    })
    void rewritesWhatThePatternFinds(String pattern, String replacement, String path, String forwarded) {
        assertThat(forwarded(new RewritePath(pattern, replacement), path)).isEqualTo(forwarded);
    }

    @ParameterizedTest
    @CsvSource({
        "^/,    x",
        "^/.*,  ''",
        "a$,    ?x=1",
        "a$,    '#x'",
        "a$,    ' HTTP/1.1'",
        "a$,    ä",
        "^/.*,  http://other/",
    })
    void refusesARewrittenPathThatIsNone(String pattern, String replacement) {
        RequestHead head = head("/a");

        assertThat(new RewritePath(pattern, replacement).apply(head, CLIENT)).isEqualTo(ProxyError.INVALID_TARGET);
        assertThat(RequestHeads.forwardedPath(head)).isEqualTo("/a");
    }

    @Test
    void refusesALineBreakInARewrittenPath() {
        assertThat(new RewritePath("a", "/\r\nX: y").apply(head("/a"), CLIENT)).isEqualTo(ProxyError.INVALID_TARGET);
    }

    @ParameterizedTest
    @ValueSource(strings = {"$2", "$", "${b}", "${a", "${", "$x", "\\", "$99999999999"})
    void refusesAReplacementThatNamesNoGroup(String replacement) {
        assertThatThrownBy(() -> new RewritePath("(?P<a>x)", replacement))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected");
    }

    @Test
    void worksOnThePathThatEarlierFiltersLeft() {
        RequestHead head = head("/v1/users?q=1");

        new StripPrefix("/v1").apply(head, CLIENT);
        new AddPrefix("/app").apply(head, CLIENT);
        new RewritePath("users", "people").apply(head, CLIENT);

        assertThat(RequestHeads.forwardedPath(head)).isEqualTo("/app/people");
        assertThat(head.pathText()).isEqualTo("/v1/users");
        assertThat(head.text(head.pathEnd(), head.queryEnd())).isEqualTo("?q=1");
    }

    @Test
    void removesSetsAndAddsInThisOrder() {
        RequestHead head = RequestHeads.of(
                "GET / HTTP/1.1", "Host: a", "X-Debug: 1", "x-env: dev", "X-Env: test", "Via: 1.1 x", "Accept: */*");
        Map<String, String> set = new LinkedHashMap<>();
        set.put("X-Env", "prod");
        set.put("Accept", "text/html");

        HeaderEdits edits = HeaderEdits.of(new FilterConfig.RequestHeaders(
                set, Map.of("X-Debug", "2"), List.of("X-DEBUG", "via", "X-Absent")));

        assertThat(edits.apply(head, CLIENT)).isNull();
        assertThat(RequestHeads.kept(head))
                .containsExactly("Host: a", "X-Env: prod", "Accept: text/html", "X-Debug: 2");
    }

    @Test
    void setsTheHost() {
        RequestHead head = RequestHeads.of("GET / HTTP/1.1", "Host: a");

        HeaderEdits.of(new FilterConfig.RequestHeaders(Map.of("host", "b"), Map.of(), List.of())).apply(head, CLIENT);

        assertThat(RequestHeads.kept(head)).containsExactly("host: b");
    }

    @Test
    void editsResponses() {
        ResponseHead head = RequestHeads.response(200, "Server: x", "Set-Cookie: a=1", "Set-Cookie: b=2");

        HeaderEdits.of(new FilterConfig.ResponseHeaders(
                Map.of("Server", "sluice"), Map.of("Set-Cookie", "c=3"), List.of())).apply(head);

        assertThat(RequestHeads.kept(head))
                .containsExactly("Set-Cookie: a=1", "Set-Cookie: b=2", "Server: sluice", "Set-Cookie: c=3");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Content-Length", "transfer-encoding", "Connection", "Upgrade", "TE", "Trailer", "Keep-Alive"})
    void refusesToWriteFieldsTheProxyMakesItself(String name) {
        assertThatThrownBy(() -> HeaderEdits.of(
                new FilterConfig.RequestHeaders(Map.of(name, "1"), Map.of(), List.of())))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining(name);
        assertThatThrownBy(() -> HeaderEdits.of(
                new FilterConfig.ResponseHeaders(Map.of(), Map.of(name, "1"), List.of())))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining(name);
    }

    @Test
    void refusesToLeaveARequestWithoutAHostOrWithTwo() {
        assertThatThrownBy(() -> HeaderEdits.of(
                new FilterConfig.RequestHeaders(Map.of(), Map.of(), List.of("HOST"))))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> HeaderEdits.of(
                new FilterConfig.RequestHeaders(Map.of(), Map.of("Host", "b"), List.of())))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void refusesALineBreakInAFieldItWrites() {
        assertThatThrownBy(() -> HeaderEdits.of(
                new FilterConfig.RequestHeaders(Map.of("X-A", "1\r\nX-B: 2"), Map.of(), List.of())))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/8,      10.255.0.1,        true",
        "10.0.0.0/8,      11.0.0.1,          false",
        "10.0.0.0/8,      ::ffff:10.0.0.1,   true",
        "10.0.0.0/8,      a00::1,            false",
        "192.0.2.7/32,    192.0.2.7,         true",
        "192.0.2.7/32,    192.0.2.6,         false",
        "192.0.2.128/25,  192.0.2.127,       false",
        "192.0.2.128/25,  192.0.2.200,       true",
        "0.0.0.0/0,       203.0.113.1,       true",
        "0.0.0.0/0,       2001:db8::1,       false",
        "::/0,            2001:db8::1,       true",
        "fd00::/8,        fdff::1,           true",
        "fd00::/8,        fe00::1,           false",
        "2001:db8::/65,   2001:db8::1,       true",
        "2001:db8::/65,   2001:db8:0:0:8000::1, false",
        "2001:db8::1/128, 2001:db8::1,       true",
        "2001:db8::1/128, 2001:db8::2,       false",
    })
    void allowsAndDeniesByBlock(String block, String address, boolean inside) {
        List<Cidr> blocks = List.of(cidr("198.51.100.0/24"), cidr(block));
        InetAddress client = InetAddress.ofLiteral(address);

        assertThat(new AllowAddresses(blocks).apply(head("/"), client)).isEqualTo(inside ? null : ProxyError.ADDRESS_DENIED);
        assertThat(new DenyAddresses(blocks).apply(head("/"), client)).isEqualTo(inside ? ProxyError.ADDRESS_DENIED : null);
    }

    @Test
    void allowsNobodyByAnEmptyList() {
        assertThat(new AllowAddresses(List.of()).apply(head("/"), CLIENT)).isEqualTo(ProxyError.ADDRESS_DENIED);
        assertThat(new DenyAddresses(List.of()).apply(head("/"), CLIENT)).isNull();
    }

    private static Cidr cidr(String text) {
        int slash = text.indexOf('/');
        return new Cidr(InetAddress.ofLiteral(text.substring(0, slash)), Integer.parseInt(text.substring(slash + 1)));
    }

    private static String forwarded(RequestFilter filter, String path) {
        RequestHead head = head(path);
        assertThat(filter.apply(head, CLIENT)).isNull();
        return RequestHeads.forwardedPath(head);
    }

    private static RequestHead head(String target) {
        return RequestHeads.of("GET " + target + " HTTP/1.1", "Host: a");
    }
}
