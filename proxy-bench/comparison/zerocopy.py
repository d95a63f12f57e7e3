"""The proof: downloads and uploads of all sizes, copied and spliced, beside HAProxy and nginx."""
import json
import os
import statistics

from . import plot
from .cpu import connections, sampled, warm
from .loads import bytes_of, wrk
from .processes import CannotMeasure, resident_kib
from .proxies import COPYING, Bench
from .report import Section, Sections, at_most, ratio, say, shown
from .sink import SinkBackend

SPLICING_PEER = "haproxy-splice"
# At most so much CPU per byte: by size, of HAProxy's with splice, and of our own without.
DOWNLOAD_BARS = {"256k": (1.05, 0.90), "1m": (1.00, 0.75), "10m": (1.00, 0.60), "100m": (0.95, 0.35)}
UPLOAD_BARS = {"100m": 0.5}
FIGURES = ("rate", "megabytes_per_second", "micros_per_request", "seconds_per_gb", "system_share", "core_share",
           "p50_millis", "p90_millis", "p99_millis", "voluntary", "involuntary")
HEADERS = ["size, contender", "req/s", "MB/s", "CPU µs/req", "CPU s/GB", "spread", "× HAProxy splice", "× own copy",
           "system", "core", "p50 ms", "p90 ms", "p99 ms", "switches", "RSS MiB", "errors"]


class Way:
    """One direction: its name, what stands behind the proxies, and the load."""

    def __init__(self, name):
        self.name = name
        self.uploads = name == "uploads"

    def measure(self, options):
        """The figures of each contender by size."""
        if not self.uploads:
            with Bench(options.launchers, *options.cores) as bench:
                for size in options.sizes:
                    bench.file(*size)
                bench.start_backend()
                return self._rounds(options, bench, self._load)
        # An upload of nothing is no upload.
        options.sizes = [size for size in options.sizes if size[1] > 0]
        with SinkBackend(options.cores[0]) as sink, Bench(options.launchers, *options.cores) as bench:
            bench.backend_port = sink.port

            def counted(bench, running, size, seconds):
                before = sink.taken
                run = self._load(bench, running, size, seconds)
                # Half an upload at the end has cost its share, too: the receiver's count has it.
                run.carried_bytes = sink.taken - before
                run.requests = run.carried_bytes / size[1]
                return run
            return self._rounds(options, bench, counted)

    def _load(self, bench, running, size, seconds):
        return wrk(bench, running.port, f"/{size[0]}", connections(size[1]), seconds, size[1] if self.uploads else None)

    def _rounds(self, options, bench, load):
        contenders = [bench.start(name, "/" if self.uploads else f"/{options.sizes[0][0]}") for name in options.proxies]
        for running in contenders:
            # C programs are as fast at once.
            if running.name.removesuffix(COPYING) in options.launchers:
                say(f"{self.name}: warming {running.name} …")
                self._warm(options, bench, running, load)
        samples, resident = {}, {}
        for turn in range(options.rounds):
            say(f"{self.name}: round {turn + 1} of {options.rounds} …")
            order = contenders[turn % len(contenders):] + contenders[:turn % len(contenders)]
            for size in options.sizes:
                # nginx takes an upload in whole before it passes the first byte on.
                seconds = options.seconds + (2 if self.uploads and size[1] > 10 << 20 else 0)
                for running in order:
                    if not options.quick:
                        load(bench, running, size, 1)
                    sample = sampled(running, lambda: load(bench, running, size, seconds))
                    samples.setdefault(size[0], {}).setdefault(running.name, []).append(sample)
                    resident[size[0], running.name] = resident_kib(running.pid) if running.pid else None
        return {size: {name: _figures(rounds, resident[size, name]) for name, rounds in by_name.items()}
                for size, by_name in samples.items()}

    def _warm(self, options, bench, running, load):
        if options.quick:
            load(bench, running, options.sizes[0], 2)
            load(bench, running, options.sizes[-1], 2)
        elif self.uploads:
            for size in options.sizes:
                load(bench, running, size, 3)
        else:
            for size in options.sizes:
                warm(bench, running, size)


