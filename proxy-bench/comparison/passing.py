"""Raw TCP through a listener: 100 MiB downloads, and iperf3."""
import json
import shutil
import statistics

from . import configurations
from .cpu import sampled, spent
from .loads import wrk
from .processes import CannotMeasure, free_port, resident_kib, run_load
from .proxies import Bench
from .report import Section, Sections, at_most, ratio, say, shown

FILE = ("100m", 100 << 20)
CONNECTIONS = 4
BAR = 1.0
SPLICING_PEER = "haproxy-tcp-splice"
CONTENDERS = ("haproxy-tcp", SPLICING_PEER)


def contenders(launchers):
    return [name + kind for name in launchers for kind in ("", "-copy")] + [*CONTENDERS, "direct"]


def measure(options):
    sections = [_downloads(options)]
    if shutil.which("iperf3"):
        sections.append(_iperf(options))
    else:
        sections[0].note += " iperf3 is missing, so its part is left out; Debian has it: apt install iperf3."
    return Sections(sections)


def _downloads(options):
    samples, resident = {}, {}
    with Bench(options.launchers, *options.cores) as bench:
        bench.file("1k", 1024)
        bench.file(*FILE)
        bench.start_backend()
        running = [bench.start(name, "/1k", template=configurations.SLUICE_TCP) for name in options.proxies]
        for one in running:
            if one.name.partition("-")[0] in options.launchers:
                say(f"tcp: warming {one.name} …")
                wrk(bench, one.port, "/1k", 64, 2)
                wrk(bench, one.port, f"/{FILE[0]}", CONNECTIONS, 4)
        for turn in range(options.rounds):
            say(f"tcp: round {turn + 1} of {options.rounds} …")
            for one in running[turn % len(running):] + running[:turn % len(running)]:
                wrk(bench, one.port, f"/{FILE[0]}", CONNECTIONS, 1)
                samples.setdefault(one.name, []).append(
                    sampled(one, lambda: wrk(bench, one.port, f"/{FILE[0]}", CONNECTIONS, options.seconds)))
                resident[one.name] = resident_kib(one.pid) if one.pid else None
    section = Section(
        "TCP listener: 100 MiB downloads",
        f"Medians of {options.rounds} rounds of {options.seconds} s, {CONNECTIONS} connections that stay; nginx behind it. "
        "No contender looks at the bytes.")
    section.headers = ["contender", "MB/s", "CPU s/GB", "× HAProxy tcp splice", "system", "core", "RSS MiB", "errors"]
    middle = {name: statistics.median(sample.seconds_per_gb for sample in rounds) for name, rounds in samples.items()}
    for name, rounds in samples.items():
        figures = ["–"] * 5 if resident[name] is None else [
            shown(middle[name], 3), shown(ratio(middle[name], middle.get(SPLICING_PEER))),
            f"{statistics.median(sample.system_share for sample in rounds):.0%}",
            f"{statistics.median(sample.core_share for sample in rounds):.0%}", shown(resident[name] / 1024, 0)]
        section.rows.append([name, shown(statistics.median(sample.megabytes_per_second for sample in rounds), 0), *figures,
                             str(sum(sample.errors for sample in rounds))])
    for name in options.launchers:
        if name in middle:
            section.bars.append(at_most(f"{name}, 100 MiB by TCP: CPU per byte",
                                        ratio(middle[name], middle.get(SPLICING_PEER)), BAR, " × HAProxy mode tcp, splicing"))
            section.bars.append(at_most(f"{name}: broken connections", sum(s.errors for s in samples[name]), 0, ""))
    return section


def _iperf(options):
    """One stream each way, from client to server and back (-R)."""
    rows = []
    with Bench(options.launchers, *options.cores) as bench:
        bench.backend_port = free_port()
        server = bench.spawn("iperf3", ["iperf3", "-s", "-B", "127.0.0.1", "-p", str(bench.backend_port)], [options.cores[0]])
        bench.wait_for_port("iperf3", bench.backend_port, server)
        for name in options.proxies:
            say(f"tcp: iperf3 through {name} …")
            port = bench.backend_port if name == "direct" else free_port()
            child = None if name == "direct" else bench.spawn(
                name, bench.command(name, port, template=configurations.SLUICE_TCP), [options.cores[1]])
            if child:
                bench.wait_for_port(name, port, child)
            rows.append([name, *_stream(options, port, child, []), *_stream(options, port, child, ["-R"])])
            if child:
                bench.end(child)
    section = Section("TCP listener: iperf3", f"One stream of {options.seconds} s each way after one of 1 s.")
    section.headers = ["contender", "Gbit/s up", "CPU s/GB", "Gbit/s down", "CPU s/GB"]
    section.rows = rows
    return section


def _stream(options, port, child, way):
    """Gigabits a second, and the proxy's CPU seconds per GB."""
    command = ["iperf3", "-c", "127.0.0.1", "-p", str(port), "-J", *way]
    run_load([*command, "-t", "1"], options.cores[0], 20)
    before = spent(child.pid if child else None)
    told = run_load([*command, "-t", str(options.seconds)], options.cores[0], options.seconds + 20)
    after = spent(child.pid if child else None)
    try:
        received = json.loads(told)["end"]["sum_received"]
    except (ValueError, KeyError):
        raise CannotMeasure(f"iperf3 told nothing of its stream to port {port}.") from None
    used = sum(after[:2]) - sum(before[:2])
    return [shown(received["bits_per_second"] / 1e9, 1), shown(used / (received["bytes"] / 1e9), 3) if child else "–"]
