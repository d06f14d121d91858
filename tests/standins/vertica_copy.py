"""Vertica's COPY: delimited text from the client, Parquet from allowed folders or S3; rejected rows are counted and kept.

Options may come in any order.  A text that is too long without ENFORCELENGTH would be cut by Vertica; here it is refused.
Parquet must have the table's columns, by name and kind of type, as Vertica's strict matching wants it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from sqlglot.tokens import TokenType

from standins import sql
from standins.backend import Record
from standins.errors import ServerError, unsupported
from standins.s3 import local_copy
from standins.session import Answer, Column
from standins.vertica_text import Format, Rejected, read, stage

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


@dataclass(slots=True)
class Copy:
    """A parsed COPY statement."""

    schema: str = "public"
    name: str = ""
    columns: list[str] = field(default_factory=list)
    formats: dict[str, str] = field(default_factory=dict)
    local: bool = False
    paths: list[str] = field(default_factory=list)
    format: Format = field(default_factory=Format)
    parquet: bool = False
    abort: bool = False
    commit: bool = True
    return_rejected: bool = False
    reject_max: int = 0
    reject_table: str = ""
    rejections: str = ""
    exceptions: str = ""
    stream: str = ""


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
    if rejected and (copy.abort or (copy.reject_max and len(rejected) >= copy.reject_max)):
        first = rejected[0]
        raise ServerError("22V04", f"COPY: Input record {first.row} has been rejected ({first.reason})")
    return sum(insert() for insert in staged), rejected


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
        return sum(_insert(session, copy, target, found) for found in _allowed(session, path))
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


def _allowed(session: Vertica, path: str) -> list[Path]:
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


# The statement


class _Words:
    """The tokens of a COPY, read from the left; texts are told from words."""

    def __init__(self, text: str) -> None:
        found = sql.tokens(text, "vertica")
        self._words = [(each.text, each.token_type in (TokenType.STRING, TokenType.BYTE_STRING)) for each in found]
        self._escaped = [each.token_type is TokenType.BYTE_STRING for each in found]

    def __bool__(self) -> bool:
        return bool(self._words)

    def take(self) -> str:
        if not self._words:
            raise ServerError("42601", "COPY ends too early")
        escaped = self._escaped.pop(0)
        text = self._words.pop(0)[0]
        return text.encode().decode("unicode_escape") if escaped else text

    def accept(self, *words: str) -> bool:
        """Take ``words`` if they come next."""
        found = [text.upper() for text, quoted in self._words[: len(words)] if not quoted]
        if found != list(words):
            return False
        del self._words[: len(words)], self._escaped[: len(words)]
        return True

    def text(self) -> str:
        """Take a quoted text."""
        if not self._words or not self._words[0][1]:
            raise ServerError("42601", "COPY needs a quoted text here")
        return self.take()

    @property
    def quoted(self) -> bool:
        return bool(self._words) and self._words[0][1]


def parse(text: str, schema: str = "public") -> Copy:
    """Return a COPY statement's parts; raises ServerError for an option that is not known here."""
    words = _Words(text)
    words.take()
    copy = Copy(schema=schema, name=words.take())
    if words.accept("."):
        copy.schema, copy.name = copy.name, words.take()
    if words.accept("("):
        while not words.accept(")"):
            if words.accept("FORMAT"):
                copy.formats[copy.columns[-1].lower()] = words.text().lower()
            else:
                copy.columns += [] if words.accept(",") else [words.take()]
    if not words.accept("FROM"):
        raise ServerError("42601", "COPY needs FROM")
    copy.local = words.accept("LOCAL")
    if not words.accept("STDIN"):
        copy.paths.append(words.text())
        while words.accept(","):
            copy.paths.append(words.text())
    while words:
        if not any(words.accept(*names) and (use(copy, words), True)[1] for names, use in _OPTIONS):
            raise unsupported(f"the option {words.take().upper()} of COPY")
    return copy


def _skip_as(words: _Words) -> str:
    words.accept("AS")
    return words.text()


def _rejected(copy: Copy, words: _Words) -> None:
    words.accept("DATA")
    if words.accept("AS", "TABLE"):
        copy.reject_table = words.take()
    else:
        copy.rejections = _skip_as(words)


def _set(name: str, value: object) -> Callable[[Copy, _Words], None]:
    return lambda copy, _: setattr(copy, name, value)


def _format(name: str, take: Callable[[_Words], object]) -> Callable[[Copy, _Words], None]:
    return lambda copy, words: setattr(copy.format, name, take(words))


_OPTIONS: tuple[tuple[tuple[str, ...], Callable[[Copy, _Words], None]], ...] = (
    (("PARQUET",), _set("parquet", True)),
    (("ON", "ANY", "NODE"), lambda _copy, _words: None),
    (("UNCOMPRESSED",), lambda _copy, _words: None),
    (("DELIMITER",), _format("delimiter", _skip_as)),
    (("TRAILING", "NULLCOLS"), _format("trailing_nulls", lambda _: True)),
    (("NULL",), _format("null", _skip_as)),
    (("NO", "ESCAPE"), _format("escape", lambda _: "")),
    (("ESCAPE",), _format("escape", _skip_as)),
    (("ENCLOSED", "BY"), _format("enclosed", lambda words: words.text())),
    (("ENCLOSED",), _format("enclosed", lambda words: words.text())),
    (("RECORD", "TERMINATOR"), _format("terminator", lambda words: words.text())),
    (("SKIP",), _format("skip", lambda words: int(words.take()))),
    (("ENFORCELENGTH",), _format("enforce_length", lambda _: True)),
    (("REJECTMAX",), lambda copy, words: setattr(copy, "reject_max", int(words.take()))),
    (("REJECTED",), _rejected),
    (("EXCEPTIONS",), lambda copy, words: setattr(copy, "exceptions", words.text())),
    (("RETURNREJECTED",), _set("return_rejected", True)),
    (("ABORT", "ON", "ERROR"), _set("abort", True)),
    (("NO", "COMMIT"), _set("commit", False)),
    (("STREAM", "NAME"), lambda copy, words: setattr(copy, "stream", words.text())),
)
