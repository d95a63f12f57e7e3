"""A backend that switches protocols and then, as for raw TCP, sends back what comes; and clients of its tunnels."""
import selectors
import socket

from comparison.counting import OwnProcess
from comparison.processes import CannotMeasure

SWITCHED = b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n"
ASKED = b"GET /tunnel HTTP/1.1\r\nHost: bench\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n"
SAID = b"how do you do"


class EchoBackend(OwnProcess):
    """Answers a GET that asks for an upgrade with 101, and echoes everything else."""

    def __init__(self, core):
        super().__init__(core)
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.port = self.listener.getsockname()[1]

    def _started(self):
        self.listener.close()

    def _serve(self):
        with selectors.DefaultSelector() as selector:
            selector.register(self.listener, selectors.EVENT_READ)
            while True:
                for key, _ in selector.select():
                    if key.fileobj is self.listener:
                        selector.register(self.listener.accept()[0], selectors.EVENT_READ)
                    else:
                        self._echo(selector, key.fileobj)

    def _echo(self, selector, connection):
        try:
            piece = connection.recv(16384)
            if piece:
                connection.sendall(SWITCHED if piece.startswith(b"GET ") else piece)
                return
        except OSError:
            pass
        selector.unregister(connection)
        connection.close()


class TunnelClient:
    """A client's end of a tunnel: of an upgraded connection, or of a raw one."""

    def __init__(self, port, upgrade):
        self.connection = socket.create_connection(("127.0.0.1", port), 10)
        if upgrade:
            self.connection.sendall(ASKED)
            got = b""
            while b"\r\n\r\n" not in got:
                piece = self.connection.recv(4096)
                if not piece:
                    raise CannotMeasure("a tunnel was closed instead of opened.")
                got += piece
            if not got.startswith(b"HTTP/1.1 101 "):
                raise CannotMeasure(f"no tunnel: {got.splitlines()[0].decode(errors='replace')}")

    def alive(self):
        """Whether what is said comes back."""
        try:
            self.connection.sendall(SAID)
            got = b""
            while len(got) < len(SAID):
                piece = self.connection.recv(len(SAID) - len(got))
                if not piece:
                    return False
                got += piece
            return got == SAID
        except OSError:
            return False

    def close(self):
        self.connection.close()
