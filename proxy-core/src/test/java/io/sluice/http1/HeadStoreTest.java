package io.sluice.http1;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.UnpooledByteBufAllocator;
import io.sluice.http.HeaderName;
import io.sluice.http.Method;
import io.sluice.http.RequestHead;
import io.sluice.http.ResponseHead;
import io.sluice.transport.LoopBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class HeadStoreTest {
    private final HeadStore store = new HeadStore(new LoopBuffer(new UnpooledByteBufAllocator(true, true)));

    @Test
    void lendsAHeadAgainOnceItIsBackAndEmpty() {
        RequestHead request = store.request();
        ResponseHead response = store.response();
        assertThat(store.request()).as("it is lent").isNotSameAs(request);
        request.append(HeaderName.HOST, "a");
        response.start(200, 5, Method.GET);
        store.give(request);
        store.give(response);

        assertThat(store.request()).isSameAs(request);
        assertThat(store.response()).isSameAs(response);
        assertThat(request.count()).isZero();
        assertThat(request.started()).isFalse();
        assertThat(response.status()).isZero();
        assertThat(response.contentLength()).isEqualTo(-1);
    }

    @Test
    void keepsNoMoreThanABusyLoopNeeds() {
        List<RequestHead> heads = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            heads.add(store.request());
        }
        heads.forEach(store::give);
        Set<RequestHead> again = Collections.newSetFromMap(new IdentityHashMap<>());
        for (int i = 0; i < 300; i++) {
            again.add(store.request());
        }

        again.retainAll(heads);
        assertThat(again).hasSize(256);
    }

    @Test
    void givesScratchMemoryOfAnySize() {
        byte[] scratch = store.scratch(100);
        assertThat(scratch).hasSizeGreaterThanOrEqualTo(100);
        assertThat(store.scratch(50)).isSameAs(scratch);

        assertThat(store.scratch(100_000)).hasSizeGreaterThanOrEqualTo(100_000);
    }

    @Test
    void tellsTheDateAsHttpWritesIt() {
        String field = new String(store.date(), StandardCharsets.US_ASCII);

        assertThat(field).startsWith("Date: ").endsWith("GMT\r\n");
        Instant told = ZonedDateTime.parse(field.substring(6).strip(), DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
        assertThat(Duration.between(told, Instant.now())).isBetween(Duration.ZERO, Duration.ofSeconds(5));
        // RFC 9110 §5.6.7: two digits of a day, unlike RFC 1123.
        assertThat(field).matches("Date: \\w{3}, \\d{2} \\w{3} \\d{4} \\d{2}:\\d{2}:\\d{2} GMT\r\n");
    }
}
