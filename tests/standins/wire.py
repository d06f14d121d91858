"""What both protocols share with PostgreSQL's: framed messages on a socket, TLS in mid-stream, and a server that can restart."""

from __future__ import annotations

import contextlib
import itertools
import secrets
import socket
import ssl
import struct
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

SSL_REQUEST = 80877103
CANCEL_REQUEST = 80877102
LOAD_BALANCE_REQUEST = 80936960
# No client may keep a test waiting for longer than this.
IDLE_SECONDS = 60.0
_FLUSH_BYTES = 1 << 16
_LONGEST_STARTUP = 10_000


class Channel:
    """One client's socket: reads and writes framed messages; every wait has a limit."""

    def __init__(self, sock: socket.socket) -> None:
        # Without it every small answer waits for the client's delayed acknowledgement: some 40 ms each.
        if sock.family != socket.AF_UNIX:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.settimeout(IDLE_SECONDS)
        self._sock = sock
        self._reader = sock.makefile("rb")
        self._out = bytearray()
        self.read_bytes = 0

    def start_tls(self, context: ssl.SSLContext) -> None:
        """Answer a request for TLS with yes and shake hands."""
        self._sock.sendall(b"S")
        self._reader.close()
        self._sock = context.wrap_socket(self._sock, server_side=True)
        self._reader = self._sock.makefile("rb")

    @property
    def encrypted(self) -> bool:
        """Whether TLS is on."""
        return isinstance(self._sock, ssl.SSLSocket)

    def raw(self, data: bytes) -> None:
        """Send bytes that are no message."""
        self._sock.sendall(data)

    def startup(self) -> tuple[int, bytes]:
        """Return code and body of a message without a type byte, as every connection begins."""
        (length,) = struct.unpack("!I", self._exactly(4))
        if not 8 <= length <= _LONGEST_STARTUP:
            # vertica_python opens a new connection to say that its COPY failed when it finds the old one dead.
            raise EOFError("this is no startup message")
        (code,) = struct.unpack("!I", self._exactly(4))
        return code, self._exactly(length - 8)

    def message(self) -> tuple[bytes, bytes]:
        """Return type and body of the next message; raises EOFError when the client has gone."""
        kind, length = struct.unpack("!cI", self._exactly(5))
        return kind, self._exactly(length - 4)

    def send(self, kind: bytes, body: bytes = b"") -> None:
        """Put a message into the outgoing buffer, and send the buffer once it is large."""
        self._out += kind + struct.pack("!I", len(body) + 4) + body
        if len(self._out) > _FLUSH_BYTES:
            self.flush()

    def flush(self) -> None:
        """Send what is in the buffer."""
        data, self._out = bytes(self._out), bytearray()
        self._sock.sendall(data)

    def close(self) -> None:
        """Close the connection in good order."""
        with contextlib.suppress(OSError, ValueError):
            self._reader.close()
        with contextlib.suppress(OSError):
            self._sock.close()

    def reset(self) -> None:
        """Let the client see "connection reset by peer"."""
        with contextlib.suppress(OSError):
            self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close()

    def shut(self) -> None:
        """Wake the thread that reads from here."""
        with contextlib.suppress(OSError):
            self._sock.shutdown(socket.SHUT_RDWR)

    def _exactly(self, count: int) -> bytes:
        data = self._reader.read(count) if count else b""
        if len(data) < count:
            raise EOFError("the client has gone")
        self.read_bytes += count
        return data


