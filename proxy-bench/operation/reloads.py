"""Reloads while requests come and tunnels are open."""
import time

from comparison.loads import wrk
from comparison.processes import free_port
from comparison.proxies import Bench
from comparison.report import Section, at_most, say, shown

from .echo import EchoBackend, TunnelClient
from .proxies import CONNECTIONS, Load, Sluice

TUNNELS = 20
HEAP_GROWTH_MAX_MIB = 1.0


def _yaml(number, files, echo, raw):
    """Every second one differs from the one before: in a route, or in the endpoints, by turns."""
    change = number // 2
    endpoints = [f'"127.0.0.1:{port}"' for port in files[:1 + change // 2 % 2]]
    return f"""\
listeners:
  - {{ name: web, address: "127.0.0.1:PORT" }}
  - {{ name: raw, address: "127.0.0.1:{raw}", protocol: tcp, service: echo }}
routes:
  - {{ name: tunnel, match: {{ path: /tunnel }}, service: echo }}
  - {{ name: page-{(change + 1) // 2 % 3}, match: {{ path: /page }}, respond: {{ status: 200, body: page }} }}
  - {{ name: all, service: files }}
services:
  files: {{ endpoints: [{", ".join(endpoints)}] }}
  echo: {{ endpoints: ["127.0.0.1:{echo}"] }}
accessLog: off
"""


def measure(options):
    with Bench(options.launchers, *options.cores) as bench, EchoBackend(bench.load_core) as echo:
        bench.file("1k", 1024)
        files = [bench.file_server(f"backend{i}", bench.load_core).port for i in range(2)]
        raw = free_port()
        sluice = Sluice(bench, "sluice", _yaml(0, files, echo.port, raw))
        tunnels = [TunnelClient(raw if i % 2 else sluice.port, upgrade=i % 2 == 0) for i in range(TUNNELS)]
        say("reloads: warming …")
        wrk(bench, sluice.port, "/1k", CONNECTIONS, 5)
        # As many as make the configuration what it was, so that what is made once is there.
        for number in range(1, 25):
            _reload(sluice, number, files, echo.port, raw)
        before = sluice.heap_bytes(), sluice.metric("sluice_direct_memory_bytes")
        say(f"reloads: {options.reloads} in {options.seconds} s …")
        load = Load(bench, sluice.port, "/1k", options.seconds + 2)
        began = time.monotonic()
        changed = cut = 0
        millis = []
        for number in range(1, options.reloads + 1):
            # A reload at its time, however long the one before took.
            time.sleep(max(0, began + options.seconds * number / options.reloads - time.monotonic()))
            took, difference = _reload(sluice, number, files, echo.port, raw)
            millis.append(took)
            changed += difference
            cut += not tunnels[number % TUNNELS].alive()
        took_all = time.monotonic() - began
        run = load.result()
        cut += sum(not tunnel.alive() for tunnel in tunnels)
        after = sluice.heap_bytes(), sluice.metric("sluice_direct_memory_bytes")
        # wrk leaves in the midst of its last requests.
        errors = sum(count for row, count in sluice.metrics("sluice_errors_total") if 'error="client_gone"' not in row)
        revision = sluice.metric("sluice_config_revision")
        for tunnel in tunnels:
            tunnel.close()
    millis.sort()
    section = Section(
        "Reloads under load",
        f"{options.reloads} reloads in {took_all:.0f} s by POST /reload, {changed} of them changed a route or an endpoint; "
        f"wrk with {CONNECTIONS} connections and {TUNNELS} open tunnels meanwhile, half of them upgraded, half raw TCP. "
        "Heap after a full collection, and direct memory, before and after.")
    section.headers = ["requests", "failed", "tunnels cut", "reload ms, median", "slowest", "p99 ms of requests", "heap MiB",
                       "direct MiB"]
    section.rows.append([
        str(run.requests), str(run.errors), str(cut), shown(millis[len(millis) // 2], 1), shown(millis[-1], 1),
        shown(run.quantile_micros[2] / 1e3, 1), f"{before[0] / 2**20:.2f} → {after[0] / 2**20:.2f}",
        f"{before[1] / 2**20:.2f} → {after[1] / 2**20:.2f}"])
    section.bars = [
        at_most("failed requests", run.errors, 0, ""), at_most("errors that the proxy counted", errors, 0, ""),
        at_most("tunnels cut", cut, 0, ""),
        at_most("reloads that were not put in force", options.reloads + 25 - revision, 0, ""),
        at_most("heap after it", (after[0] - before[0]) / 2**20, HEAP_GROWTH_MAX_MIB, " MiB more")]
    return section


def _reload(sluice, number, files, echo, raw):
    """Its milliseconds, and whether anything changed by it."""
    sluice.configure(_yaml(number, files, echo, raw))
    began = time.monotonic()
    answer = sluice.reload()
    took = (time.monotonic() - began) * 1e3
    return took, any(answer[part][how] for part in ("listeners", "routes", "services", "endpoints")
                     for how in ("added", "changed", "removed"))
