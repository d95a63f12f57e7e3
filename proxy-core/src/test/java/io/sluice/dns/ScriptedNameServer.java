package io.sluice.dns;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A name server on loopback that says what a test tells it: by UDP, and by TCP what is too long for that. <em>Thread-safe.</em>
 * <em>Ends</em> by {@link #close}.
 */
public final class ScriptedNameServer implements AutoCloseable {
    public static final int SERVFAIL = 2;
    public static final int NXDOMAIN = 3;
    public static final int REFUSED = 5;
    private static final int A = 1;
    private static final int CNAME = 5;
    private static final int AAAA = 28;
    private static final int SRV = 33;
    private static final int UDP_BYTES_MAX = 1200;

    /** What is sent ahead of the true answer. */
    public enum Forgery {
        /** Nothing. */
        NONE,
        /** The same with another id. */
        WRONG_ID,
        /** An answer to another question. */
        WRONG_QUESTION,
        /** Bytes that are no message. */
        GARBAGE
    }

    private record Owner(String name, int type) {}

    private record Entry(String owner, int type, long ttl, byte[] data) {}

    private final DatagramSocket udp;
    private final ServerSocket tcp;
    private final Map<Owner, List<Entry>> records = new ConcurrentHashMap<>();
    private final Map<String, Integer> failing = new ConcurrentHashMap<>();
    private final Map<String, AtomicInteger> questions = new ConcurrentHashMap<>();
    private final Set<Integer> ports = ConcurrentHashMap.newKeySet();
    private volatile int failure;
    private volatile boolean silent;
    private volatile Forgery forgery = Forgery.NONE;

    /** Starts it at a free port. */
    public ScriptedNameServer() throws IOException {
        tcp = new ServerSocket(0, 16, InetAddress.getByName("127.0.0.1"));
        udp = new DatagramSocket(tcp.getLocalPort(), InetAddress.getByName("127.0.0.1"));
        Thread.ofPlatform().daemon().start(this::serveUdp);
        Thread.ofPlatform().daemon().start(this::serveTcp);
    }

    /** As {@code dns.servers} takes it. */
    public String address() {
        return "127.0.0.1:" + port();
    }

    public int port() {
        return udp.getLocalPort();
    }

    /** A name has these addresses of IPv4 and IPv6, and no others. */
    public ScriptedNameServer host(String name, long ttl, String... literals) {
        List<Entry> four = new ArrayList<>();
        List<Entry> six = new ArrayList<>();
        for (String literal : literals) {
            byte[] bytes = literal.contains(":") ? v6(literal) : InetAddress.ofLiteral(literal).getAddress();
            (bytes.length == 4 ? four : six).add(new Entry(name, bytes.length == 4 ? A : AAAA, ttl, bytes));
        }
        records.put(new Owner(key(name), A), four);
        records.put(new Owner(key(name), AAAA), six);
        return this;
    }

    private static byte[] v6(String literal) {
        byte[] bytes = InetAddress.ofLiteral(literal).getAddress();
        if (bytes.length == 16) {
            return bytes;
        }
        byte[] mapped = new byte[16];
        mapped[10] = mapped[11] = (byte) 0xff;
        System.arraycopy(bytes, 0, mapped, 12, 4);
        return mapped;
    }

    /** Adds to the answer for a name an address that belongs to another. */
    public ScriptedNameServer foreign(String asked, String owner, String literal) {
        records.computeIfAbsent(new Owner(key(asked), A), _ -> new CopyOnWriteArrayList<>())
                .add(new Entry(owner, A, 60, InetAddress.ofLiteral(literal).getAddress()));
        return this;
    }

    /** A name is an alias. */
    public ScriptedNameServer alias(String name, long ttl, String target) {
        Entry alias = new Entry(name, CNAME, ttl, wire(target));
        records.put(new Owner(key(name), CNAME), List.of(alias));
        return this;
    }

    /** Adds a record of a service; its target goes as the bytes of a name, whatever is in it. */
    public ScriptedNameServer service(String name, long ttl, int priority, int weight, int port, String target) {
        byte[] wire = wire(target);
        byte[] data = new byte[6 + wire.length];
        int[] fixed = {priority, weight, port};
        for (int i = 0; i < 3; i++) {
            data[2 * i] = (byte) (fixed[i] >> 8);
            data[2 * i + 1] = (byte) fixed[i];
        }
        System.arraycopy(wire, 0, data, 6, wire.length);
        records.computeIfAbsent(new Owner(key(name), SRV), _ -> new CopyOnWriteArrayList<>())
                .add(new Entry(name, SRV, ttl, data));
        return this;
    }

    /** Nothing more is known of a name. */
    public ScriptedNameServer forget(String name) {
        records.keySet().removeIf(it -> it.name().equals(key(name)));
        return this;
    }

    /** All questions fail with this code; 0 = no longer. */
    public void fail(int code) {
        failure = code;
    }

    /** Questions for a name and type ({@code A}, {@code AAAA}, {@code SRV}) fail with this code; 0 = no longer. */
    public void fail(String name, RecordType type, int code) {
        failing.put(key(name) + type, code);
    }

    /** Whether nothing is answered. */
    public void silent(boolean now) {
        silent = now;
    }

    public void forge(Forgery what) {
        forgery = what;
    }

    /** From how many ports of the other side questions came. */
    public int ports() {
        return ports.size();
    }

    /** How often a name was asked for, whatever the type. */
    public int questions(String name) {
        AtomicInteger count = questions.get(key(name));
        return count == null ? 0 : count.get();
    }

    private static String key(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return lower.endsWith(".") ? lower : lower + ".";
    }

    private void serveUdp() {
        byte[] bytes = new byte[4096];
        try {
            while (true) {
                DatagramPacket question = new DatagramPacket(bytes, bytes.length);
                udp.receive(question);
                ports.add(question.getPort());
                byte[] asked = Arrays.copyOf(bytes, question.getLength());
                byte[] answer = answer(asked, false);
                byte[] forged = forged(asked, answer);
                for (byte[] each : forged == null ? new byte[][] {answer} : new byte[][] {forged, answer}) {
                    if (each != null) {
                        udp.send(new DatagramPacket(each, each.length, question.getSocketAddress()));
                    }
                }
            }
        } catch (IOException closed) {
            // The test is over.
        }
    }

    private byte[] forged(byte[] asked, byte[] answer) throws IOException {
        if (answer == null) {
            return null;
        }
        return switch (forgery) {
            case NONE -> null;
            case WRONG_ID -> {
                byte[] forged = message(asked, 0, List.of(new Entry(name(asked), A, 60, new byte[] {10, 6, 6, 6})), false);
                forged[0] ^= 0x55;
                yield forged;
            }
            case WRONG_QUESTION -> {
                byte[] other = asked.clone();
                other[13] ^= 1;
                yield message(other, 0, List.of(new Entry(name(other), A, 60, new byte[] {10, 6, 6, 6})), false);
            }
            case GARBAGE -> new byte[] {asked[0], asked[1], (byte) 0x81, (byte) 0x80, 0, 1, 0, 9, 0, 0, 0, 0, 63, 1};
        };
    }

    private void serveTcp() {
        try {
            while (true) {
                try (Socket socket = tcp.accept()) {
                    DataInputStream in = new DataInputStream(socket.getInputStream());
                    byte[] answer = answer(in.readNBytes(in.readUnsignedShort()), true);
                    if (answer != null) {
                        DataOutputStream out = new DataOutputStream(socket.getOutputStream());
                        out.writeShort(answer.length);
                        out.write(answer);
                        out.flush();
                    }
                }
            }
        } catch (IOException closed) {
            // The test is over.
        }
    }

    /** Null = says nothing. */
    private byte[] answer(byte[] asked, boolean whole) throws IOException {
        String name = name(asked);
        int at = questionEnd(asked) - 4;
        int type = (asked[at] & 0xff) << 8 | asked[at + 1] & 0xff;
        questions.computeIfAbsent(key(name), _ -> new AtomicInteger()).incrementAndGet();
        if (silent) {
            return null;
        }
        String word = type == A ? "A" : type == AAAA ? "AAAA" : "SRV";
        int code = failure != 0 ? failure : failing.getOrDefault(key(name) + word, 0);
        if (code != 0) {
            return message(asked, code, List.of(), false);
        }
        List<Entry> answers = new ArrayList<>();
        String owner = key(name);
        for (int hops = 0; records.containsKey(new Owner(owner, CNAME)) && hops < 8; hops++) {
            Entry alias = records.get(new Owner(owner, CNAME)).getFirst();
            answers.add(alias);
            owner = key(text(alias.data(), 0));
        }
        answers.addAll(records.getOrDefault(new Owner(owner, type), List.of()));
        String last = owner;
        boolean known = records.keySet().stream().anyMatch(it -> it.name().equals(last));
        byte[] full = message(asked, known ? 0 : NXDOMAIN, answers, false);
        return !whole && full.length > UDP_BYTES_MAX ? message(asked, 0, List.of(), true) : full;
    }

    private static byte[] message(byte[] asked, int code, List<Entry> answers, boolean truncated) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.write(asked, 0, 2);
        out.writeShort(0x8180 | (truncated ? 0x0200 : 0) | code);
        out.writeShort(1);
        out.writeShort(answers.size());
        out.writeInt(0);
        out.write(asked, 12, questionEnd(asked) - 12);
        for (Entry entry : answers) {
            out.write(wire(entry.owner()));
            out.writeShort(entry.type());
            out.writeShort(1);
            out.writeInt((int) entry.ttl());
            out.writeShort(entry.data().length);
            out.write(entry.data());
        }
        return bytes.toByteArray();
    }

    private static int questionEnd(byte[] asked) {
        int at = 12;
        while (asked[at] != 0) {
            at += asked[at] + 1;
        }
        return at + 5;
    }

    private static String name(byte[] asked) {
        return text(asked, 12);
    }

    private static String text(byte[] bytes, int from) {
        StringBuilder name = new StringBuilder();
        for (int at = from; bytes[at] != 0; at += bytes[at] + 1) {
            name.append(new String(bytes, at + 1, bytes[at], StandardCharsets.ISO_8859_1)).append('.');
        }
        return name.isEmpty() ? "." : name.toString();
    }

    private static byte[] wire(String name) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (String label : name.split("\\.")) {
            if (!label.isEmpty()) {
                out.write(label.length());
                out.writeBytes(label.getBytes(StandardCharsets.ISO_8859_1));
            }
        }
        out.write(0);
        return out.toByteArray();
    }

    @Override
    public void close() {
        try {
            udp.close();
            tcp.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
