package io.sluice.admin;

import io.sluice.admin.AdminPages.Page;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/**
 * One request and its answer on one connection, by blocking reads and writes on a thread of its own; it is not kept
 * alive. <em>Loop-confined</em> to that thread. <em>Ownership</em>: the socket is the server's, which also closes it when
 * time is up; any read or write then fails.
 */
final class AdminConnection {
    private static final int HEAD_BYTES_MAX = 8192;
    private static final int DRAINED_BYTES_MAX = 64 * 1024;
    private static final DateTimeFormatter DATE =
            DateTimeFormatter.ofPattern("EEE, dd MMM uuuu HH:mm:ss 'GMT'", Locale.ENGLISH);

    private final Socket socket;
    private final AdminPages pages;

    AdminConnection(Socket socket, AdminPages pages) {
        this.socket = socket;
        this.pages = pages;
    }

    /** Answers what is asked, if anything is. */
    void serve() throws IOException {
        byte[] bytes = new byte[HEAD_BYTES_MAX];
        InputStream in = socket.getInputStream();
        int length = 0;
        while (!ended(bytes, length)) {
            if (length == bytes.length) {
                answer("GET", Page.text(431, "request head too large"));
                return;
            }
            int read = in.read(bytes, length, bytes.length - length);
            if (read < 0) {
                return;
            }
            length += read;
        }
        answer(new String(bytes, 0, length, StandardCharsets.ISO_8859_1));
    }

    private void answer(String head) throws IOException {
        String[] line = head.substring(0, head.indexOf('\r')).split(" ", -1);
        if (line.length != 3 || !line[2].startsWith("HTTP/1.") || !line[1].startsWith("/")) {
            answer("GET", Page.text(400, "bad request"));
            return;
        }
        int query = line[1].indexOf('?');
        String path = query < 0 ? line[1] : line[1].substring(0, query);
        answer(line[0], pages.page(line[0], path));
    }

    private void answer(String method, Page page) throws IOException {
        byte[] body = page.body().getBytes(StandardCharsets.UTF_8);
        String head = "HTTP/1.1 " + page.status() + " \r\n"
                + "Date: " + DATE.format(ZonedDateTime.now(Clock.system(ZoneOffset.UTC))) + "\r\n"
                + "Content-Type: " + page.contentType() + "\r\n"
                + "Content-Length: " + body.length + "\r\n"
                + "Cache-Control: no-store\r\n"
                + (page.status() == 405 ? "Allow: GET, HEAD\r\n" : "")
                + "Connection: close\r\n\r\n";
        socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
        if (!method.equals("HEAD")) {
            socket.getOutputStream().write(body);
        }
        linger();
    }

    /** Reads what the client still sends: closing with bytes unread would reset the connection and lose the answer. */
    private void linger() throws IOException {
        socket.shutdownOutput();
        InputStream in = socket.getInputStream();
        byte[] ignored = new byte[1024];
        int drained = 0;
        for (int read = in.read(ignored); read >= 0 && drained < DRAINED_BYTES_MAX; read = in.read(ignored)) {
            drained += read;
        }
    }

    /** Whether the empty line is there that ends a head (RFC 9112 §2.1). */
    private static boolean ended(byte[] bytes, int length) {
        for (int i = 3; i < length; i++) {
            if (bytes[i] == '\n' && bytes[i - 1] == '\r' && bytes[i - 2] == '\n' && bytes[i - 3] == '\r') {
                return true;
            }
        }
        return false;
    }
}
