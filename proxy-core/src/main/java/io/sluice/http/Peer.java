package io.sluice.http;

import java.net.InetSocketAddress;

/**
 * Who is at the other end of a client connection: as the sockets say, or the PROXY protocol header that it began with.
 * <em>Loop-confined</em> (its text form is made on first use); one per connection.
 */
public final class Peer {
    private static final String CLIENT_SUBJECT = "X-Client-Cert-Subject";

    private final InetSocketAddress remote;
    private final InetSocketAddress local;
    private final Encryption encryption;
    private final boolean trusted;
    private final long addressKey;
    private final long sinceNanos;
    /** Null where the client showed no certificate. */
    private final HeaderLine subject;
    private String addressText;

    /**
     * Creates it.
     *
     * @param remote     the client's address
     * @param local      the one it connected to
     * @param encryption what its TLS handshake settled; null = it is not encrypted
     * @param trusted    whether it is one of {@code trustedProxies}, whose forwarding fields are believed
     * @param sinceNanos when it was accepted, as {@link System#nanoTime}
     */
    public Peer(
            InetSocketAddress remote, InetSocketAddress local, Encryption encryption, boolean trusted, long sinceNanos) {
        this.remote = remote;
        this.local = local;
        this.encryption = encryption;
        this.trusted = trusted;
        this.addressKey = AddressKey.of(remote.getAddress());
        this.sinceNanos = sinceNanos;
        this.subject = encryption == null || encryption.clientSubject() == null ? null
                : HeaderLine.of(CLIENT_SUBJECT, encryption.clientSubject());
    }

    /** The client's address. */
    public InetSocketAddress remote() {
        return remote;
    }

    /** The address that the client connected to. */
    public InetSocketAddress local() {
        return local;
    }

    /** Whether the connection is encrypted. */
    public boolean secure() {
        return encryption != null;
    }

    /** What its TLS handshake settled; null = it is not encrypted. */
    public Encryption encryption() {
        return encryption;
    }

    /** Whether its forwarding fields are believed. */
    public boolean trusted() {
        return trusted;
    }

    /** The field that tells a backend of the client's verified certificate; null = there is none. */
    public HeaderLine subject() {
        return subject;
    }

    /** The client's address as what is counted by address counts it: {@link AddressKey}. */
    public long addressKey() {
        return addressKey;
    }

    /** When it was accepted, as {@link System#nanoTime}; behind a PROXY protocol header, when that had come. */
    public long sinceNanos() {
        return sinceNanos;
    }

    /** The client's address without its port, as text. */
    public String addressText() {
        if (addressText == null) {
            addressText = remote.getAddress().getHostAddress();
        }
        return addressText;
    }

    /** Our address and port as text, as a Host field has it. Allocates. */
    public String localText() {
        String address = local.getAddress().getHostAddress();
        int zone = address.indexOf('%');
        String plain = zone < 0 ? address : address.substring(0, zone);
        return (plain.indexOf(':') < 0 ? plain : "[" + plain + "]") + ":" + local.getPort();
    }
}
