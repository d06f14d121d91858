"""The whole search for one product: distribution, sort orders, encodings, then extra copies, each with its alternatives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from warehousebench.errors import UsageError
from warehousebench.model.design import Evidence, Reason
from warehousebench.model.layout import Distribution, Layout, Placement, StoredCopy
from warehousebench.optimise.access import Access, LiveAggregate
from warehousebench.optimise.case import Case, Pin, Product, Wishes
from warehousebench.optimise.considered import key_hash, weighed
from warehousebench.optimise.distribution import (
    REPLICATED,
    ROUND_ROBIN,
    Choice,
    DistributionChoice,
    Limits,
    best_distribution,
)
from warehousebench.optimise.encodings import EncodingChoice
from warehousebench.optimise.extras import Ground
from warehousebench.optimise.program import Copy
from warehousebench.optimise.projections import Extra, choose_extras
from warehousebench.optimise.sortkey import SortScore, SortSearch
from warehousebench.optimise.storage import Store
from warehousebench.simulate.skew import Skew

# Vertica's Database Designer copies tables of at most this part of the largest one (documentation, "Replicated projections").
SMALL = 0.01
# A sort order that saves less of the bytes read than this is not worth a vacuum; ours.
WORTH_SORTING = 0.02


@dataclass(frozen=True, slots=True)
class TableChoice:
    """What was chosen for one table, with the searches behind it; ``sort`` is None where no query filters the table."""

    table: str
    copies: tuple[StoredCopy, ...]
    sort: SortSearch | None
    encodings: tuple[EncodingChoice, ...]
    skew: Skew | None
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Physical:
    """The chosen layout, table by table, with the proof of the distribution and why columns were no candidates.

    ``considered`` are the distributions that were weighed, those ``refused`` among them.  ``extras`` are narrow copies and live
    aggregates beyond ``tables``, for products that can have them.
    """

    tables: Mapping[str, TableChoice]
    distribution: DistributionChoice
    considered: Choice
    refused: Mapping[Copy, str]
    extras: tuple[Extra, ...] = ()

    @property
    def copies(self) -> tuple[StoredCopy, ...]:
        """Return the whole copies of all tables."""
        return tuple(copy for table in sorted(self.tables) for copy in self.tables[table].copies)

    @property
    def layout(self) -> Layout:
        """Return all stored copies, narrow ones included; live aggregates are no copies of rows."""
        return Layout((*self.copies, *(extra.copy for extra in self.extras if extra.aggregate is None)))

    @property
    def aggregates(self) -> tuple[LiveAggregate, ...]:
        """Return the live aggregates among the extras."""
        return tuple(extra.aggregate for extra in self.extras if extra.aggregate)


def design(case: Case, product: Product, wishes: Wishes, store: Store) -> Physical:
    """Return the best physical design for ``case`` within ``product``'s limits and the user's ``wishes``.

    Tables that no query reads are placed by rule.  A storage budget is spent in three ways: on whole copies first, on
    narrow ones only, and on whole ones with what those left; what reads and moves the fewest bytes is returned.
    Raises UsageError if pins and budgets leave nothing.
    """
    whole = whole_copies(case, product, wishes, store)
    if not product.several_copies or wishes.storage <= 1.0:
        return whole
    access = Access(case, store)
    ways = [_with_extras(whole, wishes, access), *_spent(case, wishes, 1.0, access)]
    mixed = wishes.storage - sum(extra.raw for extra in ways[-1].extras) / sum(case.sizes.values())
    ways += _spent(case, wishes, mixed, access) if 1.0 < mixed < wishes.storage else []
    return min(ways, key=lambda each: _total(each, access))


def _spent(case: Case, wishes: Wishes, storage: float, access: Access) -> list[Physical]:
    """Return the design with ``storage`` for whole copies and the rest for narrow ones; none if pinned copies need more."""
    try:
        whole = whole_copies(case, access.store.product, replace(wishes, storage=storage), access.store)
    except UsageError:
        return []
    return [_with_extras(whole, wishes, access)]


def whole_copies(case: Case, product: Product, wishes: Wishes, store: Store) -> Physical:
    """Return the best design of copies that hold all columns: what extra copies are held against."""
    _check_pins(case, product, wishes)
    considered, refused = weighed(case, product, store)
    chosen = best_distribution(case.scaled_plans, product.nodes, considered, case.sizes, _limits(case, product, wishes, refused))
    tables = {table.name: _table(case, product, wishes, store, chosen, table.name) for table in case.catalog}
    return Physical(tables, chosen, considered, refused)


def _with_extras(physical: Physical, wishes: Wishes, access: Access) -> Physical:
    encodings = {name: choice.encodings for name, choice in physical.tables.items()}
    ground = Ground(access, physical.copies, encodings, frozenset(physical.refused))
    return replace(physical, extras=choose_extras(ground, _left(physical, wishes, access)))


def _left(physical: Physical, wishes: Wishes, access: Access) -> float:
    """Return the raw bytes that whole copies leave of the storage budget; what replication saves does not add to it."""
    sizes = access.case.sizes
    raw = sum(sizes.values())
    taken = sum(sizes[copy.table] * _times(copy, access.store.product.nodes) for copy in physical.copies) - raw
    return max(0.0, min(raw * (wishes.storage - 1.0), raw * (wishes.storage - 1.0 + wishes.replication) - taken))


def _times(copy: StoredCopy, nodes: int) -> int:
    return nodes if copy.distribution.placement is Placement.REPLICATED else 1


def _total(physical: Physical, access: Access) -> float:
    """Return the weighted bytes that all queries read and move."""
    flows = access.flows(physical.layout, physical.aggregates)
    return sum(plan.weight * flow.bytes for plan, flow in zip(access.case.plans, flows, strict=True))


def _check_pins(case: Case, product: Product, wishes: Wishes) -> None:
    """Raise UsageError for pins that the product cannot have or that no budget allows."""
    pinned = {table: pin.distribution for table, pin in wishes.pins.items() if pin.distribution}
    if not product.round_robin and (even := sorted(table for table, entry in pinned.items() if entry == ROUND_ROBIN)):
        raise UsageError(f"{product.name} cannot place rows in turn: pin {even[0]} to a column or to all instead of even")
    copied = sorted(table for table, entry in pinned.items() if entry == REPLICATED)
    taken = sum(case.sizes.get(table, 0.0) for table in copied) * (product.nodes - 1)
    budget = _extra_bytes(case, product, wishes)
    if taken > budget:
        raise UsageError(
            f"copies of {', '.join(copied)} on all nodes take {taken:,.0f} bytes more, and the budget is {budget:,.0f}. "
            "Raise --replication-budget or drop the pin."
        )


def _extra_bytes(case: Case, product: Product, wishes: Wishes) -> float:
    """Return the raw bytes that extra copies may take."""
    return sum(case.sizes.values()) * (wishes.replication + (wishes.storage - 1.0 if product.several_copies else 0.0))


def _limits(case: Case, product: Product, wishes: Wishes, refused: Mapping[Copy, str]) -> Limits:
    extra = _extra_bytes(case, product, wishes)
    # A solver's tolerance is wider than the smallest tables: no budget has to be said outright.
    copied = () if extra or product.nodes == 1 else tuple((table, REPLICATED) for table in case.sizes)
    return Limits(
        extra_bytes=extra,
        several_copies=product.several_copies and wishes.storage > 1.0,
        pinned={table: pin.distribution for table, pin in wishes.pins.items() if pin.distribution},
        preferred={table.name: _preferred(case, product, table.name) for table in case.catalog},
        forbidden=(*refused, *copied),
    )


def _preferred(case: Case, product: Product, table: str) -> tuple[Distribution, ...]:
    """Return what to take where it costs next to nothing more: copies of a small table, else the primary key's hash."""
    key = key_hash(case, product, table)
    return (*([REPLICATED] if is_small(case, product, table) else []), *([key] if key else []))


