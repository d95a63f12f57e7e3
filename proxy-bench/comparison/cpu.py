"""CPU per request and per byte, as much load as goes, all proxies in turn."""
import statistics

from .loads import wrk
from .processes import CannotMeasure, context_switches, cpu_seconds, resident_kib
from .proxies import COPYING, Bench
from .report import Section, at_most, ratio, say, shown

WARM_SECONDS = 2
WARM_RUNS_MAX = 8


class Sample:
    """One proxy, one load, one round. `cost` is what the proxy spent: user, system, and switches of both kinds."""

    def __init__(self, run, cost):
        user, system, voluntary, involuntary = cost
        self.rate = run.requests / run.seconds
        self.megabytes_per_second = run.carried_bytes / run.seconds / 1e6
        self.micros_per_request = (user + system) * 1e6 / run.requests
        self.seconds_per_gb = (user + system) / (run.carried_bytes / 1e9) if run.carried_bytes else None
        self.system_share = system / max(1e-9, user + system)
        self.core_share = (user + system) / run.seconds
        self.voluntary = voluntary * 1000 / run.requests
        self.involuntary = involuntary * 1000 / run.requests
        self.p50_millis, self.p90_millis, self.p99_millis = (micros / 1e3 for micros in run.quantile_micros or (0, 0, 0))
        self.errors = run.errors


def connections(size_bytes):
    """Enough to keep the proxy busy, and fewer the more each one carries."""
    return 64 if size_bytes <= 64 << 10 else 16 if size_bytes <= 1 << 20 else 4


def spent(pid):
    """User and system seconds, voluntary and involuntary switches of a process so far; nothing of none."""
    return (0, 0, 0, 0) if pid is None else (*cpu_seconds(pid), *context_switches(pid))


def sampled(running, load):
    """What one load cost a proxy."""
    before = spent(running.pid)
    run = load()
    if run.requests <= 0 and run.carried_bytes <= 0:
        raise CannotMeasure(f"nothing came through {running.name} in {run.seconds:.0f} s; give it more --seconds.")
    return Sample(run, [after - earlier for after, earlier in zip(spent(running.pid), before)])


def measured(bench, running, size, seconds):
    """What downloads of one size cost a proxy."""
    name, size_bytes = size
    return sampled(running, lambda: wrk(bench, running.port, f"/{name}", connections(size_bytes), seconds))


def warm(bench, running, size):
    """Downloads of one size until the proxy gets no cheaper."""
    warm_by(running, lambda: measured(bench, running, size, WARM_SECONDS))


def warm_by(running, sample):
    """Runs until the proxy gets no cheaper: a JVM still compiles in the first seconds, a C program is done at once."""
    if running.pid is None:
        return
    before = None
    for _ in range(WARM_RUNS_MAX):
        now = sample().micros_per_request
        if before is not None and now > before * 0.97:
            return
        before = now


def measure(options):
    sizes = options.sizes
    samples = {}
    resident = {}
    with Bench(options.launchers, *options.cores) as bench:
        for size in sizes:
            bench.file(*size)
        bench.start_backend()
        proxies = [bench.start(name, f"/{sizes[0][0]}") for name in options.proxies]
        for running in proxies:
            say(f"cpu: warming {running.name} …")
            for size in sizes:
                warm(bench, running, size)
        for turn in range(options.rounds):
            say(f"cpu: round {turn + 1} of {options.rounds} …")
            # Each round begins with another proxy, so that none is always the one after a pause.
            order = proxies[turn % len(proxies):] + proxies[:turn % len(proxies)]
            for size in sizes:
                for running in order:
                    wrk(bench, running.port, f"/{size[0]}", connections(size[1]), 1)
                    sample = measured(bench, running, size, options.seconds)
                    samples.setdefault((size[0], running.name), []).append(sample)
                    if running.pid:
                        resident[size[0], running.name] = resident_kib(running.pid)
    return _section(options, samples, resident)


def _section(options, samples, resident):
    section = Section(
        "CPU per request and per GB",
        f"Medians of {options.rounds} rounds of {options.seconds} s, proxies in turn. CPU is the proxy's own, user and "
        "system, from /proc; the ratios compare CPU per request (per byte in the bars of copies), round by round, and are medians, too: "
        "a neighbour of this machine slows down a whole round. Switches are voluntary + involuntary per 1,000 "
        "requests. Spread is that of CPU per request over the rounds.")
    section.headers = ["response, proxy", "req/s", "MB/s", "CPU µs/req", "spread", "CPU s/GB", "system", "× HAProxy",
                       "× nginx", "switches", "RSS MiB", "p99 ms", "errors"]
    for (size, name), rounds in samples.items():
        def middle(figure):
            return statistics.median(getattr(sample, figure) for sample in rounds)
        key = (size, name)
        cost = None if name == "direct" else middle("micros_per_request")
        costs = [sample.micros_per_request for sample in rounds]
        section.rows.append([
            f"{size} {name}", shown(middle("rate"), 0), shown(middle("megabytes_per_second"), 0), shown(cost, 1),
            "–" if cost is None else f"{(max(costs) - min(costs)) / cost:.0%}", shown(None if cost is None else middle("seconds_per_gb"), 3),
            "–" if cost is None else f"{middle('system_share'):.0%}",
            shown(times(samples, size, name, "haproxy")), shown(times(samples, size, name, "nginx")),
            "–" if cost is None else f"{middle('voluntary'):.0f}+{middle('involuntary'):.0f}",
            "–" if cost is None else shown(resident[key] / 1024, 0), shown(middle("p99_millis"), 1),
            str(sum(sample.errors for sample in rounds))])
    for name in options.launchers:
        if name in options.proxies:
            _bars(section, name, samples)
    return section


def times(samples, size, name, peer, figure="micros_per_request"):
    """What one costs to the other: the median of the rounds; None if either did not run, or has no costs."""
    pairs = [ratio(getattr(one, figure), getattr(other, figure))
             for one, other in zip(samples.get((size, name), []), samples.get((size, peer), []))]
    return statistics.median(pairs) if pairs and None not in pairs else None


def _bars(section, name, samples):
    sizes = {size for size, _ in samples}
    if "1k" in sizes:
        for peer, called in (("haproxy", "HAProxy"), ("nginx", "nginx")):
            section.bars.append(at_most(f"{name}, 1 KiB: CPU per request",
                                        times(samples, "1k", name, peer), 1.0, f" × {called}"))
    if "1m" in sizes:
        copying = name + COPYING
        section.bars.append(at_most(f"{copying}, 1 MiB: CPU per byte",
                                    times(samples, "1m", copying, "haproxy", "seconds_per_gb"), 0.95, " × HAProxy"))
    errors = sum(sample.errors for (_, proxy), rounds in samples.items() for sample in rounds if proxy == name)
    section.bars.append(at_most(f"{name}: broken or refused requests", errors, 0, ""))
