package io.sluice.bench;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.nio.charset.StandardCharsets;

/** Messages as they come in life. <em>Immutable.</em> */
final class Messages {
    static final String BROWSER_REQUEST = """
            GET /articles/2026/08/how-sluices-work.html?from=front HTTP/1.1
            Host: www.example.com
            User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0
            Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8
            Accept-Language: en-GB,en;q=0.7,de;q=0.3
            Accept-Encoding: gzip, deflate, br, zstd
            Connection: keep-alive
            Cookie: session=3f9c8a7be1d24c55a9; theme=dark; consent=all
            Cache-Control: max-age=0

            """;
    static final String WRK_REQUEST = """
            GET /1k HTTP/1.1
            Host: 127.0.0.1:8080
            User-Agent: wrk/4.1.0
            Accept: */*
            Accept-Encoding: identity
            X-Id: 12345

            """;
    static final String NGINX_RESPONSE = """
            HTTP/1.1 200 OK
            Server: nginx/1.22.1
            Date: Sat, 01 Aug 2026 12:00:00 GMT
            Content-Type: application/octet-stream
            Content-Length: 1024
            Last-Modified: Fri, 31 Jul 2026 08:00:00 GMT
            Connection: keep-alive
            ETag: "66a9f0c0-400"
            Accept-Ranges: bytes

            """;

    private Messages() {}

    /** The text with CRLF line ends, in direct memory that the caller owns. */
    static ByteBuf direct(String text) {
        return direct(text.replace("\n", "\r\n").getBytes(StandardCharsets.ISO_8859_1));
    }

    /** These bytes in direct memory that the caller owns. */
    static ByteBuf direct(byte[] bytes) {
        return PooledByteBufAllocator.DEFAULT.directBuffer(bytes.length).writeBytes(bytes);
    }
}