def is_small(case: Case, product: Product, table: str) -> bool:
    """Tell whether copies of a table cost nothing worth saving: each of its columns fits into one block, which takes a whole
    block on every slice it is spread over, and the table has at most a hundredth of the largest one's bytes.
    """
    widest = max((column.average_width for column in case.profile.tables[table].columns.values()), default=0.0)
    fits = case.rows(table) * widest <= product.block_bytes
    return fits and case.sizes[table] <= SMALL * max(case.sizes.values())


def _unread(case: Case, product: Product, wishes: Wishes, table: str) -> Distribution:
    """Return the distribution of a table that no query reads, by rule."""
    if wishes.replication and is_small(case, product, table):
        return REPLICATED
    return key_hash(case, product, table) or ROUND_ROBIN


def _table(case: Case, product: Product, wishes: Wishes, store: Store, chosen: DistributionChoice, table: str) -> TableChoice:
    pin, read = wishes.pins.get(table, Pin()), table in chosen.distributions
    distributions = chosen.distributions[table] if read else (pin.distribution or _unread(case, product, wishes, table),)
    main = distributions[0]
    search = store.search(table, main, _baseline_orders(case, product, main, table)) if read and store.scans(table) else None
    order, sort_reason = _order(case, product, pin, table, main, search)
    encodings = store.encodings(table, order)
    codecs = {choice.column: choice.codec for choice in encodings}
    columns = tuple(column.name for column in case.catalog.table(table).columns)
    copies = tuple(
        StoredCopy(table if k == 0 else f"{table}_{k + 1}", table, columns, entry, order, codecs)
        for k, entry in enumerate(distributions)
    )
    found = store.skew(table, main) if read else None
    reasons = (_distribution_reason(case, pin, chosen, main, table, found), sort_reason, *(choice.reason for choice in encodings))
    return TableChoice(table, copies, search, encodings, found, reasons)


