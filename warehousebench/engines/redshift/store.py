"""Load a schema's tables into Redshift: staged as Parquet in S3, copied in one transaction each, the design read back.

Sources: Amazon Redshift Developer Guide, "COPY", "COPY from columnar data formats", SYS_LOAD_ERROR_DETAIL, SVV_TABLE_INFO.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from warehousebench.engines.base import Filled, Plan
from warehousebench.engines.common.checks import Folds, check_statement, readings
from warehousebench.engines.common.script import parents_first
from warehousebench.engines.redshift import ddl, readback
from warehousebench.engines.redshift.client import RedshiftClient, connect, identity
from warehousebench.engines.redshift.design import DistStyle, RedshiftDesign, TableDesign, check
from warehousebench.engines.redshift.settings import Settings
from warehousebench.engines.redshift.stage import Bucket, Staged, manifest_url, place, upload
from warehousebench.engines.redshift.types import quote, text
from warehousebench.errors import EngineError, UsageError
from warehousebench.model.catalog import Table
from warehousebench.model.layout import Cluster
from warehousebench.model.profile import TableProfile

BLOCK_BYTES = 1 << 20  # SVV_TABLE_INFO counts in blocks of 1 MB

FOLDS = Folds(
    quote=quote,
    octets="octet_length({})",
    digest="strtol(left(md5({}), 8), 16)",
    hex="lower(to_hex({}))",
    uuid="lower({})",
    days="datediff(day, DATE '1970-01-01', {})",
    micros="datediff(microsecond, TIMESTAMP '1970-01-01 00:00:00', {})",
    micros_zoned="datediff(microsecond, TIMESTAMP '1970-01-01 00:00:00', {} AT TIME ZONE 'UTC')",
    micros_of_day="datediff(microsecond, TIME '00:00:00', {})",
)


@dataclass(frozen=True, slots=True)
class RedshiftStore:
    """A session that loads; see :class:`warehousebench.engines.base.Store`."""

    client: RedshiftClient
    bucket: Bucket
    settings: Settings
    plan: Plan
    design: RedshiftDesign
    slices: int
    version: str
    stand_in: bool

    def create(self, table: Table) -> None:
        """Create the empty table anew; views that rest on an older one are not dropped, so that they end it with an error."""
        _make_schema(self.client, self.settings.schema)
        with _transaction(self.client):
            for statement in readback.foreign_keys_to_drop(self.client.rows, self.settings.schema, [table.name]):
                self.client.run(statement)
            self.client.run(f"DROP TABLE IF EXISTS {quote(table.name)}")
            for statement in ddl.create(table, self.design.tables[table.name], self._seen(table)):
                self.client.run(statement)

    def fill(self, table: Table, files: Sequence[Path]) -> Filled:
        """Load the rows of the Parquet files, all or none; what is staged stays after a failure, for the next attempt."""
        staged = upload(self.bucket, table, self._seen(table), files, self.slices)
        if staged.rows:
            self._copy(table, staged)
        if not self.settings.keep_stage:
            self.bucket.delete(staged.keys)
        return Filled(staged.rows)

    def finish(self) -> None:
        """Declare the foreign keys, whatever an earlier attempt declared of them, and gather statistics."""
        names = [table.name for table in self.plan.catalog]
        with _transaction(self.client):
            for statement in readback.foreign_keys_to_drop(self.client.rows, self.settings.schema, names):
                self.client.run(statement)
            for statement in ddl.references(self.plan.catalog):
                self.client.run(statement)
        for table in parents_first(self.plan.catalog):
            self.client.run(ddl.analyze(table))

    def check(self, table: Table) -> Mapping[str, str]:
        """Return the table's aggregates."""
        labels, sql = check_statement(table, quote(table.name), FOLDS)
        return readings(labels, self.client.rows(sql)[0])

    def differences(self) -> tuple[str, ...]:
        """Return where Redshift's catalogue differs from the design: types, NOT NULL, encodings, distribution, sort key."""
        found = readback.tables(self.client.rows, self.settings.schema)
        return tuple(readback.differences(found, self.design, self.plan.catalog, self.plan.profile))

    def stored_bytes(self) -> int | None:
        """Return the blocks that SVV_TABLE_INFO counts, in bytes; None if it shows no size."""
        names = ", ".join(text(table.name.lower()) for table in self.plan.catalog)
        ((blocks,),) = self.client.rows(
            f'SELECT sum(size) FROM svv_table_info WHERE "schema" = {text(self.settings.schema)} AND "table" IN ({names})'
        )
        return None if blocks is None else int(blocks) * BLOCK_BYTES

    def close(self) -> None:
        """End the session."""
        self.client.close()
        self.bucket.close()

    def _seen(self, table: Table) -> TableProfile | None:
        return self.plan.profile.tables.get(table.name) if self.plan.profile else None

    def _copy(self, table: Table, staged: Staged) -> None:
        statement = copy(table, staged.manifest, self.settings)
        known = _load_errors(self.client)
        try:
            with _transaction(self.client):
                self.client.run(statement)
                ((rows,),) = self.client.rows(f"SELECT count(*) FROM {quote(table.name)}")
                if int(rows) != staged.rows:
                    raise EngineError(
                        f"{self.settings.name}: {table.name} has {rows:,} rows after COPY and {staged.rows:,} were staged: "
                        "nothing was kept. See that nobody else writes to it, then repeat."
                    )
        except EngineError as error:
            raise _with_reason(error, table, self.client, known) from error


