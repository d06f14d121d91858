"""Vertica's protocol 3.16: logins, simple and prepared statements, COPY with and without LOCAL, cancelling."""

from __future__ import annotations

import secrets
import ssl
import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sqlglot import exp

from standins import sql
from standins.backend import Backend
from standins.commands import Parameter
from standins.errors import ConnectionDropped, ServerError, broken
from standins.faults import Fault, Faults
from standins.s3 import Bucket
from standins.session import Answer, Column
from standins.vertica_login import AUTHENTICATED, challenge, read_startup
from standins.vertica_sql import VERSION, Vertica
from standins.vertica_transfer import Transfer, columns_message, error_message
from standins.vertica_values import VARCHAR, column_type, encode
from standins.wire import Buffer, Channel, Login, Server, cstring

_PROTOCOL = 3 << 16 | 16
# What a client still sends when its COPY has failed before.
_OF_A_COPY = (b"d", b"c", b"f", b"e", b"j")
_TAGS = {"WITH": "SELECT", "(": "SELECT", "PROFILE": "SELECT"}


class VerticaServer(Server):
    """A Vertica stand-in on a free port; COPY reads Parquet from ``bucket`` and from ``folders`` alone."""

    def __init__(
        self,
        backend: Backend,
        *,
        login: Login | None = None,
        tls: ssl.SSLContext | None = None,
        faults: Faults | None = None,
        bucket: Bucket | None = None,
        folders: tuple[Path, ...] = (),
    ) -> None:
        super().__init__(login or Login(method="sha512"), tls)
        self.backend, self.bucket = backend, bucket
        self.folders = tuple(map(str, folders))
        self.faults = faults or Faults()

    def serve(self, channel: Channel, startup: bytes) -> None:
        """Log a client in and answer its messages."""
        client = read_startup(startup)
        try:
            self._authenticate(channel, client)
        except ServerError as error:
            channel.send(b"E", error_message(error))
            return channel.flush()
        session = Vertica(self.backend, self.faults, client, self.bucket, self.folders)
        session.encrypted = channel.encrypted
        try:
            with self.registered(session) as (pid, key):
                session.pid = pid
                _Conversation(channel, session).run(pid, key)
        except ConnectionDropped:
            channel.reset()
        finally:
            session.close()
        return None

    def _authenticate(self, channel: Channel, client: dict[str, str]) -> None:
        user, salt, usersalt = client.get("user", ""), secrets.token_bytes(4), secrets.token_bytes(16)
        refused = self.faults.take(Fault.REFUSE_LOGIN, user) is not None
        password = self.login.users.get(user)
        method = "oauth" if client.get("oauth_access_token") else self.login.method
        question, expected = challenge(method, user, password or "", salt, usersalt)
        channel.send(b"R", question)
        channel.flush()
        kind, body = channel.message()
        given = body.rstrip(b"\0")
        known = given.decode() in self.login.tokens if method == "oauth" else password is not None and given == expected
        if refused or kind != b"p" or not known:
            raise ServerError("28000", "Invalid username or password", fatal=True)
        if client.get("database") not in ("", *self.login.databases):
            raise ServerError("3D000", f'Database "{client.get("database")}" does not exist', fatal=True)
        channel.send(b"R", struct.pack("!I", AUTHENTICATED))


@dataclass(slots=True)
class _Prepared:
    text: str
    types: list[str]
    columns: tuple[Column, ...] | None


@dataclass(slots=True)
class _Portal:
    prepared: _Prepared
    values: dict[int, exp.Expression]
    binary: bool


