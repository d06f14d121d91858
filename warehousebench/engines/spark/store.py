"""Write a schema's tables as sorted Parquet folders, each whole or not there."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from warehousebench.engines.base import Filled, Plan
from warehousebench.engines.common.checks import Folds, check_statement, readings
from warehousebench.engines.spark import ddl
from warehousebench.engines.spark import settings as chosen
from warehousebench.engines.spark.client import SparkClient, open_session, translated
from warehousebench.engines.targets import Target
from warehousebench.errors import EngineError, UnsupportedError
from warehousebench.model.catalog import Table

FOLDS = Folds(
    quote=ddl.quote,
    octets="octet_length({})",
    digest="CAST(conv(left(md5({}), 8), 16, 10) AS BIGINT)",
    hex="lower(hex({}))",
    uuid="lower({})",
    days="datediff({}, DATE '1970-01-01')",
    micros="unix_micros(CAST({} AS TIMESTAMP))",  # sessions are in UTC
    micros_zoned="unix_micros({})",
    micros_of_day="unix_micros(to_timestamp('1970-01-01 ' || CAST({} AS STRING)))",
    double="CAST({} AS DOUBLE)",
)


@dataclass(frozen=True, slots=True)
class SparkStore:
    """A session that writes folders of Parquet; see :class:`warehousebench.engines.base.Store`."""

    client: SparkClient
    warehouse: str
    plan: Plan
    stand_in: bool = False

    @property
    def version(self) -> str:
        """Return Spark's version."""
        return str(self.client.session.version)

    def create(self, table: Table) -> None:
        """Remove what an earlier load left of the table; its folder appears with its rows."""
        for folder in (ddl.place(self.warehouse, table.name), ddl.beside(self.warehouse, table.name)):
            _remove(self.client, folder)

    def fill(self, table: Table, files: Sequence[Path]) -> Filled:
        """Write the rows of Parquet ``files`` in the plan's order; the folder appears whole or not at all."""
        part, folder = ddl.beside(self.warehouse, table.name), ddl.place(self.warehouse, table.name)
        self.client.run(ddl.view(table.name, [ddl.local(path) for path in files]))
        try:
            self.client.run(ddl.write(table, ddl.order_of(self.plan, table), part))
            _rename(self.client, part, folder)
        finally:
            _remove(self.client, part)
        ((rows,),) = self.client.run(f"SELECT count(*) FROM {ddl.read(folder)}")
        return Filled(int(rows))

    def finish(self) -> None:
        """Do nothing: Parquet files carry their own statistics."""

    def check(self, table: Table) -> Mapping[str, str]:
        """Return the table's aggregates."""
        return checked(self.client, table, ddl.read(ddl.place(self.warehouse, table.name)))

    def differences(self) -> tuple[str, ...]:
        """Return where stored types differ from the schema's and stored rows from the plan's order; every row is looked at."""
        return tuple(found for table in self.plan.catalog for found in self.table_differences(table))

    def stored_bytes(self) -> int | None:
        """Return the bytes of all files that hold rows."""
        ((total,),) = self.client.run(ddl.sizes([ddl.place(self.warehouse, table.name) for table in self.plan.catalog]))
        return int(total or 0)

    def close(self) -> None:
        """End the session."""
        self.client.close()

    def table_differences(self, table: Table) -> tuple[str, ...]:
        """Return where one table's stored types differ from the schema's, and its rows from the plan's order."""
        folder = ddl.place(self.warehouse, table.name)
        with translated():
            stored = {field.name: field.dataType.simpleString() for field in self.client.read([folder]).schema}
        found = list(ddl.differing_columns(table, stored))
        if order := ddl.order_of(self.plan, table):
            for where, sql in ddl.disorder(folder, order).items():
                ((wrong,),) = self.client.run(sql)
                if wrong:
                    found.append(f"{table.name} is not sorted by {', '.join(order)}: {wrong} rows are out of order {where}")
        return tuple(found)


def open_store(target: Target, plan: Plan) -> SparkStore:
    """Return a store in the target's warehouse; raises UnsupportedError where folders cannot be renamed from here."""
    settings = chosen.read(target)
    warehouse = chosen.warehouse(settings, target)
    if settings.remote and ddl.is_uri(warehouse):
        raise UnsupportedError(
            f"{target.name}: Spark Connect cannot rename folders in {warehouse}, so that a table could look whole before it is. "
            "Load with a master instead, or to a folder that this machine and the server both see."
        )
    return SparkStore(open_session(settings), warehouse, plan)


def checked(client: SparkClient, table: Table, relation: str) -> dict[str, str]:
    """Return the aggregates of ``relation``, a FROM expression with the columns of ``table``."""
    labels, sql = check_statement(table, relation, FOLDS)
    (row,) = client.run(sql)
    return readings(labels, row)


def _rename(client: SparkClient, part: str, folder: str) -> None:
    try:
        if part.startswith("file:"):
            os.rename(part.removeprefix("file:"), folder.removeprefix("file:"))
        else:
            with translated():
                path, files = _hadoop(client, part)
                if not files.rename(path, _hadoop(client, folder)[0]):
                    raise EngineError(f"{part} cannot be renamed to {folder}. Check the permissions there.")
    except OSError as error:
        raise EngineError(f"{part} cannot be renamed to {folder}: {error.strerror}. Choose another warehouse.") from error


def _remove(client: SparkClient, folder: str) -> None:
    try:
        if folder.startswith("file:"):
            shutil.rmtree(folder.removeprefix("file:"))
        else:
            with translated():
                path, files = _hadoop(client, folder)
                files.delete(path, True)
    except FileNotFoundError:
        pass
    except OSError as error:
        raise EngineError(f"{folder} cannot be removed: {error.strerror}. Choose another warehouse.") from error


def _hadoop(client: SparkClient, folder: str) -> tuple[Any, Any]:
    """Return a folder as Hadoop's Path, and its file system."""
    path = client.session._jvm.org.apache.hadoop.fs.Path(folder)
    return path, path.getFileSystem(client.session._jsc.hadoopConfiguration())
