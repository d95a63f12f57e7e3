package io.sluice.pem;

/** What is wrong with a file; its message says what was found and what was expected. <em>Immutable.</em> */
public final class PemException extends Exception {
    private static final long serialVersionUID = 1L;

    /** Which of the two files of an identity it is about. */
    public enum File {
        /** The one with certificates. */
        CERTIFICATES,
        /** The one with the private key. */
        KEY
    }

    private final File file;

    PemException(File file, String found, String expected) {
        super("found " + found + "; expected " + expected);
        this.file = file;
    }

    /** Which file. */
    public File file() {
        return file;
    }
}
