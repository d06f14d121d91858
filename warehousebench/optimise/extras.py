"""Copies beyond the superprojections that some query could gain by: what they hold, how they lie, what they store."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from warehousebench import duck
from warehousebench.model.layout import Distribution, Placement, StoredCopy
from warehousebench.optimise.access import FUNCTION_BYTES, Access, LiveAggregate
from warehousebench.optimise.case import Case
from warehousebench.optimise.encodings import EncodingChoice, choose_encodings
from warehousebench.optimise.program import Copy
from warehousebench.optimise.storage import Store
from warehousebench.simulate.filters import RangeFilter
from warehousebench.simulate.network import hash_columns
from warehousebench.simulate.sample import sorted_slices
from warehousebench.workload.aggregates import Function

# A live aggregate should have 1 to 10 % of its table's rows (Vertica documentation, "Live aggregate projections"): with more,
# loading it costs more than it saves.
LARGEST = 0.10
# Columns compared for equality that go before the range column: each one splits the runs of the next.
_EQUALITIES = 2


@dataclass(frozen=True, slots=True)
class Candidate:
    """A narrow copy of a table, or a live aggregate of it; bytes are at the target size.

    ``raw`` counts against the storage budget; ``stored`` is encoded, an estimate until ``encodings`` are measured.
    """

    copy: StoredCopy
    aggregate: LiveAggregate | None
    raw: float
    stored: float
    encodings: tuple[EncodingChoice, ...] = ()

    @property
    def key(self) -> tuple[str, ...]:
        """Return what tells candidates apart, in the order in which ties are broken."""
        copy = self.copy
        functions = [str(function) for function in self.aggregate.functions] if self.aggregate else []
        return (copy.table, *copy.columns, "|", *copy.order_by, "|", *copy.distribution.columns, *functions)


@dataclass(frozen=True, slots=True)
class Ground:
    """What candidates stand on: the chosen superprojections, their encodings, and the hashes that are out of the question."""

    access: Access
    copies: tuple[StoredCopy, ...]
    encodings: Mapping[str, tuple[EncodingChoice, ...]]
    refused: Collection[Copy] = field(default_factory=frozenset)

    def main(self, table: str) -> StoredCopy:
        """Return the first superprojection of ``table``."""
        return next(copy for copy in self.copies if copy.table == table)


def candidates(ground: Ground) -> tuple[Candidate, ...]:
    """Return the copies worth considering, each once: of single queries, and of all that would sort and hash a table alike."""
    narrow = {each.key: each for each in _projections(ground)}
    found = narrow | {each.key: each for each in (*_merged(ground, narrow.values()), *_live_aggregates(ground))}
    return tuple(found[key] for key in sorted(found))


def _merged(ground: Ground, narrow: Iterable[Candidate]) -> Iterator[Candidate]:
    """Yield one copy with the columns of all ``narrow`` ones of the same table, order and hash, where there are several."""
    alike: dict[tuple[str, Distribution, tuple[str, ...]], set[str]] = {}
    for each in narrow:
        alike.setdefault((each.copy.table, each.copy.distribution, each.copy.order_by), set()).update(each.copy.columns)
    for (table, distribution, order), columns in alike.items():
        yield _projection(ground, table, columns, distribution, order)


def measured(ground: Ground, candidate: Candidate) -> Candidate:
    """Return the candidate with its encodings chosen by trial in its own order, and the bytes that they store."""
    copy, store = candidate.copy, ground.access.store
    if candidate.aggregate:
        encodings, growth = _measured_groups(store, candidate.aggregate)
        stored = sum(choice.bytes for choice in encodings) * growth
        stored += FUNCTION_BYTES * candidate.aggregate.rows * len(candidate.aggregate.functions)
    else:
        encodings = store.encodings(copy.table, copy.order_by, copy.columns)
        stored = _stored(ground, copy.table, copy.columns, encodings)
    codecs = {choice.column: choice.codec for choice in encodings}
    return replace(candidate, copy=replace(copy, encodings=codecs), stored=stored, encodings=encodings)


def _measured_groups(store: Store, aggregate: LiveAggregate) -> tuple[tuple[EncodingChoice, ...], float]:
    """Return the encodings of a live aggregate's groups, and how many of its rows stand for one that the data has."""
    codecs = {name: store.product.codecs.get((aggregate.table, name), ()) for name in aggregate.groups}
    sample = sorted_slices(store.connection, _distinct(store, aggregate), aggregate.groups, aggregate.groups)
    encodings = choose_encodings(sample, aggregate.groups, codecs, store.product.rules)
    return encodings, aggregate.rows / max(sample.total_rows, 1)


def _distinct(store: Store, aggregate: LiveAggregate) -> str:
    """Return the groups of a live aggregate as a relation."""
    names = ", ".join(map(duck.quote, aggregate.groups))
    return f"(SELECT DISTINCT {names} FROM {store.case.relations[aggregate.table]})"


def _projections(ground: Ground) -> Iterator[Candidate]:
    access = ground.access
    for number, plan in enumerate(access.case.plans):
        hashes = hash_columns(plan)
        for table in sorted({scan.table for scan in plan.scans}):
            columns = {name for scan in plan.scans if scan.table == table for name in scan.scanned}
            for distribution in _distributions(ground, table, hashes[table]) if columns else ():
                order = _order(ground, number, table, distribution)
                yield _projection(ground, table, columns, distribution, order)


def _distributions(ground: Ground, table: str, useful: Collection[str]) -> Iterator[Distribution]:
    """Yield the main copy's hash and those of columns that the query joins or groups by."""
    main = ground.main(table).distribution
    named = [Distribution(Placement.HASH, (name,)) for name in sorted(useful)]
    keys = ground.access.store.product.keys
    for entry in dict.fromkeys((*((main,) if main.placement is Placement.HASH else ()), *named)):
        if (table, entry) not in ground.refused and all((table, name) in keys for name in entry.columns):
            yield entry


