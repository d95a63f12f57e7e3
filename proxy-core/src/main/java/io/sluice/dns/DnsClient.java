package io.sluice.dns;

import io.netty.channel.AddressedEnvelope;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.dns.DefaultDnsQuestion;
import io.netty.handler.codec.dns.DnsResponse;
import io.netty.handler.codec.dns.DnsResponseCode;
import io.netty.resolver.dns.DnsNameResolver;
import io.netty.resolver.dns.DnsNameResolverBuilder;
import io.netty.resolver.dns.DnsNameResolverChannelStrategy;
import io.netty.resolver.dns.DnsNameResolverTimeoutException;
import io.netty.resolver.dns.DnsServerAddressStream;
import io.netty.resolver.dns.DnsServerAddressStreamProvider;
import io.netty.resolver.dns.DnsServerAddressStreamProviders;
import io.netty.resolver.dns.SequentialDnsServerAddressStreamProvider;
import io.netty.util.concurrent.Future;
import io.sluice.config.DnsConfig;
import io.sluice.transport.Transport;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;

/**
 * Asks name servers, as a stub does (RFC 1034 §5.3.1): one after the other until one knows, each twice if it stays silent. By UDP;
 * by TCP what doesn't fit. <em>Thread-safe.</em> <em>Ends</em> by {@link #close}, or with its event loop: then every question
 * fails.
 */
public final class DnsClient implements NameServers, AutoCloseable {
    /** Aliases that lead from answer to answer. */
    private static final int FOLLOWED_MAX = 8;

    private final EventLoop loop;
    private final DnsServerAddressStreamProvider servers;
    private final SearchList search;
    private final DnsNameResolver resolver;
    // Confined to the loop.
    private final Set<Future<?>> asked = new HashSet<>();
    private boolean closed;

    /** Creates it, asking the servers that are configured, over sockets of this loop. */
    public DnsClient(DnsConfig config, Transport transport, EventLoop loop) {
        this(config, transport, loop, SearchList.of(Path.of("/etc/resolv.conf")));
    }

    DnsClient(DnsConfig config, Transport transport, EventLoop loop, SearchList search) {
        this.loop = loop;
        this.search = search;
        this.servers = config.servers().isEmpty()
                ? DnsServerAddressStreamProviders.platformDefault()
                : new SequentialDnsServerAddressStreamProvider(config.servers().stream()
                        .map(it -> new InetSocketAddress(InetAddress.ofLiteral(it.host()), it.port()))
                        .toList());
        InetAddress first = servers.nameServerAddressStream(".").next().getAddress();
        // Of the whole of it only the sending and matching of messages is used: what an answer means is DnsMessage's.
        this.resolver = new DnsNameResolverBuilder(loop)
                .datagramChannelFactory(transport::newDatagramChannel)
                .socketChannelFactory(() -> transport.newChannel(first))
                .nameServerProvider(servers)
                // A port of its own for each question: whoever forges an answer has to guess it, too (RFC 5452 §9.2).
                .datagramChannelStrategy(DnsNameResolverChannelStrategy.ChannelPerResolution)
                .queryTimeoutMillis(Math.max(1, config.timeout().toMillis()))
                .build();
    }

    @Override
    public void ask(String name, RecordType type, Consumer<Reply> then) {
        try {
            loop.execute(new Asking(name, type, then)::begin);
        } catch (RejectedExecutionException ended) {
            then.accept(Reply.failed(Outcome.FAILED));
        }
    }

    /** Closes its sockets; what is being asked fails. Returns when that is done: not for its event loop. */
    @Override
    public void close() {
        try {
            loop.submit(() -> {
                closed = true;
                // Each has a socket, which ends with it.
                List.copyOf(asked).forEach(question -> question.cancel(false));
            }).awaitUninterruptibly();
        } catch (RejectedExecutionException ended) {
            // Its sockets ended with the loop.
        }
        resolver.close();
    }

