"""A COPY out of PostgreSQL in blocks of whole rows, read by libpq's own calls: psycopg's iterator costs twice the time per row.

Sources: PostgreSQL documentation, "Functions Associated with the COPY Command"; psycopg documentation, module ``pq``.
"""

from __future__ import annotations

import select
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

BLOCK = 4 << 20  # bytes of CSV that are parsed at once


def copied(connection: Any, sql: str) -> Iterator[tuple[int, bytearray]]:
    """Yield numbers of rows and their CSV; raises psycopg's errors.  Given up early, the statement is cancelled."""
    from psycopg.pq import ExecStatus

    server, ready = connection.pgconn, select.poll()
    ready.register(server.socket, select.POLLIN)
    server.send_query(sql.encode())
    begun = _result(server, ready)
    if begun.status != ExecStatus.COPY_OUT:
        _end(server, begun)
    finished = False
    try:
        # Each row is copied at once: thousands of the library's own small buffers cost more than the copy.
        block, rows = bytearray(), 0
        while (data := _row(server, ready)) is not None:
            block += data
            rows += 1
            if len(block) >= BLOCK:
                yield rows, block
                block, rows = bytearray(), 0
        finished = True
        _end(server)
        if block:
            yield rows, block
    finally:
        if not finished:
            _give_up(connection, ready)


def _row(server: Any, ready: Any) -> memoryview | None:
    while True:
        size, data = server.get_copy_data(1)
        if size > 0:
            return data  # type: ignore[no-any-return]
        if size < 0:
            return None
        ready.poll()
        server.consume_input()


def _result(server: Any, ready: Any) -> Any:
    while server.is_busy():
        ready.poll()
        server.consume_input()
    return server.get_result()


def _end(server: Any, last: Any = None) -> None:
    """Take the results that are left; raises the first error among them."""
    from psycopg.errors import DatabaseError, lookup
    from psycopg.pq import DiagnosticField, ExecStatus

    failed = None
    while last is not None or (last := server.get_result()) is not None:
        if last.status == ExecStatus.FATAL_ERROR and failed is None:
            failed = last
        last = None
    if failed is not None:
        state = (failed.error_field(DiagnosticField.SQLSTATE) or b"").decode()
        text = (failed.error_field(DiagnosticField.MESSAGE_PRIMARY) or failed.error_message).decode(errors="replace")
        try:
            kind = lookup(state)
        except KeyError:
            kind = DatabaseError
        raise kind(text)


def _give_up(connection: Any, ready: Any) -> None:
    with suppress(Exception):
        connection.cancel()
        while _row(connection.pgconn, ready) is not None:
            pass
    with suppress(Exception):
        _end(connection.pgconn)
