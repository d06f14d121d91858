"""Redshift's COPY from S3, Parquet only: by manifest or by prefix; a load is all or nothing, its errors can be read back.

Columns are matched by their order and their number, not by name, and types must be the same kind: Redshift refuses
INT32 for BIGINT too.  Options are those that the developer guide allows with Parquet; any other is refused.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlglot.tokens import TokenType

from standins import sql
from standins.backend import Record, now
from standins.errors import ConnectionDropped, ServerError, unsupported
from standins.faults import Fault
from standins.s3 import Bucket, local_copy
from standins.session import Answer

if TYPE_CHECKING:
    from standins.redshift_sql import Redshift

_KEYS = ("IAM_ROLE", "CREDENTIALS", "ACCESS_KEY_ID", "SECRET_ACCESS_KEY", "SESSION_TOKEN")


@dataclass(slots=True)
class _Copy:
    schema: str
    name: str
    source: str = ""
    columns: list[str] = field(default_factory=list)
    options: dict[str, str] = field(default_factory=dict)


class _LoadError(Exception):
    def __init__(self, file: str, message: str, column: str = "", kind: str = "") -> None:
        super().__init__(message)
        self.row = {"file_name": file, "error_message": message, "column_name": column, "column_type": kind}


def run(session: Redshift, record: Record, text: str) -> Answer:
    """Load a table; raises ServerError, with the particulars in SYS_LOAD_ERROR_DETAIL."""
    copy = _parse(text, session.schema)
    if session.bucket is None:
        raise unsupported("COPY without an S3 service")
    design = session.design(copy.schema, copy.name)
    if design is None:
        raise ServerError("42P01", f'relation "{copy.name}" does not exist')
    record.tables = (copy.name,)
    entry: dict[str, Any] = {"user_id": 100, "query_id": record.id, "transaction_id": session.transaction}
    entry |= {"session_id": session.pid, "database_name": session.database, "start_time": record.started}
    # One transaction for all files: either every row of the load is there or none.
    alone = not session.open
    session.begin()
    try:
        rows, size, files = _load(session, copy, record, text)
    except (_LoadError, ServerError) as error:
        found = error.row if isinstance(error, _LoadError) else {"file_name": copy.source, "error_message": error.message}
        session.backend.load_errors.append(entry | found | {"table_id": design.body["id"], "line_number": 0, "error_code": 15007})
        session.failed = True
        if alone:
            session.end("ROLLBACK")
        hint = "Check 'sys_load_error_detail' system table for details."
        raise ServerError("XX000", f"Load into table '{copy.name}' failed. {hint}") from error
    except ConnectionDropped:
        session.end("ROLLBACK")
        raise
    if alone:
        session.end("COMMIT")
    entry |= {"status": "completed", "table_name": copy.name, "end_time": now(), "data_source": copy.source}
    session.backend.loads.append(entry | {"loaded_rows": rows, "loaded_bytes": size, "source_file_count": files, "error_count": 0})
    session.last_copy, session.copied, record.rows = record.id, rows, rows
    notice = f"Load into table '{copy.name}' completed, {rows} record(s) loaded successfully."
    return Answer("COPY", count=rows, notices=[notice])


def _parse(text: str, schema: str) -> _Copy:
    words = [(each.text, each.token_type is TokenType.STRING) for each in sql.tokens(text, "redshift")][1:]
    copy = _Copy(schema, words.pop(0)[0].lower())
    if words[0][0] == ".":
        copy.schema, copy.name = copy.name, words[1][0].lower()
        words = words[2:]
    if words[0][0] == "(":
        end = next(i for i, (word, _) in enumerate(words) if word == ")")
        copy.columns, words = [word.lower() for word, _ in words[1:end] if word != ","], words[end + 1 :]
    if words.pop(0)[0].upper() != "FROM":
        raise ServerError("42601", "COPY needs FROM")
    copy.source = words.pop(0)[0]
    _options(copy, words)
    if copy.options.get("FORMAT") != "PARQUET" or not copy.source.startswith("s3://"):
        raise unsupported("COPY from anything but Parquet files in S3")
    if not any(key in copy.options for key in _KEYS):
        raise ServerError("42601", "COPY needs IAM_ROLE or other credentials")
    return copy


def _options(copy: _Copy, words: list[tuple[str, bool]]) -> None:
    while words:
        word = words.pop(0)[0].upper()
        if word == "FORMAT" or (word == "PARQUET" and "FORMAT" not in copy.options):
            words = [each for i, each in enumerate(words) if i or each[0].upper() != "AS"] if word == "FORMAT" else words
            copy.options["FORMAT"] = words.pop(0)[0].upper() if word == "FORMAT" else word
        elif word in _KEYS:
            words = words[1:] if words[0][0].upper() == "AS" else words
            copy.options[word] = words.pop(0)[0]
        elif word == "STATUPDATE":
            if words and words[0][0].upper() in ("ON", "OFF", "TRUE", "FALSE"):
                words = words[1:]
        elif word == "MANIFEST":
            copy.options[word] = "on"
        else:
            raise ServerError("0A000", f"{word} is not supported for PARQUET based COPY, nor by this stand-in")


def _load(session: Redshift, copy: _Copy, record: Record, text: str) -> tuple[int, int, int]:
    assert session.bucket is not None
    limit = session.faults.take(Fault.RESET_IN_COPY, text)
    rows = size = 0
    files = _files(session.bucket, copy)
    for url, length in files:
        data = _read(session.bucket, url)
        if length is not None and length != len(data):
            message = f"File {url} has a size of {len(data)} bytes, the manifest's meta.content_length says {length}"
            raise _LoadError(url, message)
        size += len(data)
        rows += _insert(session, copy, url, data)
        if limit is not None and size >= limit:
            raise ConnectionDropped
    record.bytes = size
    return rows, size, len(files)


def _files(bucket: Bucket, copy: _Copy) -> list[tuple[str, int | None]]:
    if "MANIFEST" not in copy.options:
        found = bucket.names(copy.source)
        if not found:
            raise _LoadError(copy.source, "The specified S3 prefix does not exist")
        return [(url, None) for url in found]
    try:
        entries = json.loads(_read(bucket, copy.source))["entries"]
        return [(entry["url"], int(entry["meta"]["content_length"])) for entry in entries]
    except (ValueError, KeyError, TypeError) as error:
        raise _LoadError(copy.source, f"The manifest is not as it must be for Parquet: {error!r}") from error


def _read(bucket: Bucket, url: str) -> bytes:
    try:
        return bucket.read(url)
    except FileNotFoundError as error:
        raise _LoadError(url, "The specified key does not exist") from error


def _insert(session: Redshift, copy: _Copy, url: str, data: bytes) -> int:
    with local_copy(data) as path:
        source = f"read_parquet('{path}')"
        wanted = dict(session.table_columns(copy.schema, copy.name))
        target = {name: wanted[name] for name in copy.columns} if copy.columns else wanted
        try:
            found = session.describe_query(f"SELECT * FROM {source}")
        except ServerError as error:
            raise _LoadError(url, "The file is not Parquet") from error
        if len(found) != len(target):
            raise _LoadError(url, f"The file has {len(found)} columns, the table {len(target)}")
        for (name, kind), column in zip(target.items(), found, strict=True):
            if not _fits(column.type, kind):
                raise _LoadError(url, f"Incompatible Parquet schema: {column.type} for {kind}", name, kind)
        names = ", ".join(map(sql.quoted, target))
        table = f"{sql.quoted(copy.schema)}.{sql.quoted(copy.name)}"
        try:
            ((rows,),) = session.query(f"INSERT INTO {table} ({names}) SELECT * FROM {source}")
        except ServerError as error:
            raise _LoadError(url, error.message) from error
    session.wrote = True
    return int(rows)


def _fits(found: str, wanted: str) -> bool:
    if found.startswith("DECIMAL") and wanted.startswith("DECIMAL"):
        (_, scale), (_, target) = (each.strip("DECIMAL()").split(",") for each in (found, wanted))
        return scale == target
    if (found, wanted) == ("TIMESTAMP", "TIMESTAMP WITH TIME ZONE"):
        return True  # INT96 has no zone: taken as UTC
    return found.split("(")[0] == wanted.split("(")[0]
