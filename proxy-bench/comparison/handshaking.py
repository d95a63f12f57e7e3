"""Clients that make new TLS connections, in a process of our own that stays warm (`HandshakeLoad`)."""
import os
import re
import subprocess

from .certificates import GROUP
from .java import java
from .loads import Load
from .processes import CannotMeasure

HOME = os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
CLASSES = f"{HOME}/proxy-bench/target/classes"
LIBRARIES = f"{HOME}/proxy-cli/target/lib"
SAID = re.compile(r"handshakes (\d+) micros (\d+) certificates (\d+) failures (\d+) (.*)")


class Handshaken(Load):
    """What a run came to; also how many certificates were seen, and why the first failure was one."""

    def __init__(self, handshakes, micros, certificates, failures, reason):
        super().__init__(handshakes, micros / 1e6, 0, failures)
        self.certificates = certificates
        self.reason = reason


def told(line):
    """What the process says of a run."""
    found = SAID.fullmatch(line.strip())
    if not found:
        raise CannotMeasure(f"the handshaking clients said nothing of their run: {line.strip()[-200:]}")
    return Handshaken(*(int(number) for number in found.groups()[:4]), found[5])


class Handshaking:
    """The process; leaving it ends it. One run at a time."""

    def __init__(self, core):
        self.core = core

    def __enter__(self):
        if not os.path.exists(f"{CLASSES}/io/sluice/bench/HandshakeLoad.class") or not os.path.isdir(LIBRARIES):
            raise CannotMeasure("the handshaking clients aren't built yet: run mvn -q -DskipTests package.")
        self.process = subprocess.Popen(
            ["taskset", "-c", str(self.core), java(), "-Xmx256m", "-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED",
             "--sun-misc-unsafe-memory-access=allow", "-Dslf4j.internal.verbosity=ERROR",
             # Netty tells of that group; nobody asked.
             "-Djava.util.logging.config.file=/dev/null",
             # The group that all other clients of a measurement offer; hybrid ones cost more, where a proxy has them.
             f"-Djdk.tls.namedGroups={GROUP.lower()}", "-cp", f"{CLASSES}:{LIBRARIES}/*", "io.sluice.bench.HandshakeLoad"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True)
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()

    def run(self, port, clients, seconds):
        """As many new connections as go, by so many clients at once, each closed after its handshake; nothing is resumed."""
        try:
            self.process.stdin.write(f"{port} {clients} {seconds}\n")
            self.process.stdin.flush()
            return told(self.process.stdout.readline())
        except OSError as reason:
            raise CannotMeasure(f"the handshaking clients ended: {reason}") from None
