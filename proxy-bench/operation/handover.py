"""A second process takes the listening sockets over, and the first one ends, while requests come."""
import time

from comparison.loads import wrk
from comparison.processes import CannotMeasure
from comparison.proxies import Bench
from comparison.report import Section, at_most, say, shown

from .proxies import CONNECTIONS, Load, Sluice, one_service

BEFORE_SECONDS = 1
AFTER_SECONDS = 3
END_SECONDS_MAX = 20


def measure(options):
    section = Section(
        "Handover under load",
        f"wrk with {CONNECTIONS} connections; meanwhile a second process is started with --takeover, and the first one gets "
        "SIGTERM as soon as it is ready.")
    section.headers = ["handover", "requests", "failed", "first process ended after s", "with", "p99 ms of requests"]
    failed = ended_badly = 0
    with Bench(options.launchers, *options.cores) as bench:
        bench.file("1k", 1024)
        bench.start_backend()
        old = Sluice(bench, "sluice0", one_service(f"127.0.0.1:{bench.backend_port}"))
        wrk(bench, old.port, "/1k", CONNECTIONS, 3)
        for number in range(1, options.handovers + 1):
            say(f"handover: {number} of {options.handovers} …")
            load = Load(bench, old.port, "/1k", options.seconds)
            time.sleep(BEFORE_SECONDS)
            new = Sluice(bench, f"sluice{number}", one_service(f"127.0.0.1:{bench.backend_port}"), port=old.port, takeover=True)
            asked = time.monotonic()
            old.child.process.terminate()
            code = old.child.process.wait(END_SECONDS_MAX)
            took = time.monotonic() - asked
            if load.over:
                raise CannotMeasure(f"the load was over before the first process had ended; give it more than "
                                    f"{options.seconds} --seconds.")
            run = load.result()
            failed += run.errors
            ended_badly += code != 0
            section.rows.append([str(number), str(run.requests), str(run.errors), shown(took, 1), f"exit code {code}",
                                 shown(run.quantile_micros[2] / 1e3, 1)])
            old = new
    section.bars = [at_most("failed requests", failed, 0, ""), at_most("processes that ended with an error", ended_badly, 0, "")]
    return section
