package io.sluice.admin;

import java.io.IOException;
import java.io.InputStream;
import java.text.ParseException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import jdk.jfr.Configuration;
import jdk.jfr.FlightRecorder;
import jdk.jfr.Recording;

/**
 * {@code /jfr}: records what the JVM does for some seconds, and sends the recording. One at a time. <em>Thread-safe.</em>
 */
final class RecordingPage implements AdminPage {
    private static final int SECONDS_MAX = 300;
    private static final int SECONDS = 30;

    private final AtomicBoolean running = new AtomicBoolean();

    @Override
    public Answer answer(AdminRequest request) {
        if (request.method().equals("HEAD")) {
            throw new Refused(405, "only GET", "Allow: GET");
        }
        int seconds = AdminRequest.whole(request.parameters("seconds"), "seconds", 1, SECONDS_MAX, SECONDS);
        if (!FlightRecorder.isAvailable()) {
            throw new Refused(501, "this JVM has no flight recorder");
        }
        if (!running.compareAndSet(false, true)) {
            throw new Refused(409, "a recording is running; expected one at a time");
        }
        try {
            return new Running(begun(), Duration.ofSeconds(seconds), running);
        } catch (IOException | ParseException e) {
            running.set(false);
            throw new IllegalStateException("the JVM's own settings can't be read", e);
        } catch (RuntimeException e) {
            running.set(false);
            throw e;
        }
    }

    private static Recording begun() throws IOException, ParseException {
        Recording recording = new Recording(Configuration.getConfiguration("profile"));
        try {
            recording.setName("sluice-admin");
            recording.start();
            return recording;
        } catch (RuntimeException e) {
            recording.close();
            throw e;
        }
    }

    /** A recording that goes on. <em>Ownership</em>: the recording, and the right to be the only one. */
    private record Running(Recording recording, Duration delay, AtomicBoolean running) implements Answer.Download {
        @Override
        public String fileName() {
            return "sluice.jfr";
        }

        @Override
        public InputStream content() throws IOException {
            recording.stop();
            return recording.getStream(null, null);
        }

        @Override
        public void close() {
            recording.close();
            running.set(false);
        }
    }
}
