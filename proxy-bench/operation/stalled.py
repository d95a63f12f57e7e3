"""A hundred streams on one connection, one of which isn't read: what it costs the others."""
import statistics
import time

from comparison.processes import CannotMeasure, resident_kib
from comparison.proxies import Bench
from comparison.report import Section, at_least, at_most, ratio, say, shown

from .frames import (ACK, DATA, END_HEADERS, END_STREAM, FIRST_WINDOW, GOAWAY, HEADERS, PADDED, PING, RST_STREAM, SETTINGS,
                     connect, frame, frames, get, window_update)
from .fronts import started

FAST = 99
FILE = ("256k", 256 << 10)
# What browsers grant a connection, roughly; what came is granted again a quarter at a time.
CONNECTION_WINDOW = 16 << 20
BAR = 0.95


class Downloads:
    """One connection. Each fast stream gets a file and is followed by the next; a stalled one never has a window."""

    def __init__(self, port, stalled):
        # A stream's window is nothing until it is enlarged.
        self.connection = connect(port, initial_window=0)
        self.buffer = bytearray(4 << 20)
        self.held = 0
        self.next = 1
        self.fast = {}
        self.ungranted = 0
        self.came = 0
        self.stalled = self._open() if stalled else None
        self.came_stalled = 0
        self.connection.sendall(window_update(0, CONNECTION_WINDOW - FIRST_WINDOW))
        for _ in range(FAST):
            self._begin_fast()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.connection.close()

    def run(self, seconds):
        """Bytes that came on fast streams."""
        before, end = self.came, time.monotonic() + seconds
        while time.monotonic() < end:
            self._receive()
        return self.came - before

    def resume(self, seconds_max=10):
        """Grants the stalled stream its window: whether its whole file comes, and no more."""
        self.connection.sendall(window_update(self.stalled, FILE[1]))
        end = time.monotonic() + seconds_max
        while self.stalled is not None and time.monotonic() < end:
            self._receive()
        return self.stalled is None and self.came_stalled == FILE[1]

    def _open(self):
        stream, self.next = self.next, self.next + 2
        self.connection.sendall(frame(HEADERS, END_STREAM | END_HEADERS, stream, get(f"/{FILE[0]}")))
        return stream

    def _begin_fast(self):
        stream = self._open()
        self.fast[stream] = 0
        self.connection.sendall(window_update(stream, FILE[1]))

    def _receive(self):
        count = self.connection.recv_into(memoryview(self.buffer)[self.held:])
        if count == 0:
            raise CannotMeasure("the connection was closed in the midst of its streams.")
        self.held += count
        end = 0
        for kind, flags, stream, begin, end in frames(self.buffer, self.held):
            if kind == DATA:
                self._data(stream, flags, begin, end)
            elif kind == PING and not flags & ACK:
                self.connection.sendall(frame(PING, ACK, 0, bytes(self.buffer[begin:end])))
            elif kind == SETTINGS and not flags & ACK:
                self.connection.sendall(frame(SETTINGS, ACK, 0))
            elif kind in (RST_STREAM, GOAWAY) or kind == HEADERS and flags & END_STREAM:
                raise CannotMeasure(f"stream {stream} ended by a frame of type {kind} instead of its body: "
                                    f"{bytes(self.buffer[begin:end][:40])}")
        self.buffer[:self.held - end] = self.buffer[end:self.held]
        self.held -= end
        if self.ungranted >= CONNECTION_WINDOW // 4:
            self.connection.sendall(window_update(0, self.ungranted))
            self.ungranted = 0

    def _data(self, stream, flags, begin, end):
        self.ungranted += end - begin
        body = end - begin - (self.buffer[begin] + 1 if flags & PADDED else 0)
        if stream == self.stalled:
            self.came_stalled += body
            if flags & END_STREAM:
                self.stalled = None
            return
        self.came += body
        self.fast[stream] += body
        if flags & END_STREAM:
            if self.fast.pop(stream) != FILE[1]:
                raise CannotMeasure(f"stream {stream} ended with another length than its file's.")
            self._begin_fast()


def measure(options):
    rates = {False: [], True: []}
    early = unfinished = 0
    with Bench(options.launchers, *options.cores) as bench:
        bench.file("1k", 1024)
        bench.file(*FILE)
        bench.start_backend()
        running = started(bench, options.proxy)
        with Downloads(running.port, stalled=False) as warming:
            warming.run(5)
        for turn in range(options.rounds):
            say(f"stalled-stream: round {turn + 1} of {options.rounds} …")
            for stalled in (turn % 2 == 0, turn % 2 == 1):
                with Downloads(running.port, stalled) as downloads:
                    downloads.run(0.5)
                    rates[stalled].append(downloads.run(options.seconds) / options.seconds)
                    if stalled:
                        early += downloads.came_stalled
                        unfinished += not downloads.resume()
        resident = resident_kib(running.pid) / 1024
    section = Section(
        "One stalled stream among a hundred",
        f"{options.proxy}; {FAST} streams on one connection in cleartext, each gets {FILE[0]} again and again; one more whose window "
        f"stays 0, in every second run. {options.rounds} rounds of {options.seconds} s each way, in turn; at the end of each the "
        "stalled stream gets its window, and must get its whole body.")
    section.headers = ["runs", "MB/s without", "MB/s with it", "with / without", "lowest", "highest", "RSS MiB"]
    ratios = [ratio(with_it, without) for with_it, without in zip(rates[True], rates[False])]
    section.rows.append([str(len(ratios)), shown(statistics.median(rates[False]) / 1e6, 0), shown(statistics.median(rates[True]) / 1e6, 0),
                         shown(statistics.median(ratios), 3), shown(min(ratios), 3), shown(max(ratios), 3), shown(resident, 0)])
    section.bars = [at_least("throughput of the others", statistics.median(ratios), BAR, " × without"),
                    at_most("bytes on a stream without a window", early, 0, ""),
                    at_most("stalled streams that didn't go on", unfinished, 0, "")]
    return section