def measure(options):
    kept = _kept(options.keep)
    for name in options.ways:
        for size, by_name in Way(name).measure(options).items():
            kept.setdefault(name, {})[size] = by_name
    if options.keep:
        with open(options.keep, "w") as file:
            json.dump(kept, file, indent=1)
    sections = Sections([_section(options, name, by_size) for name, by_size in kept.items()])
    os.makedirs(os.path.dirname(os.path.abspath(options.plot)), exist_ok=True)
    with open(options.plot, "w") as file:
        file.write(plot.svg(kept))
    say(f"the plot is {options.plot}")
    return sections


def _kept(path):
    """What earlier runs left in this file."""
    if not path or not os.path.exists(path):
        return {}
    try:
        with open(path) as file:
            return json.load(file)
    except ValueError:
        raise CannotMeasure(f"--keep {path}: this isn't a file of earlier figures.") from None


def _figures(rounds, resident):
    figures = {figure: statistics.median(getattr(sample, figure) for sample in rounds) for figure in FIGURES}
    costs = [sample.seconds_per_gb for sample in rounds]
    return {**figures, "spread": (max(costs) - min(costs)) / max(1e-9, figures["seconds_per_gb"]),
            "resident_kib": resident, "errors": sum(sample.errors for sample in rounds)}


def _section(options, way, by_size):
    section = Section(
        f"Zero copy: {way}",
        f"Medians of {options.rounds} rounds of {options.seconds} s, contenders in turn. CPU is the proxy's own; ratios "
        "compare CPU per GB; spread is that of CPU per GB over the rounds; core is how full the proxy's core was; "
        "switches are voluntary + involuntary per 1,000 requests.")
    section.headers = HEADERS
    for size in sorted(by_size, key=bytes_of):
        by_name = by_size[size]
        for name, figures in by_name.items():
            section.rows.append(_row(size, name, figures, by_name))
    for name in options.launchers:
        _bars(section, way, name, by_size)
    return section


def _row(size, name, figures, by_name):
    direct = figures["resident_kib"] is None
    own = ["–"] * 8 if direct else [
        shown(figures["micros_per_request"], 1), shown(figures["seconds_per_gb"], 3), f"{figures['spread']:.0%}",
        shown(_ratio(by_name, name, SPLICING_PEER)), shown(_ratio(by_name, name, name.removesuffix(COPYING) + COPYING)),
        f"{figures['system_share']:.0%}", f"{figures['core_share']:.0%}",
        f"{figures['voluntary']:.0f}+{figures['involuntary']:.0f}"]
    return [f"{size} {name}", shown(figures["rate"], 0), shown(figures["megabytes_per_second"], 0), *own[:7],
            shown(figures["p50_millis"], 1), shown(figures["p90_millis"], 1), shown(figures["p99_millis"], 1), own[7],
            "–" if direct else shown(figures["resident_kib"] / 1024, 0), str(figures["errors"])]


def _ratio(by_name, name, other):
    return ratio(by_name.get(name, {}).get("seconds_per_gb"), by_name.get(other, {}).get("seconds_per_gb"))


def _bars(section, way, name, by_size):
    for size, by_name in sorted(by_size.items(), key=lambda item: bytes_of(item[0])):
        if name not in by_name:
            continue
        to_peer, to_copy = _ratio(by_name, name, SPLICING_PEER), _ratio(by_name, name, name + COPYING)
        if way == "downloads" and size in DOWNLOAD_BARS:
            peer_most, copy_most = DOWNLOAD_BARS[size]
            section.bars.append(at_most(f"{name}, {size} down: CPU per byte", to_peer, peer_most, " × HAProxy's splice"))
            section.bars.append(at_most(f"{name}, {size} down: CPU per byte", to_copy, copy_most, " × its own copy"))
        if way == "uploads" and size in UPLOAD_BARS:
            section.bars.append(at_most(f"{name}, {size} up: CPU per byte", to_copy, UPLOAD_BARS[size],
                                        " × its own copy"))
        section.bars.append(at_most(f"{name}, {size} {way}: broken or refused", by_name[name]["errors"], 0, ""))
