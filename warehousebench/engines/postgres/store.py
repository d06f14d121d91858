"""Load a schema's tables into PostgreSQL: COPY from Parquet, keys and statistics afterwards."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as csv

from warehousebench import duck
from warehousebench.engines.base import Filled, Plan
from warehousebench.engines.common.checks import Folds, check_statement, readings
from warehousebench.engines.postgres import ddl
from warehousebench.engines.postgres.client import PostgresClient, connect
from warehousebench.engines.targets import Target
from warehousebench.model.catalog import Table

FOLDS = Folds(
    quote=ddl.quote,
    octets="octet_length({})",
    digest="('x' || left(md5({}), 8))::bit(32)::bigint",
    hex="encode({}, 'hex')",
    uuid="lower({}::text)",
    days="({} - DATE '1970-01-01')",
    micros="(extract(epoch FROM {}) * 1000000)",
    micros_zoned="(extract(epoch FROM {}) * 1000000)",
    micros_of_day="(extract(epoch FROM {}) * 1000000)",
)
# bit(32) is signed as an integer, not as a bigint: PostgreSQL documentation, "Bit String Functions and Operators".


@dataclass(frozen=True, slots=True)
class PostgresStore:
    """A session that loads; see :class:`warehousebench.engines.base.Store`."""

    client: PostgresClient
    schema: str
    plan: Plan
    version: str
    stand_in: bool = False

    def create(self, table: Table) -> None:
        """Create the empty table anew."""
        self.client.run(f"CREATE SCHEMA IF NOT EXISTS {ddl.quote(self.schema)}")
        self.client.run(ddl.drop(table, self.schema))
        self.client.run(ddl.create(table, self.schema))

    def fill(self, table: Table, files: Sequence[Path]) -> Filled:
        """Load the rows of the Parquet files, all or none."""
        return Filled(self.client.copy(ddl.copy(table, self.schema), _csv(table, files)))

    def finish(self) -> None:
        """Add keys and indexes, and let PostgreSQL look at the rows."""
        for statement in ddl.finishing(self.plan.catalog, self.schema):
            self.client.run(statement)

    def check(self, table: Table) -> Mapping[str, str]:
        """Return the table's aggregates."""
        labels, sql = check_statement(table, ddl.place(table, self.schema), FOLDS)
        return readings(labels, self.client.rows(sql)[0])

    def differences(self) -> tuple[str, ...]:
        """Return nothing: a row store has no design to differ from."""
        return ()

    def stored_bytes(self) -> int | None:
        """Return the bytes of the tables with their indexes."""
        names = ", ".join(duck.text(ddl.place(table, self.schema)) for table in self.plan.catalog)
        ((total,),) = self.client.rows(f"SELECT sum(pg_total_relation_size(t::regclass)) FROM unnest(ARRAY[{names}]) AS t")
        return int(total)

    def close(self) -> None:
        """End the session."""
        self.client.close()


def open_store(target: Target, plan: Plan) -> PostgresStore:
    """Return a store on the target; raises EngineError if there is no session to be had."""
    client = connect(target)
    ((version,),) = client.rows("SHOW server_version")
    return PostgresStore(client, target.options["schema"], plan, str(version))


def _csv(table: Table, files: Sequence[Path]) -> Iterator[bytes]:
    """Yield the rows as CSV in chunks of some megabytes: NULL is nothing, an empty text is a pair of quotes."""
    relation = f"read_parquet([{', '.join(duck.text(str(path)) for path in files)}])"
    sql = ddl.reading(table, relation, {column.name: duck.quote(column.name) for column in table.columns})
    options = csv.WriteOptions(include_header=False)
    with duck.opened() as connection, duck.batches(connection, sql) as reader:
        for batch in reader:
            sink = BytesIO()
            csv.write_csv(pa.Table.from_batches([batch]), sink, options)
            yield sink.getvalue()
