package io.sluice.files;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.files.Preconditions.Verdict;
import io.sluice.http.RequestHead;
import io.sluice.http.RequestHeads;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** RFC 9110 §13. */
final class PreconditionsTest {
    private static final String EARLIER = "Mon, 03 Feb 2020 04:05:05 GMT";
    private static final String LATER = "Mon, 03 Feb 2020 04:05:07 GMT";

    @TempDir
    private Path folder;

    private OpenFile file;

    @BeforeEach
    void opens() throws IOException {
        file = OpenFile.open(new Site(folder).write("a.txt", "0123456789"), Coding.IDENTITY);
    }

    /** TAG and DATE stand for the file's. */
    private RequestHead head(String method, String... fields) {
        List<String> lines = new ArrayList<>(List.of(method + " /a.txt HTTP/1.1", "Host: a"));
        for (String field : fields) {
            lines.add(field.replace("TAG", file.tag().text()).replace("DATE", Site.CHANGED_TEXT)
                    .replace("EARLIER", EARLIER).replace("LATER", LATER));
        }
        return RequestHeads.of(lines.toArray(String[]::new));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "If-Match: TAG | X-A: 1 | SEND",
        "If-Match: * | X-A: 1 | SEND",
        "If-Match: \"x\" | X-A: 1 | FAILED",
        "If-Match: W/TAG | X-A: 1 | FAILED",
        "If-Match: \"x\" | If-Match: TAG | SEND",
        "If-Unmodified-Since: DATE | X-A: 1 | SEND",
        "If-Unmodified-Since: EARLIER | X-A: 1 | FAILED",
        "If-Unmodified-Since: yesterday | X-A: 1 | SEND",
        // §13.2.2, step 2: not asked where If-Match is there.
        "If-Match: TAG | If-Unmodified-Since: EARLIER | SEND",
        "If-None-Match: TAG | X-A: 1 | NOT_MODIFIED",
        "If-None-Match: W/TAG | X-A: 1 | NOT_MODIFIED",
        "If-None-Match: * | X-A: 1 | NOT_MODIFIED",
        "If-None-Match: \"x\" | X-A: 1 | SEND",
        "If-Modified-Since: DATE | X-A: 1 | NOT_MODIFIED",
        "If-Modified-Since: LATER | X-A: 1 | NOT_MODIFIED",
        "If-Modified-Since: EARLIER | X-A: 1 | SEND",
        "If-Modified-Since: tomorrow | X-A: 1 | SEND",
        "If-Modified-Since: DATE | If-Modified-Since: DATE | SEND",
        // Step 4: not asked where If-None-Match is there.
        "If-None-Match: \"x\" | If-Modified-Since: DATE | SEND",
        // Step 1 goes before step 3.
        "If-Match: \"x\" | If-None-Match: TAG | FAILED",
        "If-Match: TAG | If-None-Match: TAG | NOT_MODIFIED"})
    void judgesInOrder(String one, String other, Verdict verdict) {
        assertThat(Preconditions.judge(head("GET", one, other), file)).isEqualTo(verdict);
        assertThat(Preconditions.judge(head("HEAD", one, other), file)).isEqualTo(verdict);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "TAG | true", "DATE | true", "W/TAG | false", "\"x\" | false", "EARLIER | false", "LATER | false", "* | false",
        "TAG, TAG | false", "soon | false"})
    void sendsRangesOnlyOfTheVersionThatIsMeant(String validator, boolean some) {
        assertThat(Preconditions.ranges(head("GET", "Range: bytes=0-0", "If-Range: " + validator), file) != null)
                .isEqualTo(some);
    }

    @Test
    void hasRangesOnlyForGetAndOneField() {
        assertThat(Preconditions.ranges(head("GET", "Range: bytes=0-0"), file)).isNotNull();
        assertThat(Preconditions.ranges(head("HEAD", "Range: bytes=0-0"), file)).isNull();
        assertThat(Preconditions.ranges(head("GET", "Range: bytes=0-0", "Range: bytes=1-1"), file)).isNull();
        assertThat(Preconditions.ranges(head("GET", "If-Range: TAG"), file)).isNull();
    }
}
