package io.sluice.config;

import java.nio.file.Path;
import java.util.List;

/** Who answers a request that a route matched. <em>Immutable.</em> */
public sealed interface ActionConfig {

    /**
     * One of these services, chosen by weight.
     *
     * @param services at least one; the weights' sum is at least 1
     */
    record Forward(List<WeightedService> services) implements ActionConfig {}

    /**
     * One target of a split.
     *
     * @param service the name of a configured service
     * @param weight  0 to 1000
     */
    record WeightedService(String service, int weight) {}

    /**
     * Files below a directory.
     *
     * @param root          an existing directory
     * @param index         the file that answers for a directory
     * @param listing       whether a directory without such a file is listed
     * @param precompressed whether {@code .br} and {@code .gz} neighbours are sent to who takes them
     */
    record Files(Path root, String index, boolean listing, boolean precompressed) implements ActionConfig {}

    /**
     * A redirect made here.
     *
     * @param location the Location field, as written
     * @param status   301, 302, 303, 307 or 308
     */
    record Redirect(String location, int status) implements ActionConfig {}

    /**
     * A fixed answer made here.
     *
     * @param status      200 to 599
     * @param body        sent as UTF-8; may be empty
     * @param contentType the Content-Type field
     */
    record Respond(int status, String body, String contentType) implements ActionConfig {}
}
