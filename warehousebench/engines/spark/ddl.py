"""Spark's names, places of tables, and statements.

Sources: Spark SQL reference, "Identifiers", "CREATE VIEW", "INSERT OVERWRITE DIRECTORY".  A table is a folder of Parquet files;
no catalogue of Spark's is written to, so that a load needs no metastore and leaves nothing behind but the folder.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import quote as percent

from warehousebench.engines.base import Plan
from warehousebench.engines.spark.types import type_sql
from warehousebench.model.catalog import Column, Table
from warehousebench.model.load import TableLayout


def quote(name: str) -> str:
    """Return ``name`` as a quoted identifier."""
    return "`" + name.replace("`", "``") + "`"


def text(value: str) -> str:
    """Return ``value`` as a string literal; Spark reads backslashes in it."""
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def local(path: Path) -> str:
    """Return a path of this machine as Spark is to take it, whatever file system is its default."""
    return f"file:{path.absolute()}"


def pattern(paths: Sequence[str]) -> str:
    """Return one path pattern that means exactly ``paths``, of which several must be files of this machine."""
    exact = [re.sub(r"([{}\[\]*?,\\])", r"\\\1", path) for path in paths]
    # A pattern may not begin before the path's first slash.
    return exact[0] if len(exact) == 1 else f"file:/{{{','.join(path.removeprefix('file:/') for path in exact)}}}"


def place(warehouse: str, name: str) -> str:
    """Return the folder of table ``name``: characters that a path could take amiss are written as their bytes."""
    root = warehouse.rstrip("/") if is_uri(warehouse) else local(Path(warehouse.removeprefix("file:")))
    return f"{root}/{percent(name, safe='')}"


def beside(warehouse: str, name: str) -> str:
    """Return the folder that ``name`` is written to before it is renamed; a dot hides it from whoever lists tables."""
    root, _, folder = place(warehouse, name).rpartition("/")
    return f"{root}/.{folder}.part"


def is_uri(warehouse: str) -> bool:
    """Tell whether a warehouse is given as a URI of a file system that is not this machine's."""
    return re.match(r"[A-Za-z][A-Za-z0-9+.-]+:", warehouse) is not None and not warehouse.startswith("file:")


def view(name: str, paths: Sequence[str]) -> str:
    """Return the statement that lets a session read Parquet ``paths`` in place as ``name``."""
    return f"CREATE OR REPLACE TEMPORARY VIEW {quote(name)} USING parquet OPTIONS (path {text(pattern(paths))})"


def write(table: Table, order: Sequence[str], folder: str) -> str:
    """Return the statement that writes the rows of the view of that name, in ``order``, as Parquet to ``folder``."""
    columns = ", ".join(f"CAST({quote(each.name)} AS {type_sql(each.type)}) AS {quote(each.name)}" for each in table.columns)
    ordered = f" ORDER BY {', '.join(f'{quote(name)} ASC NULLS LAST' for name in order)}" if order else ""
    options = "OPTIONS (compression 'zstd')"
    return f"INSERT OVERWRITE DIRECTORY {text(folder)} USING parquet {options} SELECT {columns} FROM {quote(table.name)}{ordered}"


def order_of(plan: Plan, table: Table) -> tuple[str, ...]:
    """Return what the rows are sorted by: the plan's order, then the primary key, so that rows that tie get one order."""
    layouts: Mapping[str, TableLayout] = plan.design or {}
    chosen = layouts[table.name].order_by if table.name in layouts else ()
    return chosen and chosen + tuple(name for name in table.primary_key if name not in chosen)


def load(plan: Plan, warehouse: str, files: Mapping[str, Sequence[Path]]) -> tuple[str, ...]:
    """Return what a load of the plan's tables executes; the renames as comments, since they are the file system's."""
    found: list[str] = []
    for table in plan.catalog:
        part = beside(warehouse, table.name)
        found += [view(table.name, [local(path) for path in files.get(table.name, ())])] if files.get(table.name) else []
        found += [write(table, order_of(plan, table), part), f"-- rename {part} to {place(warehouse, table.name)}"]
    return tuple(found)


def disorder(folder: str, order: Sequence[str]) -> dict[str, str]:
    """Return where -> the query for how often the rows in ``folder`` are not in ``order`` there: within files, and between."""
    key = ", ".join(f"{quote(name)} IS NULL, {quote(name)}" for name in order)
    rows = f"SELECT struct({key}) AS k, _metadata.file_path AS f, _metadata.row_index AS i FROM {read(folder)}"
    within = f"SELECT k, lag(k) OVER (PARTITION BY f ORDER BY i) AS before FROM ({rows})"
    files = f"SELECT min(k) AS k, max(k) AS last, f FROM ({rows}) GROUP BY f"
    between = f"SELECT k, lag(last) OVER (ORDER BY f) AS before FROM ({files})"
    places = {"within files": within, "from file to file": between}
    return {where: f"SELECT count(*) FROM ({part}) WHERE before > k" for where, part in places.items()}


def sizes(folders: Sequence[str]) -> str:
    """Return the query for the bytes of all files in ``folders`` that hold rows."""
    parts = (f"SELECT DISTINCT _metadata.file_path AS f, _metadata.file_size AS size FROM {read(folder)}" for folder in folders)
    return f"SELECT sum(size) FROM ({' UNION ALL '.join(parts)})"


def read(folder: str) -> str:
    """Return the FROM expression for the Parquet files in ``folder``."""
    return f"parquet.{quote(pattern([folder]))}"


def differing_columns(table: Table, found: Mapping[str, str]) -> tuple[str, ...]:
    """Return a sentence for each column that is not stored in the type that was asked for; ``found`` is column -> type."""
    wanted = {column.name: _plain(column) for column in table.columns}
    return tuple(
        f"{table.name}.{name} is {found.get(name, 'absent')} and should be {wanted.get(name, 'absent')}"
        for name in dict.fromkeys([*wanted, *found])
        if wanted.get(name) != found.get(name)
    )


def _plain(column: Column) -> str:
    return type_sql(column.type).lower()