def _order(ground: Ground, number: int, table: str, distribution: Distribution) -> tuple[str, ...]:
    """Return the sort order under which one query's scans of ``table`` read the fewest bytes.

    Tried are orders of a few columns compared for equality, few values first, and one range column behind or before them.
    Without filters rows are sorted as they are hashed, so that joins can merge them.
    """
    access = ground.access
    places = [place for place, scan in enumerate(access.case.plans[number].operators) if scan.table == table]

    def read(order: tuple[str, ...]) -> tuple[float, int, tuple[str, ...]]:
        return sum(access.scan_bytes(number, place, distribution, order) for place in places), len(order), order

    return min(_orders(ground, number, table), key=read, default=()) or _hashed_order(ground, table, distribution)


def _hashed_order(ground: Ground, table: str, distribution: Distribution) -> tuple[str, ...]:
    sortable = ground.access.store.product.sortable
    return tuple(name for name in distribution.columns if (table, name) in sortable)


def _orders(ground: Ground, number: int, table: str) -> Iterator[tuple[str, ...]]:
    access = ground.access
    filters = [item for scan in access.scans(number, table) for item in scan.filters]
    sortable = [item for item in filters if (table, item.column) in access.store.product.sortable]
    known = access.case.profile.tables[table].columns
    by_values = sorted(dict.fromkeys(item.column for item in sortable), key=lambda name: (known[name].distinct, name))
    exact = [name for name in by_values if all(_is_exact(item) for item in sortable if item.column == name)]
    few, ranges = tuple(exact[:_EQUALITIES]), [name for name in by_values if name not in exact]
    yield from ((name,) for name in by_values)
    yield from (order for order in ((*few, name) for name in ranges) if few)
    if len(few) > 1:
        yield few


def _is_exact(condition: RangeFilter) -> bool:
    return all(item.low is not None and item.low == item.high for item in condition.intervals)


def _projection(
    ground: Ground, table: str, columns: Collection[str], distribution: Distribution, order: tuple[str, ...]
) -> Candidate:
    case = ground.access.case
    held = tuple(column.name for column in case.catalog.table(table).columns if column.name in {*columns, *distribution.columns})
    copy = StoredCopy("", table, held, distribution, order)
    return Candidate(copy, None, copy_bytes(case, copy), _stored(ground, table, held, ground.encodings[table]))


def copy_bytes(case: Case, copy: StoredCopy) -> float:
    """Return the raw bytes of one stored copy, of the columns that it holds, at the target size."""
    widths = case.profile.tables[copy.table].columns
    return case.rows(copy.table) * sum(widths[name].average_width for name in copy.columns)


def aggregate_bytes(case: Case, aggregate: LiveAggregate) -> float:
    """Return the raw bytes of a live aggregate at the target size."""
    widths = case.profile.tables[aggregate.table].columns
    groups = sum(widths[name].average_width for name in aggregate.groups)
    return aggregate.rows * (groups + FUNCTION_BYTES * len(aggregate.functions))


def _stored(ground: Ground, table: str, columns: Sequence[str], encodings: Sequence[EncodingChoice]) -> float:
    """Return the encoded bytes of some columns; those without a measured codec count raw."""
    case, sizes = ground.access.case, {choice.column: choice.bytes for choice in encodings}
    found = case.profile.tables[table]
    grown = case.rows(table) / max(found.rows, 1)
    return grown * sum(sizes.get(name, found.rows * found.columns[name].average_width) for name in columns)


def _live_aggregates(ground: Ground) -> Iterator[Candidate]:
    """Yield a live aggregate per table and set of groups, with the functions of all queries that ask for them."""
    access = ground.access
    functions: dict[tuple[str, frozenset[str]], set[Function]] = {}
    queries: dict[tuple[str, frozenset[str]], list[tuple[int, int]]] = {}
    for number in range(len(access.case.plans)):
        for asked in access.asked(number):
            key = asked.aggregation.table, asked.aggregation.groups
            functions.setdefault(key, set()).update(asked.aggregation.functions)
            queries.setdefault(key, []).append((number, asked.place))
    for (table, groups), found in queries.items():
        product = access.store.product
        if all((table, name) in product.keys and (table, name) in product.sortable for name in groups):
            candidate = _live_aggregate(ground, table, groups, functions[table, groups], found)
            if candidate.aggregate and candidate.aggregate.rows <= LARGEST * access.case.rows(table):
                yield candidate


def _live_aggregate(
    ground: Ground, table: str, groups: frozenset[str], functions: set[Function], places: Sequence[tuple[int, int]]
) -> Candidate:
    access, case = ground.access, ground.access.case
    known = case.profile.tables[table].columns
    names = tuple(sorted(groups, key=lambda name: (known[name].distinct, name)))
    found = LiveAggregate(f"{table} by {', '.join(names)}", table, names, tuple(sorted(functions)), 0.0)
    rows = float(duck.rows(access.store.connection, f"SELECT count(*) FROM {_distinct(access.store, found)}")[0][0])
    found = replace(found, rows=rows * max(_growth(case, number, place) for number, place in places))
    raw = aggregate_bytes(case, found)
    return Candidate(replace(found.copy, name="", table=table), found, raw, raw)


def _growth(case: Case, number: int, place: int) -> float:
    """Return by how much an aggregate's groups grow to the target size, as its plan is scaled."""
    measured_rows = case.plans[number].operators[place].rows
    return case.scaled_plans[number].operators[place].rows / measured_rows if measured_rows else 1.0
