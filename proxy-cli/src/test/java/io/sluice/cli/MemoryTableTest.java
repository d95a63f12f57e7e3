package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.cli.MemoryTable.Holder;
import io.sluice.config.ConfigException;
import io.sluice.config.ConfigReader;
import io.sluice.config.SluiceConfig;
import io.sluice.transport.Descriptors;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class MemoryTableTest {
    private static final long KIB = 1024;
    private static final long MIB = 1024 * KIB;
    private static final long SEND = 4 * MIB;
    private static final long RECEIVE = 6 * MIB;
    /** Of the configurations below, for one connection, beside the kernel's. */
    private static final long PROCESS = 2 * 64 * KIB + 32 * KIB + 64 * KIB;

    private static final String BUFFERS = """
            buffers: { highWatermark: 64KiB, lowWatermark: 32KiB }
            limits: { connections: 100, requestHead: 32KiB, responseHead: 64KiB }
            retry: { replayBody: 32KiB }
            eventLoops: 2
            """;
    private static final String AUTO = """
            listeners: [{ name: web, address: 127.0.0.1:8080 }]
            routes: [{ service: app }]
            services: { app: { endpoints: [127.0.0.1:9000] } }
            """ + BUFFERS;
    private static final String FIXED = """
            listeners:
              - { name: small, address: 127.0.0.1:8080, socket: { sendBuffer: 64KiB, receiveBuffer: 32KiB } }
              - { name: large, address: 127.0.0.1:8081, socket: { sendBuffer: 1MiB, receiveBuffer: 64KiB } }
            routes: [{ service: app }]
            services:
              app: { endpoints: [127.0.0.1:9000], socket: { sendBuffer: 16KiB, receiveBuffer: 16KiB } }
            """ + BUFFERS;

    @TempDir
    private Path root;

    private FakeMachine fake;

    @BeforeEach
    void kernel() {
        fake = new FakeMachine(root)
                .with("proc/sys/net/ipv4/tcp_wmem", "4096\t16384\t4194304\n")
                .with("proc/sys/net/ipv4/tcp_rmem", "4096\t131072\t6291456\n")
                .with("proc/sys/net/core/wmem_max", "212992\n")
                .with("proc/sys/net/core/rmem_max", "212992\n");
    }

    private static SluiceConfig config(String yaml) throws ConfigException {
        return new ConfigReader(Map.of()).read("test.yaml", yaml);
    }

    private MemoryTable table(String yaml) throws ConfigException {
        return MemoryTable.of(config(yaml), fake.machine(), 100, 0);
    }

    @Test
    void countsAPipeForEachDirectionUpToTheLimitOfPipes() throws Exception {
        long withoutPipes = table(AUTO).total();
        MemoryTable few = MemoryTable.of(config(AUTO), fake.machine(), 100, 150);
        MemoryTable many = MemoryTable.of(config(AUTO), fake.machine(), 100, 1000);

        assertThat(few.total()).isEqualTo(withoutPipes + 150 * 1024 * KIB);
        assertThat(many.total()).isEqualTo(withoutPipes + 200 * 1024 * KIB);
        assertThat(few.lines(new MemoryLimit(-1, "x")))
                .anyMatch(line -> line.matches("  pipes, zeroCopy.pipeSize +1 MiB +× 150 +150 MiB"));
    }

    @Test
    void countsNoPipesWhereNothingIsSpliced() throws Exception {
        MemoryTable off = MemoryTable.of(config(AUTO + "zeroCopy: { enabled: false }\n"), fake.machine(), 100, 1000);

        assertThat(off.total()).isEqualTo(table(AUTO).total());
        assertThat(off.lines(new MemoryLimit(-1, "x"))).noneMatch(line -> line.contains("pipes"));
    }

    @Test
    void countsRequestBodiesThatAreKeptWhereTheyTakeMoreThanWhatMayWait() throws Exception {
        MemoryTable kept = table(AUTO.replace("replayBody: 32KiB", "replayBody: 1MiB"));

        assertThat(kept.total()).isEqualTo(table(AUTO).total() + 100 * (2 * MIB - 64 * KIB));
        assertThat(kept.lines(new MemoryLimit(-1, "x")))
                .anyMatch(line -> line.contains("bodies, buffers.highWatermark + 2 × retry.replayBody"));
    }

    @Test
    void countsTheKernelsLargestBuffersOfBothSocketsIfTheyGrowByThemselves() throws Exception {
        assertThat(table(AUTO).perConnection(Holder.KERNEL)).isEqualTo(2 * (SEND + RECEIVE));
    }

    @Test
    void countsAllConnectionsAndTheHeapOnce() throws Exception {
        assertThat(table(AUTO).total()).isEqualTo(100 * (2 * (SEND + RECEIVE) + PROCESS) + FakeMachine.HEAP_BYTES);
    }

    @Test
    void countsTwiceWhatWasAskedForUpToTheKernelsLimitAndOnlyTheDearestListener() throws Exception {
        long large = 2 * 212_992 + 2 * 64 * KIB;
        long backend = 2 * 16 * KIB + 2 * 16 * KIB;

        assertThat(table(FIXED).perConnection(Holder.KERNEL)).isEqualTo(large + backend);
    }

    @Test
    void usesTheUsualFiguresWhereTheKernelSaysNone(@TempDir Path empty) {
        KernelBuffers kernel = KernelBuffers.of(new FakeMachine(empty).machine());

        assertThat(kernel).isEqualTo(new KernelBuffers(4 * MIB, 6 * MIB, 212_992, 212_992, -1));
    }

    @Test
    void saysThatItFits() throws Exception {
        assertThat(table(AUTO).lines(new MemoryLimit(8L << 30, "here")))
                .contains("It fits: the worst case takes 28 % of the limit.")
                .anyMatch(line -> line.matches("  limit: here +8 GiB"))
                .anyMatch(line -> line.matches("  client socket, web .* 10 MiB +× 100 +1000 MiB"))
                .anyMatch(line -> line.matches("  Java heap, at most +256 MiB"))
                .anyMatch(line -> line.matches("  together +2\\.2 GiB"));
    }

    @Test
    void saysHowManyConnectionsWouldFit() throws Exception {
        MemoryTable table = table(AUTO);
        long limit = FakeMachine.HEAP_BYTES + 7 * (2 * (SEND + RECEIVE) + PROCESS) + 1;

        assertThat(table.lines(new MemoryLimit(limit, "here")))
                .anyMatch(line -> line.startsWith("It does not fit") && line.contains("limits.connections: 7 would fit"));
    }

    @Test
    void saysThatTheHeapAloneIsTooLarge() throws Exception {
        assertThat(table(AUTO).lines(new MemoryLimit(FakeMachine.HEAP_BYTES, "here")))
                .anyMatch(line -> line.startsWith("It does not fit") && line.contains("JAVA_OPTS"));
    }

    @Test
    void showsListenersThatOthersExceedWithoutCountingThem() throws Exception {
        assertThat(table(FIXED).lines(new MemoryLimit(-1, "nothing")))
                .anyMatch(line -> line.matches("  client socket, small 127.0.0.1:8080.* 192 KiB +or"))
                .anyMatch(line -> line.matches("  client socket, large 127.0.0.1:8081.* 544 KiB +× 100 +.*"))
                .contains("No limit to compare with: nothing.");
    }

    @Test
    void countsNoMoreThanTheKernelKeepsForAllSocketsTogether() throws Exception {
        fake.with("proc/sys/net/ipv4/tcp_mem", "1000 2000 131072\n");
        MemoryTable table = table(AUTO);

        assertThat(table.total()).isEqualTo(512 * MIB + 100 * PROCESS + FakeMachine.HEAP_BYTES);
        assertThat(table.lines(new MemoryLimit(-1, "x")))
                .anyMatch(line -> line.matches("  all sockets together, at most \\(tcp_mem\\) +512 MiB"));
    }

    @Test
    void doesNotMentionAKernelLimitThatIsNotReached() throws Exception {
        fake.with("proc/sys/net/ipv4/tcp_mem", "1000 2000 13107200\n");

        assertThat(table(AUTO).lines(new MemoryLimit(-1, "x"))).noneMatch(line -> line.contains("tcp_mem"));
    }

    @Test
    void fitsNoMoreConnectionsThanAreConfigured() throws Exception {
        assertThat(table(AUTO).fitting(Long.MAX_VALUE)).isEqualTo(100);
    }

    @Test
    void takesTheConfiguredLimitOfConnections() throws Exception {
        assertThat(ConnectionLimit.of(config(AUTO)))
                .isEqualTo(new ConnectionLimit(100, "limits.connections"));
    }

    @Test
    void derivesTheLimitOfConnectionsFromThatOfOpenFiles() throws Exception {
        ConnectionLimit limit = ConnectionLimit.of(config(AUTO.replace("connections: 100, ", "")));

        assertThat(limit.connections()).isEqualTo(Descriptors.connectionsMax());
        assertThat(limit.source()).contains("open files");
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0 B", "1023, 1023 B", "1024, 1 KiB", "1536, 1.5 KiB", "1048576, 1 MiB", "1073741824, 1 GiB",
        "1099511627776, 1 TiB", "1125899906842624, 1024 TiB"
    })
    void writesBytesInTheLargestUnit(long bytes, String text) {
        assertThat(MemoryTable.bytes(bytes)).isEqualTo(text);
    }
}
