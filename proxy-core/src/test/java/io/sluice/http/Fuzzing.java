package io.sluice.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

/** What the fuzz targets share. <em>Immutable.</em> */
final class Fuzzing {
    private static final int DRIPPED_BYTES_MAX = 300;

    private Fuzzing() {}

    static void check(boolean holds, String otherwise) {
        check(holds, () -> otherwise);
    }

    static void check(boolean holds, Supplier<String> otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise.get());
        }
    }

    /** The outcome is the same with two cuts that the bytes decide, and dripped if there are not many. */
    static <T> void checkCuts(byte[] data, T whole, Function<int[], T> parse) {
        if (data.length == 0) {
            return;
        }
        int hash = Arrays.hashCode(data) & Integer.MAX_VALUE;
        int[] two = {hash % data.length, hash / data.length % data.length};
        Arrays.sort(two);
        T cut = parse.apply(two);
        check(whole.equals(cut), () -> "cut at " + Arrays.toString(two) + " it is\n" + cut + " and not\n" + whole);
        if (data.length <= DRIPPED_BYTES_MAX) {
            T dripped = parse.apply(Outcome.drip(data));
            check(whole.equals(dripped), () -> "dripped it is\n" + dripped + " and not\n" + whole);
        }
    }

    static ByteBuf buffer(byte[] data) {
        return Unpooled.wrappedBuffer(data);
    }

    /** The fields as they would be written. */
    static String fields(Head head) {
        byte[] out = new byte[head.length()];
        return new String(out, 0, head.copyFields(out, 0), StandardCharsets.ISO_8859_1);
    }

    /** Without the framing fields, which the writer makes anew. */
    static List<String> withoutFraming(List<String> lines) {
        return lines.stream()
                .filter(line -> !line.endsWith("(CONTENT_LENGTH)") && !line.endsWith("(TRANSFER_ENCODING)"))
                .toList();
    }
}
