"""A name server that fails for more than a minute, while requests come."""
import ctypes
import multiprocessing
import socket
import struct
import time

from comparison.counting import OwnProcess
from comparison.loads import wrk
from comparison.proxies import Bench
from comparison.report import Section, at_most, say, shown

from .proxies import CONNECTIONS, Load, Sluice, one_service

NAME = "app.example"
# As short as names are asked for at the most: the clamp of 5 s is what holds.
TTL_SECONDS = 1
WELL, SILENT, SERVFAIL, NXDOMAIN = range(4)
BEFORE_SECONDS = 8
AFTER_SECONDS = 8


class NameServer(OwnProcess):
    """Says that every name is 127.0.0.1, or fails in one of three manners. `taken` counts questions (RFC 1035 §4)."""

    def __init__(self, core):
        super().__init__(core)
        self._manner = multiprocessing.get_context("fork").RawValue(ctypes.c_uint8, WELL)
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]

    def behave(self, manner):
        self._manner.value = manner

    def _started(self):
        self.socket.close()

    def _serve(self):
        while True:
            question, client = self.socket.recvfrom(4096)
            self._taken.value += 1
            if self._manner.value != SILENT:
                self.socket.sendto(self._answer(question), client)

    def _answer(self, question):
        end = question.index(b"\0", 12) + 5
        (kind,) = struct.unpack(">H", question[end - 4:end - 2])
        code = {WELL: 0, SERVFAIL: 2, NXDOMAIN: 3}[self._manner.value]
        found = code == 0 and kind == 1
        # An answer, recursion asked for and available; one question, perhaps one answer that points to its name.
        head = question[:2] + struct.pack(">HHHHH", 0x8180 | code, 1, found, 0, 0)
        record = struct.pack(">HHHIH", 0xC00C, 1, 1, TTL_SECONDS, 4) + socket.inet_aton("127.0.0.1") if found else b""
        return head + question[12:end] + record


def measure(options):
    with Bench(options.launchers, *options.cores) as bench, NameServer(bench.load_core) as names:
        bench.file("1k", 1024)
        bench.start_backend()
        sluice = Sluice(bench, "sluice", one_service(
            f"{NAME}:{bench.backend_port}", rest=f'dns: {{ servers: ["127.0.0.1:{names.port}"] }}'))
        wrk(bench, sluice.port, "/1k", CONNECTIONS, 2)
        load = Load(bench, sluice.port, "/1k", BEFORE_SECONDS + options.seconds + AFTER_SECONDS)
        time.sleep(BEFORE_SECONDS)
        asked_before = names.taken
        for manner in (SILENT, SERVFAIL, NXDOMAIN):
            say(f"dns: {('', 'silent', 'SERVFAIL', 'NXDOMAIN')[manner]} …")
            names.behave(manner)
            time.sleep(options.seconds / 3)
        asked = names.taken - asked_before
        age = sluice.metric("sluice_dns_answer_age_seconds")
        names.behave(WELL)
        run = load.result()
        age_after = sluice.metric("sluice_dns_answer_age_seconds")
    section = Section(
        "DNS outage under load",
        f"The one endpoint is a name; its name server is silent, says SERVFAIL, and says NXDOMAIN, {options.seconds / 3:.0f} s "
        f"each; wrk with {CONNECTIONS} connections before, meanwhile and afterwards.")
    section.headers = ["requests", "failed", "questions in the outage", "age of the last good answer at its end, s", "afterwards, s"]
    section.rows.append([str(run.requests), str(run.errors), str(asked), shown(age, 0), shown(age_after, 0)])
    section.bars = [at_most("failed requests", run.errors, 0, ""),
                    at_most("seconds by which the outage was shorter than asked for", options.seconds - age, 0, ""),
                    at_most("age of the answer after it", age_after, AFTER_SECONDS + 2, " s")]
    return section
