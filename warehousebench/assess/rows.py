"""The rows as they lie in files, before anybody has decided what a value means.

CSV files are read as text: a zero date or a letter in a number is then a value to be counted, and not the end of the reading.
They are copied into a temporary database first, since DuckDB 2.0 takes a TRY_CAST of a column of a CSV file for the file's type.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from warehousebench import duck
from warehousebench.errors import EngineError, UsageError
from warehousebench.model.assessment import Risk
from warehousebench.model.catalog import Catalog, Column, Table, TypeKind
from warehousebench.model.data import Fingerprint, TableData
from warehousebench.model.profile import Profile, TableProfile
from warehousebench.profile import profile_table
from warehousebench.source.dataset import MANIFEST, files_of, read_dataset, relation, tables_in

MEMORY = "1GB"
WIDE = 100  # columns

_TYPES: Mapping[TypeKind, str] = {
    TypeKind.BOOLEAN: "BOOLEAN",
    TypeKind.SMALLINT: "HUGEINT",
    TypeKind.INTEGER: "HUGEINT",
    TypeKind.BIGINT: "HUGEINT",
    TypeKind.REAL: "FLOAT",
    TypeKind.DOUBLE: "DOUBLE",
    TypeKind.DATE: "DATE",
    TypeKind.TIME: "TIME",
    TypeKind.TIMESTAMP: "TIMESTAMP",
    TypeKind.TIMESTAMPTZ: "TIMESTAMPTZ",
}


@dataclass(frozen=True, slots=True)
class Rows:
    """A table's rows: SQL that can follow FROM for the stored values, their DuckDB types, and SQL for the values by their meaning.

    ``stored`` has the columns' names in lower case: names compare without case.
    """

    table: Table
    raw: str
    typed: str
    stored: Mapping[str, str]

    def has(self, *columns: str) -> bool:
        """Tell whether the files have all of these columns."""
        return all(name.lower() in self.stored for name in columns)

    def kind(self, column: str) -> str:
        """Return the DuckDB type that a column is stored with."""
        return self.stored[column.lower()]

    def value(self, column: Column) -> str:
        """Return the SQL of a column's value by its declared type; NULL where a stored text is no such value."""
        name = duck.quote(column.name)
        meant = meant_type(column)
        return f"TRY_CAST({name} AS {meant})" if self.kind(column.name) == "VARCHAR" and meant else name


def meant_type(column: Column) -> str | None:
    """Return the DuckDB type for a value of ``column``, None if it is text or nothing that DuckDB has."""
    type_ = column.type
    if type_.kind is TypeKind.DECIMAL:
        digits, places = type_.precision or 38, type_.scale if type_.scale is not None else 0 if type_.precision else 10
        return f"DECIMAL({digits},{places})" if 0 <= places <= digits <= 38 else "DOUBLE"
    return _TYPES.get(type_.kind)


@dataclass(frozen=True, slots=True)
class Reading:
    """All rows that could be read, on an open connection, with their profile.

    ``findings`` say what could not be read, ``risks`` count lines that are no UTF-8.
    """

    connection: duck.Connection
    rows: Mapping[str, Rows]
    profile: Profile
    findings: tuple[str, ...] = ()
    risks: tuple[Risk, ...] = ()


@contextmanager
def reading(folder: Path, catalog: Catalog, progress: Callable[[str], None] = lambda _: None) -> Iterator[Reading]:
    """Yield the rows of every table of ``catalog`` that has files in ``folder``; nothing is written there.

    A table whose files cannot be read is a finding, and the others are read.  Raises UsageError if no table has any.
    """
    files = _files(folder, catalog)
    if not files:
        raise UsageError(f"{folder} has no file of a table in the schema. Name the folder of its rows with --data")
    with (
        TemporaryDirectory(prefix="warehousebench-") as place,
        duck.opened(Path(place) / "rows.duckdb", memory=MEMORY) as connection,
    ):
        yield _read(connection, folder, catalog, files, progress)


def _read(
    connection: duck.Connection,
    folder: Path,
    catalog: Catalog,
    files: Mapping[str, tuple[str, ...]],
    progress: Callable[[str], None],
) -> Reading:
    rows: dict[str, Rows] = {}
    tables: dict[str, TableProfile] = {}
    findings: list[str] = []
    risks: list[Risk] = []
    for name, paths in files.items():
        try:
            found = _rows(connection, folder, catalog.table(name), paths)
            tables[name] = profile_table(connection, found.typed)
            rows[name] = found
        except EngineError as error:
            findings.append(f"the rows of {name} cannot be read, so nothing of them is checked: {error}")
            risks += _undecodable(folder, name, paths)
        progress(name)
    return Reading(connection, rows, Profile(Fingerprint("files", "", {}), tables), tuple(findings), tuple(risks))


def _files(folder: Path, catalog: Catalog) -> dict[str, tuple[str, ...]]:
    if (folder / MANIFEST).exists():
        described = read_dataset(folder).tables
        return {table.name: described[table.name].files for table in catalog if table.name in described}
    there = set(tables_in(folder))
    return {table.name: files_of(folder, table.name) for table in catalog if table.name in there}


def _rows(connection: duck.Connection, folder: Path, table: Table, files: tuple[str, ...]) -> Rows:
    raw = relation(folder, TableData(files, 0, ""))
    described = duck.rows(connection, f"DESCRIBE SELECT * FROM {raw}")
    # Each statement over a file of many columns reads its whole footer again.
    if files[0].endswith(".csv") or len(described) > WIDE:
        copy = duck.quote(table.name)
        duck.run(connection, f"CREATE TABLE {copy} AS SELECT * FROM {raw}")
        raw = copy
    stored = {str(row[0]).lower(): str(row[1]) for row in described}
    bare = Rows(table, raw, raw, stored)
    columns = [column for column in table.columns if column.name.lower() in stored]
    values = ", ".join(f"{bare.value(column)} AS {duck.quote(column.name)}" for column in columns)
    return Rows(table, raw, f"(SELECT {values} FROM {raw})" if columns else raw, stored)


def _undecodable(folder: Path, table: str, files: tuple[str, ...]) -> Iterator[Risk]:
    """Yield the lines of CSV files that are no UTF-8, which is why DuckDB stops there."""
    for file in (name for name in files if name.endswith(".csv")):
        bad: list[str] = []
        number = 0
        with (folder / file).open("rb") as lines:
            for number, line in enumerate(lines, 1):
                if not _is_text(line):
                    bad.append(f"line {number}")
        if bad:
            remedy = "Convert the file from the encoding it is in, and assess again."
            yield Risk("text.encoding", table, file, len(bad), number, "lines that are no UTF-8", remedy, tuple(bad[:3]))


def _is_text(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True
