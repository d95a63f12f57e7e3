"""Three endpoints, one of which is killed every few seconds and comes back, while requests come."""
import os
import signal
import time

from comparison.loads import wrk
from comparison.processes import family
from comparison.proxies import Bench
from comparison.report import Section, Sections, at_most, say, shown

from .proxies import CONNECTIONS, Load, Sluice, one_service

ENDPOINTS = 3
EVERY_SECONDS = 5
DOWN_SECONDS = 2
# What a request can die of whose bytes, or some of them, had been sent.
AFTER_SENDING = ("backend_closed", "backend_reset", "reused_connection_closed", "response_truncated")


def measure(options):
    return Sections([_measured(options, "GET", None), _measured(options, "POST", 100)])


def _measured(options, method, upload_bytes):
    with Bench(options.launchers, *options.cores) as bench:
        bench.file("1k", 1024)
        backends = [bench.file_server(f"backend{i}", bench.load_core, posts=True) for i in range(ENDPOINTS)]
        sluice = Sluice(bench, "sluice", one_service(*(f"127.0.0.1:{backend.port}" for backend in backends)))
        kind = {} if upload_bytes is None else {"upload_bytes": upload_bytes, "method": method}
        wrk(bench, sluice.port, "/1k", CONNECTIONS, 3, **kind)
        say(f"killed: {method}, {options.seconds} s …")
        load = Load(bench, sluice.port, "/1k", options.seconds, **kind)
        killed = 0
        while not load.over:
            time.sleep(EVERY_SECONDS - DOWN_SECONDS)
            if load.over:
                break
            victim = backends[killed % ENDPOINTS]
            for pid in family(victim.pid):
                os.kill(pid, signal.SIGKILL)
            bench.end(victim.child)
            time.sleep(DOWN_SECONDS)
            backends[killed % ENDPOINTS] = bench.file_server(
                f"backend{killed % ENDPOINTS}-{killed}", bench.load_core, posts=True, port=victim.port)
            killed += 1
        run = load.result()
        retries = sluice.metric("sluice_retries_total")
        # wrk leaves in the midst of its last requests: those are no failures.
        errors = {row.partition('error="')[2].partition('"')[0]: int(count)
                  for row, count in sluice.metrics("sluice_errors_total") if count and 'error="client_gone"' not in row}
    other = {word: count for word, count in errors.items() if word not in AFTER_SENDING}
    section = Section(
        f"Endpoints that are killed: {method}",
        f"{ENDPOINTS} nginx, one killed (SIGKILL) every {EVERY_SECONDS} s and started again {DOWN_SECONDS} s later, no health "
        f"checks configured; wrk with {CONNECTIONS} connections for {options.seconds} s.")
    section.headers = ["requests", "kills", "failed", "counted as", "retries", "p99 ms"]
    section.rows.append([str(run.requests), str(killed), str(run.errors),
                         ", ".join(f"{word} {count}" for word, count in errors.items()) or "–", shown(retries, 0),
                         shown(run.quantile_micros[2] / 1e3, 1)])
    if method == "GET":
        section.bars = [at_most("failed requests", run.errors, 0, "")]
    else:
        section.bars = [
            at_most("failed requests of which nothing had been sent", sum(other.values()), 0, ""),
            at_most("failed requests that the proxy did not count", run.errors - sum(errors.values()), 0, ""),
            at_most("failed requests a kill", run.errors / max(1, killed), 2 * CONNECTIONS / ENDPOINTS,
                    " (twice its share of the connections)")]
    return section