class _Conversation:
    """One logged-in client."""

    def __init__(self, channel: Channel, session: Vertica) -> None:
        self.channel, self.session = channel, session
        self.binary = session.client.get("binary_data_protocol") == "1"
        protocol = min(int(session.client.get("protocol_version", "0")), _PROTOCOL)
        session.transfer = Transfer(channel, session.faults, protocol)
        self.protocol = protocol
        self.prepared: dict[str, _Prepared] = {}
        self.portals: dict[str, _Portal] = {}
        self.skipping = False

    def run(self, pid: int, key: int) -> None:
        """Greet the client and answer until it leaves."""
        autocommit = "on" if self.session.autocommit else "off"
        for name, value in (
            *(("server_version", VERSION), ("standin", "duckdb"), ("protocol_version", str(self.protocol))),
            *(("auto_commit", autocommit), ("timezone", "UTC"), ("request_complex_types", "off")),
            *(("standard_conforming_strings", "on"), ("client_label", self.session.client.get("client_label", ""))),
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
            elif kind not in _OF_A_COPY and not self.skipping:
                step = handlers.get(kind, self.unknown)
                self.guarded(lambda step=step, body=body: step(Buffer(body)))
                self.channel.flush()

    def unknown(self, body: Buffer) -> None:
        """Refuse a message that is not spoken here."""
        raise ServerError("08V01", f"this message is not supported by this stand-in ({len(body.rest)} bytes)")

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
            self.channel.send(b"E", error_message(error if isinstance(error, ServerError) else broken(error)))
            self.skipping = True
            return False
        return True

    def simple(self, text: str) -> None:
        """Run the statements of a query, one result each."""
        done = self.guarded(lambda: self._statements(sql.statements(text, "vertica")))
        self.skipping = self.skipping and done
        self.ready()

    def _statements(self, statements: list[str]) -> None:
        if not statements:
            self.channel.send(b"I")
        for statement in statements:
            self.deliver(_Portal(_Prepared(statement, [], None), {}, self.binary), describe=True)

    def parse(self, body: Buffer) -> None:
        """Prepare a statement: its columns and the types of its parameters are found without running it."""
        name, text = body.text(), body.text()
        found = sql.statements(text, "vertica")
        if len(found) > 1:
            raise ServerError("42601", "Cannot insert multiple commands into a prepared statement")
        prepared = _Prepared(found[0] if found else "", [], None)
        if found and self.session.word(found[0]) in ("SELECT", "WITH", "(", "INSERT", "UPDATE", "DELETE"):
            prepared.types = self.session.parameter_types(found[0])
            nulls = {number: Parameter(kind, None).expression for number, kind in enumerate(prepared.types, 1)}
            prepared.columns = self.session.describe(found[0], nulls)
        self.prepared[name] = prepared
        self.channel.send(b"1")

    def describe(self, body: Buffer) -> None:
        """Describe a statement: parameters, columns, and what command it is."""
        kind, name = body.take(1), body.text()
        prepared = self.find(name) if kind == b"S" else self.portals[name].prepared
        message = struct.pack("!H", len(prepared.types))
        if prepared.types:
            message += struct.pack("!I", 0)
        for each in prepared.types:
            oid, _, modifier = column_type(each) if each else (VARCHAR, -1, -1)
            message += struct.pack("!BIiH", 0, oid, modifier, 0)
        self.channel.send(b"t", message)
        if prepared.columns is None:
            self.channel.send(b"n")
        else:
            self.channel.send(b"T", columns_message(prepared.columns, self.binary))
        word = self.session.word(prepared.text) if prepared.text else ""
        self.channel.send(b"m", cstring(_TAGS.get(word, word)) + struct.pack("!H", 0) + b"\0")

    def bind(self, body: Buffer) -> None:
        """Bind values, all in text form, to a prepared statement."""
        portal, name = body.text(), body.text()
        prepared = self.find(name)
        (formats,) = body.unpack("H")
        body.unpack(f"{formats}H")
        (count,) = body.unpack("H")
        body.unpack(f"{count}I")
        if count != len(prepared.types):
            raise ServerError("08V01", f"{count} parameters given, {len(prepared.types)} expected")
        values = {}
        for number, kind in enumerate(prepared.types, 1):
            data = body.sized()
            values[number] = Parameter(kind, None if data is None else data.decode()).expression
        (formats,) = body.unpack("H")
        binary = bool(formats) and body.unpack(f"{formats}H")[0] == 1
        self.portals[portal] = _Portal(prepared, values, binary)
        self.channel.send(b"2")

    def execute(self, body: Buffer) -> None:
        """Run a portal."""
        portal = self.portals.get(body.text())
        if portal is None:
            raise ServerError("34000", "Portal does not exist")
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
            raise ServerError("26000", f'Prepared statement "{name}" does not exist')
        return self.prepared[name]

    def deliver(self, portal: _Portal, *, describe: bool = False) -> None:
        """Run a statement and send its rows and its tag."""
        text, session = portal.prepared.text, self.session
        with session.statement(text, _kind(session.word(text))) as record:
            answer = session.execute(record, text, portal.values)
            while session.parameters:
                name, value = session.parameters.pop(0)
                self.channel.send(b"S", cstring(name) + cstring(value))
            if answer.columns is not None:
                columns = portal.prepared.columns or answer.columns
                if describe and not answer.described:
                    self.channel.send(b"T", columns_message(columns, portal.binary))
                rows, record.bytes = self.send_rows(answer, columns, portal.binary)
                record.rows = rows if record.kind == "QUERY" else max(answer.count, 0)
        self.channel.send(b"C", cstring(answer.tag))

    def send_rows(self, answer: Answer, columns: tuple[Column, ...], binary: bool) -> tuple[int, int]:
        """Send the rows; return how many and how many bytes."""
        kinds = [column_type(column.type) for column in columns]
        head, count, size = struct.pack("!H", len(kinds)), 0, 0
        for row in answer.rows:
            parts = [head]
            for value, kind in zip(row, kinds, strict=True):
                data = None if value is None else encode(value, kind, binary)
                parts.append(b"\xff\xff\xff\xff" if data is None else struct.pack("!I", len(data)) + data)
            message = b"".join(parts)
            self.channel.send(b"D", message)
            count, size = count + 1, size + len(message)
        return count, size


def _kind(word: str) -> str:
    if word in ("SELECT", "WITH", "(", "INSERT", "UPDATE", "DELETE", "PROFILE"):
        return "QUERY"
    return {"COPY": "LOAD", "SET": "SET", "COMMIT": "TRANSACTION", "ROLLBACK": "TRANSACTION"}.get(word, "DDL")
