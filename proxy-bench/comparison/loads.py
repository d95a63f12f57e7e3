"""The load: wrk for as much as goes, h2load for a fixed rate, and plain sockets for clients that misbehave."""
import re
import socket

from .certificates import CIPHER, GROUP, client_environment
from .processes import CannotMeasure, run_load

# wrk's own summary is rounded for reading; this prints what it counted.
EXACT_FIGURES = """\
done = function(summary, latency, requests)
    local errors = summary.errors
    io.write(string.format("figures %d %d %d %d %d %d %d %d\\n", summary.requests, summary.duration, summary.bytes,
        latency:percentile(50), latency:percentile(90), latency:percentile(99), errors.connect + errors.read + errors.write + errors.timeout, errors.status))
end
"""
# The body is made once, and written from where it lies.
UPLOAD = """\
wrk.method = "{method}"
wrk.headers["Content-Type"] = "application/octet-stream"
wrk.body = string.rep("x", {size})
"""


def bytes_of(size):
    """1k, 64k, 1m: its bytes."""
    return int(size.rstrip("km")) << {"k": 10, "m": 20}.get(size[-1], 0)


class WrkRun:
    """What one run of wrk counted."""

    def __init__(self, requests, micros, carried_bytes, p50_micros, p90_micros, p99_micros, broken, not_2xx):
        self.requests = requests
        self.seconds = micros / 1e6
        self.carried_bytes = carried_bytes
        self.quantile_micros = (p50_micros, p90_micros, p99_micros)
        self.errors = broken + not_2xx


def wrk(bench, port, path, connections, seconds, upload_bytes=None, method="PUT", secure=False, coding=None):
    """As many requests as go for so many seconds; uploads of so many bytes each, if a number is given,
    by that method; over TLS, if secure; asking for this coding, if one is given.

    The bytes carried are those received, heads included: of uploads only their receiver knows.
    """
    script = f"{bench.folder}/figures.lua"
    with open(script, "w") as file:
        file.write(EXACT_FIGURES + ("" if upload_bytes is None else UPLOAD.format(size=upload_bytes, method=method)))
    out = run_load(["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s", "-s", script,
                    *([] if coding is None else ["-H", f"Accept-Encoding: {coding}"]),
                    f"{'https' if secure else 'http'}://127.0.0.1:{port}{path}"], bench.load_core, seconds + 30,
                   client_environment(bench.folder) if secure else None)
    figures = re.search(r"^figures" + 8 * r" (\d+)" + "$", out, re.MULTILINE)
    # Uploads may be under way without any having ended.
    if not figures or figures[1] == "0" and upload_bytes is None:
        raise CannotMeasure(f"wrk got no answer from port {port}: {out.strip()[-200:]}")
    return WrkRun(*(int(number) for number in figures.groups()))


class Load:
    """What a run counted that tells no times of single requests. carried_bytes are those received; 0 = not counted."""

    quantile_micros = None

    def __init__(self, requests, seconds, carried_bytes, errors):
        self.requests = requests
        self.seconds = seconds
        self.carried_bytes = carried_bytes
        self.errors = errors


def streams(bench, port, path, connections, per_connection, seconds, secure=False):
    """As many requests as go over HTTP/2 for so many seconds, so many at once on each connection; over TLS, if secure."""
    return _h2load(bench, port, path, [f"-c{connections}", f"-m{per_connection}", f"-D{seconds}"], secure, seconds + 30)


def some_streams(bench, port, path, connections, per_connection, requests, secure=False):
    """So many requests over HTTP/2, however long they take. What is new goes through this first: a connection that isn't
    ready when the time of the other kind is up is used by h2load for ever."""
    return _h2load(bench, port, path, [f"-c{connections}", f"-m{per_connection}", f"-n{requests}"], secure, 60)


def _h2load(bench, port, path, amount, secure, seconds_max):
    out = run_load(["h2load", *amount, f"--tls13-ciphers={CIPHER}", f"--groups={GROUP}",
                    f"{'https' if secure else 'http'}://127.0.0.1:{port}{path}"], bench.load_core, seconds_max)
    return h2load_figures(out, port)


def h2load_figures(said, port):
    """What h2load says at its end."""
    requests = re.search(r"^requests: .* (\d+) succeeded, (\d+) failed, (\d+) errored, (\d+) timeout", said, re.MULTILINE)
    seconds = re.search(r"^finished in (?:(\d+)m)?(?:([\d.]+)(ms|s|us))?,", said, re.MULTILINE)
    traffic = re.search(r"^traffic: \S+ \((\d+)\) total", said, re.MULTILINE)
    if not (requests and seconds and traffic) or requests[1] == "0":
        raise CannotMeasure(f"h2load got no answer from port {port}: {said.strip()[-200:]}")
    # errored ones are counted as failed, too.
    unit = {"s": 1, "ms": 1e-3, "us": 1e-6, None: 0}[seconds[3]]
    return Load(int(requests[1]), 60 * int(seconds[1] or 0) + float(seconds[2] or 0) * unit, int(traffic[1]), int(requests[2]))


def fixed_rate(bench, port, path, connections, requests_per_second, seconds, http2=False):
    """So many requests a second, no more: the microseconds of each that got a 200, sorted, and how many did not. Over HTTP/1.1,
    or HTTP/2 in cleartext.
    """
    log = f"{bench.folder}/h2load.log"
    # h2load appends to an old log.
    open(log, "w").close()
    run_load(["h2load", *([] if http2 else ["--h1"]), f"-c{connections}", f"--rps={requests_per_second // connections}", f"-D{seconds}",
              f"--log-file={log}", f"http://127.0.0.1:{port}{path}"], bench.load_core, seconds + 30)
    micros, others = [], 0
    with open(log) as lines:
        for line in lines:
            _, status, took = line.split()[:3]
            if status == "200":
                micros.append(int(took))
            else:
                others += 1
    if not micros:
        raise CannotMeasure(f"h2load got no answer from port {port}.")
    micros.sort()
    return micros, others


def ask(port, path, receive_buffer=None, segment=None):
    """A connection on which a GET was sent; with a receive buffer, and segments, of so many bytes if asked for."""
    connection = socket.socket()
    connection.settimeout(10)
    if receive_buffer:
        # Before it connects: the window's scale is agreed on then.
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    if segment:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, segment)
    connection.connect(("127.0.0.1", port))
    connection.sendall(f"GET {path} HTTP/1.1\r\nHost: bench\r\n\r\n".encode())
    return connection


def read_head(connection):
    """Reads to the end of a head: the announced length of the body, and how much of the body came along."""
    got = b""
    while b"\r\n\r\n" not in got:
        piece = connection.recv(16384)
        if not piece:
            raise CannotMeasure("a connection was closed before its answer.")
        got += piece
    head, _, body = got.partition(b"\r\n\r\n")
    length = re.search(rb"(?im)^content-length: *(\d+)", head)
    if not head.startswith(b"HTTP/1.1 200") or not length:
        raise CannotMeasure(f"an unexpected answer: {head.splitlines()[0].decode(errors='replace')}")
    return int(length[1]), len(body)


def read_body(connection, missing):
    """Reads so many bytes; how many of them didn't come before the end."""
    buffer = bytearray(1 << 18)
    while missing > 0:
        count = connection.recv_into(buffer, min(missing, len(buffer)))
        if count == 0:
            break
        missing -= count
    return missing
