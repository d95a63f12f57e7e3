package io.sluice.route;

import io.sluice.files.FileTree;
import io.sluice.http.HeaderLine;
import io.sluice.http.ProxyError;
import java.util.List;

/** What happens to a request that took a route. <em>Immutable.</em> */
public sealed interface Action {

    /** A backend answers: one of these services. */
    record Forward(ServiceSplit split) implements Action {}

    /**
     * We answer.
     *
     * @param status 200 to 599
     * @param fields besides Content-Length
     * @param body   not to be changed
     */
    record Answer(int status, List<HeaderLine> fields, byte[] body) implements Action {}

    /** A file answers. */
    record Files(FileTree tree) implements Action {}

    /**
     * We send the client to the same place over TLS.
     *
     * @param status 301, 302, 307 or 308
     * @param port   where TLS is spoken
     */
    record ToHttps(int status, int port) implements Action {}

    /** We refuse. */
    record Refuse(ProxyError error) implements Action {}
}
