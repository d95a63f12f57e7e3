"""What the commands read out of other programs' words, and write by hand: python3 -m unittest discover proxy-bench/tests"""
import os
import sys
import tempfile
import unittest
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader

sys.dont_write_bytecode = True
BENCH = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
sys.path.insert(0, BENCH)

from comparison import certificates, handshaking, loads, report  # noqa: E402
from comparison.configurations import Front  # noqa: E402
from comparison.processes import CannotMeasure  # noqa: E402
from operation import frames  # noqa: E402

H2LOAD = """\
starting benchmark...
TLS Protocol: TLSv1.3
finished in {time}, 35000.33 req/s, 36.50MB/s
requests: 70000 total, 71024 started, 70000 done, 69990 succeeded, 10 failed, 4 errored, 0 timeout
status codes: 69990 2xx, 0 3xx, 6 4xx, 0 5xx
traffic: 73.00MB (76546048) total, 1.12MB (1170432) headers (space savings 90%), 70.00MB (73400320) data
"""
S_CLIENT = """\
Peer signing digest: SHA256
Peer signature type: ECDSA
Server Temp Key: X25519, 253 bits
---
New, TLSv1.3, Cipher is TLS_AES_128_GCM_SHA256
Server public key is 256 bit
{alpn}
"""


def command(name):
    """A command of proxy-bench as a module."""
    loader = SourceFileLoader(name.replace("-", "_"), f"{BENCH}/{name}")
    module = module_from_spec(spec_from_loader(loader.name, loader))
    loader.exec_module(module)
    return module


class H2load(unittest.TestCase):
    def test_tells_requests_time_bytes_and_failures(self):
        run = loads.h2load_figures(H2LOAD.format(time="2.00s"), 1)
        self.assertEqual((run.requests, run.seconds, run.carried_bytes, run.errors), (69990, 2.0, 76546048, 10))

    def test_understands_every_unit_of_time(self):
        for text, seconds in (("850.50ms", 0.8505), ("900us", 0.0009), ("1m3.50s", 63.5), ("2m", 120)):
            self.assertAlmostEqual(loads.h2load_figures(H2LOAD.format(time=text), 1).seconds, seconds)

    def test_without_any_success_nothing_is_measured(self):
        said = H2LOAD.format(time="2.00s").replace("69990 succeeded", "0 succeeded")
        self.assertRaises(CannotMeasure, loads.h2load_figures, said, 1)
        self.assertRaises(CannotMeasure, loads.h2load_figures, "could not connect", 1)


class Agreement(unittest.TestCase):
    def test_tells_what_a_handshake_came_to(self):
        self.assertEqual(certificates.agreement(S_CLIENT.format(alpn="ALPN protocol: h2")),
                         ["TLSv1.3", "TLS_AES_128_GCM_SHA256", "X25519", "ECDSA", "h2"])

    def test_a_missing_protocol_is_told(self):
        self.assertEqual(certificates.agreement(S_CLIENT.format(alpn="No ALPN negotiated"))[-1], "no protocol")

    def test_a_failed_handshake_is_none(self):
        self.assertIsNone(certificates.agreement("New, (NONE), Cipher is (NONE)"))


class Handshakes(unittest.TestCase):
    def test_a_line_is_read_with_its_reason(self):
        run = handshaking.told("handshakes 12 micros 2000000 certificates 3 failures 1 java.net.ConnectException: refused\n")
        self.assertEqual((run.requests, run.seconds, run.certificates, run.errors, run.reason),
                         (12, 2.0, 3, 1, "java.net.ConnectException: refused"))

    def test_anything_else_is_an_error(self):
        self.assertRaises(CannotMeasure, handshaking.told, "")


class Frames(unittest.TestCase):
    def test_whole_frames_are_told_and_a_part_is_left(self):
        data = frames.window_update(5, 70000) + frames.reset(3) + frames.frame(frames.DATA, frames.END_STREAM, 7, b"x" * 70000)[:100]
        found = list(frames.frames(data, len(data)))
        self.assertEqual([frame[:3] for frame in found], [(frames.WINDOW_UPDATE, 0, 5), (frames.RST_STREAM, 0, 3)])
        self.assertEqual(data[found[0][3]:found[0][4]], (70000).to_bytes(4, "big"))

    def test_a_length_takes_three_octets(self):
        data = frames.frame(frames.DATA, 0, 1, b"x" * 70000)
        self.assertEqual([end - begin for *_, begin, end in frames.frames(data, len(data))], [70000])

    def test_a_request_is_four_fields(self):
        self.assertEqual(frames.get("/1k"), b"\x82\x86\x04\x03/1k\x01\x05bench")


class Suites(unittest.TestCase):
    def test_h2spec_failures_are_told_with_what_was_expected(self):
        with tempfile.NamedTemporaryFile("w", suffix=".xml") as report_file:
            report_file.write('<testsuites><testsuite><testcase package="http2/5.1" classname="idle: DATA"><failure>GOAWAY\n'
                              'Timeout</failure></testcase><testcase package="a" classname="b"></testcase>'
                              '<testcase package="a" classname="c"><skipped></skipped></testcase></testsuite></testsuites>')
            report_file.flush()
            self.assertEqual(command("h2spec").cases_of(report_file.name), (1, 1, ["http2/5.1 idle: DATA: GOAWAY Timeout"]))

    def test_the_innermost_cause_of_a_failed_case_is_told(self):
        reason = command("grpc-interop").reason
        self.assertEqual(reason("Exception in thread: A\n at x\nCaused by: B\nCaused by: C\n at y"), "Caused by: C")
        self.assertEqual(reason(""), "it said nothing")


class Configurations(unittest.TestCase):
    def test_fronts_tell_each_proxy_what_to_speak(self):
        secure = Front(secure=True, http2=True, idle=7).filled("/tmp/x")
        self.assertEqual((secure["listen"], secure["pool"]), ("ssl http2", 7))
        self.assertIn("alpn h2,http/1.1", secure["bind"])
        self.assertIn("cert: /tmp/x/cert.pem", secure["listener"])
        plain = Front().filled("/tmp/x")
        self.assertEqual({key: plain[key] for key in ("listen", "certificate", "bind", "listener", "service")},
                         dict.fromkeys(("listen", "certificate", "bind", "listener", "service"), ""))

    def test_a_bar_of_at_least_holds_at_its_limit(self):
        self.assertTrue(report.at_least("x", 0.95, 0.95, "").holds)
        self.assertFalse(report.at_least("x", 0.94, 0.95, "").holds)
        self.assertIsNone(report.at_least("x", None, 0.95, "").holds)


if __name__ == "__main__":
    unittest.main()
