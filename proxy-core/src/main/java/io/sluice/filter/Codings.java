package io.sluice.filter;

import com.aayushatharva.brotli4j.Brotli4jLoader;
import com.github.luben.zstd.util.Native;
import io.sluice.config.FilterConfig.Coding;
import io.sluice.config.FilterConfig.Levels;
import java.util.List;
import java.util.stream.Stream;

/** Which codings this system has, and what does them. <em>Immutable.</em> */
final class Codings {
    private Codings() {}

    /** Those of all that this system has, in the order of our preference. May load native code: not for an event loop. */
    static List<Coding> here() {
        return Stream.of(Coding.values()).filter(Codings::here).toList();
    }

    /** Whether this system has it. */
    static boolean here(Coding coding) {
        return switch (coding) {
            case GZIP -> true;
            case BR -> Brotli4jLoader.isAvailable();
            case ZSTD -> zstd();
        };
    }

    private static boolean zstd() {
        try {
            Native.load();
            return Native.isLoaded();
        } catch (LinkageError noNativeCode) {
            return false;
        }
    }

    /** Begins a body. */
    static BodyFilter begin(Coding coding, Levels levels) {
        return switch (coding) {
            case GZIP -> new GzipCoder(levels.gzip());
            case BR -> new BrotliCoder(levels.br());
            case ZSTD -> new ZstdCoder(levels.zstd());
        };
    }
}
