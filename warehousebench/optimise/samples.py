"""Samples of the tables that queries read, and the scans by the queries: the same for every product."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from warehousebench import duck
from warehousebench.optimise.case import Case
from warehousebench.simulate.sample import TableSample, hash_sample
from warehousebench.simulate.scans import scans_of
from warehousebench.simulate.zonemap import Scan, matching_share
from warehousebench.workload.plan import Kind, Plan

# Enough rows for zone maps to come out as on all of them, few enough for hundreds of orders to be tried.
SAMPLE_ROWS = 200_000
# Tables up to this size are read whole to see which join keys a filter on them leaves.
DIMENSION_ROWS = 300_000


@dataclass
class Samples:
    """Sampled rows per table and all scans of a case, each taken when first asked for and kept."""

    case: Case
    connection: duck.Connection

    @cached_property
    def tables(self) -> Mapping[str, TableSample]:
        """Return table -> its sampled rows, with the columns that some query filters, joins or groups by."""
        return {name: self._sample(name, columns) for name, columns in sorted(self._columns.items())}

    @cached_property
    def scans(self) -> Mapping[str, tuple[Scan, ...]]:
        """Return table -> its scans by all queries, filters that joins bring along included."""
        rows = self.case.profile.tables
        dimensions = {name: self._whole(name) for name in sorted(self._columns) if rows[name].rows <= DIMENSION_ROWS}
        found: dict[str, list[Scan]] = {name: [] for name in self._columns}
        for scan in scans_of(self.case.plans, self.tables, dimensions=dimensions):
            found[scan.table].append(scan)
        return {name: tuple(scans) for name, scans in found.items()}

    @cached_property
    def matching(self) -> Mapping[str, tuple[float, ...]]:
        """Return table -> the share of rows that pass the filters of each of its scans."""
        return {
            name: tuple(matching_share(self.tables[name], scan.filters) for scan in scans) for name, scans in self.scans.items()
        }

    @cached_property
    def _columns(self) -> Mapping[str, tuple[str, ...]]:
        # A table of which no query filters, joins or groups a column still has rows to place: any one column stands for them.
        tables = self.case.profile.tables
        return {name: used or tuple(tables[name].columns)[:1] for name, used in _used(self.case.plans).items()}

    def _sample(self, table: str, columns: Sequence[str]) -> TableSample:
        profile = self.case.profile.tables[table]
        key = self.case.catalog.table(table).primary_key if table in self.case.catalog else ()
        # A column of few values would leave only a few of them in the sample, each with all its rows.
        finest = max(key or columns, key=lambda name: (profile.columns[name].distinct, name))
        share = min(1.0, SAMPLE_ROWS / max(profile.rows, 1))
        return hash_sample(self.connection, self.case.relations[table], columns, key=(finest,), share=share)

    def _whole(self, table: str) -> TableSample:
        if self.case.profile.tables[table].rows <= SAMPLE_ROWS:
            return self.tables[table]
        return hash_sample(self.connection, self.case.relations[table], self._columns[table])


def _used(plans: Sequence[Plan]) -> dict[str, tuple[str, ...]]:
    """Return table -> the columns that some query filters, joins or groups by: all that zone maps and placement need."""
    found: dict[str, set[str]] = {}
    for plan in plans:
        used = {column for operator in plan.operators for pair in operator.pairs for column in pair}
        used |= {column for operator in plan.operators for grouping in operator.groupings for column in grouping}
        for operator in plan.operators:
            if operator.kind is Kind.SCAN:
                names = found.setdefault(operator.table, set())
                names.update(item.column for item in operator.filters)
                names.update(name for column in operator.live if column in used and (name := plan.columns[column].name))
    return {table: tuple(sorted(names)) for table, names in found.items()}
