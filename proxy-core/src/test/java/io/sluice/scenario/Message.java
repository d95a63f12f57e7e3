package io.sluice.scenario;

import java.util.ArrayList;
import java.util.List;

/**
 * A message as it arrived. <em>Immutable.</em>
 *
 * @param startLine  the first line
 * @param fields     the field lines, as received
 * @param body       what arrived of the body, without its framing
 * @param chunkLines the chunk-size lines, as received
 * @param trailers   the trailer lines, as received
 * @param ending     whether all of it arrived
 */
record Message(
        String startLine,
        List<String> fields,
        byte[] body,
        List<String> chunkLines,
        List<String> trailers,
        Ending ending) {

    /** How reading came to its end. */
    enum Ending {
        /** By the message's own framing. */
        COMPLETE,
        /** The peer closed before that; or, where no framing tells, to say so. */
        CLOSED,
        /** The peer reset the connection. */
        RESET
    }

    /** Splits a head without its empty line. */
    static Message ofHead(String head) {
        List<String> lines = new ArrayList<>(List.of(head.split("\r\n")));
        String startLine = lines.removeFirst();
        return new Message(startLine, List.copyOf(lines), new byte[0], List.of(), List.of(), Ending.COMPLETE);
    }

    /** The same head with what followed. */
    Message with(byte[] newBody, List<String> newChunkLines, List<String> newTrailers, Ending newEnding) {
        return new Message(startLine, fields, newBody, List.copyOf(newChunkLines), List.copyOf(newTrailers), newEnding);
    }

    /** A response's status. */
    int status() {
        return Integer.parseInt(startLine.split(" ")[1]);
    }

    /** The values of a field, in order. */
    List<String> values(String name) {
        return fields.stream()
                .filter(line -> line.regionMatches(true, 0, name + ":", 0, name.length() + 1))
                .map(line -> line.substring(name.length() + 1).strip())
                .toList();
    }

    /** The one value of a field, or null. */
    String value(String name) {
        List<String> values = values(name);
        if (values.size() > 1) {
            throw new AssertionError("more than one " + name + " in " + fields);
        }
        return values.isEmpty() ? null : values.getFirst();
    }

    /** The body, a character a byte. */
    String text() {
        return Http.text(body);
    }

    @Override
    public String toString() {
        String start = body.length > 200 ? body.length + " bytes" : text();
        return startLine + " " + fields + " " + start + " " + trailers + " " + ending;
    }
}
