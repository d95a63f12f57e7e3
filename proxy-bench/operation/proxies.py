"""A Sluice whose configuration changes, its admin address, and a load that runs meanwhile."""
import http.client
import json
import os
import subprocess
import threading

from comparison.loads import wrk
from comparison.processes import CannotMeasure, free_port

CONNECTIONS = 64


def one_service(*endpoints, log="off", rule="", rest=""):
    """A configuration: one listener, all of whose requests go to one service. rule is of that service."""
    listed = "".join(f"      - {endpoint}\n" for endpoint in endpoints)
    return f"""\
listeners:
  - {{ address: "127.0.0.1:PORT" }}
routes:
  - {{ service: app }}
services:
  app:
    {rule}
    endpoints:
{listed}
accessLog: {log}
{rest}
"""


class Sluice:
    """A running proxy with a configuration file of its own. It listens at `port` and is asked at `admin`.

    It runs on the bench's core for proxies, unless told otherwise, and looks after its files itself only if it is to watch.
    """

    def __init__(self, bench, name, yaml, *, port=None, takeover=False, cores=None, watch=False):
        self.bench = bench
        self.name = name
        self.port = port or free_port()
        self.admin = free_port()
        self.path = f"{bench.folder}/{name}.yaml"
        self.configure(yaml)
        command = [bench.launchers["sluice"], "run", "-c", self.path, *([] if watch else ["--no-watch"]), *(["--takeover"] if takeover else [])]
        self.child = bench.spawn(name, command, cores or [bench.proxy_core])
        bench.wait_for_answer(name, self.admin, "/readyz", self.child)

    @property
    def pid(self):
        return self.child.pid

    def configure(self, yaml):
        """Writes another configuration, as a whole; it holds from the next reload on."""
        with open(self.path + ".new", "w") as file:
            file.write(f"eventLoops: 1\nadmin: {{ address: 127.0.0.1:{self.admin} }}\n" + yaml.replace("PORT", str(self.port)))
        os.rename(self.path + ".new", self.path)

    def reload(self):
        """POST /reload: what it says of the difference."""
        return json.loads(self._asked("POST", "/reload"))

    def metric(self, series, label=""):
        """The sum of a metric's rows that hold this label; none = 0."""
        return sum(count for row, count in self.metrics(series) if label in row)

    def metrics(self, series):
        """A metric's rows, each with its labels and its number."""
        lines = self._asked("GET", "/metrics").splitlines()
        return [(line.rpartition(" ")[0], float(line.rpartition(" ")[2])) for line in lines
                if line.startswith((f"{series}{{", f"{series} "))]

    def heap_bytes(self):
        """What is on the heap after a collection of all that is garbage."""
        jcmd = os.path.join(os.path.dirname(os.readlink(f"/proc/{self.pid}/exe")), "jcmd")
        try:
            done = subprocess.run([jcmd, str(self.pid), "GC.class_histogram"], capture_output=True, text=True, timeout=60)
        except (OSError, subprocess.TimeoutExpired) as reason:
            raise CannotMeasure(f"jcmd tells nothing of the heap: {reason}.") from None
        total = next((line for line in done.stdout.splitlines() if line.startswith("Total")), None)
        if total is None:
            raise CannotMeasure(f"jcmd tells nothing of the heap: {(done.stdout + done.stderr).strip()[-200:]}")
        return int(total.split()[2])

    def _asked(self, method, path):
        connection = http.client.HTTPConnection("127.0.0.1", self.admin, timeout=30)
        try:
            connection.request(method, path, headers={"X-Sluice": "bench"})
            answer = connection.getresponse()
            text = answer.read().decode()
        except (OSError, http.client.HTTPException) as reason:
            raise CannotMeasure(f"{self.name}: {method} {path}: {reason}.") from None
        finally:
            connection.close()
        if answer.status != 200:
            raise CannotMeasure(f"{self.name}: {method} {path} was answered {answer.status}: {text.strip()}")
        return text


class Load:
    """wrk in the background, for so many seconds from its making on."""

    def __init__(self, bench, port, path, seconds, **kind):
        self._outcome = None
        self._reason = None
        self._thread = threading.Thread(target=self._run, args=(bench, port, path, seconds), kwargs=kind)
        self._thread.start()

    def _run(self, bench, port, path, seconds, **kind):
        try:
            self._outcome = wrk(bench, port, path, CONNECTIONS, seconds, **kind)
        except CannotMeasure as reason:
            self._reason = reason

    @property
    def over(self):
        return not self._thread.is_alive()

    def result(self):
        """Waits for its end; what it counted."""
        self._thread.join()
        if self._reason:
            raise self._reason
        return self._outcome
