package io.sluice.filter;

import com.aayushatharva.brotli4j.decoder.BrotliInputStream;
import com.github.luben.zstd.ZstdInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.GZIPInputStream;

/** What clients make of coded bodies, by decoders that are none of ours. <em>Immutable.</em> */
public final class Decoded {
    private Decoded() {}

    /** The whole of a body. */
    public static byte[] whole(String coding, byte[] coded) throws IOException {
        try (InputStream in = of(coding, new ByteArrayInputStream(coded))) {
            return in.readAllBytes();
        }
    }

    /** A body as it comes; a read returns what can be decoded so far. It must end as its coding says, else a read fails. */
    public static InputStream of(String coding, InputStream in) throws IOException {
        return switch (coding) {
            case "gzip" -> new GZIPInputStream(in);
            case "br" -> {
                BrotliInputStream br = new BrotliInputStream(in);
                br.enableEagerOutput();
                yield br;
            }
            case "zstd" -> new ZstdInputStream(in);
            default -> throw new IllegalArgumentException(coding);
        };
    }
}
