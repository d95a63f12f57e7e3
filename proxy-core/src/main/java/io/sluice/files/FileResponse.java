package io.sluice.files;

import io.sluice.files.ByteRanges.Slice;
import io.sluice.http.HeaderLine;
import io.sluice.http.Method;
import io.sluice.http.RequestHead;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * What a request for a file gets. <em>Loop-confined.</em> <em>Ownership</em>: of the file, which {@link FileBody} takes over.
 */
public final class FileResponse {
    private static final List<Part> NOTHING = List.of();
    private static final HeaderLine PLAIN_TEXT = HeaderLine.of("Content-Type", "text/plain; charset=utf-8");
    private static final HeaderLine HTML = HeaderLine.of("Content-Type", "text/html; charset=utf-8");
    private static final HeaderLine ALLOW = HeaderLine.of("Allow", "GET, HEAD");
    private static final HeaderLine RANGES = HeaderLine.of("Accept-Ranges", "bytes");
    private static final HeaderLine VARY = HeaderLine.of("Vary", "Accept-Encoding");
    private static final HeaderLine BR = HeaderLine.of("Content-Encoding", "br");
    private static final HeaderLine GZIP = HeaderLine.of("Content-Encoding", "gzip");

    private final int status;
    private final List<HeaderLine> fields = new ArrayList<>(6);
    private final OpenFile file;
    private List<Part> parts = NOTHING;
    private long length;

    /** Some bytes of ours, and then some of the file. */
    record Part(byte[] text, long start, long count) {}

    private FileResponse(int status, OpenFile file) {
        this.status = status;
        this.file = file;
    }

    /**
     * Finds the file that a request means, and judges the request's conditions. It may wait for the file system.
     *
     * @throws IOException if there is a file, but it can't be read
     */
    public static FileResponse to(RequestHead head, FileTree tree, OpenFiles files) throws IOException {
        if (head.method() != Method.GET && head.method() != Method.HEAD) {
            FileResponse refusal = text(405);
            refusal.fields.add(ALLOW);
            return refusal;
        }
        String name = tree.name(head);
        if (name == null) {
            return text(404);
        }
        boolean directory = name.isEmpty() || name.endsWith("/");
        ServedFile found = files.find(tree, directory ? name + tree.index() : name);
        if (found != null) {
            return of(head, found);
        }
        if (directory) {
            return tree.listing() && tree.isDirectory(name) ? listing(tree, name) : text(404);
        }
        return tree.isDirectory(name) ? toDirectory(head) : text(404);
    }

    private static FileResponse of(RequestHead head, ServedFile found) {
        Coding coding = found.coding(head);
        OpenFile file = found.coded(coding);
        FileResponse response = switch (Preconditions.judge(head, file)) {
            case FAILED -> text(412);
            case NOT_MODIFIED -> new FileResponse(304, null);
            case SEND -> body(Preconditions.ranges(head, file), file, found.type());
        };
        if (found.varies()) {
            response.fields.add(VARY);
        }
        if (response.status == 200 || response.status == 206) {
            response.fields.add(RANGES);
            if (coding != Coding.IDENTITY) {
                response.fields.add(coding == Coding.BR ? BR : GZIP);
            }
        }
        if (response.status < 400) {
            response.fields.add(file.tagLine());
            response.fields.add(file.modifiedLine());
        }
        return response;
    }

    private static FileResponse body(ByteRanges ranges, OpenFile file, HeaderLine type) {
        if (ranges == null) {
            FileResponse whole = new FileResponse(200, file.retain());
            whole.fields.add(type);
            return whole.with(file.size() == 0 ? NOTHING : List.of(new Part(null, 0, file.size())));
        }
        List<Slice> slices = ranges.slices();
        if (slices.isEmpty()) {
            FileResponse none = text(416);
            none.fields.add(HeaderLine.of("Content-Range", "bytes */" + file.size()));
            return none;
        }
        FileResponse some = new FileResponse(206, file.retain());
        if (slices.size() > 1) {
            return some.withAll(slices, type);
        }
        Slice only = slices.getFirst();
        some.fields.add(type);
        some.fields.add(HeaderLine.of("Content-Range", only.text(file.size())));
        return some.with(List.of(new Part(null, only.start(), only.count())));
    }

    /** RFC 9110 §14.6: each slice with a head of its own. */
    private FileResponse withAll(List<Slice> slices, HeaderLine type) {
        HexFormat hex = HexFormat.of();
        ThreadLocalRandom random = ThreadLocalRandom.current();
        String boundary = "part-" + hex.toHexDigits(random.nextLong()) + hex.toHexDigits(random.nextLong());
        fields.add(HeaderLine.of("Content-Type", "multipart/byteranges; boundary=" + boundary));
        List<Part> all = new ArrayList<>(slices.size() + 1);
        for (Slice slice : slices) {
            String text = (all.isEmpty() ? "" : "\r\n") + "--" + boundary + "\r\n" + type + "\r\nContent-Range: "
                    + slice.text(file.size()) + "\r\n\r\n";
            all.add(new Part(text.getBytes(StandardCharsets.US_ASCII), slice.start(), slice.count()));
        }
        all.add(new Part(("\r\n--" + boundary + "--\r\n").getBytes(StandardCharsets.US_ASCII), 0, 0));
        return with(all);
    }

    private static FileResponse listing(FileTree tree, String name) throws IOException {
        Path directory = tree.real(name);
        try {
            FileResponse page = new FileResponse(200, null);
            page.fields.add(HTML);
            return directory == null ? text(404) : page.with(List.of(new Part(Listing.of(directory, name), 0, 0)));
        } catch (AccessDeniedException | NotDirectoryException _) {
            return text(404);
        }
    }

    /** To the same path with a slash, so that relative links in what answers there lead below it. */
    private static FileResponse toDirectory(RequestHead head) {
        byte[] bytes = head.bytes();
        int start = head.pathStart();
        // A path that a browser would read as another host's is no place to send anyone to.
        boolean ours = bytes[start] == '/' && (start + 1 == head.pathEnd() || bytes[start + 1] != '/' && bytes[start + 1] != '\\');
        if (!ours || bytes[head.pathEnd() - 1] == '/') {
            return text(404);
        }
        FileResponse redirect = new FileResponse(301, null);
        redirect.fields.add(HeaderLine.of(
                "Location", head.pathText() + "/" + head.text(head.pathEnd(), head.queryEnd())));
        return redirect;
    }

    /** An answer that says its status in its body, too. */
    private static FileResponse text(int status) {
        String word = switch (status) {
            case 404 -> "not_found";
            case 405 -> "method_not_allowed";
            case 412 -> "precondition_failed";
            default -> "range_not_satisfiable";
        };
        FileResponse answer = new FileResponse(status, null);
        answer.fields.add(PLAIN_TEXT);
        return answer.with(List.of(new Part((status + " " + word + "\n").getBytes(StandardCharsets.US_ASCII), 0, 0)));
    }

    private FileResponse with(List<Part> all) {
        parts = all;
        for (Part part : all) {
            length += (part.text() == null ? 0 : part.text().length) + part.count();
        }
        return this;
    }

    /** 200 to 499. */
    public int status() {
        return status;
    }

    /** Bytes of body, those that are left out for HEAD and 304 among them. */
    public long length() {
        return length;
    }

    /** Besides framing and Date. */
    public List<HeaderLine> fields() {
        return fields;
    }

    /** What the body is made of, in order. */
    List<Part> parts() {
        return parts;
    }

    /** What its parts are slices of; null without any. */
    OpenFile file() {
        return file;
    }
}
