package io.sluice.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.telemetry.SlowRequests;
import io.sluice.telemetry.Stall;
import io.sluice.telemetry.Timeline;
import io.sluice.telemetry.Timeline.Stamps;
import java.util.List;
import org.junit.jupiter.api.Test;

class SlowPageTest {
    private static Timeline timeline(String route, Stamps stamps, Stall onClient) {
        return new Timeline(1767323045007L, "web", "POST", "HTTP/1.1", route, "app", "10.0.0.5:8080", 2, true, 200, "ok", 3,
                4, "copied", "small", stamps, onClient, Stall.NONE);
    }

    private static String json(List<Timeline> slow, List<Timeline> failed) {
        return SlowPage.json(new SlowRequests(slow, failed)).toString();
    }

    @Test
    void writesOneLineARequest() {
        Stamps stamps = new Stamps(-7_000_000, 1_000, 2_000, 500_000, 503_000, 504_000, 900_000, 900_000, 1_000_000);

        String page = json(
                List.of(timeline("api", stamps, new Stall(2, 90_000, 70_000, 910_000))), List.of());

        assertThat(page).isEqualTo("""
                {"slow":[
                {"time":"2026-01-02T03:04:05.007Z","listener":"web","protocol":"HTTP/1.1","method":"POST","route":"api",\
                "service":"app","endpoint":"10.0.0.5:8080","attempts":2,"reused":true,"status":200,"end":"ok","bytesIn":3,\
                "bytesOut":4,"relay":"copied","relayReason":"small","queued":500,"at":{"accepted":-7000,"head":1,"attempt":2,\
                "connected":503,"sent":504,"firstByte":900,"headSent":900,"end":1000},"stalls":{"onClient":{"times":2,\
                "total":90,"longest":70,"longestAt":910},"onBackend":{"times":0,"total":0,"longest":0,"longestAt":null}}}],\
                "failed":[]}""");
    }

    @Test
    void writesNullForWhatNeverHappened() {
        Stamps stamps = new Stamps(-1, -1, -1, 0, -1, -1, -1, -1, 9_000);

        assertThat(json(List.of(), List.of(timeline("a", stamps, Stall.NONE)))).contains(
                "\"at\":{\"accepted\":null,\"head\":null,\"attempt\":null,\"connected\":null,\"sent\":null,"
                        + "\"firstByte\":null,\"headSent\":null,\"end\":9}");
    }

    @Test
    void escapesNames() {
        Stamps stamps = new Stamps(0, 0, 0, 0, 0, 0, 0, 0, 0);

        assertThat(json(List.of(timeline("a\"b\\c\u0001ü", stamps, Stall.NONE)), List.of()))
                .contains("\"route\":\"a\\\"b\\\\c\\u0001\\u00fc\"");
    }

    @Test
    void isAnObjectWithTwoListsWhereNothingHappened() {
        assertThat(json(List.of(), List.of())).isEqualTo("{\"slow\":[],\"failed\":[]}");
    }
}