def _baseline_orders(case: Case, product: Product, main: Distribution, table: str) -> tuple[tuple[str, ...], ...]:
    key, rule = case.catalog.table(table).primary_key, product.orders.get(table, ())
    return tuple(order for order in (key[:1], rule, main.columns) if order)


def _order(
    case: Case, product: Product, pin: Pin, table: str, main: Distribution, search: SortSearch | None
) -> tuple[tuple[str, ...], Reason]:
    rule = product.orders.get(table, ())
    blocks = case.sizes[table] / product.block_bytes / product.slices
    if pin.order_by is not None:
        return pin.order_by, Reason("sort.pinned", "sort", "as pinned by the user")
    if blocks < 2 and not rule:
        sentence = "none: the table has less than two blocks per slice, so there is nothing to skip"
        return (), Reason("sort.small", "sort", sentence, (Evidence("raw blocks per slice", blocks, "blocks", "model"),))
    joined = main.columns if all((table, column) in product.sortable for column in main.columns) else ()
    if search and search.best.order_by and _saved(search, rule or joined) >= WORTH_SORTING:
        found = search.best.order_by
        tail = tuple(name for name in rule if name not in found)
        return found + tail, _sort_reason(search, tail)
    evidence = (_fraction(search.best, "zone maps on a sample"),) if search else ()
    if rule:
        sentence = f"by {', '.join(rule)}: restricted and few-valued columns first, for long runs; no order skips many blocks"
        return rule, Reason("sort.rule", "sort", sentence, evidence)
    if joined:
        sentence = f"by {', '.join(joined)}: no order skips many blocks, but joins can merge rows sorted as distributed"
        return joined, Reason("sort.join-key", "sort", sentence, evidence)
    return (), Reason("sort.none", "sort", "none: no order skips many blocks for these queries", evidence)


def _saved(search: SortSearch, instead: tuple[str, ...]) -> float:
    """Return the part of the bytes that the best order saves against arrival order or the one taken ``instead``, if that is more.

    Rows that arrive in a good order, such as by date, would be read well unsorted, and badly under another order.
    """
    worst = max(score.bytes for score in search.scores if score.order_by in ((), instead))
    return 1 - search.best.bytes / worst if worst else 0.0


def _sort_reason(search: SortSearch, tail: tuple[str, ...]) -> Reason:
    best = search.best
    others = [score for score in dict.fromkeys((search.best_single, search.score(()))) if score is not best]
    evidence = (
        _fraction(best, "zone maps on a sample"),
        Evidence("least possible", best.bound, "of scanned bytes", "rows that pass the filters"),
        *(_fraction(other, "zone maps on a sample") for other in others),
        Evidence("orders tried", len(search.scores), "", "search"),
    )
    sentence = f"by {', '.join(best.order_by)}: of all orders tried, the one under which queries read the fewest bytes"
    if level := len(search.ties) + len(search.near_ties):
        others_come = "1 other comes" if level == 1 else f"{level} others come"
        sentence += f" ({others_come} within {search.near:.0%}; this one has the fewest columns, or gains most if the table grows)"
    if tail:
        sentence += f"; then {', '.join(tail)} for runs and a total order"
    return Reason("sort.fewest-blocks", "sort", sentence, evidence)


def _fraction(score: SortScore, source: str) -> Evidence:
    return Evidence(f"read by {', '.join(score.order_by) or 'arrival'}", score.fraction, "of scanned bytes", source)


def _distribution_reason(
    case: Case, pin: Pin, chosen: DistributionChoice, main: Distribution, table: str, found: Skew | None
) -> Reason:
    subject = "distribution"
    if pin.distribution:
        return Reason("dist.pinned", subject, "as pinned by the user")
    if table not in chosen.distributions:
        return Reason("dist.unread", subject, f"{named(main)}, by rule: no query reads this table")
    names = " and ".join(map(named, chosen.distributions[table]))
    near = [entry for entry in chosen.near if entry.table == table]
    sentence = f"{names}: part of the choice for all tables together that moves the fewest bytes"
    if near:
        more = near[0].extra_bytes / chosen.bytes if chosen.bytes else 0.0
        sentence += f"; as good to {more:.2%}: {', '.join(named(entry.distribution) for entry in near[:3])}"
    evidence = [Evidence("moved by all queries", round(chosen.bytes), "bytes", f"model, proven to {chosen.gap:.2%}")]
    if found:
        evidence.append(Evidence("fullest slice", found.high, "times the mean at most", f"{len(found.ratios)} hash functions"))
    evidence.append(Evidence("raw size", round(case.sizes[table]), "bytes", "profile"))
    return Reason("dist.fewest-bytes", subject, sentence, tuple(evidence))


def named(distribution: Distribution) -> str:
    """Return a distribution in words."""
    if distribution == REPLICATED:
        return "a copy on every node"
    return "in turn" if distribution == ROUND_ROBIN else f"hash of {', '.join(distribution.columns)}"
