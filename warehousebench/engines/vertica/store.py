"""Tables of one data set on Vertica: created with their projections, filled all or none, proven applied by reading them back."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from warehousebench.engines.base import Filled, Plan
from warehousebench.engines.common.checks import Folds, check_statement, readings
from warehousebench.engines.common.script import declarable, parents_first
from warehousebench.engines.targets import Target
from warehousebench.engines.vertica import failures, reflect, stage
from warehousebench.engines.vertica.client import Session, identity, open_session, search_path
from warehousebench.engines.vertica.copy import RowStream, copy_parquet, copy_text
from warehousebench.engines.vertica.ddl import analyse, create_projection, create_table, refresh
from warehousebench.engines.vertica.design import VerticaDesign, check
from warehousebench.engines.vertica.types import NAME_BYTES, VARIABLE_BYTES, quote
from warehousebench.errors import EngineError, UsageError
from warehousebench.model.catalog import Catalog, Table

# Who has more refused rows than this has one reason many times.
REASONS = 10_000
FOLDS = Folds(
    quote=quote,
    octets="OCTET_LENGTH({})",
    # MD5 is documented for VARCHAR alone, and a LONG one may be declared for short texts.
    digest=f"HEX_TO_INTEGER(SUBSTR(MD5(CAST({{}} AS VARCHAR({VARIABLE_BYTES}))), 1, 8))",
    hex="LOWER(TO_HEX({}))",
    uuid="LOWER(CAST({} AS VARCHAR(36)))",
    days="DATEDIFF('day', DATE '1970-01-01', {})",
    micros="DATEDIFF('microsecond', TIMESTAMP '1970-01-01 00:00:00', {})",
    micros_zoned="DATEDIFF('microsecond', TIMESTAMPTZ '1970-01-01 00:00:00+00', {})",
    # EXTRACT's microseconds include the full seconds.
    micros_of_day="(EXTRACT(HOUR FROM {}) * 3600000000 + EXTRACT(MINUTE FROM {}) * 60000000 + EXTRACT(MICROSECONDS FROM {}))",
    decimal="CAST({} AS NUMERIC({precision}, {scale}))",
)


class VerticaStore:
    """A session to load with; see :class:`warehousebench.engines.base.Store`."""

    def __init__(self, session: Session, target: Target, plan: Plan, version: str, *, stand_in: bool) -> None:
        self._session = session
        self._target = target
        self._schema = schema_of(target)
        self._plan = plan
        self._design = design_of(plan)
        self.version = version
        self.stand_in = stand_in

    def create(self, table: Table) -> None:
        """Create the empty table with its projections, dropping one of the same name that an earlier load left here."""
        for statement in creation(table, self._plan):
            self._session.run(statement)

    def fill(self, table: Table, files: Sequence[Path]) -> Filled:
        """Load the rows of Parquet ``files`` into the emptied table, all or none.

        A row that Vertica refuses undoes the load of its table: then no row arrived, and the reasons are returned.  All rows
        are tried first, so that one attempt tells all that is wrong.  Raises EngineError, and the table is empty then.
        """
        rejects = f"warehousebench_rejects_{uuid.uuid4().hex[:12]}"
        try:
            self._session.run(emptying(table))
            sent = self._copy(table, files, rejects)
            filled = self._filled(table, rejects, sent)
            self._session.run("ROLLBACK" if filled.rejected else "COMMIT")
        except BaseException:
            with contextlib.suppress(EngineError):
                self._session.run("ROLLBACK")
            raise
        with contextlib.suppress(EngineError):  # it goes with the session anyway
            self._session.run(f"DROP TABLE IF EXISTS {quote(rejects)}")
        return filled

    def finish(self) -> None:
        """Declare foreign keys, bring projections up to date and collect statistics."""
        for statement in finishing(self._plan.catalog):
            try:
                self._session.run(statement)
            except EngineError as error:
                # A repeated load left the constraint on a table that it did not make anew.
                if not (statement.startswith("ALTER") and f"({failures.EXISTS})" in str(error)):
                    raise

    def check(self, table: Table) -> Mapping[str, str]:
        """Return the table's aggregates, computed there."""
        labels, sql = check_statement(table, quote(table.name), FOLDS)
        return readings(labels, self._session.run(sql)[0])

    def differences(self) -> tuple[str, ...]:
        """Return where the catalogue differs from the design that was asked for; empty proves it applied."""
        if self._design is None:
            return ()
        return reflect.differences(self._design, reflect.read_projections(self._session.run, self._schema))

    def stored_bytes(self) -> int | None:
        """Return the bytes of all copies on all nodes by Vertica's own word."""
        return reflect.stored_bytes(self._session.run, self._schema, [table.name for table in self._plan.catalog])

    def close(self) -> None:
        """End the session; what was not committed is undone."""
        self._session.close()

    def _copy(self, table: Table, files: Sequence[Path], rejects: str) -> int | None:
        """Load the files and return how many rows were sent; None if Vertica read the files itself."""
        place = self._target.options.get("stage", "")
        if place:
            with stage.staged(place, table.name, files) as addresses:
                self._session.run(copy_parquet(table, addresses, rejects))
            return None
        stream = RowStream(table, files)
        try:
            self._session.copy(copy_text(table, rejects), stream)
        finally:
            stream.close()
        return stream.rows

    def _filled(self, table: Table, rejects: str, sent: int | None) -> Filled:
        """Return what arrived and what was refused; raises EngineError if both together are not what was sent."""
        arrived = int(self._session.run(f"SELECT count(*) FROM {quote(table.name)}")[0][0])
        refused = int(self._session.run(f"SELECT count(*) FROM {quote(rejects)}")[0][0])
        if sent is not None and arrived + refused != sent:
            raise EngineError(
                f"{table.name}: {sent:,} rows were sent, {arrived:,} arrived and {refused:,} were refused. "
                "The load was undone: repeat it, and look into the server's log if this stays so"
            )
        if not refused:
            return Filled(arrived)
        rows = self._session.run(f"SELECT row_number, rejected_reason FROM {quote(rejects)} ORDER BY row_number LIMIT {REASONS}")
        reasons = tuple(f"row {number}: {reason}" for number, reason in rows)
        more = (f"and {refused - REASONS:,} more rows",) if refused > REASONS else ()
        return Filled(0, reasons + more)


