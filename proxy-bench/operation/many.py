"""A service of ten thousand endpoints is reloaded while requests come."""
import time

from comparison.loads import wrk
from comparison.proxies import Bench
from comparison.report import Section, at_most, say, shown

from .proxies import CONNECTIONS, Load, Sluice, one_service

POLICIES = ("roundRobin", "leastRequests", "random", "peakEwma", "hash")
RELOADS = 4
SECONDS_MAX = 1.0


def _yaml(policy, count, backend, changed):
    """The endpoints have addresses of their own in 127.0.0.0/8, where one nginx listens for all."""
    endpoints = (f'{{ address: "127.{1 + i // 60000}.{i // 250 % 240}.{1 + i % 250}:{backend}", '
                 f'weight: {1 + (i + (changed if i == 7 else 0)) % 3} }}' for i in range(count))
    key = ", key: clientAddress" if policy == "hash" else ""
    return one_service(*endpoints, rule=f"loadBalancer: {{ policy: {policy}{key} }}")


def measure(options):
    section = Section(
        "Many endpoints",
        f"{options.endpoints} endpoints with weights 1 to 3, {RELOADS} reloads by POST /reload of a process that has nothing else "
        f"to do, on both cores, and then {RELOADS} under wrk with {CONNECTIONS} connections; each changes the weight of one "
        "endpoint. The first reload is the process's first, and a new JVM compiles meanwhile.")
    section.headers = ["policy", "reload s, first", "slowest of the others", "slowest under load", "requests", "failed",
                       "p99 ms of requests"]
    failed, slowest = 0, 0
    with Bench(options.launchers, *options.cores) as bench:
        bench.file("1k", 1024)
        backend = bench.file_server("backend", bench.load_core, everywhere=True)
        for policy in POLICIES:
            say(f"endpoints: {policy} …")
            sluice = Sluice(bench, f"sluice-{policy}", _yaml(policy, options.endpoints, backend.port, 0),
                            cores=options.cores)
            wrk(bench, sluice.port, "/1k", CONNECTIONS, 3)
            took = [_reload(sluice, policy, options.endpoints, backend.port, number) for number in range(1, RELOADS + 1)]
            load = Load(bench, sluice.port, "/1k", 3 * RELOADS)
            loaded = []
            for number in range(1, RELOADS + 1):
                time.sleep(1)
                loaded.append(_reload(sluice, policy, options.endpoints, backend.port, number))
            run = load.result()
            bench.end(sluice.child)
            failed += run.errors
            slowest = max(slowest, *took)
            section.rows.append([policy, shown(took[0]), shown(max(took[1:])), shown(max(loaded)), str(run.requests),
                                 str(run.errors), shown(run.quantile_micros[2] / 1e3, 1)])
    section.bars = [at_most("slowest reload without load", slowest, SECONDS_MAX, " s"),
                    at_most("failed requests", failed, 0, "")]
    return section


def _reload(sluice, policy, count, backend, number):
    """Its seconds."""
    sluice.configure(_yaml(policy, count, backend, number))
    began = time.monotonic()
    sluice.reload()
    return time.monotonic() - began
