package io.sluice.acme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.sluice.config.AcmeConfig;
import io.sluice.config.AcmeConfig.Challenge;
import io.sluice.config.AcmeConfig.KeyType;
import io.sluice.pem.Identity;
import io.sluice.pem.Pem;
import io.sluice.pem.Signed;
import java.io.IOException;
import java.net.URI;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What outlives the process. */
final class StorageTest {
    private static final Names NAMES = new Names(List.of("a.example", "b.example"));

    @TempDir
    private Path directory;

    private AcmeConfig config(String authority, KeyType keyType) {
        return new AcmeConfig(URI.create(authority), null, directory.resolve("kept"), Challenge.HTTP_01, Duration.ZERO,
                keyType, null, null);
    }

    private Storage storage() {
        return new Storage(config("https://ca.example/dir", KeyType.ECDSA));
    }

    private static Identity made(Names names) {
        return Signed.certificate(names.all(), Instant.now(), Duration.ofDays(1));
    }

    private Storage withOneKept() throws IOException {
        Storage storage = storage();
        try (Storage.Lock _ = storage.tryLock()) {
            storage.save(NAMES, made(NAMES));
        }
        return storage;
    }

    private Path only(String beginning) throws IOException {
        try (Stream<Path> files = Files.list(directory.resolve("kept"))) {
            return files.filter(it -> it.getFileName().toString().startsWith(beginning)).findFirst().orElseThrow();
        }
    }

    @Test
    void whatWasKeptIsFoundByTheSameNames() throws IOException {
        withOneKept();

        assertThat(storage().load(NAMES)).isNotNull();
        assertThat(storage().load(new Names(List.of("a.example")))).isNull();
        assertThat(storage().load(new Names(List.of("b.example", "a.example")))).isNull();
    }

    @Test
    void anotherAuthoritysOrAnotherKindOfKeyIsNotTaken() throws IOException {
        withOneKept();

        assertThat(new Storage(config("https://staging.example/dir", KeyType.ECDSA)).load(NAMES)).isNull();
        assertThat(new Storage(config("https://ca.example/dir", KeyType.RSA)).load(NAMES)).isNull();
    }

    @Test
    void nobodyElseMayReadIt() throws IOException {
        assumeThat(FileSystems.getDefault().supportedFileAttributeViews()).contains("posix");
        Storage storage = withOneKept();
        try (Storage.Lock _ = storage.tryLock()) {
            storage.account();
        }

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve("kept"))))
                .isEqualTo("rwx------");
        try (Stream<Path> files = Files.list(directory.resolve("kept"))) {
            assertThat(files.toList()).hasSize(3).allSatisfy(file -> assertThat(
                            PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .isEqualTo("rw-------"));
        }
    }

    @Test
    void aLeftoverThatOthersCanReadIsNotWrittenInto() throws IOException {
        assumeThat(FileSystems.getDefault().supportedFileAttributeViews()).contains("posix");
        withOneKept();
        Path kept = only("a.example");
        Path leftover = kept.resolveSibling(kept.getFileName() + ".new");
        Files.writeString(leftover, "half");
        Files.setPosixFilePermissions(leftover, PosixFilePermissions.fromString("rw-rw-rw-"));

        withOneKept();

        assertThat(leftover).doesNotExist();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(kept))).isEqualTo("rw-------");
        assertThat(storage().load(NAMES)).isNotNull();
    }

    @Test
    void whatIsBrokenCountsAsMissing() throws IOException {
        withOneKept();
        Path kept = only("a.example");
        String pem = Files.readString(kept);

        for (String broken : List.of("", "x", pem.substring(0, pem.length() / 2), pem.replaceAll("(?s).*END PRIVATE KEY-----", ""),
                pem.replace("BEGIN CERTIFICATE-----\n", "BEGIN CERTIFICATE-----\nAAAA"))) {
            Files.writeString(kept, broken);
            assertThat(storage().load(NAMES)).as(broken).isNull();
        }
    }

    @Test
    void aKeyThatIsNotTheCertificatesCountsAsMissing() throws IOException {
        withOneKept();
        Files.writeString(only("a.example"), Pem.text(new Identity(made(NAMES).chain(), made(NAMES).key())));

        assertThat(storage().load(NAMES)).isNull();
    }

    @Test
    void oneAtATimeMayOrder() throws IOException {
        try (Storage.Lock held = storage().tryLock()) {
            assertThat(held).isNotNull();
            assertThat(storage().tryLock()).isNull();
        }
        try (Storage.Lock again = storage().tryLock()) {
            assertThat(again).isNotNull();
        }
    }

    @Test
    void anAccountIsMadeOnceForEachAuthority() throws IOException {
        Storage storage = storage();
        try (Storage.Lock _ = storage.tryLock()) {
            KeyPair first = storage.account();

            assertThat(storage().account().getPublic()).isEqualTo(first.getPublic());
            assertThat(storage().account().getPrivate()).isEqualTo(first.getPrivate());
            assertThat(new Storage(config("https://other.example/dir", KeyType.ECDSA)).account().getPublic())
                    .isNotEqualTo(first.getPublic());
        }
    }

    @Test
    void anAccountThatCannotBeReadIsNotReplaced() throws IOException {
        Storage storage = storage();
        try (Storage.Lock _ = storage.tryLock()) {
            storage.account();
            Files.writeString(only("account"), "gone");

            assertThatExceptionOfType(IOException.class).isThrownBy(storage::account).withMessageContaining("account-");
            assertThat(only("account")).hasContent("gone");
        }
    }

    @Test
    void aDirectoryThatCannotBeMadeIsTold() throws IOException {
        Files.writeString(directory.resolve("kept"), "a file");

        assertThatExceptionOfType(IOException.class).isThrownBy(() -> storage().tryLock());
    }
}
