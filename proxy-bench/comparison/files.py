"""Static files of Sluice's own, beside nginx with sendfile."""
import statistics

from . import configurations
from .cpu import connections, sampled, warm
from .loads import bytes_of, wrk
from .processes import resident_kib
from .proxies import Bench
from .report import Section, at_most, ratio, say, shown

SIZES = ("1k", "100m")
BAR = 1.15
PEER = "nginx"


def contenders(launchers):
    return [*launchers, PEER]


def measure(options):
    samples, resident = {}, {}
    with Bench(options.launchers, *options.cores) as bench:
        for size in SIZES:
            bench.file(size, bytes_of(size))
        running = [bench.file_server(PEER, options.cores[1]) if name == PEER
                   else bench.start(name, "/1k", template=configurations.SLUICE_FILES) for name in options.proxies]
        for one in running:
            say(f"files: warming {one.name} …")
            if one.name != PEER:
                for size in SIZES:
                    warm(bench, one, (size, bytes_of(size)))
        for turn in range(options.rounds):
            say(f"files: round {turn + 1} of {options.rounds} …")
            for size in SIZES:
                for one in running[turn % len(running):] + running[:turn % len(running)]:
                    clients = connections(bytes_of(size))
                    wrk(bench, one.port, f"/{size}", clients, 1)
                    samples.setdefault((size, one.name), []).append(
                        sampled(one, lambda: wrk(bench, one.port, f"/{size}", clients, options.seconds)))
                    resident[one.name] = resident_kib(one.pid)
    section = Section("Static files",
                      f"Medians of {options.rounds} rounds of {options.seconds} s, in turn. nginx with sendfile, tcp_nopush "
                      "and open_file_cache; the server on the proxy's core, the load on the other.")
    section.headers = ["size, server", "req/s", "MB/s", "CPU µs/req", "CPU s/GB", "× nginx", "system", "core", "p50 ms",
                       "p99 ms", "RSS MiB", "errors"]
    cost = {key: statistics.median(sample.seconds_per_gb for sample in rounds) for key, rounds in samples.items()}
    for (size, name), rounds in samples.items():
        def middle(figure):
            return statistics.median(getattr(sample, figure) for sample in rounds)
        section.rows.append([
            f"{size} {name}", shown(middle("rate"), 0), shown(middle("megabytes_per_second"), 0),
            shown(middle("micros_per_request"), 1), shown(cost[size, name], 3),
            shown(ratio(cost[size, name], cost.get((size, PEER)))), f"{middle('system_share'):.0%}",
            f"{middle('core_share'):.0%}", shown(middle("p50_millis")), shown(middle("p99_millis")),
            shown(resident[name] / 1024, 0), str(sum(sample.errors for sample in rounds))])
    for name in options.launchers:
        for size in SIZES:
            if (size, name) in cost:
                per = _per_request(samples, size, name) if size == "1k" else cost[size, name]
                peer = _per_request(samples, size, PEER) if size == "1k" else cost.get((size, PEER))
                section.bars.append(at_most(f"{name}, {size} file: CPU per {'request' if size == '1k' else 'byte'}",
                                            ratio(per, peer), BAR, " × nginx"))
                section.bars.append(at_most(f"{name}, {size} file: errors",
                                            sum(sample.errors for sample in samples[size, name]), 0, ""))
    return section


def _per_request(samples, size, name):
    rounds = samples.get((size, name))
    return statistics.median(sample.micros_per_request for sample in rounds) if rounds else None