class Buffer:
    """Reads the fields of one message's body."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0

    def text(self) -> str:
        """Return a string up to its zero byte."""
        end = self._data.index(0, self._at)
        value, self._at = self._data[self._at : end].decode(), end + 1
        return value

    def take(self, count: int) -> bytes:
        """Return ``count`` bytes."""
        value, self._at = self._data[self._at : self._at + count], self._at + count
        return value

    def unpack(self, layout: str) -> tuple[int, ...]:
        """Return numbers in network order."""
        return struct.unpack("!" + layout, self.take(struct.calcsize("!" + layout)))

    def sized(self) -> bytes | None:
        """Return a value with its length before it; None for NULL."""
        (length,) = self.unpack("i")
        return None if length < 0 else self.take(length)

    @property
    def rest(self) -> bytes:
        """What has not been read."""
        return self._data[self._at :]


def cstring(text: str) -> bytes:
    """Return ``text`` with a zero byte behind it."""
    return text.encode() + b"\0"


class Cancellable(Protocol):
    """A session that can be interrupted by another connection."""

    def cancel(self) -> None:
        """Interrupt the statement that runs."""


@dataclass(slots=True)
class Login:
    """Who may log in, and how the server asks: ``md5``, ``sha512`` (Vertica), ``cleartext`` or ``oauth`` (Vertica)."""

    users: dict[str, str] = field(default_factory=lambda: {"tester": "secret"})
    tokens: frozenset[str] = frozenset()
    databases: tuple[str, ...] = ("testdb",)
    method: str = "md5"


class Server:
    """A server on 127.0.0.1 with a thread per connection; the port is free when it starts and kept when it restarts."""

    def __init__(self, login: Login, tls: ssl.SSLContext | None) -> None:
        self.login, self.tls = login, tls
        self.host, self.port = "127.0.0.1", 0
        self._listener: socket.socket | None = None
        self._threads: list[threading.Thread] = []
        self._channels: set[Channel] = set()
        self._sessions: dict[tuple[int, int], Cancellable] = {}
        self._pids = itertools.count(1001)
        self._lock = threading.Lock()

    def start(self) -> None:
        """Listen, on the port of before if there was one."""
        self._listener = socket.create_server((self.host, self.port), reuse_port=False)
        self.port = self._listener.getsockname()[1]
        thread = threading.Thread(target=self._accept, args=(self._listener,), daemon=True)
        thread.start()
        self._threads.append(thread)

    def stop(self) -> None:
        """Stop listening, end every session (open transactions are rolled back) and wait for the threads."""
        if self._listener is not None:
            with contextlib.suppress(OSError):
                self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
            self._listener = None
        with self._lock:
            channels, sessions = list(self._channels), list(self._sessions.values())
        for session in sessions:
            session.cancel()
        for channel in channels:
            channel.shut()
        threads, self._threads = self._threads, []
        for thread in threads:
            thread.join(timeout=IDLE_SECONDS)

    def restart(self) -> None:
        """End every session and listen again on the same port; the data are still there."""
        self.stop()
        self.start()

    @contextlib.contextmanager
    def registered(self, session: Cancellable) -> Iterator[tuple[int, int]]:
        """Make ``session`` known to cancel requests; yields its process id and secret key."""
        key = next(self._pids), secrets.randbits(31)
        with self._lock:
            self._sessions[key] = session
        try:
            yield key
        finally:
            with self._lock:
                del self._sessions[key]

    def serve(self, channel: Channel, startup: bytes) -> None:
        """Talk to one client from its startup message on, until it goes."""
        raise NotImplementedError

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                sock, _ = listener.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._converse, args=(sock,), daemon=True)
            self._threads = [each for each in self._threads if each.is_alive()]
            self._threads.append(thread)
            thread.start()

    def _converse(self, sock: socket.socket) -> None:
        channel = Channel(sock)
        with self._lock:
            self._channels.add(channel)
        try:
            self._greet(channel)
        except (EOFError, OSError, ValueError):
            pass  # The client has gone, or was made to go.
        finally:
            with self._lock:
                self._channels.discard(channel)
            channel.close()

    def _greet(self, channel: Channel) -> None:
        while True:
            code, body = channel.startup()
            if code == SSL_REQUEST and self.tls:
                channel.start_tls(self.tls)
            elif code in (SSL_REQUEST, LOAD_BALANCE_REQUEST):
                channel.raw(b"N")
            elif code == CANCEL_REQUEST:
                return self._cancel(body)
            else:
                return self.serve(channel, body)

    def _cancel(self, body: bytes) -> None:
        with self._lock:
            session = self._sessions.get(struct.unpack("!II", body))  # type: ignore[arg-type]
        if session is not None:
            session.cancel()
