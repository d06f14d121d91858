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
    (b"PK\x03\x04", "a ZIP archive: unpack it first"),
    (b"BZh", "compressed with bzip2: unpack it first"),
    (b"\xfd7zXZ", "compressed with xz: unpack it first"),
    (b"\x28\xb5\x2f\xfd", "compressed with Zstandard: unpack it first"),
    (b"7z\xbc\xaf", "a 7z archive: unpack it first"),
    (b"Salted__", "encrypted with OpenSSL: decrypt it first"),
    (b"-----BEGIN PGP MESSAGE", "encrypted with PGP: decrypt it first"),
    (b"TAPE", "a backup of SQL Server: restore it and script its tables, or give the server as the source"),
)
_FEW = 2  # marks that any text may have by chance
_HEAD = 20_000  # characters in which a tool tells its name
_LOOK = 200_000  # characters that show the dialect: the rest of a large dump is rows
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
    if encoding == "utf-8" and (known := _what(content)):
        raise SourceError(f"{path} is {known}.")
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
    """Return what a file is that is no SQL text; empty if it may be some."""
    head = content[:65536]
    told = next((text for mark, text in _BINARY if content.startswith(mark)), "")
    if told and (b"\0" in head or not head.isascii() or content.startswith((b"-----BEGIN", b"TAPE", b"Salted__", b"PGDMP"))):
        return told
    # Text of any language has letters, blanks and line ends of ASCII between its own.
    strange = sum(byte < 9 or 13 < byte < 32 or byte > 126 for byte in head)
    binary = b"\0" in head or strange > len(head) / 2
    return "a binary or encrypted file, not SQL text: export the schema as SQL first" if binary else ""


def doubt(known: str, text: str) -> str:
    """Return a finding if ``text`` looks far more like another dialect than ``known``; empty if not."""
    counts = _counts(text)
    likely = max(counts, key=lambda dialect: counts[dialect])
    if known not in counts or counts[likely] <= max(2 * counts[known], _FEW):
        return ""
    return f"the text looks like {likely}, but was read as {known}: if names or types are wrong, read it with --dialect {likely}"


def _counts(text: str) -> dict[str, int]:
    """Return how much ``text`` looks like each dialect; the head of a known tool's dump outweighs everything else."""
    looked = text[:_LOOK]
    counts = {dialect: len(re.findall(marks, looked, re.I | re.M)) for dialect, marks in _MARKS.items()}
    signed = (dialect for dialect, mark in _SIGNATURES.items() if re.search(mark, text[:_HEAD], re.M))
    return {**counts, **dict.fromkeys(signed, len(text))}
