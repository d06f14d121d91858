"""The messages of Vertica that do not stand alone: column descriptions, errors, and the conversation of a COPY."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from standins.errors import ConnectionDropped, ServerError
from standins.faults import Fault, Faults
from standins.session import Column
from standins.vertica_copy import ROWS_LOADED
from standins.vertica_statement import Copy
from standins.vertica_text import Rejected
from standins.vertica_values import column_type
from standins.wire import Buffer, Channel, cstring

_COUNT_OF_FILES_IS_LONG = 3 << 16 | 15


class Transfer:
    """The client's side of a COPY, spoken over its connection."""

    def __init__(self, channel: Channel, faults: Faults, protocol: int) -> None:
        self._channel, self._faults, self._protocol = channel, faults, protocol
        self.statement = ""

    def stdin(self) -> Iterator[bytes]:
        """Ask for the data of COPY … FROM STDIN and yield them."""
        self._copy_in()
        yield from self._data(b"c")

    def local(self, copy: Copy) -> Iterator[tuple[str, Iterator[bytes]]]:
        """Let the client check its files, then ask for one after the other; without files, for its input stream."""
        self._channel.send(b"T", columns_message(ROWS_LOADED, False))
        names = b"".join(map(cstring, copy.paths))
        body = struct.pack("!H", len(copy.paths)) + names + cstring(copy.rejections) + cstring(copy.exceptions)
        self._channel.send(b"F", body)
        self._channel.flush()
        kind, data = self._channel.message()
        if kind == b"e":
            raise _client_error(data)
        if not copy.paths:
            self._copy_in()
            yield "", self._data(b"j")
            kind, _ = self._channel.message()
            if kind != b"c":
                raise ServerError("08V01", "COPY LOCAL must end with CopyDone")
            return
        found = Buffer(data)
        (count,) = found.unpack("I" if self._protocol >= _COUNT_OF_FILES_IS_LONG else "H")
        for _ in range(count):
            name = found.text()
            found.take(8)
            self._channel.send(b"H", cstring(name))
            self._channel.flush()
            yield name, self._data(b"j")
        self._channel.send(b"c")

    def rejected(self, copy: Copy, rows: list[Rejected]) -> None:
        """Send what was rejected to the client's files, or its numbers, and end the batch."""
        if rows and copy.rejections:
            self._write(copy.rejections, "".join(f"{each.data}\n" for each in rows).encode())
        if rows and copy.exceptions:
            self._write(copy.exceptions, "".join(f"{each.row}: {each.reason}\n" for each in rows).encode())
        if rows and copy.return_rejected:
            self._write("", struct.pack(f"<{len(rows)}Q", *(each.row for each in rows)))
        self._channel.send(b"J")
        self._channel.flush()

    def _write(self, name: str, data: bytes) -> None:
        self._channel.send(b"O", cstring(name) + struct.pack("!I", len(data)) + data)

    def _copy_in(self) -> None:
        self._channel.send(b"G", struct.pack("!BH", 0, 0))
        self._channel.flush()

    def _data(self, end: bytes) -> Iterator[bytes]:
        limit = self._faults.take(Fault.RESET_IN_COPY, self.statement)
        received = 0
        while True:
            kind, data = self._channel.message()
            if kind == end:
                return
            if kind == b"f":
                raise ServerError("57014", f"COPY from the client failed: {Buffer(data).text()}")
            if kind == b"e":
                raise _client_error(data)
            if kind != b"d":
                raise ServerError("08V01", "unexpected message during COPY")
            received += len(data)
            if limit is not None and received >= limit:
                raise ConnectionDropped
            yield data


def _client_error(data: bytes) -> ServerError:
    body = Buffer(data)
    body.text()
    body.unpack("I")
    body.text()
    return ServerError("57014", f"COPY failed at the client: {body.text()}")


def columns_message(columns: tuple[Column, ...], binary: bool) -> bytes:
    """Return the body of RowDescription."""
    parts = [struct.pack("!H", len(columns))]
    if columns:
        parts.append(struct.pack("!I", 0))
    for number, column in enumerate(columns, 1):
        oid, size, modifier = column_type(column.type)
        parts.append(cstring(column.name) + struct.pack("!QH", 0, number))
        parts.append(struct.pack("!BIhHHiH", 0, oid, size, 1, 0, modifier, int(binary)))
    return b"".join(parts)


def error_message(error: ServerError) -> bytes:
    """Return the body of ErrorResponse."""
    fields = [("S", "FATAL" if error.fatal else "ERROR"), ("C", error.sqlstate), ("M", error.message)]
    fields += [("D", error.detail)] if error.detail else []
    return b"".join(key.encode() + cstring(text) for key, text in fields) + b"\0"
