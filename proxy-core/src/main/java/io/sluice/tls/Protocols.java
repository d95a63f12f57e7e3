package io.sluice.tls;

import io.netty.handler.ssl.ApplicationProtocolNames;
import java.util.List;

/** What clients are offered by ALPN (RFC 7301), the best first. <em>Immutable.</em> */
public final class Protocols {
    private Protocols() {}

    /** Where requests are spoken. */
    public static List<String> http() {
        return List.of(ApplicationProtocolNames.HTTP_1_1);
    }
}
