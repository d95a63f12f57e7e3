"""The backend and the proxies: their configuration, one place to start them, and a folder that vanishes afterwards."""
import http.client
import os
import resource
import shlex
import shutil
import tempfile
import time

from .processes import CannotMeasure, Child, free_port

PACKAGES = {"nginx": "nginx", "haproxy": "haproxy", "wrk": "wrk", "h2load": "nghttp2-client", "taskset": "util-linux"}
PEERS = ("haproxy", "nginx")

BACKEND = """\
daemon off;
worker_processes 1;
pid {folder}/backend.pid;
error_log {folder}/backend.log;
events {{ worker_connections {sockets}; }}
http {{
    access_log off;
    sendfile on;
    tcp_nopush on;
    open_file_cache max=64;
    default_type application/octet-stream;
    keepalive_timeout 1h;
    keepalive_requests 1000000000;
    {temp_paths}
    server {{
        listen 127.0.0.1:{port} backlog=4096;
        root {folder}/files;
    }}
}}
"""

# Everything that isn't needed to keep connections to the backend open is left as nginx has it.
NGINX = """\
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/nginx.log;
events {{ worker_connections {sockets}; }}
http {{
    access_log off;
    keepalive_requests 1000000000;
    {temp_paths}
    upstream backend {{
        server 127.0.0.1:{backend};
        keepalive 512;
        keepalive_requests 1000000000;
    }}
    server {{
        listen 127.0.0.1:{port} backlog=4096;
        location / {{
            proxy_pass http://backend;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            {extra}
        }}
    }}
}}
"""

HAPROXY = """\
global
    nbthread 1
    maxconn {connections}
defaults
    mode http
    timeout connect 5s
    timeout client 60s
    timeout server 60s
frontend clients
    bind 127.0.0.1:{port} backlog 4096
    default_backend files
backend files
    http-reuse always
    server file1 127.0.0.1:{backend}
"""

SLUICE = """\
listeners:
  - address: 127.0.0.1:{port}
routes:
  - service: files
services:
  files: {{ endpoints: ["127.0.0.1:{backend}"] }}
eventLoops: 1
accessLog: off
admin: {{ address: 127.0.0.1:{admin} }}
timeouts: {{ drain: {{ accepting: 0s, exchanges: 1s }} }}
"""


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
        self.backend_port = free_port()
        path = self._write("backend.conf", BACKEND, port=self.backend_port)
        child = self.spawn("backend", ["nginx", "-e", f"{self.folder}/backend.log", "-c", path], [self.load_core])
        self.wait_for_answer("the backend", self.backend_port, "/", child)

    def start(self, name, path="/", nginx_extra=""):
        """Starts a proxy in front of the backend and waits until it answers a request for this path."""
        if name == "direct":
            return Running(name, self.backend_port, None)
        port = free_port()
        child = self.spawn(name, self.command(name, port, nginx_extra), [self.proxy_core])
        self.wait_for_answer(name, port, path, child)
        return Running(name, port, child)

    def command(self, name, port, nginx_extra=""):
        """The command that starts a proxy on this port, its configuration written."""
        if name == "haproxy":
            return ["haproxy", "-db", "-f", self._write("haproxy.cfg", HAPROXY, port=port)]
        if name == "nginx":
            path = self._write("nginx.conf", NGINX, port=port, extra=nginx_extra)
            return ["nginx", "-e", f"{self.folder}/nginx.log", "-c", path]
        path = self._write(f"{name}.yaml", SLUICE, port=port, admin=free_port())
        return [*shlex.split(self.launchers[name]), "run", "-c", path]

    def stop(self, running):
        if running.child:
            self.end(running.child)

    def wait_for_answer(self, name, port, path, child, seconds_max=30):
        """Returns once a request is answered, whatever the status."""
        deadline = time.monotonic() + seconds_max
        while time.monotonic() < deadline:
            if child.ended():
                raise CannotMeasure(f"{name} ended instead of listening: {child.last_words()}")
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
            try:
                connection.request("GET", path)
                connection.getresponse().read()
                return
            except (OSError, http.client.HTTPException):
                time.sleep(0.05)
            finally:
                connection.close()
        raise CannotMeasure(f"{name} didn't answer within {seconds_max} seconds: {child.last_words()}")

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
            folder=self.folder, backend=self.backend_port, connections=self.connections_max,
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