def open_store(target: Target, plan: Plan) -> VerticaStore:
    """Return a session to load with, its schema there; raises EngineError, or DesignError for a design that breaks a rule."""
    design = design_of(plan)
    if design is not None:
        check(design, plan.catalog, plan.profile)
    session = open_session(target, autocommit=False)
    try:
        for statement in preparation(target):
            session.run(statement)
        version, stand_in = identity(session)
    except BaseException:
        session.close()
        raise
    return VerticaStore(session, target, plan, version, stand_in=stand_in)


def statements(target: Target, plan: Plan, files: Mapping[str, Sequence[Path]]) -> tuple[str, ...]:
    """Return what a load would execute, in order."""
    found = [*preparation(target)]
    for table in parents_first(plan.catalog):
        found += creation(table, plan)
        if table.name in files:
            found += [emptying(table), _copy_statement(target, table, files[table.name]), "COMMIT"]
    return (*found, *finishing(plan.catalog))


def preparation(target: Target) -> Iterator[str]:
    """Yield the statements that a loading session begins with."""
    schema = schema_of(target)
    if schema != "public":  # which every database has, and not every user may create
        yield f"CREATE SCHEMA IF NOT EXISTS {quote(schema)}"
    yield search_path(target)


def creation(table: Table, plan: Plan) -> Iterator[str]:
    """Yield the statements that make the table anew; its projections before any row, or Vertica would add one of its own."""
    design = design_of(plan)
    yield f"DROP TABLE IF EXISTS {quote(table.name)} CASCADE"
    yield create_table(table, plan.profile.tables.get(table.name) if plan.profile else None)
    for projection in design.of(table.name) if design else ():
        yield create_projection(projection)


def emptying(table: Table) -> str:
    """Return the statement that lets a second load of the same table double nothing."""
    return f"TRUNCATE TABLE {quote(table.name)}"


def finishing(catalog: Catalog) -> Iterator[str]:
    """Yield the statements that follow the last table; foreign keys by name, so that no second load adds them again."""
    for table in parents_first(catalog):
        for number, key in enumerate(table.foreign_keys, 1):
            if declarable(catalog, key):
                columns, referenced = (", ".join(map(quote, names)) for names in (key.columns, key.referenced_columns))
                yield (
                    f"ALTER TABLE {quote(table.name)} ADD CONSTRAINT {quote(_key_name(table.name, number))} "
                    f"FOREIGN KEY ({columns}) REFERENCES {quote(key.referenced_table)} ({referenced})"
                )
    for function in (refresh, analyse):
        yield from map(function, parents_first(catalog))


def schema_of(target: Target) -> str:
    """Return the schema that the target's tables are in."""
    return target.options["schema"]


def design_of(plan: Plan) -> VerticaDesign | None:
    """Return the plan's design; raises UsageError if it is for another product."""
    if plan.design is not None and not isinstance(plan.design, VerticaDesign):
        raise UsageError("the design is not one for Vertica. Give design.vertica.json, or leave it out")
    return plan.design


def _copy_statement(target: Target, table: Table, files: Sequence[Path]) -> str:
    place = target.options.get("stage", "")
    if place:
        return copy_parquet(table, stage.addresses(place, table.name, files), "warehousebench_rejects")
    return copy_text(table, "warehousebench_rejects")


def _key_name(table: str, number: int) -> str:
    ending = f"_fk{number}"
    return table.encode()[: NAME_BYTES - len(ending)].decode(errors="ignore") + ending
