"""What several commands need to know about a data folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from warehousebench import duck
from warehousebench.cli.console import say
from warehousebench.errors import SourceError, UsageError
from warehousebench.model import document
from warehousebench.model.catalog import Catalog
from warehousebench.model.data import DataSet
from warehousebench.source import checksum
from warehousebench.source.dataset import describe, read_dataset, relation, write_dataset

DATA = "data.json"


@dataclass(frozen=True, slots=True)
class Source:
    """A data folder with its description and, where known, its schema."""

    folder: Path
    data: DataSet
    catalog: Catalog | None

    @property
    def relations(self) -> dict[str, str]:
        """Return table name -> SQL that can follow FROM."""
        return {
            name: relation(self.folder, table, self.catalog.table(name) if self.catalog and name in self.catalog else None)
            for name, table in self.data.tables.items()
        }

    @property
    def checksums(self) -> dict[str, tuple[int, str]]:
        """Return rows and checksum of each relation.

        The description's own serve for Parquet.  A CSV file was described as text; read with the schema's types its values
        are other ones, and are summed up anew.
        """
        found = {name: (table.rows, table.checksum) for name, table in self.data.tables.items()}
        typed = [name for name, table in self.data.tables.items() if any(file.endswith(".csv") for file in table.files)]
        with duck.opened() as connection:
            return found | {name: stored_checksum(connection, self.relations[name]) for name in typed}


def open_source(folder: Path, catalog_file: Path | None) -> Source:
    """Return the data in ``folder``; files that nobody has described yet are described first.

    The description is kept as ``data.json`` beside the files where the folder can be written to.  The schema is
    ``catalog_file``, or else a catalog.json that lies with the data.  Raises UsageError if there is no such folder,
    SourceError if a file cannot be read.
    """
    if not folder.is_dir():
        raise UsageError(f"there is no folder {folder}. Make data with: warehousebench generate, or name another --data")
    beside = folder / "catalog.json"
    chosen = catalog_file or (beside if beside.exists() else None)
    catalog = document.read(chosen, Catalog) if chosen else None
    if (folder / DATA).exists():
        return Source(folder, read_dataset(folder), catalog)
    data = describe(folder, suite=folder.resolve().name, scale=1.0, generator="files", catalog=catalog)
    try:
        write_dataset(folder, data)
    except SourceError as error:
        say(f"note: the data are described again each time, since {error}")
    return Source(folder, data, catalog)


def files_in(source: Source) -> dict[str, tuple[Path, ...]]:
    """Return table -> the files that hold its rows."""
    return {name: tuple(source.folder / file for file in table.files) for name, table in source.data.tables.items()}


def stored_checksum(connection: duck.Connection, table: str) -> tuple[int, str]:
    """Return rows and checksum of a stored table or a relation, by the same method as the data set's."""
    return checksum.checksum(connection, table, checksum.columns_of(connection, table))
