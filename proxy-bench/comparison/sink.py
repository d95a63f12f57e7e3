"""A backend for uploads: it throws bodies away without copying them, and counts."""
import re
import socket

from .counting import HEAD_MAX, OwnBackend

LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)\r\n", re.IGNORECASE)
ANSWER = b"HTTP/1.1 204 No Content\r\n\r\n"
# What one call throws away at most.
PIECE = 4 << 20


class SinkBackend(OwnBackend):
    """Answers every request with 204 once its body has come. `taken` is what came of all bodies.

    The kernel drops the bytes (MSG_TRUNC, tcp(7)): reading them would cost the core that the load runs on more than the
    proxy spends on its own.
    """

    def _serve(self):
        self.buffer = bytearray(PIECE)
        super()._serve()

    def _begun(self):
        return _Upload()

    def _move(self, selector, connection, upload):
        if upload.missing > 0:
            count = connection.recv_into(self.buffer, min(upload.missing, PIECE), socket.MSG_TRUNC)
            upload.missing -= count
            self._taken.value += count
            answers = 1 if upload.missing == 0 else 0
        else:
            piece = connection.recv(HEAD_MAX)
            count = len(piece)
            answers, body = upload.heads(piece)
            self._taken.value += body
        if answers:
            connection.send(ANSWER * answers)
        if count == 0:
            raise ConnectionResetError


class _Upload:
    """What one connection still owes."""

    def __init__(self):
        self.head = b""
        self.missing = 0

    def heads(self, piece):
        """Takes bytes that begin with a head: how many answers are due, and how many of the bytes were body."""
        self.head += piece
        answers = body = 0
        while (end := self.head.find(b"\r\n\r\n") + 4) >= 4:
            length = LENGTH.search(self.head, 0, end)
            size = int(length[1]) if length else 0
            came = min(size, len(self.head) - end)
            self.missing = size - came
            body += came
            self.head = self.head[end + came:]
            if self.missing:
                break
            answers += 1
        if len(self.head) > HEAD_MAX:
            raise ValueError("an endless head")
        return answers, body
