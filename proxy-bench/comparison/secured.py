"""HTTP/2 and TLS: what they cost beside HAProxy and nginx that do the same."""
import statistics

from .certificates import agreed, client_environment
from .configurations import Front
from .cpu import WARM_SECONDS, sampled, times, warm_by
from .handshaking import Handshaking
from .loads import bytes_of, some_streams, streams, wrk
from .processes import resident_kib
from .proxies import Bench
from .report import Section, at_least, at_most, ratio, say, shown

CONNECTIONS = 64
STREAMS = 16
FIRST = 30_000
DOWNLOADS = 4
# New connections under way at once.
HANDSHAKING = 32
PEERS = {"haproxy": "HAProxy", "nginx": "nginx"}


class Kind:
    """One load: what the proxies speak, what is sent, and what its costs by those of others may be.

    load takes the bench, a port and seconds; first, if there is one, the bench and a port: what comes before all else. figure is
    the one that is compared; bars are limits by peer.
    """

    def __init__(self, title, note, front, file, load, bars, figure="micros_per_request", first=None):
        self.title = title
        self.note = note
        self.front = front
        self.file = file
        self.load = load
        self.bars = bars
        self.figure = figure
        self.first = first

    def measure(self, options):
        """Its section."""
        samples, resident, terms = {}, {}, "cleartext"
        with Bench(options.launchers, *options.cores) as bench:
            bench.file(self.file, bytes_of(self.file))
            bench.start_backend()
            bench.certificate()
            proxies = [bench.start(name, f"/{self.file}", self.front) for name in options.proxies]
            if self.front.secure:
                terms = self._terms(bench, proxies)
            for running in proxies:
                say(f"{self.title}: warming {running.name} …")
                self.warm(bench, running)
            for turn in range(options.rounds):
                say(f"{self.title}: round {turn + 1} of {options.rounds} …")
                for running in proxies[turn % len(proxies):] + proxies[:turn % len(proxies)]:
                    self.load(bench, running.port, 1)
                    samples.setdefault((self.file, running.name), []).append(self._sample(bench, running, options.seconds))
                    resident[running.name] = resident_kib(running.pid)
        return self._section(options, samples, resident, terms)

    def warm(self, bench, running):
        """Runs the load until the proxy gets no cheaper."""
        if self.first:
            self.first(bench, running.port)
        warm_by(running, lambda: self._sample(bench, running, WARM_SECONDS))

    def _sample(self, bench, running, seconds):
        return sampled(running, lambda: self.load(bench, running.port, seconds))

    def _terms(self, bench, proxies):
        """What the handshakes come to; the same with all, or a comparison were none."""
        environment = client_environment(bench.folder)
        found = {running.name: agreed(running.port, "h2" if self.front.http2 else "http/1.1", environment)
                 for running in proxies}
        if len(set(found.values())) == 1:
            return found[proxies[0].name]
        return "; ".join(f"{name}: {terms}" for name, terms in found.items())

    def _section(self, options, samples, resident, terms):
        section = Section(self.title, f"{self.note} {terms}. Medians of {options.rounds} rounds of {options.seconds} s, proxies "
                                      "in turn; the ratios are of CPU, round by round, and medians, too.")
        section.headers = self._headers()
        for (_, name), rounds in samples.items():
            section.rows.append([name, *self._cells(rounds), *(shown(self._by(samples, name, peer)) for peer in PEERS),
                                 shown(resident[name] / 1024, 0), str(sum(sample.errors for sample in rounds))])
        for name in options.launchers:
            if name in resident:
                section.bars += self._judged(samples, name)
                errors = sum(sample.errors for sample in samples[self.file, name])
                section.bars.append(at_most(f"{name}: broken or refused requests", errors, 0, ""))
        return section

    def _headers(self):
        return ["proxy", "req/s", "MB/s", "CPU µs/req", "spread", "CPU s/GB", "system", "core",
                *(f"× {called}" for called in PEERS.values()), "RSS MiB", "errors"]

    def _cells(self, rounds):
        costs = [getattr(sample, self.figure) for sample in rounds]
        return [shown(_middle(rounds, "rate"), 0), shown(_middle(rounds, "megabytes_per_second"), 0),
                shown(_middle(rounds, "micros_per_request"), 1),
                f"{(max(costs) - min(costs)) / statistics.median(costs):.0%}", shown(_middle(rounds, "seconds_per_gb"), 3),
                f"{_middle(rounds, 'system_share'):.0%}", f"{_middle(rounds, 'core_share'):.0%}"]

    def _by(self, samples, name, peer):
        return times(samples, self.file, name, peer, self.figure)

    def _judged(self, samples, name):
        per = "request" if self.figure == "micros_per_request" else "byte"
        return [at_most(f"{name}: CPU per {per}", self._by(samples, name, peer), limit, f" × {PEERS[peer]}")
                for peer, limit in self.bars.items()]


