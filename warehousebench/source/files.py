"""A folder of Parquet or CSV files to a Catalog: the schema of data that comes without one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from warehousebench import duck
from warehousebench.errors import EngineError, SourceError
from warehousebench.model.catalog import Catalog, Column, DataType, Table, TypeKind
from warehousebench.model.data import TableData
from warehousebench.source.dataset import files_of, relation, tables_in
from warehousebench.source.types import parse_type

# Tried in this order on every value of a column: its type in DuckDB and how a value of it is written.  A number with a leading
# zero or plus is a code, such as 007, and stays text.
_WHOLE = r"-?(0|[1-9]\d{0,17})"
_PATTERNS = {
    "BOOLEAN": "(?i)true|false",
    "INTEGER": _WHOLE,
    "BIGINT": _WHOLE,
    "DECIMAL": _WHOLE + r"(\.\d+)?",
    "DOUBLE": _WHOLE + r"(\.\d*)?([eE][+-]?\d+)?",
    "DATE": r"\d{4}-\d\d-\d\d",
    "TIMESTAMP": r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d(\.\d{1,6})?)?",
    "TIME": r"\d\d:\d\d:\d\d(\.\d{1,6})?",
}
_TEXT = DataType(TypeKind.TEXT, native="VARCHAR")
_FIRST_ROWS = 1000  # they rule out most types cheaply; what they leave is tried on all rows
_DIGITS = 18  # of a decimal that every product keeps in eight bytes; what has more is taken for a measurement, a DOUBLE


def is_folder(source: str) -> bool:
    """Say whether ``source`` names a folder."""
    return "://" not in source and Path(source).is_dir()


def read_folder(folder: Path) -> Catalog:
    """Return the tables of the files in ``folder``, with row counts and without keys, which files do not tell.

    Parquet files say their types; a CSV column gets the narrowest type that holds every value as it is written.  Raises
    SourceError if there are no files or one cannot be read.
    """
    findings = ["files tell no keys: add primary_key and foreign_keys to the catalog where you know them"]
    with duck.opened() as connection:
        tables = tuple(_table(connection, folder, name, findings) for name in tables_in(folder))
    return Catalog(tables, str(folder), tuple(findings))


def _table(connection: duck.Connection, folder: Path, name: str, findings: list[str]) -> Table:
    files = files_of(folder, name)
    source = relation(folder, TableData(files, 0, ""))
    try:
        described = {str(row[0]): str(row[1]) for row in duck.rows(connection, f"DESCRIBE SELECT * FROM {source}")}
        ((rows,),) = duck.rows(connection, f"SELECT count(*) FROM {source}")
        if files[0].endswith(".csv"):
            types = _guessed(connection, source, list(described))
            findings += _guesses(name, files[0], [column for column in described if column not in types])
        else:
            types = {column: parse_type(kind, "duckdb") for column, kind in described.items()}
    except EngineError as error:
        raise SourceError(f"cannot read {folder / files[0]}: {error}. Correct the file or take it out of the folder.") from error
    return Table(name, tuple(Column(column, types.get(column, _TEXT)) for column in described), rows=int(rows))


def _guesses(table: str, file: str, empty: Sequence[str]) -> Iterator[str]:
    """Yield what a person should look at: that types are guessed, and columns that gave nothing to guess from."""
    yield f"{table}: types are guessed from the values in {file}; correct them in the catalog where you know better"
    if empty:
        yield f"{table}: no value in {', '.join(empty)}; taken for text"


def _guessed(connection: duck.Connection, source: str, names: list[str]) -> dict[str, DataType]:
    """Return the narrowest type for each column of a CSV file, which is read as text; none for columns without values."""
    likely = _fitting(connection, f"(SELECT * FROM {source} LIMIT {_FIRST_ROWS})", dict.fromkeys(names, tuple(_PATTERNS)))
    fitting = _fitting(connection, source, likely)
    ((*counts,),) = duck.rows(connection, f"SELECT {', '.join(f'count({duck.quote(name)})' for name in names)} FROM {source}")
    found = {}
    for name in (name for name, count in zip(names, counts, strict=True) if count):
        kinds = (_exact(connection, source, name) if kind == "DECIMAL" else kind for kind in fitting[name])
        found[name] = parse_type(next(filter(None, kinds), "VARCHAR"), "duckdb")
    return found


def _fitting(connection: duck.Connection, source: str, tried: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Return column -> those of the ``tried`` types that hold every value there is."""
    pairs = [(name, kind) for name, kinds in tried.items() for kind in kinds]
    if not pairs:
        return {name: [] for name in tried}
    (found,) = duck.rows(connection, f"SELECT {', '.join(_test(duck.quote(name), kind) for name, kind in pairs)} FROM {source}")
    held = {pair for pair, fits in zip(pairs, found, strict=True) if fits is not False}
    return {name: [kind for kind in kinds if (name, kind) in held] for name, kinds in tried.items()}


def _test(column: str, kind: str) -> str:
    castable = "true" if kind == "DECIMAL" else f"TRY_CAST({column} AS {kind}) IS NOT NULL"
    return f"bool_and({castable} AND regexp_full_match({column}, {duck.text(_PATTERNS[kind])})) FILTER (WHERE {column} IS NOT NULL)"


def _exact(connection: duck.Connection, source: str, name: str) -> str | None:
    """Return the decimal type that holds all values of a column with room before the point; None if there are too many digits."""
    whole, fraction = (f"max(length(split_part(ltrim({duck.quote(name)}, '-'), '.', {place})))" for place in (1, 2))
    ((before, after),) = duck.rows(connection, f"SELECT {whole}, {fraction} FROM {source}")
    return f"DECIMAL({_DIGITS},{after})" if before + after <= _DIGITS else None
