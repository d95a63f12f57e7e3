"""Backends in processes of their own, and one that counts how many bytes its sockets took."""
import ctypes
import multiprocessing
import os
import selectors
import signal
import socket

PIECE = memoryview(bytes(256 << 10))
HEAD_MAX = 16 << 10


class OwnProcess:
    """Something that serves in a process of its own on one core, and counts; leaving it ends the process."""

    def __init__(self, core):
        # One process writes it, one reads it, and an aligned word is never seen half-written: no lock.
        self._taken = multiprocessing.get_context("fork").RawValue(ctypes.c_uint64, 0)
        self.core = core

    @property
    def taken(self):
        """Bytes so far."""
        return self._taken.value

    def __enter__(self):
        self.process = multiprocessing.get_context("fork").Process(target=self._run, daemon=True)
        self.process.start()
        self._started()
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.join()

    def _run(self):
        # The parent's reaction to these is to clean up, which isn't for a copy of it to do.
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_DFL)
        os.sched_setaffinity(0, {self.core})
        self._serve()

    def _started(self):
        """What the parent does once the process has begun."""


class OwnBackend(OwnProcess):
    """Accepts connections, and lets each that is ready do one step. What a kind of backend keeps of a connection, and what a
    step is, it says by `_begun` and `_move`."""

    def __init__(self, core):
        super().__init__(core)
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=4096)
        self.port = self.listener.getsockname()[1]

    def _started(self):
        self.listener.close()

    def _serve(self):
        self.listener.setblocking(False)
        with selectors.DefaultSelector() as selector:
            selector.register(self.listener, selectors.EVENT_READ, None)
            while True:
                for key, _ in selector.select():
                    if key.data is None:
                        self._accept(selector)
                    else:
                        self._step(selector, key.fileobj, key.data)

    def _accept(self, selector):
        try:
            connection, _ = self.listener.accept()
        except OSError:
            return
        connection.setblocking(False)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        selector.register(connection, selectors.EVENT_READ, self._begun())

    def _step(self, selector, connection, state):
        try:
            self._move(selector, connection, state)
        except BlockingIOError:
            pass
        except (OSError, ValueError):
            selector.unregister(connection)
            connection.close()

    def _begun(self):
        """What is kept of a new connection."""
        raise NotImplementedError

    def _move(self, selector, connection, state):
        """One step of one connection; raises an OSError or a ValueError when it is over."""
        raise NotImplementedError


class CountingBackend(OwnBackend):
    """Answers GET /N with N bytes. `taken` is what the kernel accepted of all bodies."""

    def _begun(self):
        return _Response()

    def _move(self, selector, connection, response):
        if response.missing or response.head:
            response.send(connection, self._taken)
        elif not response.receive(connection):
            raise ConnectionResetError
        event = selectors.EVENT_WRITE if response.missing or response.head else selectors.EVENT_READ
        selector.modify(connection, event, response)


class _Response:
    """What one connection was asked for and still owes."""

    def __init__(self):
        self.request = b""
        self.head = b""
        self.missing = 0

    def receive(self, connection):
        """Reads a request; False if the connection has ended."""
        piece = connection.recv(HEAD_MAX)
        self.request += piece
        if len(self.request) > HEAD_MAX:
            raise ValueError("an endless head")
        if b"\r\n\r\n" in self.request:
            target = self.request.split(b" ", 2)[1]
            self.missing = int(target.lstrip(b"/") or 0)
            self.head = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % self.missing
            self.request = b""
        return bool(piece)

    def send(self, connection, taken):
        """Sends one piece, so that all connections get their turn."""
        if self.head:
            self.head = self.head[connection.send(self.head):]
        else:
            count = connection.send(PIECE[:min(self.missing, len(PIECE))])
            self.missing -= count
            taken.value += count
