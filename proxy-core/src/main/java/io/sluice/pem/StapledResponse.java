package io.sluice.pem;

import io.sluice.pem.PemException.File;
import java.nio.file.Path;

/** An OCSP response (RFC 6960 §4.2.1), handed on as it is. <em>Immutable.</em> */
public final class StapledResponse {
    private static final String EXPECTED = "an OCSP response in DER form that says successful";
    private static final int SEQUENCE = 0x30;
    private static final int ENUMERATED = 0x0a;

    private StapledResponse() {}

    /**
     * Reads a file, and looks whether it is one, and no error; what it says of which certificate is for clients to judge.
     *
     * @throws PemException if not
     */
    public static byte[] read(Path path) throws PemException {
        byte[] bytes = PemFile.bytes(path, File.CERTIFICATES, EXPECTED);
        int content = bytes.length < 8 || (bytes[0] & 0xff) != SEQUENCE ? -1 : (bytes[1] & 0x80) == 0 ? 2 : 2 + (bytes[1] & 0x7f);
        if (content < 0 || content + 2 >= bytes.length || bytes[content] != ENUMERATED || bytes[content + 1] != 1) {
            throw new PemException(File.CERTIFICATES, PemFile.quoted(path) + ", which is no OCSP response", EXPECTED);
        }
        if (bytes[content + 2] != 0) {
            throw new PemException(File.CERTIFICATES, PemFile.quoted(path) + ", an OCSP error " + bytes[content + 2], EXPECTED);
        }
        return bytes;
    }
}
