package io.sluice.admin;

import io.sluice.admin.AdminPages.Found;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * One request and its answer on one connection, by blocking reads and writes on a thread of its own; it is not kept
 * alive. <em>Loop-confined</em> to that thread. <em>Ownership</em>: the socket is the server's, which also closes it when
 * time is up; any read or write then fails.
 */
final class AdminConnection {
    private static final int DRAINED_BYTES_MAX = 64 * 1024;
    private static final DateTimeFormatter DATE =
            DateTimeFormatter.ofPattern("EEE, dd MMM uuuu HH:mm:ss 'GMT'", Locale.ENGLISH);
    /** Nothing from elsewhere runs, is shown, or frames a page of ours; a page is what we say it is. */
    private static final String SECURITY = "Content-Security-Policy: default-src 'self'; frame-ancestors 'none';"
            + " base-uri 'none'; form-action 'none'\r\n"
            + "X-Content-Type-Options: nosniff\r\n"
            + "Referrer-Policy: no-referrer\r\n"
            + "Cross-Origin-Resource-Policy: same-origin\r\n";

    private final Socket socket;
    private final AdminPages pages;
    private final Gatekeeper gatekeeper;
    private final Consumer<Duration> lengthen;

    /**
     * Creates it.
     *
     * @param lengthen asks the server for so much more time
     */
    AdminConnection(Socket socket, AdminPages pages, Gatekeeper gatekeeper, Consumer<Duration> lengthen) {
        this.socket = socket;
        this.pages = pages;
        this.gatekeeper = gatekeeper;
        this.lengthen = lengthen;
    }

    /** Answers what is asked, if anything is. */
    void serve() throws IOException {
        InputStream in = new BufferedInputStream(socket.getInputStream());
        AdminHead head;
        try {
            head = AdminHead.read(in);
        } catch (Refused refused) {
            whole("GET", refused.answer());
            return;
        }
        if (head == null) {
            return;
        }
        switch (answer(head, in)) {
            case Answer.Whole whole -> whole(head.method(), whole);
            case Answer.Download download -> {
                try (download) {
                    send(download, in);
                }
            }
        }
    }

    private Answer answer(AdminHead head, InputStream in) throws IOException {
        try {
            Found found = pages.find(head.method(), head.path());
            gatekeeper.check(found.route(), head);
            byte[] body = head.body(in, found.route().bodyBytesMax());
            return AdminPages.answer(
                    found.route(), new AdminRequest(head.method(), found.names(), head.query(), body));
        } catch (Refused refused) {
            return refused.answer();
        }
    }

    private void whole(String method, Answer.Whole answer) throws IOException {
        head(answer.status(), answer.contentType(), answer.fields(), answer.body().length);
        if (!method.equals("HEAD")) {
            socket.getOutputStream().write(answer.body());
        }
        linger();
    }

    /** Waits until there is something to send, unless the client leaves; it ends by the connection's end. */
    private void send(Answer.Download download, InputStream in) throws IOException {
        lengthen.accept(download.delay());
        long until = System.nanoTime() + download.delay().toNanos();
        for (long left = until - System.nanoTime(); left > 0; left = until - System.nanoTime()) {
            socket.setSoTimeout((int) Math.max(1, TimeUnit.NANOSECONDS.toMillis(left)));
            try {
                if (in.read() < 0) {
                    return;
                }
            } catch (SocketTimeoutException _) {
                // It is still there.
            }
        }
        socket.setSoTimeout(0);
        try (InputStream content = download.content()) {
            head(200, "application/octet-stream",
                    List.of("Content-Disposition: attachment; filename=\"" + download.fileName() + "\""), -1);
            content.transferTo(socket.getOutputStream());
        }
        linger();
    }

    private void head(int status, String contentType, List<String> fields, int length) throws IOException {
        StringBuilder head = new StringBuilder("HTTP/1.1 " + status + " \r\n")
                .append("Date: ").append(DATE.format(ZonedDateTime.now(Clock.system(ZoneOffset.UTC)))).append("\r\n")
                .append("Content-Type: ").append(contentType).append("\r\n")
                .append(length < 0 ? "" : "Content-Length: " + length + "\r\n")
                .append("Cache-Control: no-store\r\n")
                .append(SECURITY);
        fields.forEach(field -> head.append(field).append("\r\n"));
        OutputStream out = socket.getOutputStream();
        out.write(head.append("Connection: close\r\n\r\n").toString().getBytes(StandardCharsets.US_ASCII));
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
}
