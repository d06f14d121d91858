"""Redshift's protocol: PostgreSQL's version 3 with its own parameters, extended column descriptions and binary forms."""

from __future__ import annotations

import hashlib
import secrets
import ssl
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlglot import exp

from standins import sql
from standins.backend import Backend
from standins.errors import ConnectionDropped, ServerError, broken
from standins.faults import Fault, Faults
from standins.redshift_sql import SERVER_VERSION, Redshift
from standins.redshift_values import column_type, described_parameter, encode, parameter
from standins.s3 import Bucket
from standins.session import Answer, Column
from standins.wire import Buffer, Channel, Login, Server, cstring

_HIGHEST_PROTOCOL = 2  # 0 plain, 1 extended column descriptions, 2 binary numeric, date and time
_NULLABLE_SEARCHABLE = 1 | 1 << 12


class RedshiftServer(Server):
    """A Redshift stand-in on a free port; ``bucket`` is where COPY reads, ``lambdas`` the sources of Lambda functions by name."""

    def __init__(
        self,
        backend: Backend,
        *,
        login: Login | None = None,
        tls: ssl.SSLContext | None = None,
        faults: Faults | None = None,
        bucket: Bucket | None = None,
        lambdas: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(login or Login(), tls)
        self.lambdas = dict(lambdas or {})
        self.backend, self.bucket = backend, bucket
        self.faults = faults or Faults()

    def serve(self, channel: Channel, startup: bytes) -> None:
        """Log a client in and answer its messages."""
        fields = startup.rstrip(b"\0").decode().split("\0")
        parameters = dict(zip(fields[::2], fields[1::2], strict=False))
        user, database = parameters.get("user", ""), parameters.get("database", "")
        try:
            self._authenticate(channel, user, database)
        except ServerError as error:
            send_error(channel, error)
            return channel.flush()
        session = Redshift(self.backend, self.faults, user, database, self.bucket, self.lambdas)
        try:
            with self.registered(session) as (pid, key):
                session.pid = pid
                _Conversation(channel, session, parameters).run(pid, key)
        except ConnectionDropped:
            channel.reset()
        finally:
            session.close()
        return None

    def _authenticate(self, channel: Channel, user: str, database: str) -> None:
        refused = self.faults.take(Fault.REFUSE_LOGIN, user) is not None
        salt = secrets.token_bytes(4)
        md5 = self.login.method == "md5"
        channel.send(b"R", struct.pack("!I", 5) + salt if md5 else struct.pack("!I", 3))
        channel.flush()
        kind, body = channel.message()
        password = self.login.users.get(user)
        expected = b""
        if password is not None:
            expected = password.encode()
            if md5:
                inner = hashlib.md5(expected + user.encode()).hexdigest().encode()
                expected = b"md5" + hashlib.md5(inner + salt).hexdigest().encode()
        if refused or password is None or kind != b"p" or not secrets.compare_digest(body.rstrip(b"\0"), expected):
            raise ServerError("28000", f'password authentication failed for user "{user}"', fatal=True)
        if database not in self.login.databases:
            raise ServerError("3D000", f'database "{database}" does not exist', fatal=True)
        channel.send(b"R", struct.pack("!I", 0))


@dataclass(slots=True)
class _Prepared:
    text: str
    oids: tuple[int, ...]
    columns: tuple[Column, ...] | None


@dataclass(slots=True)
class _Portal:
    prepared: _Prepared
    values: dict[int, exp.Expression]
    formats: tuple[int, ...]


class _Conversation:
    """One logged-in client."""

    def __init__(self, channel: Channel, session: Redshift, parameters: dict[str, str]) -> None:
        self.channel, self.session = channel, session
        self.protocol = min(int(parameters.get("client_protocol_version", "0")), _HIGHEST_PROTOCOL)
        self.prepared: dict[str, _Prepared] = {}
        self.portals: dict[str, _Portal] = {}
        self.skipping = False

    def run(self, pid: int, key: int) -> None:
        """Greet the client and answer until it leaves."""
        for name, value in (
            *(("server_version", SERVER_VERSION), ("standin", "duckdb"), ("server_protocol_version", str(self.protocol))),
            *(("client_encoding", "UTF8"), ("datestyle", "ISO"), ("timezone", "UTC"), ("integer_datetimes", "on")),
        ):
            self.channel.send(b"S", cstring(name) + cstring(value))
        self.channel.send(b"K", struct.pack("!II", pid, key))
        self.ready()
        handlers = {b"P": self.parse, b"B": self.bind, b"D": self.describe, b"E": self.execute, b"C": self.close}
        while True:
            kind, body = self.channel.message()
            if kind == b"X":
                return
            if kind == b"S":
                self.skipping = False
                self.ready()
            elif kind == b"Q":
                self.simple(Buffer(body).text())
            elif kind == b"H":
                self.channel.flush()
            elif not self.skipping:
                step = handlers.get(kind, self.unknown)
                self.guarded(lambda step=step, body=body: step(Buffer(body)))

    def unknown(self, body: Buffer) -> None:  # noqa: ARG002 - the handlers' common shape
        """Refuse a message that is not spoken here."""
        raise ServerError("08P01", "this message is not supported by this stand-in")

    def ready(self) -> None:
        """Say that the next command may come."""
        self.channel.send(b"Z", self.session.status)
        self.channel.flush()

    def guarded(self, step: Callable[[], None]) -> bool:
        """Run a step; report its error and skip to the next Sync."""
        try:
            step()
        except (ConnectionDropped, EOFError, OSError):
            raise
        except Exception as error:
            send_error(self.channel, error if isinstance(error, ServerError) else broken(error))
            self.skipping = True
            self.session.after_error()
            return False
        return True

    def simple(self, text: str) -> None:
        """Run the statements of a simple query, results as text."""
        statements = sql.statements(text, "redshift")
        if not statements:
            self.channel.send(b"I")
        for statement in statements:
            prepared = _Prepared(statement, (), None)
            if not self.guarded(lambda prepared=prepared: self.deliver(_Portal(prepared, {}, (0,)), describe=True)):
                break
        self.skipping = False
        self.ready()

    def parse(self, body: Buffer) -> None:
        """Prepare a statement: its columns are found without running it."""
        name, text = body.text(), body.text()
        (count,) = body.unpack("H")
        oids = body.unpack(f"{count}I")
        found = sql.statements(sql.named_parameters(text), "redshift")
        if len(found) > 1:
            raise ServerError("42601", "cannot insert multiple commands into a prepared statement")
        if found and self.session.failed:
            columns = None
        else:
            nulls = {number: described_parameter(oid).expression for number, oid in enumerate(oids, 1)}
            columns = self.session.describe(found[0], nulls) if found else None
        for column in columns or ():
            column_type(column.type)
        self.prepared[name] = _Prepared(found[0] if found else "", oids, columns)
        self.channel.send(b"1")

    def bind(self, body: Buffer) -> None:
        """Bind values to a prepared statement, each cast to its declared type."""
        portal, name = body.text(), body.text()
        prepared = self.find(name)
        (count,) = body.unpack("H")
        formats = body.unpack(f"{count}H")
        (count,) = body.unpack("H")
        formats = formats * count if len(formats) == 1 else formats or (0,) * count
        values = {
            number: parameter(oid, bool(form), body.sized()).expression
            for number, (oid, form) in enumerate(zip(prepared.oids, formats, strict=True), 1)
        }
        (count,) = body.unpack("H")
        self.portals[portal] = _Portal(prepared, values, body.unpack(f"{count}H"))
        self.channel.send(b"2")

    def describe(self, body: Buffer) -> None:
        """Describe a statement's parameters and columns, or a portal's columns."""
        kind, name = body.take(1), body.text()
        prepared = self.find(name) if kind == b"S" else self.portals[name].prepared
        if kind == b"S":
            self.channel.send(b"t", struct.pack(f"!H{len(prepared.oids)}I", len(prepared.oids), *prepared.oids))
        self.send_columns(prepared.columns, ())

    def execute(self, body: Buffer) -> None:
        """Run a portal."""
        portal = self.portals.get(body.text())
        if portal is None:
            raise ServerError("34000", "portal does not exist")
        if not portal.prepared.text:
            return self.channel.send(b"I")
        return self.deliver(portal)

    def close(self, body: Buffer) -> None:
        """Forget a statement or a portal."""
        kind, name = body.take(1), body.text()
        (self.prepared if kind == b"S" else self.portals).pop(name, None)
        self.channel.send(b"3")

    def find(self, name: str) -> _Prepared:
        """Return a prepared statement by name."""
        if name not in self.prepared:
            raise ServerError("26000", f'prepared statement "{name}" does not exist')
        return self.prepared[name]

    def deliver(self, portal: _Portal, *, describe: bool = False) -> None:
        """Run a statement and send its rows and its tag."""
        text, session = portal.prepared.text, self.session
        with session.statement(text, _kind(session.word(text))) as record:
            answer = session.execute(record, text, portal.values)
            for notice in answer.notices:
                send_notice(self.channel, notice)
            if answer.columns is not None:
                if describe:
                    self.send_columns(answer.columns, portal.formats)
                columns = answer.columns if describe else portal.prepared.columns or answer.columns
                record.rows, record.bytes = self.send_rows(answer, columns, portal.formats)
        self.channel.send(b"C", cstring(answer.tag))

    def send_columns(self, columns: tuple[Column, ...] | None, formats: tuple[int, ...]) -> None:
        """Send RowDescription, with four more names and flags from protocol 1 on."""
        if columns is None:
            return self.channel.send(b"n")
        parts = [struct.pack("!H", len(columns))]
        for number, column in enumerate(columns):
            oid, size, modifier = column_type(column.type)
            form = _format(formats, number)
            parts.append(cstring(column.name) + struct.pack("!IHIhiH", 0, 0, oid, size, modifier, form))
            if self.protocol >= 1:
                parts.append(b"\0\0" + cstring(column.name) + b"\0" + struct.pack("!H", _NULLABLE_SEARCHABLE))
        return self.channel.send(b"T", b"".join(parts))

    def send_rows(self, answer: Answer, columns: tuple[Column, ...], formats: tuple[int, ...]) -> tuple[int, int]:
        """Send the rows; return how many and how many bytes."""
        kinds = [(column_type(column.type), bool(_format(formats, number))) for number, column in enumerate(columns)]
        head, count, size = struct.pack("!H", len(kinds)), 0, 0
        for row in answer.rows:
            parts = [head]
            for value, (kind, binary) in zip(row, kinds, strict=True):
                data = None if value is None else encode(value, kind, binary)
                parts.append(b"\xff\xff\xff\xff" if data is None else struct.pack("!I", len(data)) + data)
            message = b"".join(parts)
            self.channel.send(b"D", message)
            count, size = count + 1, size + len(message)
        return count, size


def _format(formats: tuple[int, ...], number: int) -> int:
    if not formats:
        return 0
    return formats[0] if len(formats) == 1 else formats[number]


def _kind(word: str) -> str:
    if word in ("SELECT", "WITH", "("):
        return "SELECT"
    return word if word in ("INSERT", "UPDATE", "DELETE", "COPY", "UNLOAD") else "DDL" if word in _DDL else "UTILITY"


_DDL = ("CREATE", "DROP", "ALTER", "TRUNCATE", "COMMENT")


def send_error(channel: Channel, error: ServerError) -> None:
    """Send ErrorResponse."""
    fields = [("S", "FATAL" if error.fatal else "ERROR"), ("C", error.sqlstate), ("M", error.message)]
    fields += [("D", error.detail)] if error.detail else []
    channel.send(b"E", b"".join(key.encode() + cstring(text) for key, text in fields) + b"\0")


def send_notice(channel: Channel, text: str) -> None:
    """Send NoticeResponse."""
    channel.send(b"N", b"SINFO\0C00000\0M" + cstring(text) + b"\0")
