"""The choice of copies beyond the superprojections: by what they save per byte they store, one after the other.

Vertica's Database Designer adds such projections until a further one brings too little (DBDesigner, ICDE 2014) and never
proposes live aggregates (documentation, "About Database Designer").  What a copy saves depends on those already
there, so every choice is followed by a new look.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from warehousebench.model.design import Evidence, Reason
from warehousebench.model.layout import StoredCopy
from warehousebench.optimise.access import Access, Flow, LiveAggregate, answers, serves
from warehousebench.optimise.encodings import EncodingChoice
from warehousebench.optimise.extras import Candidate, Ground, candidates, measured

# What a copy has to save of all bytes that the workload reads and moves; every copy makes loading slower.  Ours.
WORTH = 0.01
_SHOWN = 6


@dataclass(frozen=True, slots=True)
class Gain:
    """What one query saves by an extra copy, in weighted bytes; one kind of bytes may grow for the sake of the other."""

    query: str
    read: float
    moved: float

    @property
    def bytes(self) -> float:
        """Return what is saved of both kinds."""
        return self.read + self.moved


@dataclass(frozen=True, slots=True)
class Extra:
    """A chosen copy: narrow, or a live aggregate's groups, with its bytes at the target size and what it saves.

    ``raw`` counts against the storage budget, ``stored`` is encoded; copies for fault tolerance are not counted.
    """

    copy: StoredCopy
    aggregate: LiveAggregate | None
    raw: float
    stored: float
    encodings: tuple[EncodingChoice, ...]
    gains: tuple[Gain, ...]
    reasons: tuple[Reason, ...]

    @property
    def bytes(self) -> float:
        """Return what all queries together save, weighted."""
        return sum(gain.bytes for gain in self.gains)


def choose_extras(ground: Ground, budget: float) -> tuple[Extra, ...]:
    """Return the extra copies worth their bytes, in the order of choice, of at most ``budget`` raw bytes together.

    Each saves at least 1 % of the bytes that the workload reads and moves with superprojections alone.
    """
    search = _Search(ground)
    least = WORTH * search.total()
    left, considered = budget, list(candidates(ground)) if budget > 0 else []
    while found := search.best([each for each in considered if each.raw <= left], least):
        search.take(found)
        left -= found.raw
        considered = [each for each in considered if each.key != found.key]
    return tuple(search.chosen)


@dataclass
class _Search:
    """The copies chosen so far, and what queries do with them."""

    ground: Ground
    chosen: list[Extra] = field(default_factory=list)
    known: dict[tuple[str, ...], Candidate] = field(default_factory=dict)

    @property
    def access(self) -> Access:
        return self.ground.access

    def total(self) -> float:
        """Return the weighted bytes that all queries read and move."""
        return sum(plan.weight * self.flow(number).bytes for number, plan in enumerate(self.access.case.plans))

    def best(self, considered: Sequence[Candidate], least: float) -> Candidate | None:
        """Return the candidate that saves most per stored byte, its encodings measured; None if none saves ``least``."""
        saved = {each.key: sum(gain.bytes for gain in self.gains(each)) for each in considered}
        worth = {each.key: self.known.get(each.key, each) for each in considered if saved[each.key] >= max(least, 1.0)}
        while worth:
            first = min(worth.values(), key=lambda each: (-saved[each.key] / max(each.stored, 1.0), each.key))
            if first.key in self.known:
                return first
            # Measuring takes a while, so only those that lead by the superprojection's encodings are measured.
            worth[first.key] = self.known[first.key] = measured(self.ground, first)
        return None

    def gains(self, candidate: Candidate) -> tuple[Gain, ...]:
        """Return what each query saves by the candidate, the biggest first; queries that save nothing are left out."""
        found = []
        for number in self.concerned(candidate):
            plan, before, after = self.access.case.plans[number], self.flow(number), self.flow(number, candidate)
            if after.bytes < before.bytes:
                found.append(Gain(plan.query, plan.weight * (before.read - after.read), plan.weight * (before.moved - after.moved)))
        return tuple(sorted(found, key=lambda gain: (-gain.bytes, gain.query)))

    def concerned(self, candidate: Candidate) -> Iterator[int]:
        """Yield the queries that could use the candidate."""
        for number, plan in enumerate(self.access.case.plans):
            if candidate.aggregate is None:
                fits = any(serves(candidate.copy, scan) for scan in plan.scans)
            else:
                fits = any(answers(candidate.aggregate, asked.aggregation) for asked in self.access.asked(number))
            if fits:
                yield number

    def flow(self, number: int, *added: Candidate) -> Flow:
        """Return one query's flow with the chosen copies and those ``added``."""
        entries: tuple[Candidate | Extra, ...] = (*self.chosen, *added)
        copies = (*self.ground.copies, *(entry.copy for entry in entries if entry.aggregate is None))
        return self.access.flow(number, copies, tuple(entry.aggregate for entry in entries if entry.aggregate))

    def take(self, candidate: Candidate) -> None:
        """Add the candidate to the chosen copies."""
        gains, table = self.gains(candidate), candidate.copy.table
        word = "groups" if candidate.aggregate else "query"
        number = 1 + sum(extra.copy.table == table and bool(extra.aggregate) == bool(candidate.aggregate) for extra in self.chosen)
        copy = replace(candidate.copy, name=f"{table}_{word}_{number}")
        reasons = (_reason(self.ground, candidate, gains, self.total()), *(choice.reason for choice in candidate.encodings))
        self.chosen.append(Extra(copy, candidate.aggregate, candidate.raw, candidate.stored, candidate.encodings, gains, reasons))


