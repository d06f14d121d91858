"""Samples of every table, and what a sort order makes of them: bytes read, encodings, skew."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from warehousebench import duck
from warehousebench.model.layout import Distribution
from warehousebench.optimise.case import Case, Product
from warehousebench.optimise.encodings import EncodingChoice, choose_encodings
from warehousebench.optimise.sortkey import SortSearch, Trial, filtered_columns, search
from warehousebench.simulate.sample import TEXT_OVERHEAD, TableSample, hash_sample, sorted_slices
from warehousebench.simulate.scans import scans_of
from warehousebench.simulate.skew import Skew, skew
from warehousebench.simulate.zonemap import Scan, Storage, matching_share
from warehousebench.workload.plan import Kind, Plan

# Enough rows for zone maps to come out as on all of them, few enough for hundreds of orders to be tried.
SAMPLE_ROWS = 200_000
# Tables up to this size are read whole to see which join keys a filter on them leaves.
DIMENSION_ROWS = 300_000
_LARGER, _LEVEL = 100.0, 40
# A block of 8-byte values that holds fewer sampled rows than this says little about its smallest and largest value.
_VALUE_BYTES, _FEW_ROWS = 8, 16


@dataclass
class Store:
    """Samples and scans of a case, taken once and kept; one per product, since blocks and slices differ."""

    case: Case
    product: Product
    connection: duck.Connection
    samples: dict[str, TableSample] = field(default_factory=dict)
    _scans: tuple[Scan, ...] | None = None
    _matching: dict[str, list[float]] = field(default_factory=dict)
    _searches: dict[tuple[str, Distribution, tuple[tuple[str, ...], ...]], SortSearch] = field(default_factory=dict)
    _encodings: dict[tuple[str, tuple[str, ...], tuple[str, ...]], tuple[EncodingChoice, ...]] = field(default_factory=dict)

    def scans(self, table: str) -> tuple[Scan, ...]:
        """Return the scans of ``table`` by all queries, filters that joins bring along included."""
        if self._scans is None:
            # A table of which no query filters, joins or groups a column still has rows to place: any one column stands for them.
            tables = self.case.profile.tables
            columns = {name: used or tuple(tables[name].columns)[:1] for name, used in _columns(self.case.plans).items()}
            self.samples = {name: self._sample(name, columns[name]) for name in sorted(columns)}
            small = {name for name in columns if self.case.profile.tables[name].rows <= DIMENSION_ROWS}
            dimensions = {name: self._whole(name, columns[name]) for name in sorted(small)}
            self._scans = scans_of(self.case.plans, self.samples, dimensions=dimensions)
        return tuple(scan for scan in self._scans if scan.table == table)

    def trial(self, table: str, distribution: Distribution, growth: float = 1.0) -> Trial:
        """Return what scores sort orders of ``table`` when it is distributed like this and has grown.

        Blocks of a table far larger than its sample are taken larger than they are, with at least a few sampled rows in each:
        the smallest and largest of fewer would promise to skip blocks that hold matching rows.
        """
        scans = self.scans(table)
        rows = round(self.case.rows(table) * growth)
        finest = math.ceil(_VALUE_BYTES * _FEW_ROWS * rows / max(self.samples[table].rows, 1))
        storage = Storage(self.product.slices, max(self.product.block_bytes, finest), rows)
        sample = self.samples[table]
        if table not in self._matching:
            self._matching[table] = [matching_share(sample, scan.filters) for scan in scans]
        return Trial(sample, scans, self._hashed(table, distribution), storage, self.widths(table), self._matching[table])

    def search(self, table: str, distribution: Distribution, baselines: Sequence[tuple[str, ...]]) -> SortSearch:
        """Return the scores of all sort orders of up to three filtered columns, and of ``baselines``, best first.

        Orders that nearly tie are told apart by what they would read if the table grew, as far as the sample can tell; of those
        that still tie, the one with the fewest columns is taken.  Arrival order leads only where nothing else was tried: no
        product keeps it.
        """
        key = table, distribution, tuple(baselines)
        if key not in self._searches:
            self._searches[key] = self._search(table, distribution, baselines)
        return self._searches[key]

    def _search(self, table: str, distribution: Distribution, baselines: Sequence[tuple[str, ...]]) -> SortSearch:
        names = [name for name in filtered_columns(self.scans(table)) if (table, name) in self.product.sortable]
        known = [order for order in baselines if all(name in self.samples[table].columns for name in order)]
        found = search(self.trial(table, distribution), names, baselines=known)
        level = [score for score in (found.best, *found.ties, *found.near_ties) if score.order_by][:_LEVEL] or [found.best]
        growth = min(_LARGER, self._resolution(table))
        larger = self.trial(table, distribution, growth) if growth > 1 and len(level) > 1 else None
        grown = {score.order_by: larger.score(score.order_by).bytes if larger else score.bytes for score in level}
        limit = min(grown.values()) * (1 + found.near)
        best = min(
            (score for score in level if grown[score.order_by] <= limit),
            key=lambda score: (len(score.order_by), grown[score.order_by], score.order_by),
        )
        return replace(found, scores=(best, *(score for score in found.scores if score is not best)))

    def _resolution(self, table: str) -> float:
        """Return how many times larger the table may be taken until a block is only a few sampled rows."""
        sampled = self.samples[table].rows / max(self.case.rows(table), 1.0)
        return self.product.block_bytes / _VALUE_BYTES * sampled / _FEW_ROWS

    def encodings(self, table: str, order_by: Sequence[str], columns: Sequence[str] | None = None) -> tuple[EncodingChoice, ...]:
        """Return the measured choice of an encoding for every column of ``table`` (or some ``columns``) in that order."""
        known = self.case.profile.tables[table].columns if columns is None else columns
        names = [name for name in known if self.product.codecs.get((table, name))]
        if not names or not self.case.profile.tables[table].rows:
            return ()
        key = table, tuple(order_by), tuple(names)
        if key not in self._encodings:
            sample = sorted_slices(self.connection, self.case.relations[table], names, order_by)
            codecs = {name: self.product.codecs[table, name] for name in names}
            self._encodings[key] = choose_encodings(sample, order_by, codecs, self.product.rules)
        return self._encodings[key]

    def skew(self, table: str, distribution: Distribution) -> Skew | None:
        """Return how evenly a hash distribution fills the slices; None for others, or if its columns were not sampled."""
        self.scans(table)
        columns = self._hashed(table, distribution)
        return skew(self.samples[table], columns, self.product.slices) if columns else None

    def _hashed(self, table: str, distribution: Distribution) -> tuple[str, ...]:
        known = self.samples[table].columns
        return distribution.columns if all(name in known for name in distribution.columns) else ()

    def widths(self, table: str) -> Mapping[str, float]:
        """Return column -> raw bytes per value as scans read it, a text's length field included."""
        columns = self.case.profile.tables[table].columns
        return {
            name: max(column.average_width, 1.0) + TEXT_OVERHEAD * (column.average_width % 1 > 0)
            for name, column in columns.items()
        }

    def _sample(self, table: str, columns: Sequence[str]) -> TableSample:
        profile = self.case.profile.tables[table]
        key = self.case.catalog.table(table).primary_key if table in self.case.catalog else ()
        # A column of few values would leave only a few of them in the sample, each with all its rows.
        finest = max(key or columns, key=lambda name: (profile.columns[name].distinct, name))
        share = min(1.0, SAMPLE_ROWS / max(profile.rows, 1))
        return hash_sample(self.connection, self.case.relations[table], columns, key=(finest,), share=share)

    def _whole(self, table: str, columns: Sequence[str]) -> TableSample:
        rows = self.case.profile.tables[table].rows
        return self.samples[table] if rows <= SAMPLE_ROWS else hash_sample(self.connection, self.case.relations[table], columns)


def _columns(plans: Sequence[Plan]) -> dict[str, tuple[str, ...]]:
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
