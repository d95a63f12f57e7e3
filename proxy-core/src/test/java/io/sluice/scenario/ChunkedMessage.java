package io.sluice.scenario;

import io.sluice.scenario.Message.Ending;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;

/** Reads a chunked body as strictly as a peer that looks for mistakes. <em>Immutable.</em> */
final class ChunkedMessage {
    private ChunkedMessage() {}

    /** The message of this head with its body, which need not be complete; {@link Message#ending} tells. */
    static Message read(RawConnection from, Message head) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        List<String> sizes = new ArrayList<>();
        List<String> trailers = new ArrayList<>();
        try {
            for (long size = -1; size != 0; ) {
                String line = from.line();
                sizes.add(line);
                if (!line.matches("[0-9a-fA-F]+")) {
                    throw new AssertionError("no chunk size: \"" + line + "\" after " + body.size() + " bytes");
                }
                size = Long.parseLong(line, 16);
                Ending ending = from.read(body, size);
                if (ending != Ending.COMPLETE) {
                    return head.with(body.toByteArray(), sizes, trailers, ending);
                }
                if (size > 0 && !from.line().isEmpty()) {
                    throw new AssertionError("no CRLF behind a chunk");
                }
            }
            for (String line = from.line(); !line.isEmpty(); line = from.line()) {
                trailers.add(line);
            }
            return head.with(body.toByteArray(), sizes, trailers, Ending.COMPLETE);
        } catch (EOFException e) {
            return head.with(body.toByteArray(), sizes, trailers, Ending.CLOSED);
        } catch (SocketException e) {
            return head.with(body.toByteArray(), sizes, trailers, Ending.RESET);
        }
    }
}
