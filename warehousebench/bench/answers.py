"""Reference answers: computed once by DuckDB on the original data files, then kept beside the data."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any, ClassVar

import msgspec

from warehousebench.bench.verify import Reference, make_reference
from warehousebench.engines.base import Answer, Connector
from warehousebench.errors import EngineError, SourceError
from warehousebench.model import document
from warehousebench.model.answer import AnswerShape
from warehousebench.model.data import Fingerprint

# How each kind of value is written and read back; a float's repr is exact.
_KINDS: dict[str, tuple[Callable[[Any], str], Callable[[str], Any]]] = {
    "bool": (str, lambda text: text == "True"),
    "int": (str, int),
    "Decimal": (str, Decimal),
    "float": (repr, float),
    "str": (str, str),
    "date": (date.isoformat, date.fromisoformat),
    "datetime": (datetime.isoformat, datetime.fromisoformat),
    "time": (time.isoformat, time.fromisoformat),
}


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """One reference answer as a file: its query, the engine that gave it, how the query orders, and the rows as text."""

    made_by: ClassVar[str] = "warehousebench run"

    query: str
    sql: str
    engine: str
    names: tuple[str, ...]
    types: tuple[str, ...]
    kinds: tuple[str, ...]
    rows: tuple[tuple[str | None, ...], ...]
    shape: AnswerShape
    format: str = "warehousebench.answer"
    version: int = 1


@dataclass(frozen=True, slots=True)
class References:
    """The reference answers by query name; ``missing`` says why a query has none."""

    answers: Mapping[str, Reference]
    missing: Mapping[str, str]


def references(
    queries: Mapping[str, str],
    connector: Connector,
    fingerprint: Fingerprint,
    folder: Path,
    timeout: float,
    progress: Callable[[str], None] = lambda _: None,
) -> References:
    """Return the answer of every query in ``queries`` (name -> SQL), from ``folder`` where it is kept, else computed.

    An answer is kept under a name made of the SQL, the data and the engine's version, so a stale one is never used.
    """
    found: dict[str, Reference] = {}
    missing: dict[str, str] = {}
    first: dict[str, str] = {}
    for name, sql in queries.items():
        known = first.setdefault(sql, name)
        if known == name:
            path = folder / f"{name}-{_key(sql, fingerprint, connector)}.json"
            try:
                found[name] = _load(path) if path.exists() else _compute(name, sql, connector, path, timeout)
            except EngineError as error:
                missing[name] = f"no reference answer: {error}"
        elif known in found:  # the same question under another name, such as another variant of a function
            found[name] = found[known]
        else:
            missing[name] = missing[known]
        progress(name)
    return References(found, missing)


def _key(sql: str, fingerprint: Fingerprint, connector: Connector) -> str:
    identity = msgspec.json.encode([sql, fingerprint, connector.engine, connector.version], order="sorted")
    return hashlib.sha256(identity).hexdigest()[:16]


def _load(path: Path) -> Reference:
    stored = document.read(path, StoredAnswer)
    readers = [_KINDS[kind][1] if kind in _KINDS else str for kind in stored.kinds]
    try:
        rows = [
            tuple(None if value is None else read(value) for read, value in zip(readers, row, strict=True)) for row in stored.rows
        ]
    except (ValueError, ArithmeticError) as error:
        raise SourceError(f"{path} is damaged ({error}). Delete it: it is computed again.") from error
    return make_reference(Answer(stored.names, stored.types, rows), stored.shape)


def _compute(name: str, sql: str, connector: Connector, path: Path, timeout: float) -> Reference:
    from warehousebench.workload.shape import answer_shape

    client = connector.connect()
    try:
        answer = client.query(sql, timeout)
    finally:
        client.close()
    try:
        shape = answer_shape(sql)
    except SourceError:
        # What cannot be parsed may still run: then nothing is promised about the order of its rows.
        shape = AnswerShape((), limited=False, kinds=())
    stored = _stored(name, sql, f"{connector.engine} {connector.version}", answer, shape)
    if stored:
        # Where the data cannot be written beside, the answer is computed again next time.
        with suppress(SourceError):
            document.write(path, stored)
    return make_reference(answer, shape)


def _stored(name: str, sql: str, engine: str, answer: Answer, shape: AnswerShape) -> StoredAnswer | None:
    """Return ``answer`` ready for a file, or None where a column holds values that have no text form here."""
    kinds = tuple(_kind(answer, column) for column in range(len(answer.names)))
    writers: list[Callable[[Any], str]] = []
    for kind in kinds:
        if kind not in _KINDS:
            return None
        writers.append(_KINDS[kind][0])
    rows = tuple(
        tuple(None if value is None else write(value) for write, value in zip(writers, row, strict=True)) for row in answer.rows
    )
    return StoredAnswer(name, sql, engine, answer.names, answer.types, kinds, rows, shape)


def _kind(answer: Answer, column: int) -> str:
    """Return the name of the column's Python type; empty if values differ in it, as dates before year 1 do (they are text)."""
    kinds = {type(row[column]).__name__ for row in answer.rows if row[column] is not None}
    return kinds.pop() if len(kinds) == 1 else "" if kinds else "str"