def open_store(settings: Settings, plan: Plan) -> RedshiftStore:
    """Return a store on the target; raises UsageError for missing options and EngineError if there is no session to be had."""
    place(settings)
    role(settings)
    design = designed(plan)
    client = connect(settings)
    try:
        version, stand_in = identity(client)
        _make_schema(client, settings.schema)
        slices = readback.slices(client.rows) or design.cluster.nodes * design.cluster.slices
        return RedshiftStore(client, Bucket(settings), settings, plan, design, slices, version, stand_in)
    except BaseException:
        client.close()
        raise


def designed(plan: Plan) -> RedshiftDesign:
    """Return the plan's design, or one that leaves all to Redshift; raises DesignError for one that does not go with the tables."""
    design: RedshiftDesign = plan.design or RedshiftDesign(
        "Redshift's own choice", Cluster(), {table.name: TableDesign(DistStyle.AUTO) for table in plan.catalog}
    )
    check(design, plan.catalog, plan.profile)
    return design


def role(settings: Settings) -> str:
    """Return the clause that lets COPY read the staged files; raises UsageError if no role is configured."""
    if not settings.iam_role:
        raise UsageError(
            f"{settings.name}: no iam_role is configured. Give the ARN of a role of the cluster that may read the bucket "
            f"{place(settings).bucket}, or default, as iam_role or REDSHIFT_IAM_ROLE. Your own keys are never sent in a statement."
        )
    if settings.iam_role == "default":
        return "IAM_ROLE default"
    return f"IAM_ROLE {text(settings.iam_role)}"


def copy(table: Table, manifest: str, settings: Settings) -> str:
    """Return the statement that loads the files of a manifest."""
    return f"COPY {quote(table.name)} FROM {text(manifest)} {role(settings)} FORMAT AS PARQUET MANIFEST"


def statements(settings: Settings, plan: Plan, files: Mapping[str, Sequence[Path]]) -> Iterator[str]:
    """Yield what a load executes on Redshift, in order; what it looks up there in between is left out."""
    design = designed(plan)
    seen = plan.profile.tables if plan.profile else {}
    yield f"CREATE SCHEMA IF NOT EXISTS {quote(settings.schema)}"
    yield f"SET search_path TO {quote(settings.schema)}"
    for table in parents_first(plan.catalog):
        yield from ("BEGIN", f"DROP TABLE IF EXISTS {quote(table.name)}")
        yield from (*ddl.create(table, design.tables[table.name], seen.get(table.name)), "COMMIT")
        if files.get(table.name):
            yield from ("BEGIN", copy(table, manifest_url(settings, table), settings), "COMMIT")
    if references := ddl.references(plan.catalog):
        yield from ("BEGIN", *references, "COMMIT")
    yield from (ddl.analyze(table) for table in parents_first(plan.catalog))


@contextmanager
def _transaction(client: RedshiftClient) -> Iterator[None]:
    """Commit what the block does, or nothing of it."""
    client.run("BEGIN")
    try:
        yield
        client.run("COMMIT")
    except BaseException:
        with suppress(EngineError):  # of a session that is lost the server rolls back by itself
            client.run("ROLLBACK")
        raise


def _make_schema(client: RedshiftClient, schema: str) -> None:
    """Create the schema unless it is there, whose owner needs no right to create others."""
    if not client.rows(f"SELECT 1 FROM pg_namespace WHERE nspname = {text(schema)}"):
        client.run(f"CREATE SCHEMA IF NOT EXISTS {quote(schema)}")


def _load_errors(client: RedshiftClient) -> frozenset[int]:
    rows = client.rows(f"SELECT DISTINCT query_id FROM sys_load_error_detail WHERE session_id = {client.pid}")
    return frozenset(int(row[0]) for row in rows)


def _with_reason(error: EngineError, table: Table, client: RedshiftClient, known: frozenset[int]) -> EngineError:
    """Return the error of a COPY with the file, line, column and reason that Redshift noted down, if it did."""
    try:
        rows = client.rows(
            "SELECT query_id, trim(file_name), line_number, trim(column_name), trim(column_type), trim(error_message) "
            f"FROM sys_load_error_detail WHERE session_id = {client.pid} ORDER BY start_time DESC LIMIT 20"
        )
    except EngineError:
        return error
    new = [row for row in rows if int(row[0]) not in known]
    if not new:
        return error
    _, file, line, column, kind, reason = new[0]
    where = [f"file {file}" if file else "", f"line {line}" if line else "", f"column {column} ({kind})" if column else ""]
    more = f"; {len(new) - 1} more in SYS_LOAD_ERROR_DETAIL" if len(new) > 1 else ""
    return EngineError(
        f"{table.name} was not loaded, no row of it: {reason.rstrip('. ')} ({', '.join(part for part in where if part)}){more}. "
        "Correct the type or the rows, then repeat."
    )
