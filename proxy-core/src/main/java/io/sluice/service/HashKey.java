package io.sluice.service;

import io.sluice.config.ServiceConfig.KeyConfig;
import io.sluice.http.RequestHead;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.concurrent.ThreadLocalRandom;

/**
 * What of a request decides where a hash policy sends it. <em>Immutable.</em> Allocates nothing. A request that has no such
 * thing gets a random key, so that those share all endpoints.
 */
sealed interface HashKey {
    /** The key of this configuration. */
    static HashKey of(KeyConfig config) {
        return switch (config) {
            case KeyConfig.ClientAddress _ -> new Client();
            case KeyConfig.Path _ -> new Path();
            case KeyConfig.Header header ->
                new Header(header.name().toLowerCase(Locale.ROOT).getBytes(StandardCharsets.US_ASCII));
            case KeyConfig.Cookie cookie -> new Cookie(cookie.name().getBytes(StandardCharsets.US_ASCII));
        };
    }

    /**
     * The key of a request.
     *
     * @param head   null where there is no request, only a connection
     * @param client who asks
     */
    long of(RequestHead head, InetAddress client);

    private static long random() {
        return ThreadLocalRandom.current().nextLong();
    }

    /** The client's address, without its port. */
    record Client() implements HashKey {
        @Override
        public long of(RequestHead head, InetAddress client) {
            // The address itself with IPv4; with IPv6 the sum of its quarters, the one thing to be had without a copy.
            return Mix.of(client.hashCode());
        }
    }

    /** The path as received, without the query. */
    record Path() implements HashKey {
        @Override
        public long of(RequestHead head, InetAddress client) {
            return head == null ? random() : Mix.of(head.bytes(), head.pathStart(), head.pathEnd());
        }
    }

    /** The value of the first header of this name. */
    record Header(byte[] lowerCaseName) implements HashKey {
        @Override
        public long of(RequestHead head, InetAddress client) {
            int field = head == null ? -1 : head.next(lowerCaseName, 0);
            return field < 0 ? random() : Mix.of(head.bytes(), head.valueStart(field), head.valueEnd(field));
        }
    }

    /** The value of the first cookie of this name (RFC 6265 §5.4), its quotes included. */
    record Cookie(byte[] name) implements HashKey {
        private static final byte[] FIELD = "cookie".getBytes(StandardCharsets.US_ASCII);

        @Override
        public long of(RequestHead head, InetAddress client) {
            int field = head == null ? -1 : head.next(FIELD, 0);
            while (field >= 0) {
                byte[] bytes = head.bytes();
                int end = head.valueEnd(field);
                int at = Cookies.value(bytes, head.valueStart(field), end, name);
                if (at >= 0) {
                    return Mix.of(bytes, at, Cookies.end(bytes, at, end));
                }
                field = head.next(FIELD, field + 1);
            }
            return random();
        }
    }
}
