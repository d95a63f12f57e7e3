"""Clients that ask for much and stop reading."""
import time

from .counting import CountingBackend
from .loads import ask, read_body, read_head, wrk
from .processes import CannotMeasure, resident_kib, settled
from .proxies import Bench
from .report import Bar, Section, at_most, say, shown

RESPONSE_BYTES = 100 << 20
WARM_SECONDS = 4
RSS_GROWTH_MIB_MAX = 48
# The last part of the hold: by then everything is full. The kernel still pushes a few KiB when it probes a closed
# window; a proxy that reads on would take megabytes.
QUIET_SECONDS = 3
QUIET_KIB_MAX = 16
# What the kernel alone may hold of a response: both send buffers at their largest, and what is received unread.
BUFFERED_MIB_MAX = 16
# By default nginx writes to disk what a client doesn't read, 1 GiB a response: that would hide the question.
NGINX_WITHOUT_DISK = "proxy_max_temp_file_size 0;"


class Outcome:
    """What one proxy did: memory in KiB, bytes the backend got rid of, and whether a client could read on."""

    def __init__(self, before, peak, taken, taken_in_quiet, missing):
        self.before = before
        self.peak = peak
        self.taken = taken
        self.taken_in_quiet = taken_in_quiet
        self.missing = missing

    def growth_mib(self):
        return (self.peak - self.before) / 1024

    def mib_per_client(self, clients):
        return self.taken / clients / (1 << 20)

    def quiet_kib_per_client(self, clients):
        return self.taken_in_quiet / clients / 1024

    def read_on(self):
        return "yes" if self.missing == 0 else f"{self.missing} bytes short"


def measure(options):
    outcomes = {}
    for name in options.proxies:
        if name == "direct":
            continue
        say(f"slow: {name} …")
        with CountingBackend(options.cores[0]) as backend, Bench(options.launchers, *options.cores) as bench:
            bench.backend_port = backend.port
            running = bench.start(name, "/1024", nginx_extra=NGINX_WITHOUT_DISK)
            wrk(bench, running.port, "/1024", 64, WARM_SECONDS)
            wrk(bench, running.port, "/1048576", 16, WARM_SECONDS)
            outcomes[name] = _hold(running, backend, options.clients, options.hold)
    section = Section(
        f"{options.clients} clients that stop reading a {RESPONSE_BYTES >> 20} MiB response",
        f"Resident memory of the proxy before, and its peak in {options.hold} s; what the backend's sockets took for "
        f"each client, in all and in the last {QUIET_SECONDS} s (kernel buffers included). Then one client reads on to "
        f"the end. nginx runs with {NGINX_WITHOUT_DISK.rstrip(';')}, or it would write to disk.")
    section.headers = ["proxy", "RSS before MiB", "RSS peak MiB", "growth MiB", "backend sent, MiB a client",
                       "of it at the end, KiB", "reads on"]
    for name, outcome in outcomes.items():
        section.rows.append([
            name, shown(outcome.before / 1024, 1), shown(outcome.peak / 1024, 1), shown(outcome.growth_mib(), 1),
            shown(outcome.mib_per_client(options.clients)), shown(outcome.quiet_kib_per_client(options.clients)),
            outcome.read_on()])
    for name in options.launchers:
        if name in outcomes:
            _bars(section, name, outcomes[name], options.clients)
    return section


def _bars(section, name, outcome, clients):
    section.bars.append(at_most(f"{name}: growth of resident memory", outcome.growth_mib(), RSS_GROWTH_MIB_MAX, " MiB"))
    section.bars.append(at_most(f"{name}: taken from the backend for each client", outcome.mib_per_client(clients),
                                BUFFERED_MIB_MAX, " MiB"))
    section.bars.append(at_most(f"{name}: of it in the last {QUIET_SECONDS} s", outcome.quiet_kib_per_client(clients),
                                QUIET_KIB_MAX, " KiB"))
    section.bars.append(Bar(f"{name}: a client that reads on gets all", outcome.read_on(), outcome.missing == 0))


def _hold(running, backend, clients, hold_seconds):
    before = settled(lambda: resident_kib(running.pid), 64)
    taken_before = backend.taken
    connections = []
    try:
        for _ in range(clients):
            connections.append(ask(running.port, f"/{RESPONSE_BYTES}"))
        lengths = [read_head(connection) for connection in connections]
        if any(length != RESPONSE_BYTES for length, _ in lengths):
            raise CannotMeasure("a response isn't as long as asked for.")
        begun = time.monotonic()
        peak, taken_at_quiet = before, None
        while (held := time.monotonic() - begun) < hold_seconds:
            peak = max(peak, resident_kib(running.pid))
            if taken_at_quiet is None and held >= hold_seconds - QUIET_SECONDS:
                taken_at_quiet = backend.taken
            time.sleep(0.1)
        taken = backend.taken
        missing = read_body(connections[0], RESPONSE_BYTES - lengths[0][1])
    finally:
        for connection in connections:
            connection.close()
    return Outcome(before, peak, taken - taken_before, taken - taken_at_quiet, missing)
