package io.sluice.dns;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.CorruptedFrameException;
import io.netty.handler.codec.dns.DefaultDnsRecordDecoder;
import io.netty.handler.codec.dns.DnsRawRecord;
import io.netty.handler.codec.dns.DnsRecord;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.handler.codec.dns.DnsResponse;
import io.netty.handler.codec.dns.DnsSection;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What an answer says to its question; whatever it says besides is left aside. <em>Immutable.</em>
 *
 * @param reply what was found
 * @param alias where the search must go on, if the name is an alias of that and nothing was found; null = nowhere
 */
record DnsMessage(Reply reply, String alias) {
    private static final int ALIASES_MAX = 16;
    private static final int SRV_FIXED_BYTES = 6;

    /** An alias and for how long. <em>Immutable.</em> */
    private record Alias(String target, long ttlSeconds) {}

    /** Reads the answer of a question for this name and type; borrows the message. */
    static DnsMessage of(DnsResponse message, String name, RecordType type) {
        Map<String, Alias> aliases = new HashMap<>();
        int count = message.count(DnsSection.ANSWER);
        for (int i = 0; i < count; i++) {
            if (message.recordAt(DnsSection.ANSWER, i) instanceof DnsRawRecord record
                    && record.type().equals(DnsRecordType.CNAME)) {
                String target = name(record.content().duplicate());
                if (target != null) {
                    aliases.put(HostNames.canonical(record.name()), new Alias(target, record.timeToLive()));
                }
            }
        }
        String owner = HostNames.canonical(name);
        long ttl = Long.MAX_VALUE;
        for (int hops = 0; hops < ALIASES_MAX && aliases.containsKey(owner); hops++) {
            Alias alias = aliases.remove(owner);
            owner = alias.target();
            ttl = Math.min(ttl, alias.ttlSeconds());
        }
        Reply reply = records(message, owner, type, ttl);
        boolean goesOn = reply.outcome() != Outcome.OK && !owner.equals(HostNames.canonical(name));
        return new DnsMessage(reply, goesOn ? owner : null);
    }

    private static Reply records(DnsResponse message, String owner, RecordType type, long aliasTtlSeconds) {
        List<InetAddress> addresses = new ArrayList<>();
        List<SrvRecord> services = new ArrayList<>();
        long ttl = aliasTtlSeconds;
        int count = message.count(DnsSection.ANSWER);
        for (int i = 0; i < count; i++) {
            DnsRecord record = message.recordAt(DnsSection.ANSWER, i);
            if (!(record instanceof DnsRawRecord raw) || !record.type().equals(wire(type))
                    || !HostNames.canonical(record.name()).equals(owner)) {
                continue;
            }
            int known = addresses.size() + services.size();
            ByteBuf content = raw.content().duplicate();
            if (type == RecordType.SRV) {
                service(content, services);
            } else {
                address(content, type, addresses);
            }
            if (addresses.size() + services.size() > known) {
                ttl = Math.min(ttl, record.timeToLive());
            }
        }
        return type == RecordType.SRV ? Reply.ofServices(services, ttl) : Reply.ofAddresses(addresses, ttl);
    }

    static DnsRecordType wire(RecordType type) {
        return switch (type) {
            case A -> DnsRecordType.A;
            case AAAA -> DnsRecordType.AAAA;
            case SRV -> DnsRecordType.SRV;
        };
    }

    /** Nobody answers at an address that stands for all of a machine's, or for a group: connecting there would reach us. */
    private static void address(ByteBuf content, RecordType type, List<InetAddress> into) {
        byte[] bytes = new byte[type == RecordType.A ? 4 : 16];
        if (content.readableBytes() != bytes.length) {
            return;
        }
        content.readBytes(bytes);
        try {
            InetAddress address = InetAddress.getByAddress(bytes);
            if (!address.isAnyLocalAddress() && !address.isMulticastAddress() && !into.contains(address)) {
                into.add(address);
            }
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address has 4 or 16 bytes", e);
        }
    }

    private static void service(ByteBuf content, List<SrvRecord> into) {
        if (content.readableBytes() <= SRV_FIXED_BYTES) {
            return;
        }
        int priority = content.readUnsignedShort();
        int weight = content.readUnsignedShort();
        int port = content.readUnsignedShort();
        String target = name(content);
        // A dot alone says that there is no such service (RFC 2782).
        if (port > 0 && target != null) {
            SrvRecord record = new SrvRecord(priority, weight, port, target.substring(0, target.length() - 1));
            if (!into.contains(record)) {
                into.add(record);
            }
        }
    }

    /** Canonical; null for what is no name that can be used. */
    private static String name(ByteBuf content) {
        try {
            String name = DefaultDnsRecordDecoder.decodeName(content);
            return HostNames.valid(name) ? HostNames.canonical(name) : null;
        } catch (CorruptedFrameException | IndexOutOfBoundsException broken) {
            return null;
        }
    }
}
