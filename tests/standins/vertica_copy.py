"""Vertica's COPY: delimited text from the client, Parquet from allowed folders or S3; rejected rows are counted and kept.

Options may come in any order.  A text that is too long without ENFORCELENGTH would be cut by Vertica; here it is refused.
Parquet must have the table's columns, by name and kind of type, as Vertica's strict matching wants it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from standins import sql
from standins.backend import Record
from standins.errors import ServerError, unsupported
from standins.s3 import local_copy
from standins.session import Answer, Column
from standins.vertica_statement import Copy, parse
from standins.vertica_text import Rejected, read, stage

if TYPE_CHECKING:
    from standins.vertica_sql import Vertica

ROWS_LOADED = (Column("Rows Loaded", "BIGINT"),)


class Transfer(Protocol):
    """The client's side of a COPY, whose ``statement`` tells faults which it is."""

    statement: str

    def stdin(self) -> Iterator[bytes]:
        """Ask for the data and yield them."""

    def local(self, copy: Copy) -> Iterator[tuple[str, Iterator[bytes]]]:
        """Let the client check its files, then yield the name and the data of each; an empty name is its input stream."""

    def rejected(self, copy: Copy, rows: list[Rejected]) -> None:
        """Tell the client which rows of the batch were rejected, and that the batch is done."""


def run(session: Vertica, record: Record, text: str) -> Answer:
    """Load a table; unless told NO COMMIT, the load and all before it are committed."""
    copy = parse(text, session.schema)
    if session.transfer is not None:
        session.transfer.statement = text
    kinds = dict(session.table_columns(copy.schema, copy.name))
    lowered = {name.lower(): name for name in kinds}
    for name in copy.columns:
        if name.lower() not in lowered:
            raise ServerError("42703", f'Column "{name}" does not exist')
    target = {lowered[name.lower()]: kinds[lowered[name.lower()]] for name in copy.columns} if copy.columns else kinds
    record.tables, record.kind = (copy.name,), "LOAD"
    session.begin()
    accepted, rejected = _parquet(session, copy, target) if copy.parquet else _text(session, copy, target)
    if copy.reject_table:
        _keep_rejected(session, copy, rejected)
    if accepted:
        session.wrote = True
        session.loaded(copy.schema, copy.name)
    session.accepted, session.rejected, record.rows = accepted, len(rejected), accepted
    session.backend.loads.append(
        {
            "session_id": session.name,
            "transaction_id": session.transaction,
            "statement_id": session.number,
            "stream_name": copy.stream,
            "schema_name": copy.schema,
            "table_name": copy.name,
            "is_executing": False,
            "accepted_row_count": accepted,
            "rejected_row_count": len(rejected),
        }
    )
    if copy.commit:
        session.end("COMMIT")
    if copy.local or copy.paths:
        return Answer("COPY", ROWS_LOADED, [(accepted,)], accepted, described=copy.local)
    return Answer("COPY", count=accepted)


def _text(session: Vertica, copy: Copy, target: dict[str, str]) -> tuple[int, list[Rejected]]:
    """Read all, decide about the rejected rows, and only then insert: a refused load leaves the transaction as it was."""
    if copy.paths and not copy.local:
        raise unsupported("COPY of text files on the server")
    assert session.transfer is not None
    staged, rejected = [], []
    for data in _sources(session.transfer, copy):
        rows, bad = read(b"".join(data).decode("utf-8", "replace"), copy.format, len(target))
        good, more = stage(session, copy, target, rows)
        found = sorted([*bad, *more], key=lambda each: each.row)
        if copy.local:
            session.transfer.rejected(copy, found)
        staged.append(good)
        rejected += found
        if copy.paths:
            _judge(copy, rejected)
    _judge(copy, rejected)
    return sum(insert() for insert in staged), rejected


def _judge(copy: Copy, rejected: list[Rejected]) -> None:
    """Raise ServerError if the statement does not bear the rejected rows."""
    if rejected and (copy.abort or (copy.reject_max and len(rejected) >= copy.reject_max)):
        first = rejected[0]
        raise ServerError("22V04", f"COPY: Input record {first.row} has been rejected ({first.reason})")


def _sources(transfer: Transfer, copy: Copy) -> Iterator[Iterator[bytes]]:
    if not copy.local:
        yield transfer.stdin()
        return
    for _, data in transfer.local(copy):
        yield data


def _keep_rejected(session: Vertica, copy: Copy, rejected: list[Rejected]) -> None:
    table = f"{sql.quoted(copy.schema)}.{sql.quoted(copy.reject_table)}"
    columns = "row_number BIGINT, rejected_data VARCHAR, rejected_data_orig_length BIGINT, rejected_reason VARCHAR"
    session.query(f"CREATE TABLE IF NOT EXISTS {table} ({columns})")
    if rejected:
        rows = [(each.row, each.data, len(each.data), each.reason) for each in rejected]
        with session.translated_errors():
            session.duck.executemany(f"INSERT INTO {table} VALUES (?, ?, ?, ?)", rows)


# Parquet


def _parquet(session: Vertica, copy: Copy, target: dict[str, str]) -> tuple[int, list[Rejected]]:
    if copy.local or not copy.paths:
        raise unsupported("COPY of Parquet from the client")
    return sum(_parquet_path(session, copy, target, path) for path in copy.paths), []


def _parquet_path(session: Vertica, copy: Copy, target: dict[str, str], path: str) -> int:
    if not path.startswith("s3://"):
        return sum(_insert(session, copy, target, found) for found in allowed(session, path))
    if session.bucket is None:
        raise unsupported("COPY without an S3 service")
    names = session.bucket.names(path.removesuffix("*.parquet").removesuffix("*"))
    rows = 0
    for url in names:
        with local_copy(session.bucket.read(url)) as found:
            rows += _insert(session, copy, target, found)
    if not names:
        raise ServerError("58V01", f"No files match when expanding glob: [{path}]")
    return rows


def allowed(session: Vertica, path: str) -> list[Path]:
    pattern = Path(path)
    if not any(pattern.is_relative_to(folder) for folder in session.folders) or ".." in pattern.parts:
        raise unsupported(f"reading {path}: the folder is not one that the test allows")
    found = sorted(pattern.parent.glob(pattern.name))
    if not found:
        raise ServerError("58V01", f"No files match when expanding glob: [{path}]")
    return found


def _insert(session: Vertica, copy: Copy, target: dict[str, str], path: Path) -> int:
    source = f"read_parquet('{path}')"
    found = session.describe_query(f"SELECT * FROM {source}")
    names = [column.name.lower() for column in found]
    if sorted(names) != sorted(name.lower() for name in target):
        raise ServerError("22V23", f"The columns of {path.name} are not those of {copy.name}")
    for column in found:
        wanted = next(kind for name, kind in target.items() if name.lower() == column.name.lower())
        if _family(column.type) != _family(wanted):
            raise ServerError("22V23", f"Column {column.name} of {path.name} is {column.type}, the table's is {wanted}")
    columns = ", ".join(map(sql.quoted, target))
    table = f"{sql.quoted(copy.schema)}.{sql.quoted(copy.name)}"
    ((rows,),) = session.query(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM {source}")
    return int(rows)


def _family(kind: str) -> str:
    base = kind.split("(")[0]
    return "integer" if base in ("TINYINT", "SMALLINT", "INTEGER", "BIGINT") else "float" if base in ("FLOAT", "DOUBLE") else base
