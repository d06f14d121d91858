"""Bytes of the rows that really leave their node: fixed widths by type, text as long as it is."""

from __future__ import annotations

from collections.abc import Sequence

from warehousebench import duck
from warehousebench.duck import Connection
from warehousebench.workload.plan import PlanColumn

_TEXT = ("VARCHAR", "BLOB")


def row_bytes(values: Sequence[tuple[str, PlanColumn]]) -> str:
    """Return SQL for the bytes of one row of ``values`` (SQL and what it is); NULL text has none."""
    fixed = sum(column.width for _, column in values if column.type not in _TEXT)
    texts = (f"coalesce({_length(value, column)}, 0)" for value, column in values if column.type in _TEXT)
    return " + ".join([f"{fixed:g}::DOUBLE", *texts])


def _length(value: str, column: PlanColumn) -> str:
    return f"strlen({value})" if column.type == "VARCHAR" else f"octet_length({value})"


def total(connection: Connection, table: str, size: str, condition: str = "true") -> float:
    """Return the sum of ``size`` (SQL) over the rows of ``table`` that fulfil ``condition``."""
    ((found,),) = duck.rows(connection, f"SELECT coalesce(sum({size}), 0) FROM {table} WHERE {condition}")
    return float(found)


def measured_groups(connection: Connection, tables: Sequence[str], groups: Sequence[str]) -> tuple[int, ...]:
    """Return how many different ``groups`` (SQL expressions together) each node's table holds.

    What a two-phase aggregate sends off is one partial group per node and group found there.  The cost model reckons it
    as if rows lay at random; where neighbouring rows were stored in turn, only counting tells.
    """
    keys = ", ".join(groups)
    return tuple(duck.rows(connection, f"SELECT count(*) FROM (SELECT DISTINCT {keys} FROM {table})")[0][0] for table in tables)