    /** One question on its way. <em>Loop-confined.</em> */
    private final class Asking {
        private final RecordType type;
        private final Consumer<Reply> then;
        private final Iterator<String> candidates;
        private final Deque<InetSocketAddress> untried = new ArrayDeque<>();
        private int repeats;
        private int followed;
        private String candidate;
        /** What the servers that were asked for the candidate said. */
        private Outcome last;
        /** Whether a candidate is there, without such records. */
        private boolean exists;
        private boolean over;

        private Asking(String name, RecordType type, Consumer<Reply> then) {
            this.type = type;
            this.then = then;
            this.candidates = search.candidates(name).iterator();
        }

        private void begin() {
            // Whatever can't be done or read must not leave somebody waiting.
            try {
                next();
            } catch (RuntimeException impossible) {
                end(Reply.failed(Outcome.FAILED));
            }
        }

        private void end(Reply reply) {
            if (!over) {
                over = true;
                then.accept(reply);
            }
        }

        /** Goes on to the next thing that the name may stand for. */
        private void next() {
            if (!candidates.hasNext()) {
                end(Reply.failed(exists ? Outcome.EMPTY : Outcome.NXDOMAIN));
                return;
            }
            begin(candidates.next());
        }

        private void begin(String name) {
            candidate = name;
            last = Outcome.FAILED;
            untried.clear();
            DnsServerAddressStream stream = servers.nameServerAddressStream(name);
            for (int i = 0; i < stream.size(); i++) {
                untried.add(stream.next());
            }
            repeats = untried.size();
            ask();
        }

        private void ask() {
            InetSocketAddress server = untried.poll();
            if (server == null || closed) {
                // Whether the next candidate would be the one that was meant, nobody knows.
                end(Reply.failed(last));
                return;
            }
            DefaultDnsQuestion question;
            try {
                question = new DefaultDnsQuestion(candidate, DnsMessage.wire(type));
            } catch (IllegalArgumentException noName) {
                next();
                return;
            }
            Future<AddressedEnvelope<DnsResponse, InetSocketAddress>> answer = resolver.query(server, question);
            asked.add(answer);
            answer.addListener((Future<AddressedEnvelope<DnsResponse, InetSocketAddress>> answered) -> {
                asked.remove(answered);
                onAnswered(server, answered);
            });
        }

        private void onAnswered(InetSocketAddress server, Future<AddressedEnvelope<DnsResponse, InetSocketAddress>> answered) {
            if (!answered.isSuccess()) {
                boolean silent = answered.cause() instanceof DnsNameResolverTimeoutException;
                last = silent ? Outcome.TIMEOUT : Outcome.FAILED;
                if (silent && repeats-- > 0) {
                    untried.addLast(server);
                }
                ask();
                return;
            }
            AddressedEnvelope<DnsResponse, InetSocketAddress> envelope = answered.getNow();
            try {
                onMessage(envelope.content());
            } catch (RuntimeException unreadable) {
                end(Reply.failed(Outcome.FAILED));
            } finally {
                envelope.release();
            }
        }

        private void onMessage(DnsResponse message) {
            DnsResponseCode code = message.code();
            if (code.equals(DnsResponseCode.NXDOMAIN)) {
                next();
            } else if (!code.equals(DnsResponseCode.NOERROR)) {
                last = code.equals(DnsResponseCode.SERVFAIL) ? Outcome.SERVFAIL
                        : code.equals(DnsResponseCode.REFUSED) ? Outcome.REFUSED : Outcome.FAILED;
                ask();
            } else {
                onFound(DnsMessage.of(message, candidate, type));
            }
        }

        private void onFound(DnsMessage found) {
            if (found.reply().outcome() == Outcome.OK) {
                end(found.reply());
            } else if (found.alias() != null && followed < FOLLOWED_MAX) {
                followed++;
                begin(found.alias());
            } else {
                exists = true;
                next();
            }
        }
    }
}
