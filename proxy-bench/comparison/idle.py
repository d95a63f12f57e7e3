"""Memory of connections that only wait."""
import select

from .loads import ask, read_body, read_head, wrk
from .processes import CannotMeasure, resident_kib, settled
from .proxies import Bench
from .report import Section, at_most, say, shown

# A first round pays for what is made once; small, so that it doesn't pay for the connections that follow.
UNMEASURED = 200
WARM_SECONDS = 4


def measure(options):
    rows = {}
    with Bench(options.launchers, *options.cores) as bench:
        if options.connections > bench.connections_max - 300:
            raise CannotMeasure(f"{options.connections} connections need more descriptors than this shell allows; "
                                f"raise ulimit -n or give --connections {bench.connections_max - 300}.")
        bench.file("1k", 1024)
        bench.start_backend()
        for name in options.proxies:
            if name == "direct":
                continue
            say(f"idle: {name} …")
            running = bench.start(name, "/1k")
            wrk(bench, running.port, "/1k", 64, WARM_SECONDS)
            rows[name] = _round(running, options.connections)
            bench.stop(running)
    section = Section(
        f"Memory of {options.connections:,} idle connections",
        "Resident memory of the proxy before and after so many clients connected, asked once and stayed; none was "
        f"closed. After {WARM_SECONDS} s of load and an unmeasured round of {UNMEASURED}.")
    section.headers = ["proxy", "RSS before MiB", "RSS after MiB", "KiB per connection"]
    section.rows = [[name, shown(before / 1024, 1), shown(after / 1024, 1), shown(per_connection)]
                    for name, (before, after, per_connection) in rows.items()]
    for name in options.launchers:
        if name in rows:
            section.bars.append(at_most(f"{name}: memory per idle connection", rows[name][2], 5, " KiB"))
    return section


def _round(running, count):
    _close(_open(running.port, UNMEASURED))
    before = settled(lambda: resident_kib(running.pid), 64)
    connections = _open(running.port, count)
    try:
        after = settled(lambda: resident_kib(running.pid), 64)
        closed = _readable(connections)
        if closed:
            raise CannotMeasure(f"{running.name} closed {closed} of {count} idle connections.")
    finally:
        _close(connections)
    return before, after, (after - before) / count


def _open(port, count):
    connections = []
    for _ in range(count):
        connection = ask(port, "/1k")
        connections.append(connection)
        length, got = read_head(connection)
        if read_body(connection, length - got):
            raise CannotMeasure("an answer ended early.")
    return connections


def _readable(connections):
    """How many are no longer idle: they have an end, or bytes that nobody asked for."""
    poll = select.poll()
    for connection in connections:
        poll.register(connection, select.POLLIN)
    return len(poll.poll(0))


def _close(connections):
    for connection in connections:
        connection.close()
