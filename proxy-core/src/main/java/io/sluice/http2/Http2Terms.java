package io.sluice.http2;

import io.netty.util.AsciiString;
import io.sluice.config.Http2Config;
import io.sluice.http.HeadLimits;
import io.sluice.transport.DeadlineWheel;

/**
 * On what terms a connection to a backend is used. <em>Immutable.</em>
 *
 * @param http2  the service's
 * @param heads  of responses
 * @param scheme of requests
 * @param wheel  of its loop
 */
record Http2Terms(Http2Config http2, HeadLimits heads, AsciiString scheme, DeadlineWheel wheel) {}
