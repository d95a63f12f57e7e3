package io.sluice.server;

import io.sluice.config.FilterConfig.Coding;
import io.sluice.exchange.Snapshot;
import io.sluice.filter.Compression;
import io.sluice.route.Route;
import java.util.EnumSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says which codings routes would compress with, were there native code for them on this system. <em>Immutable.</em> */
final class MissingCodings {
    private static final Logger LOG = LoggerFactory.getLogger(MissingCodings.class);

    private MissingCodings() {}

    /** Says it of a configuration that is in force. */
    static void report(Snapshot snapshot) {
        Set<Coding> unnamed = EnumSet.noneOf(Coding.class);
        for (Route route : snapshot.router().routes()) {
            Compression compression = route.compression();
            if (compression == null) {
                continue;
            }
            if (!compression.named()) {
                unnamed.addAll(compression.missing());
            } else if (!compression.missing().isEmpty()) {
                LOG.warn("A route names codings that this system has no native code for; it goes without route={} missing={}"
                        + " left={}", route.name(), compression.missing(), compression.codings());
            }
        }
        if (!unnamed.isEmpty()) {
            LOG.info("This system has no native code for some codings; responses are compressed by the others missing={}", unnamed);
        }
    }
}
