package io.sluice.transport;

import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.unix.Buffer;
import io.netty.channel.unix.RawUnixChannelOption;
import io.netty.util.internal.CleanableDirectBuffer;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * Leads the clients of an address that several sockets share away from those that are going to close, so that nobody waits in
 * a queue that the kernel throws away. Linux. <em>Loop-confined</em> to the thread that closes them.
 *
 * <p>The kernel numbers the sockets of an address from 0 in the order in which they were bound; ours, which go, were first,
 * and the others, which stay, follow. A small program of classic BPF (SO_ATTACH_REUSEPORT_CBPF, socket(7)) says which number
 * gets a new connection; without a program, or where it names a number that nobody has, a hash decides. When one closes, the
 * last takes its number. So while ours close, the program names the number that as many as stay would make the next: that is
 * always one of the others, and nobody's once ours are all gone, where the hash has its say again.
 */
public final class Steering {
    private static final int SOL_SOCKET = 1;
    private static final int SO_ATTACH_REUSEPORT_CBPF = 51;
    /** A length in two bytes, six of padding, and an address: {@code struct sock_fprog} where addresses have eight. */
    private static final int PROGRAM_HEAD_BYTES = 16;
    private static final int INSTRUCTION_BYTES = 8;
    private static final RawUnixChannelOption PROGRAM = new RawUnixChannelOption(
            "SO_ATTACH_REUSEPORT_CBPF", SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, PROGRAM_HEAD_BYTES);
    private static final short LOAD_WORD = 0x20;
    private static final int RANDOM_WORD = -0x1000 + 56;
    private static final short MODULO = 0x94;
    private static final short ADD = 0x04;
    private static final short RETURN_RESULT = 0x16;
    private static final short RETURN_CONSTANT = 0x06;
    private static final String LISTENING = "0A";

    private final List<Channel> going;
    private final int staying;

    private Steering(List<Channel> going, int staying) {
        this.going = going;
        this.staying = staying;
    }

    /**
     * Leads new connections to the other sockets of the address from now on.
     *
     * @param going bound before all others, at least one; borrowed
     * @return null if there are no others, or the kernel does not do it
     */
    public static Steering away(List<Channel> going) {
        InetSocketAddress address = (InetSocketAddress) going.getFirst().localAddress();
        int staying = listening(address) - going.size();
        if (staying <= 0) {
            return null;
        }
        boolean led = attach(going.getFirst(),
                instruction(LOAD_WORD, RANDOM_WORD), instruction(MODULO, staying), instruction(ADD, going.size()),
                instruction(RETURN_RESULT, 0));
        return led ? new Steering(going, staying) : null;
    }

    /** To be called just before they close, in the order in which they were bound. */
    public void beforeClose() {
        if (staying >= going.size()) {
            attach(going.getFirst(), instruction(RETURN_CONSTANT, staying));
        }
    }

    private static long instruction(short code, int operand) {
        // struct sock_filter: the code in two bytes, two for jumps, the operand in four.
        return ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN
                ? code & 0xffffL | (long) operand << 32
                : (long) code << 48 | operand & 0xffffffffL;
    }

    private static boolean attach(Channel socket, long... instructions) {
        CleanableDirectBuffer program =
                Buffer.allocateDirectBufferWithNativeOrder(instructions.length * INSTRUCTION_BYTES);
        CleanableDirectBuffer head = Buffer.allocateDirectBufferWithNativeOrder(PROGRAM_HEAD_BYTES);
        try {
            program.buffer().asLongBuffer().put(instructions);
            head.buffer().putShort(0, (short) instructions.length).putLong(8, Buffer.memoryAddress(program.buffer()));
            return socket.config().setOption(PROGRAM, head.buffer());
        } catch (ChannelException refused) {
            return false;
        } finally {
            // The kernel has its own copy.
            program.clean();
            head.clean();
        }
    }

    /** How many sockets of the whole system listen at exactly this address. */
    static int listening(InetSocketAddress address) {
        boolean four = address.getAddress() instanceof Inet4Address;
        String local = hex(address);
        try {
            return (int) Files.readAllLines(Path.of(four ? "/proc/net/tcp" : "/proc/net/tcp6"), StandardCharsets.US_ASCII).stream()
                    .map(line -> line.strip().split(" +"))
                    .filter(words -> words.length > 3 && words[1].equals(local) && words[3].equals(LISTENING))
                    .count();
        } catch (IOException unknown) {
            return 0;
        }
    }

    /** As the kernel writes it: words of four bytes, each as a number of this machine, then the port. */
    static String hex(InetSocketAddress address) {
        ByteBuffer bytes = ByteBuffer.wrap(address.getAddress().getAddress()).order(ByteOrder.nativeOrder());
        StringBuilder text = new StringBuilder();
        while (bytes.hasRemaining()) {
            text.append("%08X".formatted(bytes.getInt()));
        }
        return text.append(":%04X".formatted(address.getPort())).toString().toUpperCase(Locale.ROOT);
    }
}
