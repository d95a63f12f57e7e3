"""Processes: starting and ending our own, and what /proc says about them and everything they started."""
import os
import signal
import socket
import subprocess
import time

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


class CannotMeasure(Exception):
    """Something needed isn't there or doesn't answer. The message is one sentence for the person at the terminal."""


def family(pid):
    """The process and all its living descendants: nginx works in a child of the process that was started."""
    found, waiting = [], [pid]
    while waiting:
        current = waiting.pop()
        try:
            threads = os.listdir(f"/proc/{current}/task")
        except OSError:
            continue
        found.append(current)
        for thread in threads:
            waiting.extend(int(child) for child in _text(f"/proc/{current}/task/{thread}/children").split())
    return found


def cpu_seconds(pid):
    """User and system time of the whole family so far, in seconds."""
    user = system = 0
    for member in family(pid):
        # The second field is the name in brackets and may hold spaces; the others follow its last bracket.
        fields = _text(f"/proc/{member}/stat").rpartition(")")[2].split()
        if fields:
            user += int(fields[11])
            system += int(fields[12])
    return user / TICKS_PER_SECOND, system / TICKS_PER_SECOND


def resident_kib(pid):
    """Resident memory of the whole family in KiB. Pages that two members share count twice, as in most tools."""
    return sum(_status_number(f"/proc/{member}/status", "VmRSS") for member in family(pid))


def context_switches(pid):
    """Voluntary and involuntary switches of all threads of the family so far."""
    voluntary = involuntary = 0
    for member in family(pid):
        try:
            threads = os.listdir(f"/proc/{member}/task")
        except OSError:
            continue
        for thread in threads:
            status = f"/proc/{member}/task/{thread}/status"
            voluntary += _status_number(status, "voluntary_ctxt_switches")
            involuntary += _status_number(status, "nonvoluntary_ctxt_switches")
    return voluntary, involuntary


def busy_share(cores, seconds):
    """How busy these cores are with other people's work, from 0 to 1, looked at for so many seconds."""
    def times():
        total = idle = 0
        for line in _text("/proc/stat").splitlines():
            name, _, rest = line.partition(" ")
            if name in {f"cpu{core}" for core in cores}:
                numbers = [int(n) for n in rest.split()]
                total += sum(numbers[:8])
                idle += numbers[3] + numbers[4]
        return total, idle
    total_before, idle_before = times()
    time.sleep(seconds)
    total, idle = times()
    return 1 - (idle - idle_before) / max(1, total - total_before)


def settled(read, tolerance, patience_seconds=8.0, pause_seconds=0.5):
    """Reads until two readings in a row differ by no more than the tolerance, or patience ends; the last reading."""
    deadline = time.monotonic() + patience_seconds
    before = read()
    while time.monotonic() < deadline:
        time.sleep(pause_seconds)
        now = read()
        if abs(now - before) <= tolerance:
            return now
        before = now
    return before


_given_ports = set()


def free_port():
    """A loopback port that nobody listens on, and that was not given out before."""
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        if port not in _given_ports:
            _given_ports.add(port)
            return port


class Child:
    """A process of ours, pinned to cores, ended by its id and with everything it started."""

    def __init__(self, command, cores, log_path):
        self.log_path = log_path
        pinned = ["taskset", "-c", ",".join(str(core) for core in cores), *command]
        with open(log_path, "ab") as log:
            self.process = subprocess.Popen(pinned, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                            start_new_session=True)
        self.pid = self.process.pid

    def ended(self):
        return self.process.poll() is not None

    def last_words(self):
        """The last line that it wrote, to say why it didn't start."""
        with open(self.log_path, "rb") as log:
            lines = log.read().decode(errors="replace").strip().splitlines()
        return lines[-1] if lines else "it wrote nothing"

    def stop(self):
        """Asks it to end, then makes it end; what it started and left behind is ended too."""
        members = {member: _started(member) for member in family(self.pid)}
        if not self.ended():
            self.process.terminate()
            try:
                self.process.wait(6)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        for member, started in members.items():
            # A process id may be somebody else's by now; its time of start tells.
            if member != self.pid and started and _started(member) == started:
                try:
                    os.kill(member, signal.SIGKILL)
                except OSError:
                    pass


def run_load(command, core, seconds_max, environment=None):
    """Runs a load generator on its core to its end; its standard output. environment is added to ours."""
    try:
        done = subprocess.run(["taskset", "-c", str(core), *command], stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, timeout=seconds_max, env={**os.environ, **(environment or {})})
    except subprocess.TimeoutExpired:
        raise CannotMeasure(f"{command[0]} didn't end within {seconds_max} seconds.") from None
    if done.returncode != 0:
        words = (done.stderr or done.stdout).strip().splitlines()
        raise CannotMeasure(f"{command[0]} failed: {words[-1] if words else 'without a word'}.")
    return done.stdout


def _started(pid):
    fields = _text(f"/proc/{pid}/stat").rpartition(")")[2].split()
    return fields[19] if fields else ""


def _status_number(path, key):
    for line in _text(path).splitlines():
        if line.startswith(key + ":"):
            return int(line.split()[1])
    return 0


def _text(path):
    try:
        with open(path) as file:
            return file.read()
    except OSError:
        return ""
