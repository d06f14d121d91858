"""Real PostgreSQL for redshift_connector: a proxy that takes out of the start-up what only Redshift knows.

The driver sends parameters that PostgreSQL refuses, and takes a server's version for a number of its own kind.  Behind the
proxy its protocol falls back to version 0, so binary numerics and dates are not exercised; transactions, cursors and error
states are, by a server that nobody here wrote.
"""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict

from standins.wire import Channel, Login, Server, cstring

_VERSION_3 = 196608
_KNOWN = ("user", "database", "application_name", "client_encoding", "options")


class PostgresProxy(Server):
    """A proxy on a free port in front of the PostgreSQL of a URL that lets its user in without a password or by MD5."""

    def __init__(self, url: str) -> None:
        super().__init__(Login(), None)
        parts = conninfo_to_dict(url)
        self.user, self.password, self.database = parts.get("user"), parts.get("password"), parts.get("dbname")
        self._host, self._port = str(parts.get("host", "127.0.0.1")), int(parts.get("port", 5432))

    def serve(self, channel: Channel, startup: bytes) -> None:
        """Forward a client's messages and PostgreSQL's answers until one of them goes."""
        fields = startup.rstrip(b"\0").decode().split("\0")
        kept = [(name, value) for name, value in zip(fields[::2], fields[1::2], strict=False) if name in _KNOWN]
        body = struct.pack("!I", _VERSION_3) + b"".join(cstring(name) + cstring(value) for name, value in kept) + b"\0"
        upstream = Channel(self._connect())
        upstream.raw(struct.pack("!I", len(body) + 4) + body)
        thread = threading.Thread(target=_forward, args=(upstream, channel), daemon=True)
        thread.start()
        _forward(channel, upstream)
        thread.join(10)
        upstream.close()

    def _connect(self) -> socket.socket:
        if not self._host.startswith("/"):
            return socket.create_connection((self._host, self._port), timeout=10)
        sock = socket.socket(socket.AF_UNIX)
        sock.connect(str(Path(self._host) / f".s.PGSQL.{self._port}"))
        return sock


def _forward(source: Channel, target: Channel) -> None:
    with contextlib.suppress(OSError, EOFError, ValueError):
        while True:
            kind, body = source.message()
            if kind == b"S" and body.startswith(b"server_version\0"):
                body = cstring("server_version") + cstring("8.0.2")
            target.send(kind, body)
            if kind != b"D":
                target.flush()
    target.shut()
