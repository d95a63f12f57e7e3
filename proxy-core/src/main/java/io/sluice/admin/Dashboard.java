package io.sluice.admin;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;

/** The files of the dashboard, which are in the jar. <em>Immutable.</em> */
final class Dashboard {
    private Dashboard() {}

    /** A page that answers with a file beside this class; it is read when it is asked for. */
    static AdminPage page(String file, String contentType) {
        return _ -> new Answer.Whole(200, contentType, read(file), List.of());
    }

    private static byte[] read(String file) {
        try (InputStream in = Dashboard.class.getResourceAsStream(file)) {
            if (in == null) {
                throw new IllegalStateException("the jar lacks " + file);
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
