"""What it costs to compress a JSON response on its way, by coding, beside nginx's gzip."""
import http.client
import json
import random
import statistics

from . import configurations
from .cpu import sampled, warm_by
from .loads import wrk
from .proxies import Bench
from .report import Section, say, shown

BODY_BYTES = 100_000
CLIENTS = 8
PATH = "/records"
PEER = "nginx"
CODINGS = ["identity", "zstd", "br", "gzip"]
WORDS = ("da so ri lo ni ma cu ter po li an ga fe ro du ci na si").split()
WARM_SECONDS = 2


def contenders(launchers):
    return [*launchers, PEER]


def records():
    """What services send: records whose keys repeat and whose values don't, the same in each run."""
    chance = random.Random(7)

    def word():
        return "".join(chance.choices(WORDS, k=chance.randint(2, 4)))
    text = "["
    while len(text) < BODY_BYTES:
        text += json.dumps({"id": chance.randint(1, 9_999_999), "name": f"{word()} {word()}", "email": f"{word()}@example.com",
                            "active": chance.random() < 0.5, "score": round(chance.uniform(0, 1000), 3),
                            "created": f"2026-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}T14:08:34Z",
                            "uuid": f"{chance.getrandbits(128):032x}", "text": " ".join(word() for _ in range(12))}) + ", "
    return text[:BODY_BYTES].encode()


def coded_bytes(port, coding):
    """The length of the body as it comes in this coding; None if it doesn't."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", PATH, headers={"Accept-Encoding": coding})
        answer = connection.getresponse()
        length = len(answer.read())
        return length if answer.getheader("Content-Encoding", "identity") == coding else None
    finally:
        connection.close()


def measure(options):
    samples, sizes = {}, {}
    with Bench(options.launchers, *options.cores) as bench:
        with open(f"{bench.folder}/files{PATH}", "wb") as file:
            file.write(records())
        bench.start_backend()
        running = [bench.start(name, PATH, template=configurations.SLUICE_COMPRESSES, nginx_extra=configurations.NGINX_GZIP)
                   for name in options.proxies]
        turns = [(one, coding) for one in running for coding in CODINGS if coded_bytes(one.port, coding) is not None]

        def load(turn, seconds):
            one, coding = turn
            return sampled(one, lambda: wrk(bench, one.port, PATH, CLIENTS, seconds, coding=coding))
        for turn in turns:
            say(f"compress: warming {turn[0].name} {turn[1]} …")
            sizes[turn] = coded_bytes(turn[0].port, turn[1])
            warm_by(turn[0], lambda: load(turn, WARM_SECONDS))
        for number in range(options.rounds):
            say(f"compress: round {number + 1} of {options.rounds} …")
            for turn in turns:
                samples.setdefault(turn, []).append(load(turn, options.seconds))
    section = Section("Compression on the way",
                      f"Medians of {options.rounds} rounds of {options.seconds} s, in turn. {BODY_BYTES // 1000} KB of JSON, "
                      f"{CLIENTS} connections; a MB is one before it is coded. zstd 3, br 4, gzip 4 on both sides.")
    section.headers = ["coding, proxy", "CPU ms/MB", "size", "req/s", "errors"]
    for turn, rounds in samples.items():
        micros = statistics.median(sample.micros_per_request for sample in rounds)
        section.rows.append([f"{turn[1]} {turn[0].name}", shown(micros / 1e3 / (BODY_BYTES / 1e6), 1),
                             f"{sizes[turn] / BODY_BYTES:.0%}", shown(statistics.median(sample.rate for sample in rounds), 0),
                             str(sum(sample.errors for sample in rounds))])
    return section
