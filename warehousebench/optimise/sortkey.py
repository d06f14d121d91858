"""The search for a table's sort key: all single columns and all ordered pairs, the best pairs extended to triples.

A greedy search that extends the best single columns misses keys that begin with a column of few values: such a column is
poor alone.  That is why all pairs are tried.  Scores are bytes read under the zone map model, weighted over the queries.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations

from warehousebench.simulate.sample import TableSample
from warehousebench.simulate.zonemap import (
    Ranks,
    Reading,
    Scan,
    ScanCost,
    Storage,
    Zones,
    bounds,
    frame,
    matching_share,
    ranks,
    read_cost,
    reading,
    slices_of,
    zones_of,
)

SortKey = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SortScore:
    """A sort key and what every scan reads under it; the empty key is arrival order."""

    order_by: SortKey
    scans: tuple[ScanCost, ...]

    @property
    def bytes(self) -> float:
        """Return the bytes read by all scans, weighted."""
        return sum(scan.weight * scan.bytes for scan in self.scans)

    @property
    def blocks(self) -> float:
        """Return the blocks read by all scans, weighted."""
        return sum(scan.weight * scan.blocks for scan in self.scans)

    @property
    def fraction(self) -> float:
        """Return the part of all scanned bytes that is read."""
        whole = sum(scan.weight * scan.bytes_total for scan in self.scans)
        return self.bytes / whole if whole else 0.0

    @property
    def bound(self) -> float:
        """Return the fraction that no sort key can get below: bytes of rows that pass the filters."""
        whole = sum(scan.weight * scan.bytes_total for scan in self.scans)
        return sum(scan.weight * scan.bytes_total * scan.matching for scan in self.scans) / whole if whole else 0.0


@dataclass(frozen=True, slots=True)
class QueryChange:
    """What a query reads under one key against another, as fractions of its scanned bytes."""

    query: str
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class SortSearch:
    """All keys tried, best first; keys within ``tie`` of the best's bytes are ties, within ``near`` near-ties."""

    scores: tuple[SortScore, ...]
    tie: float = 0.001
    near: float = 0.01

    @property
    def best(self) -> SortScore:
        """Return the winner: least bytes, then the shorter key, then by name."""
        return self.scores[0]

    @property
    def best_single(self) -> SortScore:
        """Return the best key of at most one column."""
        return next(score for score in self.scores if len(score.order_by) <= 1)

    @property
    def ties(self) -> tuple[SortScore, ...]:
        """Return the keys that the model cannot tell from the best."""
        return self._within(0.0, self.tie)

    @property
    def near_ties(self) -> tuple[SortScore, ...]:
        """Return the keys that cost a little more than the best."""
        return self._within(self.tie, self.near)

    def score(self, order_by: Sequence[str]) -> SortScore:
        """Return the score of one key; raises KeyError if it was not tried."""
        for score in self.scores:
            if score.order_by == tuple(order_by):
                return score
        raise KeyError(", ".join(order_by))

    def _within(self, low: float, high: float) -> tuple[SortScore, ...]:
        limit = self.best.bytes
        over = [(score, score.bytes / limit - 1 if limit else 0.0) for score in self.scores[1:]]
        return tuple(score for score, excess in over if excess <= high and (excess > low or low == 0.0))


