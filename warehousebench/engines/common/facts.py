"""What catalog, profile and workload together say: the questions that every product's advice asks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from warehousebench.model.catalog import Catalog, Table
from warehousebench.model.design import Evidence
from warehousebench.model.profile import ColumnProfile, Profile, TableProfile
from warehousebench.model.workload import Join, Query, Role, Workload

NO_DATA = "no data given: by rule"
FILTERS = (Role.EQUALITY, Role.RANGE)


@dataclass(frozen=True, slots=True)
class Restriction:
    """How often a column's values are restricted, in summed query weight.

    ``direct`` counts predicates on the column itself, ``through`` those on a table that it refers to and is joined with.
    """

    column: str
    direct: float
    through: float

    @property
    def weight(self) -> float:
        """Return the weight of both kinds together."""
        return self.direct + self.through

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """Return the weights as figures for a reason."""
        kinds = ((f"predicates on {self.column}", self.direct), (f"predicates on tables joined by {self.column}", self.through))
        return tuple(Evidence(what, weight, "query weight", "workload") for what, weight in kinds if weight)


@dataclass(frozen=True, slots=True)
class Facts:
    """The inputs of advice; everything but the catalog may be missing, and the answers are then None or empty."""

    catalog: Catalog
    profile: Profile | None
    workload: Workload | None

    @property
    def basis(self) -> str:
        """Return in words what advice from these facts rests on."""
        given = ["the catalog"]
        given += ["the profile of its rows"] if self.profile else []
        given += [f"{len(self.workload.queries)} queries"] if self.workload else []
        lacking = [name for name, value in (("rows", self.profile), ("queries", self.workload)) if not value]
        text = " and ".join([", ".join(given[:-1]), given[-1]]) if len(given) > 1 else given[0]
        return text + (f"; no {' and no '.join(lacking)} given" if lacking else "")

    def table(self, name: str) -> TableProfile | None:
        """Return the profile of the table ``name``, if there is one."""
        return self.profile.tables.get(name) if self.profile else None

    def column(self, table: str, column: str) -> ColumnProfile | None:
        """Return the profile of a column, if there is one."""
        found = self.table(table)
        return found.columns.get(column) if found else None

    def rows(self, table: str) -> int | None:
        """Return the table's rows, from the profile or else as the source told them."""
        found = self.table(table)
        return found.rows if found else self.catalog.table(table).rows

    def values(self, table: str, column: str) -> int | None:
        """Return how many different values the column holds, NULL counted as one, and at least 1."""
        found = self.column(table, column)
        return max(1, found.distinct + (found.nulls > 0)) if found else None

    def size(self, table: str) -> float | None:
        """Return the bytes of the table's values, if it was profiled."""
        found = self.table(table)
        return found.rows * found.average_row_width if found else None

    def rows_evidence(self, table: str) -> tuple[Evidence, ...]:
        """Return the row count as evidence; empty if unknown."""
        rows = self.rows(table)
        return () if rows is None else (Evidence(f"rows of {table}", rows, "", "profile" if self.table(table) else "catalog"),)

    def restrictions(self, table: str) -> tuple[Restriction, ...]:
        """Return the restricted columns of ``table``, the most restricted first."""
        if not self.workload:
            return ()
        direct = self.workload.uses(table, *FILTERS)
        through: dict[str, float] = {}
        for query in self.workload.queries:
            for column in _restricted_through(self.catalog, query, table):
                through[column] = through.get(column, 0.0) + query.weight
        known = {column.name for column in self.catalog.table(table).columns}
        found = [
            Restriction(name, direct.get(name, 0.0), through.get(name, 0.0)) for name in (direct.keys() | through.keys()) & known
        ]
        return tuple(sorted(found, key=lambda each: (-each.weight, -each.direct, each.column)))


def touching(workload: Workload, table: str) -> float:
    """Return the summed weight of the queries that use or join the table."""
    return sum(query.weight for query in workload.queries if table in _tables(query))


def _tables(query: Query) -> set[str]:
    return {use.table for use in query.uses} | {table for join in query.joins for table in (join.left_table, join.right_table)}


def _restricted_through(catalog: Catalog, query: Query, table: str) -> set[str]:
    """Return the columns of ``table`` that one query joins with the key of a table that it restricts."""
    restricted = {use.table for use in query.uses if use.role in FILTERS}
    return {
        column
        for join in query.joins
        for (near, column), (far, key) in _both_ways(join)
        if near == table and far != table and far in restricted and far in catalog and refers_to(catalog, near, column, far, key)
    }


def _both_ways(join: Join) -> Iterator[tuple[tuple[str, str], tuple[str, str]]]:
    left, right = (join.left_table, join.left_column), (join.right_table, join.right_column)
    yield left, right
    yield right, left


def refers_to(catalog: Catalog, table: str, column: str, other: str, key: str) -> bool:
    """Tell whether ``table.column`` refers to ``other.key``: a declared foreign key, or ``key`` is all of a declared key."""
    target = catalog.table(other)
    if (key,) in (target.primary_key, *target.unique_keys):
        return True
    return table in catalog and (column, other, key) in declared_pairs(catalog.table(table))


def declared_pairs(table: Table) -> set[tuple[str, str, str]]:
    """Return (column, referenced table, referenced column) of every declared foreign key of ``table``."""
    return {
        (column, key.referenced_table, referenced)
        for key in table.foreign_keys
        for column, referenced in zip(key.columns, key.referenced_columns, strict=True)
    }


def join_weights(facts: Facts) -> Mapping[tuple[tuple[str, str], tuple[str, str]], float]:
    """Return (table, column) pairs joined by equality -> summed weight of their queries.

    Without queries every declared foreign key counts as one join.  Self-joins and unknown columns are left out.
    """
    total: dict[tuple[tuple[str, str], tuple[str, str]], float] = {}
    for pairs, weight in _joined(facts):
        for pair in sorted(pairs):
            if pair[0][0] != pair[1][0] and all(_known(facts.catalog, *end) for end in pair):
                total[pair] = total.get(pair, 0.0) + weight
    return total


def _joined(facts: Facts) -> Iterator[tuple[set[tuple[tuple[str, str], tuple[str, str]]], float]]:
    """Yield the joined column pairs of each query, or else of each table's foreign keys, with their weight."""
    if facts.workload:
        for query in facts.workload.queries:
            yield {_ordered(*next(_both_ways(join))) for join in query.joins}, query.weight
        return
    for table in facts.catalog:
        yield {_ordered((table.name, column), (other, key)) for column, other, key in declared_pairs(table)}, 1.0


def _ordered(one: tuple[str, str], other: tuple[str, str]) -> tuple[tuple[str, str], tuple[str, str]]:
    return (one, other) if one <= other else (other, one)


def _known(catalog: Catalog, table: str, column: str) -> bool:
    return table in catalog and any(each.name == column for each in catalog.table(table).columns)
