package io.sluice.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** That the soak would notice: a judge that never condemns proves nothing. */
class SoakAnswerTest {
    private static final Payload BODY = new Payload(17, 5_000);
    private static final Payload UPLOAD = new Payload(4, 300);

    @Test
    void acceptsTheBodyThatWasSent() throws IOException {
        SoakAnswer.Verdict verdict = judged(BackendManner.LENGTH, null, lengthHead(5_000, ""), BODY, 5_000);

        assertThat(verdict).isEqualTo(new SoakAnswer.Verdict("complete", 5_000, null, true));
    }

    @Test
    void seesOneWrongByte() throws IOException {
        byte[] answer = answer(lengthHead(5_000, ""), BODY, 5_000);
        answer[answer.length - 1]++;

        SoakAnswer.Verdict verdict = judged(BackendManner.LENGTH, null, answer);

        assertThat(verdict.wrong()).startsWith("wrong bytes");
        assertThat(verdict.reusable()).isFalse();
    }

    @Test
    void seesThatAnAnswerBreaksOff() throws IOException {
        SoakAnswer.Verdict verdict = judged(BackendManner.LENGTH, null, lengthHead(5_000, ""), BODY, 4_999);

        assertThat(verdict.wrong()).contains("after 4999 bytes");
    }

    @Test
    void seesThatABodyUpToTheCloseIsTooShort() throws IOException {
        SoakAnswer.Verdict verdict = judged(BackendManner.UNTIL_CLOSE, null, "HTTP/1.1 200 OK\r\n\r\n", BODY, 4_999);

        assertThat(verdict.wrong()).isEqualTo("the answer ended after 4999 bytes");
    }

    @Test
    void seesThatHalfAnAnswerLooksComplete() throws IOException {
        SoakAnswer.Verdict verdict = judged(BackendManner.CUT_CHUNKED, null, lengthHead(2_500, ""), BODY, 2_500);

        assertThat(verdict.wrong()).startsWith("an incomplete answer looked complete");
    }

    @Test
    void seesThatTheBackendReceivedAnotherBody() throws IOException {
        String other = SoakBackend.CHECKSUM + ": " + BODY.checksum() + "\r\n";

        SoakAnswer.Verdict verdict = judged(BackendManner.LENGTH, UPLOAD, lengthHead(5_000, other), BODY, 5_000);

        assertThat(verdict.wrong()).startsWith("the backend received another body");
    }

    @Test
    void acceptsAnUploadWithItsChecksum() throws IOException {
        String same = SoakBackend.CHECKSUM + ": " + UPLOAD.checksum() + "\r\n";

        SoakAnswer.Verdict verdict = judged(BackendManner.LENGTH, UPLOAD, lengthHead(5_000, same), BODY, 5_000);

        assertThat(verdict).isEqualTo(new SoakAnswer.Verdict("complete", 5_300, null, true));
    }

    @Test
    void condemnsAnErrorStatusOnlyWhereTheBackendIsSteady() throws IOException {
        String refusal = "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n";

        assertThat(judged(BackendManner.LENGTH, null, refusal, BODY, 0).wrong()).contains("502");
        assertThat(judged(BackendManner.MUTE, null, refusal, BODY, 0).wrong()).isNull();
    }

    @Test
    void condemnsAClosedConnectionOnlyWhereTheBackendIsSteady() throws IOException {
        assertThat(judged(BackendManner.CHUNKED, null, "", BODY, 0).wrong()).contains("closed without an answer");
        assertThat(judged(BackendManner.RESET, null, "", BODY, 0).wrong()).isNull();
    }

    @Test
    void condemnsAStrangeStatusAlsoWhereTheBackendMisbehaves() throws IOException {
        String refusal = "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n";

        assertThat(judged(BackendManner.MUTE, null, refusal, BODY, 0).wrong()).contains("400");
    }

    private static SoakAnswer.Verdict judged(
            BackendManner manner, Payload upload, String head, Payload body, int count) throws IOException {
        return judged(manner, upload, answer(head, body, count));
    }

    private static SoakAnswer.Verdict judged(BackendManner manner, Payload upload, byte[] answer) {
        return new SoakAnswer("any", manner, BODY, upload).receive(new WireReader(new ByteArrayInputStream(answer)));
    }

    private static byte[] answer(String head, Payload body, int count) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.write(head.getBytes(StandardCharsets.US_ASCII));
        bytes.write(Payload.bytes(), body.offset(), count);
        return bytes.toByteArray();
    }

    private static String lengthHead(int length, String fields) {
        return "HTTP/1.1 200 OK\r\nContent-Length: " + length + "\r\n" + fields + "\r\n";
    }
}