class Handshakes(Kind):
    """Rates, and not costs, are compared: how many handshakes a second of CPU is good for."""

    def measure(self, options):
        with Handshaking(options.cores[0]) as clients:
            self.by(clients)
            return super().measure(options)

    def by(self, clients):
        """Says who makes the handshakes."""
        self.load = lambda _, port, seconds: clients.run(port, HANDSHAKING, seconds)

    def _headers(self):
        return ["proxy", "handshakes/s", "CPU µs each", "in a CPU second", "spread", "system", "core",
                *(f"rate × {called}" for called in PEERS.values()), "RSS MiB", "errors"]

    def _cells(self, rounds):
        cost = _middle(rounds, "micros_per_request")
        costs = [sample.micros_per_request for sample in rounds]
        return [shown(_middle(rounds, "rate"), 0), shown(cost, 1), shown(1e6 / cost, 0), f"{(max(costs) - min(costs)) / cost:.0%}",
                f"{_middle(rounds, 'system_share'):.0%}", f"{_middle(rounds, 'core_share'):.0%}"]

    def _by(self, samples, name, peer):
        return ratio(1, super()._by(samples, name, peer))

    def _judged(self, samples, name):
        return [at_least(f"{name}: handshakes in a CPU second", self._by(samples, name, peer), limit, f" × {PEERS[peer]}")
                for peer, limit in self.bars.items()]


def contenders(launchers):
    return [*launchers, *PEERS]


def _middle(rounds, figure):
    return statistics.median(getattr(sample, figure) for sample in rounds)


def _multiplexed(title, front):
    return Kind(title, f"1 KiB, {CONNECTIONS} connections of {STREAMS} streams by h2load, HTTP/1.1 to the backend;", front, "1k",
                lambda bench, port, seconds: streams(bench, port, "/1k", CONNECTIONS, STREAMS, seconds, front.secure),
                {"haproxy": 1.15, "nginx": 1.15},
                first=lambda bench, port: some_streams(bench, port, "/1k", CONNECTIONS, STREAMS, FIRST, front.secure))


HTTP2 = _multiplexed("HTTP/2 over TLS", Front(secure=True, http2=True, idle=CONNECTIONS * STREAMS))
HTTP2_CLEARTEXT = _multiplexed("HTTP/2 with prior knowledge", Front(http2=True, idle=CONNECTIONS * STREAMS))
KEPT_ALIVE = Kind(
    "HTTP/1.1 over TLS, kept alive", f"1 KiB, {CONNECTIONS} connections by wrk;", Front(secure=True), "1k",
    lambda bench, port, seconds: wrk(bench, port, "/1k", CONNECTIONS, seconds, secure=True), {"haproxy": 1.1, "nginx": 1.1})
DOWNLOAD = Kind(
    "100 MiB over TLS", f"{DOWNLOADS} connections by wrk;", Front(secure=True), "100m",
    lambda bench, port, seconds: wrk(bench, port, "/100m", DOWNLOADS, seconds, secure=True), {"nginx": 1.3}, "seconds_per_gb")
NEW = Handshakes(
    "New handshakes", f"Full ones, {HANDSHAKING} at once, each connection closed after its own;", Front(secure=True), "1k", None,
    {"haproxy": 0.9})
# By the names of their sections.
KINDS = {"h2": HTTP2, "h2c": HTTP2_CLEARTEXT, "tls": KEPT_ALIVE, "tls-download": DOWNLOAD, "handshakes": NEW}