class Trial:
    """A table sample and its scans, prepared to score sort keys; what does not depend on the key is worked out once."""

    def __init__(
        self,
        sample: TableSample,
        scans: Sequence[Scan],
        distribution: Sequence[str] = (),
        storage: Storage | None = None,
        widths: Mapping[str, float] | None = None,
        matching: Sequence[float] | None = None,
    ) -> None:
        """Prepare the scans; ``matching`` are their matching shares if known, which hold for any distribution and storage."""
        self._sample = sample
        storage = storage or Storage()
        self._slices = slices_of(sample, distribution, storage)
        self._frame = frame(sample, self._slices, storage, widths)
        shares = matching or [matching_share(sample, scan.filters) for scan in scans]
        self._readings = tuple(reading(self._frame, scan, share) for scan, share in zip(scans, shares, strict=True))
        absent = {item.column for scan in scans for item in scan.filters if item.nulls}
        columns = {name: bounds(sample.columns[name], nulls=name in absent) for name in filtered_columns(scans)}
        self._moving = {name: found for name, found in columns.items() if not self._frame.still(name)}
        still = {name: found for name, found in columns.items() if name not in self._moving}
        self._still = zones_of(still, self._frame, self._slices, ())
        self._settled = {place: read_cost(each, self._still) for place, each in enumerate(self._readings) if not self._moves(each)}
        self._ranks: dict[str, Ranks] = {}
        self._sorted: dict[SortKey, Zones] = {}

    def score(self, order_by: Sequence[str]) -> SortScore:
        """Return what the scans read with the table sorted by ``order_by``."""
        zones = self._still | (self._zones(tuple(order_by)) if self._moving else {})
        costs = (self._settled.get(place) or read_cost(each, zones) for place, each in enumerate(self._readings))
        return SortScore(tuple(order_by), tuple(costs))

    def _zones(self, order_by: SortKey) -> dict[str, Zones]:
        """Return the zones of columns that move; those of a sort column are the same whatever comes after it."""
        leading = {name: order_by[: place + 1] for place, name in enumerate(order_by) if name in self._moving}
        known = {name: self._sorted[key] for name, key in leading.items() if key in self._sorted}
        rest = {name: found for name, found in self._moving.items() if name not in known}
        found = zones_of(rest, self._frame, self._slices, [self._rank(name) for name in order_by])
        self._sorted |= {key: found[name] for name, key in leading.items() if name in found}
        return known | found

    def _moves(self, prepared: Reading) -> bool:
        return any(item.column in self._moving for item in prepared.scan.filters)

    def _rank(self, name: str) -> Ranks:
        if name not in self._ranks:
            self._ranks[name] = ranks(self._sample.columns[name])
        return self._ranks[name]


def search(
    trial: Trial,
    candidates: Sequence[str],
    *,
    beam: int = 6,
    baselines: Sequence[SortKey] = (),
) -> SortSearch:
    """Return all keys of up to three ``candidates`` that were tried, ``baselines`` and arrival order among them.

    The ``beam`` best pairs are extended by every other candidate.
    """
    names = sorted(set(candidates))
    tried = {key: trial.score(key) for key in dict.fromkeys([(), *map(tuple, baselines), *_singles_and_pairs(names)])}
    pairs = sorted((score for key, score in tried.items() if len(key) == 2), key=_preference)
    for pair in pairs[:beam]:
        for key in ((*pair.order_by, name) for name in names if name not in pair.order_by):
            if key not in tried:
                tried[key] = trial.score(key)
    return SortSearch(tuple(sorted(tried.values(), key=_preference)))


def filtered_columns(scans: Sequence[Scan]) -> tuple[str, ...]:
    """Return the columns that zone maps can help with, by name: the natural candidates."""
    return tuple(sorted({item.column for scan in scans for item in scan.filters}))


def changes(search_result: SortSearch, base: Sequence[str], key: Sequence[str]) -> tuple[QueryChange, ...]:
    """Return what each scan reads under ``base`` and under ``key``, the biggest loser in bytes first."""
    pairs = list(zip(search_result.score(base).scans, search_result.score(key).scans, strict=True))
    pairs.sort(key=lambda pair: (pair[0].bytes - pair[1].bytes, pair[0].query))
    return tuple(QueryChange(before.query, before.fraction, after.fraction) for before, after in pairs)


def _singles_and_pairs(names: Sequence[str]) -> Iterator[SortKey]:
    yield from permutations(names, 1)
    yield from permutations(names, 2)


def _preference(score: SortScore) -> tuple[float, int, SortKey]:
    return (score.bytes, len(score.order_by), score.order_by)
