"""The backend and the proxies: one place to start them, and a folder that vanishes afterwards."""
import http.client
import os
import resource
import shlex
import shutil
import socket
import ssl
import tempfile
import time

from . import certificates, configurations
from .processes import CannotMeasure, Child, free_port

PACKAGES = {"nginx": "nginx", "haproxy": "haproxy", "wrk": "wrk", "h2load": "nghttp2-client", "taskset": "util-linux",
            "openssl": "openssl", "mvn": "maven", "npm": "npm", "node": "nodejs"}
# A Sluice that never splices, beside every other; it is the launcher of `sluice` with one more line of configuration.
COPYING = "-copy"


class Running:
    """A proxy that answers: its name, where, and its process; none for the backend itself, called direct."""

    def __init__(self, name, port, child):
        self.name = name
        self.port = port
        self.child = child

    @property
    def pid(self):
        return self.child.pid if self.child else None


class Bench:
    """A folder, a backend and the proxies of one measurement; leaving it ends the processes and removes the folder.

    The backend and the load share one core, the proxy has the other for itself.
    """

    def __init__(self, launchers, load_core, proxy_core):
        self.launchers = launchers
        self.load_core = load_core
        self.proxy_core = proxy_core
        self.children = []
        self.admin_ports = {}
        self.backend_port = None
        descriptors = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        # Two descriptors a connection, and some for everything else.
        self.connections_max = min(9000, (descriptors - 200) // 2)

    def __enter__(self):
        self.folder = tempfile.mkdtemp(prefix="sluice-compare-")
        # nginx's workers are another user when it's started by root.
        os.chmod(self.folder, 0o755)
        os.mkdir(f"{self.folder}/files")
        return self

    def __exit__(self, *_):
        for child in reversed(self.children):
            child.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def file(self, name, size_bytes):
        """Makes a file of random bytes for the backend to serve."""
        with open(f"{self.folder}/files/{name}", "wb") as file:
            while size_bytes > 0:
                piece = min(size_bytes, 1 << 20)
                file.write(os.urandom(piece))
                size_bytes -= piece

    def start_backend(self):
        """nginx serving the files, by sendfile."""
        self.backend_port = self.file_server("backend", self.load_core).port

    def file_server(self, name, core, niceness=0, port=None, posts=False, everywhere=False):
        """One more nginx serving the files, by sendfile, on a core.

        niceness gives way to others there; posts are answered as gets are; everywhere listens at all local addresses.
        """
        port = port or free_port()
        path = self._write(f"{name}.conf", configurations.FILE_SERVER, port=port,
                           address="0.0.0.0" if everywhere else "127.0.0.1",
                           extra=configurations.FILE_SERVER_POSTS if posts else "")
        child = self.spawn(name, ["nice", "-n", str(niceness), "nginx", "-e", f"{self.folder}/{name}.log", "-c", path],
                           [core])
        self.wait_for_answer(name, port, "/", child)
        return Running(name, port, child)

    def certificate(self):
        """Makes what the proxies' clients see: one certificate, in the folder, for all of them."""
        certificates.make(self.folder, "cert.pem", "key.pem")
        with open(f"{self.folder}/both.pem", "w") as both:
            for part in ("cert.pem", "key.pem"):
                both.write(open(f"{self.folder}/{part}").read())

    def start(self, name, path="/", front=configurations.PLAIN, **kind):
        """Starts a proxy in front of the backend and waits until it answers a request for this path; kind as in command."""
        if name == "direct":
            return Running(name, self.backend_port, None)
        port = free_port()
        child = self.spawn(name, self.command(name, port, front=front, **kind), [self.proxy_core])
        if front.http2 and not front.secure:
            # nginx speaks nothing but HTTP/2 there.
            self.wait_for_port(name, port, child)
        else:
            self.wait_for_answer(name, port, path, child, secure=front.secure)
        return Running(name, port, child)

    def command(self, name, port, nginx_extra="", template=configurations.SLUICE_PROXY, timeouts="", bulk=None,
                front=configurations.PLAIN):
        """The command that starts a proxy on this port, its configuration written.

        nginx_extra is for nginx only, template and timeouts are for Sluice only. bulk is the port of a second backend, for
        paths below /bulk/; nginx has none.
        """
        fronted = front.filled(self.folder)
        if name in configurations.HAPROXY_KINDS:
            mode, options, tuning = configurations.HAPROXY_KINDS[name]
            reuse = "http-reuse always" if mode == "http" else ""
            return ["haproxy", "-db", "-f", self._write(
                f"{name}.cfg", configurations.HAPROXY, port=port, mode=mode, options=options, tuning=tuning, reuse=reuse, bind=fronted["bind"],
                bulk_rule=configurations.HAPROXY_BULK_RULE if bulk else "",
                bulk_backend=configurations.HAPROXY_BULK.format(bulk=bulk) if bulk else "")]
        if name in configurations.NGINX_KINDS:
            extra = f"{configurations.NGINX_KINDS[name]} {nginx_extra}"
            path = self._write(f"{name}.conf", configurations.NGINX, port=port, extra=extra, pool=fronted["pool"],
                               listen=fronted["listen"], certificate=fronted["certificate"])
            return ["nginx", "-e", f"{self.folder}/{name}.log", "-c", path]
        copies = name.endswith(COPYING)
        launcher = self.launchers[name.removesuffix(COPYING) if copies else name]
        self.admin_ports[name] = free_port()
        path = self._write(f"{name}.yaml", template, port=port, admin=self.admin_ports[name], timeouts=timeouts,
                           listener=fronted["listener"], service=fronted["service"],
                           bulk_route=configurations.SLUICE_BULK_ROUTE if bulk else "",
                           bulk_service=configurations.SLUICE_BULK.format(bulk=bulk) if bulk else "",
                           extra=configurations.SLUICE_COPIES if copies else "")
        return [*shlex.split(launcher), "run", "-c", path]

    def metric(self, name, series, label=""):
        """The sum of a metric's rows that hold this label, from a Sluice's admin address; none = 0."""
        connection = http.client.HTTPConnection("127.0.0.1", self.admin_ports[name], timeout=5)
        try:
            connection.request("GET", "/metrics")
            text = connection.getresponse().read().decode()
        except (OSError, http.client.HTTPException) as reason:
            raise CannotMeasure(f"{name} has no metrics: {reason}.") from None
        finally:
            connection.close()
        return sum(float(line.rpartition(" ")[2]) for line in text.splitlines()
                   if line.startswith((f"{series}{{", f"{series} ")) and label in line)

    def stop(self, running):
        if running.child:
            self.end(running.child)

    def wait_for_answer(self, name, port, path, child, seconds_max=30, secure=False):
        """Returns once a request is answered, whatever the status; over TLS, whatever the certificate, if secure."""
        deadline = time.monotonic() + seconds_max
        while time.monotonic() < deadline:
            if child.ended():
                raise CannotMeasure(f"{name} ended instead of listening: {child.last_words()}")
            connection = (http.client.HTTPSConnection("127.0.0.1", port, timeout=2, context=ssl._create_unverified_context())
                          if secure else http.client.HTTPConnection("127.0.0.1", port, timeout=2))
            try:
                connection.request("GET", path)
                connection.getresponse().read()
                return
            except (OSError, http.client.HTTPException):
                time.sleep(0.05)
            finally:
                connection.close()
        raise CannotMeasure(f"{name} didn't answer within {seconds_max} seconds: {child.last_words()}")

    def wait_for_port(self, name, port, child, seconds_max=30):
        """Returns once a connection is accepted."""
        deadline = time.monotonic() + seconds_max
        while time.monotonic() < deadline:
            if child.ended():
                raise CannotMeasure(f"{name} ended instead of listening: {child.last_words()}")
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                return
            except OSError:
                time.sleep(0.05)
        raise CannotMeasure(f"{name} doesn't listen after {seconds_max} seconds: {child.last_words()}")

    def spawn(self, name, command, cores):
        """Starts a process that ends with this bench at the latest."""
        child = Child(command, cores, f"{self.folder}/{name}.out")
        self.children.append(child)
        return child

    def end(self, child):
        """Ends a process that was spawned here."""
        child.stop()
        self.children.remove(child)

    def _write(self, name, template, **values):
        kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        stem = name.partition(".")[0]
        text = template.format(
            folder=self.folder, stem=stem, backend=self.backend_port, connections=self.connections_max,
            sockets=2 * self.connections_max,
            temp_paths=" ".join(f"{kind}_temp_path {self.folder}/{stem}-{kind};" for kind in kinds), **values)
        path = f"{self.folder}/{name}"
        with open(path, "w") as file:
            file.write(text)
        return path


def require(programs):
    """Says in one sentence what is missing, with the Debian packages that hold it."""
    missing = [program for program in programs if shutil.which(program) is None]
    if missing:
        names = " and ".join(missing) if len(missing) < 3 else ", ".join(missing[:-1]) + " and " + missing[-1]
        raise CannotMeasure(f"{names} {'is' if len(missing) == 1 else 'are'} missing; Debian has "
                            f"{'it' if len(missing) == 1 else 'them'}: "
                            f"apt install {' '.join(PACKAGES[program] for program in missing)}")
