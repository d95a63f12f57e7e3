"""Latency at a fixed, moderate rate."""
import statistics

from .cpu import warm
from .loads import fixed_rate
from .proxies import Bench
from .report import Section, at_most, ratio, say, shown

REQUESTS_PER_SECOND = 8000
CONNECTIONS = 32
QUANTILES = (0.5, 0.9, 0.99, 0.999)
FILE = ("1k", 1024)


def quantile(sorted_values, share):
    """The value that this share of all doesn't exceed."""
    return sorted_values[min(len(sorted_values) - 1, int(len(sorted_values) * share))]


def measure(options):
    quantiles, rates, worst, others = {}, {}, {}, {}
    with Bench(options.launchers, *options.cores) as bench:
        bench.file(*FILE)
        bench.start_backend()
        proxies = [bench.start(name, "/1k") for name in options.proxies]
        for running in proxies:
            say(f"latency: warming {running.name} …")
            warm(bench, running, FILE)
        for turn in range(options.rounds):
            say(f"latency: round {turn + 1} of {options.rounds} …")
            for running in proxies[turn % len(proxies):] + proxies[:turn % len(proxies)]:
                fixed_rate(bench, running.port, "/1k", CONNECTIONS, REQUESTS_PER_SECOND, 1)
                micros, refused = fixed_rate(bench, running.port, "/1k", CONNECTIONS, REQUESTS_PER_SECOND,
                                             options.seconds)
                quantiles.setdefault(running.name, []).append([quantile(micros, share) for share in QUANTILES])
                rates.setdefault(running.name, []).append(len(micros) / options.seconds)
                worst[running.name] = max(worst.get(running.name, 0), micros[-1])
                others[running.name] = others.get(running.name, 0) + refused
    section = Section(
        f"Latency at {REQUESTS_PER_SECOND:,} requests a second",
        f"1 KiB, {CONNECTIONS} connections, h2load; medians of {options.rounds} rounds of {options.seconds} s, in "
        "microseconds, as the client sees them (backend and load generator included).")
    section.headers = ["proxy", "req/s", "p50", "p90", "p99", "p99.9", "longest", "p99 × HAProxy", "not 200"]
    middle = {name: [statistics.median(column) for column in zip(*rounds)] for name, rounds in quantiles.items()}
    for name, figures in middle.items():
        section.rows.append([name, shown(statistics.median(rates[name]), 0), *(shown(figure, 0) for figure in figures),
                             str(worst[name]), shown(_p99_ratio(middle, name)), str(others[name])])
    for name in options.launchers:
        if name in middle:
            section.bars.append(at_most(f"{name}: p99", _p99_ratio(middle, name), 1.5, " × HAProxy"))
            section.bars.append(at_most(f"{name}: answers other than 200", others[name], 0, ""))
    return section


def _p99_ratio(middle, name):
    return ratio(middle[name][2], middle["haproxy"][2]) if "haproxy" in middle else None
