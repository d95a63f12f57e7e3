"""A proxy of any kind that takes HTTP/2 in cleartext, for what is done to it."""
from comparison.configurations import Front
from comparison.cpu import WARM_SECONDS, sampled, warm_by
from comparison.loads import some_streams, streams
from comparison.report import say

# As many idle connections to the backend as streams of the load.
FRONT = Front(http2=True, idle=1024)


def started(bench, name):
    """One that answers, and gets no cheaper any more."""
    running = bench.start(name, "/1k", FRONT)
    say(f"warming {name} …")
    some_streams(bench, running.port, "/1k", 32, 8, 20_000)
    warm_by(running, lambda: sampled(running, lambda: streams(bench, running.port, "/1k", 32, 8, WARM_SECONDS)))
    return running
