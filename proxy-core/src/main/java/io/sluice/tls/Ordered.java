package io.sluice.tls;

import io.netty.handler.ssl.SslContext;
import io.sluice.pem.Identity;
import java.util.List;

/** Certificates that are ordered rather than read from files. <em>Thread-safe.</em> */
public interface Ordered {
    /** That of the moment for these names; it may be one that nobody has signed. */
    Identity identity(List<String> names);

    /** What an authority gets that looks whether a name is ours; null if none does. */
    SslContext proof(String serverName);

    /** Whether any authority does. */
    boolean proving();
}
