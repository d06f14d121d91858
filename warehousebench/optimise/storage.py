"""What a product's sort order makes of the sampled tables: bytes read, encodings, skew."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from warehousebench import duck
from warehousebench.model.layout import Distribution
from warehousebench.optimise.case import Case, Product
from warehousebench.optimise.encodings import EncodingChoice, choose_encodings
from warehousebench.optimise.samples import Samples
from warehousebench.optimise.sortkey import SortSearch, Trial, filtered_columns, search
from warehousebench.simulate.sample import TEXT_OVERHEAD, TableSample, sorted_slices
from warehousebench.simulate.skew import Skew, skew
from warehousebench.simulate.zonemap import Scan, Storage

_LARGER, _LEVEL = 100.0, 40
# A block of 8-byte values that holds fewer sampled rows than this says little about its smallest and largest value.
_VALUE_BYTES, _FEW_ROWS = 8, 16


@dataclass
class Store:
    """What was worked out on the samples of a case, kept; one per product, since blocks and slices differ.

    ``sampled`` are the case's samples, if another product's store has drawn them.
    """

    case: Case
    product: Product
    connection: duck.Connection
    sampled: Samples | None = None
    _searches: dict[tuple[str, Distribution, tuple[tuple[str, ...], ...]], SortSearch] = field(default_factory=dict)
    _encodings: dict[tuple[str, tuple[str, ...], tuple[str, ...]], tuple[EncodingChoice, ...]] = field(default_factory=dict)

    @cached_property
    def _rows(self) -> Samples:
        return self.sampled or Samples(self.case, self.connection)

    @property
    def samples(self) -> Mapping[str, TableSample]:
        """Return table -> its sampled rows."""
        return self._rows.tables

    def scans(self, table: str) -> tuple[Scan, ...]:
        """Return the scans of ``table`` by all queries, filters that joins bring along included."""
        return self._rows.scans.get(table, ())

    def trial(self, table: str, distribution: Distribution, growth: float = 1.0) -> Trial:
        """Return what scores sort orders of ``table`` when it is distributed like this and has grown.

        Blocks of a table far larger than its sample are taken larger than they are, with at least a few sampled rows in each:
        the smallest and largest of fewer would promise to skip blocks that hold matching rows.
        """
        scans = self.scans(table)
        rows = round(self.case.rows(table) * growth)
        finest = math.ceil(_VALUE_BYTES * _FEW_ROWS * rows / max(self.samples[table].rows, 1))
        storage = Storage(self.product.slices, max(self.product.block_bytes, finest), rows)
        columns, widths = self._hashed(table, distribution), self.widths(table)
        return Trial(self.samples[table], scans, columns, storage, widths, self._rows.matching[table])

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
