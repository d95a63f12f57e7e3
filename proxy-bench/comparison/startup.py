"""How long from the command to the first answer."""
import socket
import statistics
import time

from .processes import CannotMeasure, free_port
from .proxies import Bench
from .report import Section, at_most, say, shown

PATIENCE_SECONDS = 20
PAUSE_SECONDS = 0.002
REQUEST = b"GET /1k HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n"


def measure(options):
    every_core, one_core = sorted(set(options.cores)), [options.cores[1]]
    times = {}
    with Bench(options.launchers, *options.cores) as bench:
        bench.file("1k", 1024)
        bench.start_backend()
        for name in options.proxies:
            if name != "direct":
                say(f"start: {name} …")
                times[name] = [[_start(bench, name, cores) for _ in range(options.rounds)]
                               for cores in (every_core, one_core)]
    section = Section("Time to start",
                      f"From the command to the first connection accepted, and to the first complete answer; medians of "
                      f"{options.rounds}, in milliseconds. This tree's Sluice starts "
                      f"{'with' if options.start_cache else 'without'} its start-up cache (./sluice train makes it).")
    section.headers = ["proxy", "accepts", "answers", "slowest answer", "accepts, one core", "answers, one core"]
    for name, (free, pinned) in times.items():
        section.rows.append([name, _millis(free, 0), _millis(free, 1), shown(max(run[1] for run in free) * 1000, 0),
                             _millis(pinned, 0), _millis(pinned, 1)])
    for name in options.launchers:
        if name in times:
            section.bars.append(at_most(f"{name}: first answer after the command",
                                        statistics.median(run[1] for run in times[name][0]), 1.0, " s"))
    return section


def _millis(runs, which):
    return shown(statistics.median(run[which] for run in runs) * 1000, 0)


def _start(bench, name, cores):
    """Seconds to the first accepted connection and to the first answer."""
    port = free_port()
    command = bench.command(name, port)
    begun = time.monotonic()
    child = bench.spawn(name, command, cores)
    accepted = None
    try:
        while time.monotonic() - begun < PATIENCE_SECONDS:
            if child.ended():
                raise CannotMeasure(f"{name} ended instead of listening: {child.last_words()}")
            try:
                with socket.create_connection(("127.0.0.1", port), 5) as connection:
                    accepted = accepted or time.monotonic() - begun
                    connection.settimeout(5)
                    connection.sendall(REQUEST)
                    if _complete(connection):
                        return accepted, time.monotonic() - begun
            except OSError:
                pass
            time.sleep(PAUSE_SECONDS)
    finally:
        bench.end(child)
    raise CannotMeasure(f"{name} didn't answer within {PATIENCE_SECONDS} seconds: {child.last_words()}")


def _complete(connection):
    got = b""
    while piece := connection.recv(16384):
        got += piece
    return got.startswith(b"HTTP/1.1 200") and len(got) > 1024
