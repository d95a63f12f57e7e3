package io.sluice.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * A load of new TLS connections, each closed as soon as its handshake is done. It stays warm from one run to the next: a line
 * on standard input asks for a run, {@code PORT CLIENTS SECONDS}, and one on standard output tells what came of it.
 *
 * <p><em>Loop-confined</em> to the main thread. <em>Ends</em> with its input.
 */
public final class HandshakeLoad {
    private HandshakeLoad() {
    }

    /** @param arguments none */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        BufferedReader asked = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        try (HandshakeClients clients = new HandshakeClients()) {
            for (String line = asked.readLine(); line != null; line = asked.readLine()) {
                String[] words = line.split(" ");
                HandshakeTally tally = clients.run(Integer.parseInt(words[0]), Integer.parseInt(words[1]),
                        Duration.ofSeconds(Long.parseLong(words[2])));
                System.out.println(tally.line());
            }
        }
    }
}