def _reason(ground: Ground, candidate: Candidate, gains: Sequence[Gain], before: float) -> Reason:
    evidence = tuple(_evidence(ground, candidate, gains, before))
    if candidate.aggregate:
        sentence = (
            f"a row per group of {', '.join(candidate.copy.columns)} in place of whole scans, for {_queries(gains)}; "
            "copies of it for fault tolerance are not counted"
        )
        return Reason("extra.live-aggregate", "projection", sentence, evidence)
    where, order = ", ".join(candidate.copy.distribution.columns), ", ".join(candidate.copy.order_by)
    sentence = (
        f"only columns that {_queries(gains)} read{'s' if len(gains) == 1 else ''}, sorted by {order or 'arrival'} and hashed by "
        f"{where}: the most bytes saved per byte stored; copies of it for fault tolerance are not counted"
    )
    return Reason("extra.query-projection", "projection", sentence, evidence)


def _queries(gains: Sequence[Gain]) -> str:
    names = [gain.query for gain in gains]
    shown = ", ".join(names[:_SHOWN]) + (f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else "")
    return f"{'query' if len(names) == 1 else 'queries'} {shown}"


def _evidence(ground: Ground, candidate: Candidate, gains: Sequence[Gain], before: float) -> Iterator[Evidence]:
    source = "zone maps on a sample, motion model"
    yield Evidence("saved by all queries", round(sum(gain.bytes for gain in gains)), "bytes read and moved, weighted", source)
    yield Evidence("that is", sum(gain.bytes for gain in gains) / before, "of the bytes without it", source)
    for gain in gains[:_SHOWN]:
        yield Evidence(f"query {gain.query} reads less", round(gain.read), "bytes, weighted", "zone maps on a sample")
        yield Evidence(f"query {gain.query} moves less", round(gain.moved), "bytes, weighted", "motion model")
    yield Evidence("stored", round(candidate.stored), "bytes", "encoded slices of the sort order")
    yield Evidence("raw size, of the storage budget", round(candidate.raw), "bytes", "profile")
    if candidate.aggregate:
        rows = ground.access.case.rows(candidate.copy.table)
        yield Evidence("groups", round(candidate.aggregate.rows), "rows", "counted")
        yield Evidence("groups to rows", candidate.aggregate.rows / max(rows, 1.0), "of the table's", "counted")
