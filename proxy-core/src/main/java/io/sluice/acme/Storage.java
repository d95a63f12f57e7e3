package io.sluice.acme;

import io.sluice.config.AcmeConfig;
import io.sluice.pem.Identity;
import io.sluice.pem.Pem;
import io.sluice.pem.PemException;
import io.sluice.pem.Signed;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The directory in which certificates, their keys and the account's key outlive the process. <em>Immutable</em>; what is in
 * the directory is not, and may be shared by several processes: each file is replaced as a whole, and who orders holds the
 * {@link Lock}. Nobody but this user may read what is written.
 */
final class Storage {
    private static final Logger LOG = LoggerFactory.getLogger(Storage.class);
    private static final int HASH_BYTES = 6;

    private final Path directory;
    private final String account;
    private final String terms;

    /** Uses the directory that is configured, without touching it. */
    Storage(AcmeConfig config) {
        this.directory = config.storage();
        String external = config.externalAccount() == null ? "" : config.externalAccount().keyId();
        this.account = "account-" + hash(config.directory() + "\n" + external) + ".pem";
        this.terms = config.directory() + "\n" + config.keyType() + "\n";
    }

    /** The right to order; one process has it at a time. <em>Ends</em> by {@link #close}. */
    record Lock(FileChannel file) implements AutoCloseable {
        @Override
        public void close() throws IOException {
            file.close();
        }
    }

    /**
     * Takes the right to order.
     *
     * @return null if another has it
     * @throws IOException if the directory can't be used
     */
    Lock tryLock() throws IOException {
        Files.createDirectories(directory, attributes("rwx------"));
        FileChannel file = FileChannel.open(
                directory.resolve("lock"),
                Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
                attributes("rw-------"));
        try {
            FileLock lock = file.tryLock();
            if (lock != null) {
                return new Lock(file);
            }
        } catch (OverlappingFileLockException _) {
            // Another proxy of this process.
        } catch (IOException failed) {
            file.close();
            throw failed;
        }
        file.close();
        return null;
    }

    /** What was kept for these names, from this authority, with this kind of key; null if there is nothing that can be used. */
    Identity load(Names names) {
        Path file = directory.resolve(fileName(names));
        if (!Files.exists(file)) {
            return null;
        }
        try {
            Identity kept = Identity.read(file, file);
            if (names.in(kept)) {
                return kept;
            }
            LOG.warn("a kept certificate is for other names, and is not used file={}", file);
        } catch (PemException unreadable) {
            LOG.warn("a kept certificate is not used why={}", unreadable.getMessage());
        }
        return null;
    }

    /** Keeps it, in place of what was kept for these names. */
    void save(Names names, Identity certificate) throws IOException {
        replace(fileName(names), Pem.text(certificate));
    }

    /** The account's key, which is made if there is none yet; to be called with the lock in hand. */
    KeyPair account() throws IOException {
        Path file = directory.resolve(account);
        if (!Files.exists(file)) {
            KeyPair made = Signed.ellipticKey();
            replace(account, Pem.block(Pem.PRIVATE_KEY, made.getPrivate().getEncoded())
                    + Pem.block(Pem.PUBLIC_KEY, made.getPublic().getEncoded()));
        }
        try {
            String text = Files.readString(file, StandardCharsets.US_ASCII);
            return new KeyPair(Pem.publicKey(text), Pem.privateKey(text));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            // Not made anew: the account would be lost, and with it what the authority knows of it.
            throw new IOException("the account's key in " + file + " can't be read: " + e.getMessage(), e);
        }
    }

    private String fileName(Names names) {
        // Another authority or other names make another certificate, never this one.
        return names.first() + "-" + hash(terms + names) + ".pem";
    }

    private static String hash(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, HASH_BYTES);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** Whoever looks finds the old file or the new one, also after a loss of power. */
    private void replace(String name, String text) throws IOException {
        Path fresh = directory.resolve(name + ".new");
        // One that a crash left may have been anybody's to read.
        Files.deleteIfExists(fresh);
        try (FileChannel file = FileChannel.open(
                fresh, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), attributes("rw-------"))) {
            ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
            while (bytes.hasRemaining()) {
                file.write(bytes);
            }
            file.force(true);
        }
        Files.move(fresh, directory.resolve(name), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        try (FileChannel names = FileChannel.open(directory, StandardOpenOption.READ)) {
            names.force(true);
        }
    }

    private static FileAttribute<?>[] attributes(String permissions) {
        return FileSystems.getDefault().supportedFileAttributeViews().contains("posix")
                ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))}
                : new FileAttribute<?>[0];
    }
}
