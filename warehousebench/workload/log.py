"""A query log ─► the distinct queries in it, each weighted by how often it ran, and what is no query."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import inf
from pathlib import Path
from typing import Any

from warehousebench.errors import SourceError
from warehousebench.workload.suite import OPAQUE, SuiteQuery, blanked, read_text

# The first that is there counts; pg_stat_statements calls its columns query, calls and queryid.
_TEXTS = ("sql", "query", "query_text", "text", "statement")
_WEIGHTS = ("count", "calls", "executions", "weight")
_NAMES = ("name", "id", "queryid")

_QUERIES = frozenset({"SELECT", "WITH", "FROM", "VALUES", "TABLE"})
_CHANGES = re.compile(r"\b(INSERT|UPDATE|DELETE|MERGE)\b", re.IGNORECASE)
_PLACEHOLDER = re.compile(
    r"""\$\w+                                 # $1 of PostgreSQL
      | (?<![\w:\])]):[A-Za-z_]\w*            # :name, not ::type, array[1:n] or document:field
      | (?<![\w@<])@[A-Za-z_]\w*              # @name of SQL Server
      | %\([^)]*\)s | (?<=[\s(,=<>])%s(?!\w)  # of Python's drivers
      | \?(?!\s*_|[|&?])                      # not the jsonb operators, whose right side is a text
    """,
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class LogQueries:
    """The distinct queries of a log in order of first appearance; ``findings`` tell what was left out or cannot run."""

    queries: tuple[SuiteQuery, ...]
    findings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Entry:
    """One line of a log: its text, how often it ran, its name if it has one, and where it begins, from 1."""

    sql: str
    weight: float
    name: str
    line: int


@dataclass(slots=True)
class _Skipped:
    """Statements of one kind that are no queries."""

    first: int
    statements: int = 0
    runs: float = 0.0


@dataclass(slots=True)
class _Sorted:
    """The entries so far: queries by their plain text, and what is none by its kind."""

    queries: dict[str, list[_Entry]] = field(default_factory=dict)
    skipped: dict[str, _Skipped] = field(default_factory=dict)


def queries_from_log(path: Path) -> LogQueries:
    """Return the queries of a log: CSV with a header, a JSON array of objects, or one JSON object per line.

    Texts that differ in white space and comments only are one query, whose weight is the sum of theirs.  Raises
    SourceError for a file that is not such a log, for a weight that is none, and for a log without a query.
    """
    text = read_text(path)
    if not text.strip():
        raise SourceError(f"{path} is empty. Export the log with a column of query texts: {', '.join(_TEXTS)}")
    records = _json_records(text, path) if text.lstrip()[0] in "[{" else _csv_records(text, path)
    found = _Sorted()
    for entry in _entries(records, path):
        _sort_in(entry, found)
    if not found.queries:
        raise SourceError(f"{path} holds no query. {' '.join(_told(found.skipped)) or 'It has no rows'}")
    queries = tuple(_merged(found.queries.values()))
    placeholders = (_placeholder(query, entries[0]) for query, entries in zip(queries, found.queries.values(), strict=True))
    return LogQueries(queries, (*_told(found.skipped), *filter(None, placeholders)))


def plain_text(sql: str) -> str:
    """Return ``sql`` without comments and closing semicolons, and with single spaces outside of strings and quoted names."""
    parts, end = [], 0
    for opaque in OPAQUE.finditer(sql):
        comment = opaque[0].startswith(("--", "/*"))
        parts += [_spaced(sql[end : opaque.start()]), " " if comment else opaque[0]]
        end = opaque.end()
    # A comment between blanks leaves two of them side by side, and blanks inside of strings must stay.
    joined = ""
    for part in (*parts, _spaced(sql[end:])):
        joined += part[1:] if part[:1] == " " and joined[-1:] in ("", " ") else part
    return joined.rstrip(" ;")


def _spaced(code: str) -> str:
    return re.sub(r"\s+", " ", code)


def _sort_in(entry: _Entry, found: _Sorted) -> None:
    plain = plain_text(entry.sql)
    kind = _kind(plain)
    if kind is None:
        found.queries.setdefault(plain, []).append(entry)
        return
    skipped = found.skipped.setdefault(kind, _Skipped(entry.line))
    skipped.statements += 1
    skipped.runs += entry.weight


def _kind(plain: str) -> str | None:
    """Return what a statement is that is no query: its first word, or a description; None for a query."""
    code = blanked(plain)
    if ";" in code:
        return "several statements in one text"
    first = re.match(r"[\s(]*([A-Za-z]+)", code)
    word = first[1].upper() if first else "text that is no SQL" if code.strip() else "empty text"
    if word == "WITH" and (change := _CHANGES.search(_outermost(code))):
        return f"WITH … {change[1].upper()}"
    return None if word in _QUERIES else word


def _outermost(code: str) -> str:
    """Return what stands outside of all parentheses."""
    depth, kept = 0, []
    for part in re.split(r"([()])", code):
        depth += (part == "(") - (part == ")")
        if depth == 0:
            kept.append(part)
    return " ".join(kept)


def _told(skipped: Mapping[str, _Skipped]) -> tuple[str, ...]:
    return tuple(
        f"{kind} ({many.statements} in the log, run {many.runs:g} times, first at line {many.first}): no query, left out"
        for kind, many in sorted(skipped.items())
    )


def _merged(groups: Iterable[Sequence[_Entry]]) -> Iterator[SuiteQuery]:
    """Yield one query per group, with the first text and the first name given, or its number: q001."""
    taken: set[str] = set()
    for number, group in enumerate(groups, 1):
        given = next((entry.name for entry in group if entry.name), f"q{number:03}")
        name, again = given, 1
        while name in taken:
            again += 1
            name = f"{given}-{again}"
        taken.add(name)
        yield SuiteQuery(name, _runnable(group[0].sql), sum(entry.weight for entry in group))


def _runnable(sql: str) -> str:
    """Return the text without closing semicolons, and with the placeholders of Python's drivers as SQL has them."""
    code = blanked(sql).rstrip(" \t\r\n;")
    kept = sql[: len(code)]
    for match in reversed([match for match in _PLACEHOLDER.finditer(code) if match[0].startswith("%")]):
        plain = "?" if match[0] == "%s" else f":{match[0][2:-2]}"
        kept = kept[: match.start()] + plain + kept[match.end() :]
    return kept.strip()


def _placeholder(query: SuiteQuery, entry: _Entry) -> str | None:
    found = _PLACEHOLDER.search(blanked(entry.sql))
    if found is None:
        return None
    return (
        f"{query.name}, line {entry.line}: has the placeholder {found[0]}, so it can be read but not run; "
        "put a usual value in its place to have its rows counted"
    )


def _entries(records: Iterable[tuple[int, Mapping[str, Any]]], path: Path) -> Iterator[_Entry]:
    for line, record in records:
        by_key = {key.strip().lower(): value for key, value in record.items()}
        sql = _first(by_key, _TEXTS)
        if not any(key in by_key for key in _TEXTS):
            raise SourceError(_wrong_columns(path, line, by_key))
        if not isinstance(sql, str | None):
            raise SourceError(f"{path}, line {line}: the query text is {sql!r}. Give it as text")
        yield _Entry(sql or "", _weight(_first(by_key, _WEIGHTS), path, line), _name(_first(by_key, _NAMES)), line)


def _first(record: Mapping[str, Any], keys: Sequence[str]) -> Any:
    return next((record[key] for key in keys if key in record), None)


def _wrong_columns(path: Path, line: int, found: Iterable[str]) -> str:
    names = ", ".join(name or '""' for name in found) or "none"
    return f"{path}, line {line}: no column holds the query text. Found: {names}; needed: one of {', '.join(_TEXTS)}"


def _name(value: Any) -> str:
    return " ".join(str(value).split()) if value is not None else ""


def _weight(value: Any, path: Path, line: int) -> float:
    if value is None:
        return 1.0
    try:
        weight = float(value) if not isinstance(value, bool) else 0.0
    except (TypeError, ValueError, OverflowError):
        weight = 0.0
    if not 0 < weight < inf:
        raise SourceError(f"{path}, line {line}: the weight is {value!r}. Weights are finite numbers greater than 0")
    return weight


def _csv_records(text: str, path: Path) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Yield (line, record) of a CSV text whose columns are cut at commas, semicolons or tabs."""
    csv.field_size_limit(2**31 - 1)  # a generated query may well be longer than the 128 KiB that csv allows
    header = text.lstrip("\r\n").split("\n", 1)[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=header.count), strict=True)
    names: list[str] | None = None
    try:
        begin = 1
        for row in reader:
            line, begin = begin, reader.line_num + 1
            if names is None:
                names = _checked_header(row, path, line) if row else None
            elif row:
                yield line, _csv_record(names, row, path, line)
    except csv.Error as error:
        raise SourceError(f"{path}, line {reader.line_num}: not valid CSV: {error}. Export the log again, with quotes") from error


def _checked_header(row: list[str], path: Path, line: int) -> list[str]:
    names = [name.strip().lower() for name in row]
    if not set(names) & set(_TEXTS):
        raise SourceError(_wrong_columns(path, line, names))
    if len(set(names)) < len(names):
        raise SourceError(f"{path}, line {line}: the column {max(names, key=names.count)} is there twice. Rename one")
    return names


def _csv_record(names: list[str], row: list[str], path: Path, line: int) -> Mapping[str, Any]:
    if len(row) != len(names):
        raise SourceError(f"{path}, line {line}: {len(row)} values for {len(names)} columns. Put quotes around texts with commas")
    return dict(zip(names, row, strict=True))


def _json_records(text: str, path: Path) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Yield (line, object) of a JSON array, or of objects one after the other."""
    decoder, in_array = json.JSONDecoder(), text.lstrip()[0] == "["
    position = text.index("[") + 1 if in_array else 0
    line, counted = 1, 0
    between = re.compile(r"[\s,]*" if in_array else r"\s*")
    while True:
        position = between.match(text, position).end()  # type: ignore[union-attr]
        line, counted = line + text.count("\n", counted, position), position
        rest = text[position : position + 1]
        if not rest or (in_array and rest == "]"):
            break
        try:
            value, position = decoder.raw_decode(text, position)
        except (json.JSONDecodeError, RecursionError) as error:
            raise SourceError(f"{path}, line {line}: not valid JSON: {error}") from error
        if not isinstance(value, dict):
            raise SourceError(f"{path}, line {line}: {type(value).__name__} where an object with the query text should be")
        yield line, value
    if in_array and text[position:].strip() != "]":
        raise SourceError(f"{path}, line {line}: the JSON array does not end where the file does. Export the log again")
