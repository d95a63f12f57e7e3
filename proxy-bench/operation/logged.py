"""What the access log costs."""
import statistics

from comparison.cpu import sampled, warm
from comparison.loads import wrk
from comparison.proxies import Bench, Running
from comparison.report import Section, at_most, ratio, say, shown

from .proxies import CONNECTIONS, Sluice, one_service

FORMATS = ("off", "json", "common")
BAR = 1.10
FILE = ("1k", 1024)


def _log(folder, form):
    return "off" if form == "off" else f'{{ path: "{folder}/{form}.log", format: {form} }}'


def measure(options):
    samples, dropped = {}, 0
    with Bench(options.launchers, *options.cores) as bench:
        bench.file(*FILE)
        bench.start_backend()
        proxies = {form: Sluice(bench, f"sluice-{form}", one_service(f"127.0.0.1:{bench.backend_port}", log=_log(bench.folder, form)))
                   for form in FORMATS}
        running = [Running(form, sluice.port, sluice.child) for form, sluice in proxies.items()]
        for one in running:
            say(f"log: warming {one.name} …")
            warm(bench, one, FILE)
        for turn in range(options.rounds):
            say(f"log: round {turn + 1} of {options.rounds} …")
            for one in running[turn % len(running):] + running[:turn % len(running)]:
                samples.setdefault(one.name, []).append(
                    sampled(one, lambda: wrk(bench, one.port, "/1k", CONNECTIONS, options.seconds)))
        dropped = sum(sluice.metric("sluice_access_log_dropped_total") for sluice in proxies.values())
    section = Section(
        "The access log",
        f"1 KiB, {CONNECTIONS} connections, medians of {options.rounds} rounds of {options.seconds} s, all alive at once, in "
        "turn. CPU is of the whole process, the log's own thread in it; the log goes to a file.")
    section.headers = ["access log", "req/s", "CPU µs/req", "× off, median of the rounds' ratios", "p99 ms", "errors"]
    for form in FORMATS:
        costs = [sample.micros_per_request for sample in samples[form]]
        ratios = [ratio(cost, off.micros_per_request) for cost, off in zip(costs, samples["off"])]
        section.rows.append([
            form, shown(statistics.median(sample.rate for sample in samples[form]), 0), shown(statistics.median(costs), 1),
            shown(statistics.median(ratios)), shown(statistics.median(sample.p99_millis for sample in samples[form]), 1),
            str(sum(sample.errors for sample in samples[form]))])
        if form == "json":
            section.bars.append(at_most("the JSON log: CPU per request", statistics.median(ratios), BAR, " × without"))
    section.bars.append(at_most("broken or refused requests", sum(s.errors for each in samples.values() for s in each), 0, ""))
    section.bars.append(at_most("lines that the log dropped", dropped, 0, ""))
    return section
