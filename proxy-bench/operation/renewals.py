"""A listener's certificate is replaced while new connections come."""
import http.client
import os
import socket
import ssl
import threading
import time

from comparison import certificates
from comparison.handshaking import Handshaking
from comparison.processes import CannotMeasure, resident_kib
from comparison.proxies import Bench
from comparison.report import Section, at_most, say, shown

from .proxies import Sluice

CLIENTS = 16
KEPT = 10
# So long it may take until the files' new certificate is shown.
SHOWN_SECONDS_MAX = 15
# The load runs in pieces, and ends with one.
PIECE_SECONDS = 2


def _yaml(folder, backend):
    return f"""\
listeners:
  - {{ address: "127.0.0.1:PORT", tls: {{ certificates: [{{ cert: {folder}/cert.pem, key: {folder}/key.pem }}] }} }}
routes:
  - {{ service: files }}
services:
  files: {{ endpoints: ["127.0.0.1:{backend}"] }}
accessLog: off
"""


class HandshakeLoad:
    """New connections in the background, until it is told to stop."""

    def __init__(self, clients, port):
        self.handshakes = self.failures = 0
        self.reason = "none"
        self._trouble = None
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(clients, port))
        self._thread.start()

    def _run(self, clients, port):
        try:
            while not self._over.is_set():
                run = clients.run(port, CLIENTS, PIECE_SECONDS)
                self.handshakes += run.requests
                if run.errors and not self.failures:
                    self.reason = run.reason
                self.failures += run.errors
        except CannotMeasure as trouble:
            self._trouble = trouble

    def stop(self):
        self._over.set()
        self._thread.join()
        if self._trouble:
            raise self._trouble


class KeptConnection:
    """A client that came before all replacements, and asks again and again."""

    cut = False

    def __init__(self, port):
        self._connection = http.client.HTTPSConnection("127.0.0.1", port, timeout=10, context=_trusting())
        # No second connection behind our back.
        self._connection.auto_open = 0
        self._connection.connect()

    def ask(self):
        try:
            self._connection.request("GET", "/1k")
            answer = self._connection.getresponse()
            self.cut |= len(answer.read()) != 1024 or answer.status != 200
        except (OSError, http.client.HTTPException):
            self.cut = True

    def close(self):
        self._connection.close()


def _trusting():
    return ssl._create_unverified_context()


def shown_by(port):
    """The certificate that a new connection gets, in DER form."""
    with socket.create_connection(("127.0.0.1", port), 10) as plain, _trusting().wrap_socket(plain, server_hostname="localhost") as one:
        return one.getpeercert(binary_form=True)


def _replace(folder, number):
    """Both files, one after the other: for a moment they don't belong to each other."""
    for file in ("key.pem", "cert.pem"):
        os.rename(f"{folder}/{file}.{number}", f"{folder}/{file}")


def _der(path):
    with open(path) as file:
        return ssl.PEM_cert_to_DER_cert(file.read())


def _until_shown(port, wanted, began):
    """Seconds until a new connection gets this certificate; None if none does in time."""
    while time.monotonic() - began < SHOWN_SECONDS_MAX:
        if shown_by(port) == wanted:
            return time.monotonic() - began
        time.sleep(0.05)
    return None


def measure(options):
    waits = {"by itself": [], "by reload": []}
    with Bench(options.launchers, *options.cores) as bench, Handshaking(bench.load_core) as clients:
        bench.file("1k", 1024)
        bench.start_backend()
        bench.certificate()
        say(f"certificates: making {options.replacements} …")
        for number in range(options.replacements):
            certificates.make(bench.folder, f"cert.pem.{number}", f"key.pem.{number}", serial=number + 2)
        sluice = Sluice(bench, "sluice", _yaml(bench.folder, bench.backend_port), watch=True)
        kept = [KeptConnection(sluice.port) for _ in range(KEPT)]
        say("certificates: warming …")
        clients.run(sluice.port, CLIENTS, 5)
        before = resident_kib(sluice.pid)
        say("certificates: replacing …")
        load = HandshakeLoad(clients, sluice.port)
        try:
            for number in range(options.replacements):
                wanted = _der(f"{bench.folder}/cert.pem.{number}")
                how = list(waits)[number % 2]
                _replace(bench.folder, number)
                began = time.monotonic()
                if how == "by reload":
                    sluice.reload()
                waits[how].append(_until_shown(sluice.port, wanted, began))
                for connection in kept:
                    connection.ask()
        finally:
            load.stop()
        cut = sum(connection.cut for connection in kept)
        after = resident_kib(sluice.pid)
        for connection in kept:
            connection.close()
    return _section(options, waits, load, cut, before, after)


def _section(options, waits, load, cut, before, after):
    section = Section(
        "Certificates replaced under handshake load",
        f"{options.replacements} times, each another certificate with another key, both files renamed over the old ones; every second "
        f"time found by Sluice itself, else by POST /reload. {CLIENTS} clients make new connections all the while (failed: the first "
        f"because of: {load.reason}); {KEPT} connections from before are used to the end.")
    section.headers = ["handshakes", "failed", *(f"shown after s, {how}" for how in waits), "never shown", "kept connections cut", "RSS MiB"]
    missed = sum(wait is None for each in waits.values() for wait in each)
    longest = [max((wait for wait in each if wait is not None), default=None) for each in waits.values()]
    section.rows.append([str(load.handshakes), str(load.failures), *(shown(wait) for wait in longest), str(missed), str(cut),
                         f"{before / 1024:.0f} → {after / 1024:.0f}"])
    section.bars = [at_most("failed handshakes", load.failures, 0, ""), at_most("certificates never shown", missed, 0, ""),
                    at_most("kept connections cut", cut, 0, "")]
    return section
