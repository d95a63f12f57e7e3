"""HTTP/2 as a client writes it by hand: frames, one request, and reading what comes (RFC 9113, RFC 7541)."""
import socket
import struct

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, RST_STREAM, SETTINGS, PING, GOAWAY, WINDOW_UPDATE = 0, 1, 3, 4, 6, 7, 8
END_STREAM, ACK, END_HEADERS, PADDED = 1, 1, 4, 8
SETTING_INITIAL_WINDOW_SIZE = 4
CANCEL = 8
# What a connection's window is until it is enlarged.
FIRST_WINDOW = 65535
HEAD = struct.Struct(">BHBBI")
HEAD_SIZE = 9


def frame(kind, flags, stream, payload=b""):
    return HEAD.pack(len(payload) >> 16, len(payload) & 0xFFFF, kind, flags, stream) + payload


def settings(values):
    return frame(SETTINGS, 0, 0, b"".join(struct.pack(">HI", key, value) for key, value in values.items()))


def window_update(stream, increment):
    return frame(WINDOW_UPDATE, 0, stream, struct.pack(">I", increment))


def reset(stream):
    return frame(RST_STREAM, 0, stream, struct.pack(">I", CANCEL))


def get(path):
    """The fields of a GET in cleartext: two of the static table, two literals whose names are in it."""
    def literal(index, value):
        if len(value) > 126:
            raise ValueError("a length of more than one octet")
        return bytes((index, len(value))) + value
    return b"\x82\x86" + literal(0x04, path.encode()) + literal(0x01, b"bench")


def frames(data, end):
    """The whole frames at the front of so many bytes: kind, flags, stream, and where each payload begins and ends."""
    at = 0
    while at + HEAD_SIZE <= end:
        high, low, kind, flags, stream = HEAD.unpack_from(data, at)
        begin = at + HEAD_SIZE
        at = begin + (high << 16 | low)
        if at > end:
            return
        yield kind, flags, stream & 0x7FFFFFFF, begin, at


def connect(port, initial_window=FIRST_WINDOW):
    """A connection on which the preface was sent; each stream begins with a window of so many bytes."""
    connection = socket.create_connection(("127.0.0.1", port), 10)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    connection.sendall(PREFACE + settings({SETTING_INITIAL_WINDOW_SIZE: initial_window}))
    return connection
