"""Small requests beside spliced downloads on the same event loop."""
import os
import selectors
import socket
import statistics

from .counting import OwnProcess
from .latency import quantile
from .loads import fixed_rate, read_head, wrk
from .processes import CannotMeasure
from .proxies import Bench
from .report import Section, at_most, ratio, say, shown

DOWNLOADS = 50
DOWNLOAD_BYTES = 100 << 20
CONNECTIONS = 16
SHARE_OF_FULL_LOAD = 10
BAR = 5.0
# Gives way to the small requests' own clients and backend, which share the core with the downloads' ends.
NICENESS = 19
PIECE = 4 << 20


def contenders(launchers):
    return [*launchers, "haproxy-splice"]


class Downloads(OwnProcess):
    """Clients that download one thing again and again as fast as it comes, and throw it away in the kernel."""

    def __init__(self, core, port):
        super().__init__(core)
        self.port = port

    def _serve(self):
        os.nice(NICENESS)
        buffer = bytearray(PIECE)
        with selectors.DefaultSelector() as selector:
            for _ in range(DOWNLOADS):
                connection = socket.create_connection(("127.0.0.1", self.port), 10)
                selector.register(connection, selectors.EVENT_READ, [self._ask(connection)])
            while True:
                for key, _ in selector.select():
                    count = key.fileobj.recv_into(buffer, min(key.data[0], PIECE), socket.MSG_TRUNC)
                    if count == 0:
                        return
                    self._taken.value += count
                    key.data[0] -= count
                    if key.data[0] == 0:
                        key.data[0] = self._ask(key.fileobj)

    @staticmethod
    def _ask(connection):
        """Asks once more; the bytes still to come."""
        connection.sendall(b"GET /bulk/100m HTTP/1.1\r\nHost: bench\r\n\r\n")
        length, came = read_head(connection)
        return length - came


class Outcome:
    """Of one contender: rate of the small requests, and of each round three p99s and the downloads' speed."""

    def __init__(self, rate):
        self.rate = rate
        self.alone, self.beside, self.direct, self.gigabytes = [], [], [], []
        self.p50_alone, self.p50_beside = [], []
        self.refused = 0

    def times(self):
        """How many times the p99 alone the p99 beside downloads is."""
        return ratio(statistics.median(self.beside), statistics.median(self.alone))


def measure(options):
    outcomes = {}
    for name in options.proxies:
        with Bench(options.launchers, *options.cores) as bench:
            bench.file("1k", 1024)
            os.mkdir(f"{bench.folder}/files/bulk")
            bench.file("bulk/100m", DOWNLOAD_BYTES)
            bench.start_backend()
            bulk = bench.file_server("bulk", options.cores[0], NICENESS)
            running = bench.start(name, "/1k", bulk=bulk.port)
            say(f"fairness: warming {name} …")
            wrk(bench, running.port, "/1k", 64, 5)
            wrk(bench, running.port, "/bulk/100m", 4, 3)
            full = wrk(bench, running.port, "/1k", 64, 3)
            rate = max(CONNECTIONS, int(full.requests / full.seconds) // SHARE_OF_FULL_LOAD // CONNECTIONS * CONNECTIONS)
            outcomes[name] = Outcome(rate)
            for turn in range(options.rounds):
                say(f"fairness: {name}, round {turn + 1} of {options.rounds} …")
                _round(options, bench, running, outcomes[name])
            if name in options.launchers and not bench.metric(name, "sluice_relays_total", 'kind="spliced"'):
                raise CannotMeasure(f"{name} spliced nothing.")
    return _section(options, outcomes)


def _round(options, bench, running, outcome):
    def p99(port):
        fixed_rate(bench, port, "/1k", CONNECTIONS, outcome.rate, 1)
        micros, refused = fixed_rate(bench, port, "/1k", CONNECTIONS, outcome.rate, options.seconds)
        outcome.refused += refused
        return quantile(micros, 0.5), quantile(micros, 0.99)
    p50, alone = p99(running.port)
    outcome.p50_alone.append(p50)
    outcome.alone.append(alone)
    with Downloads(options.cores[0], running.port) as downloads:
        before = downloads.taken
        p50, beside = p99(running.port)
        # h2load's own time and the time before it: what came in so many seconds.
        outcome.gigabytes.append((downloads.taken - before) / (options.seconds + 1) / 1e9)
        outcome.p50_beside.append(p50)
        outcome.beside.append(beside)
        outcome.direct.append(p99(bench.backend_port)[1])
        if not downloads.process.is_alive():
            raise CannotMeasure("the downloads ended early.")


def _section(options, outcomes):
    section = Section(
        f"1 KiB requests beside {DOWNLOADS} downloads on one event loop",
        f"A tenth of each contender's own full 1 KiB load, {CONNECTIONS} connections, h2load; medians of {options.rounds} "
        f"rounds of {options.seconds} s, microseconds. Direct: the same requests past the proxy while the downloads go "
        "through it, which is what their clients and their backend alone make of the full core 0.")
    section.headers = ["contender", "req/s", "p50 alone", "p99 alone", "p50 beside", "p99 beside", "times", "p99 direct",
                       "downloads GB/s", "not 200"]
    for name, outcome in outcomes.items():
        columns = (outcome.p50_alone, outcome.alone, outcome.p50_beside, outcome.beside)
        section.rows.append([name, str(outcome.rate), *(shown(statistics.median(column), 0) for column in columns),
                             shown(outcome.times(), 1), shown(statistics.median(outcome.direct), 0),
                             shown(statistics.median(outcome.gigabytes)), str(outcome.refused)])
    for name in options.launchers:
        if name in outcomes:
            section.bars.append(at_most(f"{name}: p99 beside downloads", outcomes[name].times(), BAR, " × its p99 alone"))
            section.bars.append(at_most(f"{name}: answers other than 200", outcomes[name].refused, 0, ""))
    return section
