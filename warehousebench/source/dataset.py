"""The data set: a folder of Parquet or CSV files, described and identified by its ``data.json``."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from warehousebench import duck
from warehousebench.errors import EngineError, SourceError
from warehousebench.model import document
from warehousebench.model.catalog import Catalog, DataType, Table, TypeKind
from warehousebench.model.data import DataSet, TableData
from warehousebench.source import checksum

MANIFEST = "data.json"

_CSV_TYPES: Mapping[TypeKind, str] = {
    TypeKind.BOOLEAN: "BOOLEAN",
    TypeKind.SMALLINT: "SMALLINT",
    TypeKind.INTEGER: "INTEGER",
    TypeKind.BIGINT: "BIGINT",
    TypeKind.REAL: "FLOAT",
    TypeKind.DOUBLE: "DOUBLE",
    TypeKind.DATE: "DATE",
    TypeKind.TIME: "TIME",
    TypeKind.TIMESTAMP: "TIMESTAMP",
    TypeKind.TIMESTAMPTZ: "TIMESTAMPTZ",
}


def describe(folder: Path, suite: str, scale: float, generator: str, catalog: Catalog | None = None) -> DataSet:
    """Return the data set in ``folder``: files, rows and checksum of each table.

    A table is ``<table>.parquet``, a folder ``<table>/`` of Parquet files, or ``<table>.csv`` with a header line.
    With a catalog every table of it must be there with all its columns, and other files are left alone.
    Raises SourceError for missing or unreadable files.
    """
    names = [table.name for table in catalog] if catalog else tables_in(folder)
    with duck.opened() as connection:
        tables = {name: _measure(connection, folder, name, files_of(folder, name)) for name in sorted(names)}
        for table in catalog or ():
            _check_columns(connection, folder, table, tables[table.name])
        return DataSet(suite, scale, generator, checksum.method(connection), tables)


def write_dataset(folder: Path, dataset: DataSet) -> Path:
    """Write ``data.json`` into ``folder`` and return its path."""
    return document.write(folder / MANIFEST, dataset)


def read_dataset(folder: Path) -> DataSet:
    """Return the data set that ``data.json`` in ``folder`` describes; raises SourceError."""
    return document.read(folder / MANIFEST, DataSet)


def verify_dataset(folder: Path) -> DataSet:
    """Read all rows again and return the data set; raises SourceError if they are not the ones described."""
    dataset = read_dataset(folder)
    with duck.opened() as connection:
        method = checksum.method(connection)
        found = {name: _measure(connection, folder, name, table.files) for name, table in dataset.tables.items()}
    now = DataSet(dataset.suite, dataset.scale, dataset.generator, method, found)
    if differences := dataset.fingerprint.differences(now.fingerprint):
        raise SourceError(f"{folder} is not as described: {'; '.join(differences)}. Make it again with: warehousebench generate")
    return dataset


def relation(folder: Path, table: TableData, declared: Table | None = None) -> str:
    """Return the FROM expression that reads ``table``'s files in DuckDB.

    The columns of a CSV file have the types of ``declared``, and are text without it: guessing would turn ``007`` to 7.
    """
    paths = [str(folder / name) for name in table.files]
    files = f"[{', '.join(duck.text(path) for path in paths)}]"
    if not paths[0].endswith(".csv"):
        return f"read_parquet({files})"
    options = "header = true, delim = ',', quote = '\"', escape = '\"', nullstr = '', allow_quoted_nulls = false"
    return f"read_csv({files}, {options}, {_csv_types(declared)})"


def _csv_types(declared: Table | None) -> str:
    if declared is None:
        return "all_varchar = true"
    types = (f"{duck.text(column.name)}: {duck.text(_csv_type(column.type))}" for column in declared.columns)
    return f"types = {{{', '.join(types)}}}"


def _csv_type(type_: DataType) -> str:
    if type_.kind is TypeKind.DECIMAL and type_.precision is not None and type_.precision <= 38:
        return f"DECIMAL({type_.precision},{type_.scale or 0})"
    return _CSV_TYPES.get(type_.kind, "VARCHAR")


def tables_in(folder: Path) -> list[str]:
    """Return the names of all tables that have files in ``folder``; raises SourceError if there are none."""
    try:
        entries = sorted(entry for entry in folder.iterdir() if not entry.name.startswith("."))
    except OSError as error:
        raise SourceError(f"cannot read the folder {folder}: {error.strerror}. Make one with: warehousebench generate") from error
    names = {entry.stem for entry in entries if entry.is_file() and entry.suffix in (".parquet", ".csv")}
    names |= {entry.name for entry in entries if entry.is_dir() and any(entry.glob("*.parquet"))}
    if not names:
        raise SourceError(f"{folder} holds no Parquet or CSV files. Make some with: warehousebench generate")
    return sorted(names)


def files_of(folder: Path, name: str) -> tuple[str, ...]:
    """Return the files of a table, relative to ``folder``; raises SourceError for none, and for more than one form of it."""
    forms = [path for path in (folder / f"{name}.parquet", folder / f"{name}.csv") if path.is_file()]
    parts = sorted(path for path in (folder / name).glob("*.parquet") if not path.name.startswith("."))
    if len(forms) + bool(parts) > 1:
        raise SourceError(f"{folder} holds table {name} in more than one form. Remove all but one of Parquet, CSV and folder.")
    if not forms and not parts:
        raise SourceError(
            f"{folder} has no file for table {name} ({name}.parquet, {name}/*.parquet or {name}.csv). Generate it again."
        )
    return tuple(path.relative_to(folder).as_posix() for path in forms or parts)


def _measure(connection: duck.Connection, folder: Path, name: str, files: tuple[str, ...]) -> TableData:
    _check_present(folder, name, files)
    source = relation(folder, TableData(files, 0, ""))
    try:
        rows, total = checksum.checksum(connection, source, checksum.columns_of(connection, source))
    except EngineError as error:
        culprit = _culprit(connection, folder, files)
        raise SourceError(f"cannot read {culprit}: {error}. Delete the file and make table {name} again.") from error
    return TableData(files, rows, total)


def _check_present(folder: Path, name: str, files: tuple[str, ...]) -> None:
    for file in files:
        if not os.access(folder / file, os.R_OK):
            raise SourceError(f"cannot read {folder / file}: it is missing or not readable. Make table {name} again.")


def _culprit(connection: duck.Connection, folder: Path, files: tuple[str, ...]) -> Path:
    """Return the first of ``files`` that cannot be read alone, or the folder if only their combination fails."""
    for file in files:
        source = relation(folder, TableData((file,), 0, ""))
        try:
            checksum.checksum(connection, source, checksum.columns_of(connection, source))
        except EngineError:
            return folder / file
    return folder


def _check_columns(connection: duck.Connection, folder: Path, table: Table, data: TableData) -> None:
    found = {name.lower() for name, _ in checksum.columns_of(connection, relation(folder, data))}
    missing = [column.name for column in table.columns if column.name.lower() not in found]
    if missing:
        place = folder / data.files[0]
        raise SourceError(f"{place} lacks the column {missing[0]} of table {table.name}. Generate it again or correct the schema.")
