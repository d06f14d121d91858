"""SQL files as text: encodings, dialects, and what to say about files that hold no schema."""

from __future__ import annotations

import codecs
import re
from collections.abc import Sequence
from pathlib import Path

import sqlglot

from warehousebench.errors import SourceError, UsageError

SQLITE_MAGIC = b"SQLite format 3\0"
_BINARY = (
    (SQLITE_MAGIC, "a SQLite database: give it as the source itself, not as DDL"),
    (b"PGDMP", "a PostgreSQL archive: turn it into SQL with pg_restore --schema-only -f schema.sql FILE"),
    (b"PAR1", "a Parquet file: it holds rows, not a schema with keys"),
    (b"\x1f\x8b", "compressed with gzip: unpack it first"),
)
_HEAD = 20_000  # characters in which a tool tells its name
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_ALIASES = {"postgresql": "postgres", "mariadb": "mysql", "mssql": "tsql", "sqlserver": "tsql", "sqlite3": "sqlite", "h2": "hsqldb"}
# What only one tool writes, at the head of its dumps; it decides alone.
_SIGNATURES = {
    "postgres": r"^-- (?:PostgreSQL database|Greenplum Database) (?:cluster )?dump",
    "mysql": r"^-- (?:MySQL dump|MariaDB dump|phpMyAdmin SQL Dump)|^/\*!40101 SET |^/\*M!999999",
    "tsql": r"^/\*{6} Object:|^SET (?:ANSI_NULLS|QUOTED_IDENTIFIER) ON",
    "oracle": r"^-- (?:File created - |CONNECT |new object type path)|^--\s+DDL for (?:Table|Index|Sequence|View)\b|^\s*REM\s",
    "sqlite": r"\APRAGMA foreign_keys\s*=\s*OFF;\s*BEGIN TRANSACTION;",
    "hsqldb": r"^SET DATABASE (?:UNIQUE NAME|GC|DEFAULT)|^CREATE SCHEMA PUBLIC AUTHORIZATION DBA|^CREATE (?:MEMORY|CACHED) TABLE ",
}
# Marks of a dialect, in the order in which equal counts decide; plain SQL reads the same as PostgreSQL.
_MARKS = {
    "postgres": r"::\w|\bserial\b|\bbytea\b|\btimestamptz\b|\bOWNER TO\b|\bjsonb\b|\bsearch_path\b|\bcharacter varying\b",
    "mysql": r"`|\bENGINE\s*=|\bAUTO_INCREMENT\b|/\*!\d|\bunsigned\b|\bmediumtext\b",
    "tsql": r"^\s*GO\s*$|\[dbo\]|\bdbo\.|\bIDENTITY\s*\(|\bnvarchar\b|\bCLUSTERED\b|\buniqueidentifier\b|\bdatetime2\b",
    "oracle": r"\bVARCHAR2\b|\bNUMBER\s*[(,]|\bCLOB\b|^/\s*$|\bSYSDATE\b|\bTABLESPACE\b",
    "hsqldb": r"\bCREATE\s+(?:MEMORY|CACHED)\s+TABLE\b|(?-i:\bPUBLIC\.[A-Z])|\bVARCHAR_IGNORECASE\b|\bLONGVARCHAR\b"
    r"|\bSET\s+(?:DATABASE|FILES|SCHEMA)\s",
    "sqlite": r"\bAUTOINCREMENT\b|\bPRAGMA\b|\bsqlite_sequence\b|\bWITHOUT ROWID\b",
}


def load(path: Path) -> tuple[str, str]:
    """Return the text of ``path`` and a finding, empty if all is well; raises SourceError for what is no SQL text."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise SourceError(
            f"cannot read {path}: {error.strerror or error}. Name a .sql file with CREATE TABLE statements."
        ) from error
    if not content.strip():
        raise SourceError(f"{path} is empty. Name a .sql file with CREATE TABLE statements.")
    encoding = next((name for mark, name in _BOMS if content.startswith(mark)), "utf-8")
    if encoding == "utf-8" and b"\0" in content[:65536]:
        raise SourceError(f"{path} is {_what(content)}.")
    try:
        return content.decode(encoding).replace("\r\n", "\n"), ""
    except UnicodeDecodeError as error:
        note = f"{path.name}: byte {error.start} is not {encoding}; the file was read as Windows-1252, so check names with accents"
        return content.decode("cp1252", errors="replace").replace("\r\n", "\n"), note


def dialect_of(name: str | None, text: str) -> str:
    """Return sqlglot's name of the dialect ``name``, or the one that ``text`` looks most like; raises UsageError."""
    if name is None:
        counts = _counts(text)
        return max(counts, key=lambda dialect: counts[dialect])
    known = _ALIASES.get(name.lower(), name.lower())
    if known not in sqlglot.Dialect.classes and known != "hsqldb":
        raise UsageError(f"the SQL dialect {name} is not known. Use postgres, mysql, tsql, oracle, sqlite or hsqldb.")
    return known


def no_tables(paths: Sequence[Path], dialect: str, findings: Sequence[str]) -> str:
    """Return the message for files in which no table was found."""
    places = ", ".join(str(path) for path in paths)
    first = f" First finding: {findings[0]}." if findings else ""
    return f"no table was found in {places}, read as {dialect}.{first} Name a file with CREATE TABLE statements, or its dialect."


def _what(content: bytes) -> str:
    told = next((text for mark, text in _BINARY if content.startswith(mark)), None)
    return told or "a binary file, not SQL text: export the schema as SQL first"


def doubt(known: str, text: str) -> str:
    """Return a finding if ``text`` looks more like another dialect than ``known``; empty if not."""
    counts = _counts(text)
    likely = max(counts, key=lambda dialect: counts[dialect])
    if likely == known or counts[likely] <= 2 * counts.get(known, 0):
        return ""
    return f"the text looks like {likely}, but was read as {known}: if names or types are wrong, read it with --dialect {likely}"


def _counts(text: str) -> dict[str, int]:
    """Return how much ``text`` looks like each dialect; the head of a known tool's dump outweighs everything else."""
    counts = {dialect: len(re.findall(marks, text, re.I | re.M)) for dialect, marks in _MARKS.items()}
    signed = (dialect for dialect, mark in _SIGNATURES.items() if re.search(mark, text[:_HEAD], re.M))
    return {**counts, **dict.fromkeys(signed, len(text))}
