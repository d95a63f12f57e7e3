"""Clients that read a large spliced response at 1 KB a second, and then stop."""
import select
import time

from .counting import CountingBackend
from .loads import ask, read_head, wrk
from .processes import CannotMeasure, resident_kib, settled
from .proxies import COPYING, Bench
from .report import Bar, Section, at_most, say, shown

RESPONSE_BYTES = 100 << 20
BYTES_PER_SECOND = 1000
# What the clients ask the kernel for. Linux merges what waits to be read, and tells the sender of room only once most of
# it was read: about every 7 s with this buffer, every 30 s with 16 KiB. One that takes 128 KiB unasked would leave the
# proxy without a sign of life for minutes, and nobody could tell it from one that has stopped.
RECEIVE_BUFFER = 4096
# As on an Ethernet: loopback's 64 KiB don't fit such a buffer.
SEGMENT_BYTES = 1460
# The kernel of a client that stopped goes on taking bytes until its window is shut. A sender with BBR has learnt the client's
# pace and fills the last few KiB at that (430 bytes a second were seen): only from there on nobody takes anything.
WINDOW_SHUTS_SECONDS = 30
WARM_SECONDS = 4
USER_KIB_MAX = 16


def contenders(launchers):
    return [name + kind for name in launchers for kind in ("", COPYING)]


class Outcome:
    """What one Sluice did."""

    def __init__(self, before, peak, pipes, cut_while_reading, left, seconds):
        self.before = before
        self.peak = peak
        self.pipes = pipes
        self.cut_while_reading = cut_while_reading
        self.left = left
        self.seconds = seconds


def measure(options):
    outcomes = {}
    limit = _cut_within(options)
    for name in options.proxies:
        say(f"slow-splice: {name} …")
        with CountingBackend(options.cores[0]) as backend, Bench(options.launchers, *options.cores) as bench:
            bench.backend_port = backend.port
            running = bench.start(name, "/1024", timeouts=f", responseWriteIdle: {options.stall}s")
            wrk(bench, running.port, "/1024", 64, WARM_SECONDS)
            wrk(bench, running.port, "/1048576", 16, WARM_SECONDS)
            outcomes[name] = _hold(bench, running, options)
    section = Section(
        f"{options.clients:,} clients that read {RESPONSE_BYTES >> 20} MiB at {BYTES_PER_SECOND:,} bytes a second",
        f"Growth of the proxy's resident memory in {options.hold} s of reading; pipes are the kernel's memory, up to "
        f"1 MiB each, and stand apart. Then nobody reads: timeouts.responseWriteIdle is {options.stall}s, and the clients "
        f"ask for a receive buffer of {RECEIVE_BUFFER} bytes and segments of {SEGMENT_BYTES}.")
    section.headers = ["contender", "RSS before MiB", "RSS peak MiB", "KiB a client", "pipes in use", "cut while reading",
                       "cut after s", "not cut"]
    for name, outcome in outcomes.items():
        section.rows.append([name, shown(outcome.before / 1024, 1), shown(outcome.peak / 1024, 1),
                             shown((outcome.peak - outcome.before) / options.clients), shown(outcome.pipes, 0),
                             str(outcome.cut_while_reading), shown(outcome.seconds, 1), str(outcome.left)])
    for name in options.launchers:
        if name in outcomes:
            outcome = outcomes[name]
            section.bars += [
                at_most(f"{name}: user memory", (outcome.peak - outcome.before) / options.clients, USER_KIB_MAX,
                        " KiB a client"),
                Bar(f"{name}: responses spliced", f"{outcome.pipes:.0f} pipes", outcome.pipes >= options.clients * 0.9),
                at_most(f"{name}: cut although they read", outcome.cut_while_reading, 0, " clients"),
                at_most(f"{name}: still served {limit:.1f} s after they stopped", outcome.left, 0, " clients")]
    return section


def _cut_within(options):
    """Seconds after which a client that stopped must be gone: Sluice looks every quarter of its deadline."""
    return WINDOW_SHUTS_SECONDS + 1.25 * options.stall


def _hold(bench, running, options):
    count = options.clients
    before = settled(lambda: resident_kib(running.pid), 64)
    connections = []
    try:
        reading, peak, pipes, sipped = [], before, 0, time.monotonic()
        for _ in range(count):
            connection = ask(running.port, f"/{RESPONSE_BYTES}", RECEIVE_BUFFER, SEGMENT_BYTES)
            connections.append(connection)
            reading.append(connection)
            if read_head(connection)[0] != RESPONSE_BYTES:
                raise CannotMeasure("a response isn't as long as asked for.")
            # The last takes some seconds to come; the first read on meanwhile.
            if time.monotonic() > sipped + 1:
                sipped += 1
                reading = [other for other in reading if _sip(other)]
        end = time.monotonic() + options.hold
        while (now := time.monotonic()) < end:
            reading = [connection for connection in reading if _sip(connection)]
            peak = max(peak, resident_kib(running.pid))
            pipes = max(pipes, bench.metric(running.name, "sluice_pipes", 'state="active"'))
            time.sleep(max(0.0, now + 1 - time.monotonic()))
        stopped = time.monotonic()
        # Asked of the proxy: a client doesn't see its end before it has read all that came first.
        cut = count - int(_served(bench, running))
        if cut:
            too_slow = bench.metric(running.name, "sluice_errors_total", 'error="client_too_slow"')
            say(f"slow-splice: {cut} cut while they read, {too_slow:.0f} of them as too slow")
        while (left := _served(bench, running)) and time.monotonic() - stopped < _cut_within(options):
            time.sleep(0.1)
        return Outcome(before, peak, pipes, cut, int(left), time.monotonic() - stopped)
    finally:
        for connection in connections:
            connection.close()


def _sip(connection):
    """Reads what a second allows; False if the connection was cut."""
    try:
        connection.setblocking(False)
        return bool(connection.recv(BYTES_PER_SECOND))
    except BlockingIOError:
        poll = select.poll()
        poll.register(connection, select.POLLHUP | select.POLLERR)
        return not poll.poll(0)
    except OSError:
        return False


def _served(bench, running):
    return bench.metric(running.name, "sluice_requests_active")
