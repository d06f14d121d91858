"""What any layout costs for a case, query by query: the same figures for advice, baselines and a user's own design."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import accumulate

from warehousebench.model.advice import Advice, CurvePoint, DesignCost, Option, QueryCost, TableAdvice
from warehousebench.model.layout import Distribution, Layout, Placement, StoredCopy
from warehousebench.optimise.access import Access, LiveAggregate
from warehousebench.optimise.advisor import Physical, TableChoice, named
from warehousebench.optimise.assumptions import ASSUMPTIONS
from warehousebench.optimise.case import Case, Product
from warehousebench.optimise.considered import key_hash
from warehousebench.optimise.distribution import ROUND_ROBIN, Limits, fewest_bytes, total_bytes
from warehousebench.optimise.extras import aggregate_bytes, copy_bytes
from warehousebench.optimise.storage import Store
from warehousebench.simulate.explain import explain
from warehousebench.simulate.network import motion_graph

_CURVE = (0.0, 0.01, 0.05, 0.1, 0.25, 0.5, 1.0)
# The last per cent of proof takes most of the time where tables may be stored several times over; a drawn curve does not show it.
_CURVE_GAP = 0.01
_MOST_OPTIONS = 6


def cost(
    name: str,
    case: Case,
    product: Product,
    layout: Layout,
    store: Store,
    stored: float | None = None,
    aggregates: Sequence[LiveAggregate] = (),
) -> DesignCost:
    """Return what every query moves and reads under ``layout`` and live ``aggregates``.

    Each scan takes the copy with which its query moves and reads the fewest bytes together.  Raises UsageError if a
    query's table has no copy.
    """
    queries = []
    for plan, flow in zip(case.scaled_plans, Access(case, store).flows(layout, aggregates), strict=True):
        lines = [line for line in explain(flow.trace) if line.bytes]
        word = "redshift" if not product.several_copies else "vertica"
        motions = tuple(f"{line.description}: {getattr(line, word) or line.vertica}, {line.bytes:,.0f} bytes" for line in lines)
        queries.append(QueryCost(plan.query, plan.weight, flow.moved, flow.read, motions))
    copies = _raw_copies(case, layout, product.nodes) + sum(aggregate_bytes(case, entry) for entry in aggregates)
    return DesignCost(name, tuple(queries), stored, copies)


def _raw_copies(case: Case, layout: Layout, nodes: int) -> float:
    """Return the raw bytes of all copies; a replicated one counts once per node."""
    return sum(
        copy_bytes(case, copy) * (nodes if copy.distribution.placement is Placement.REPLICATED else 1) for copy in layout.copies
    )


def baselines(case: Case, product: Product) -> dict[str, Layout]:
    """Return the layouts to hold advice against: nothing designed, and everything by primary keys."""
    none, keys = [], []
    for table in case.catalog:
        columns = tuple(column.name for column in table.columns)
        none.append(StoredCopy(table.name, table.name, columns, ROUND_ROBIN))
        key = key_hash(case, product, table.name)
        order = table.primary_key[:1] if key else ()
        keys.append(StoredCopy(table.name, table.name, columns, key or ROUND_ROBIN, order))
    return {"no design": Layout(tuple(none)), "primary keys": Layout(tuple(keys))}


def curve(case: Case, product: Product, physical: Physical) -> tuple[CurvePoint, ...]:
    """Return the fewest bytes moved for growing budgets of extra copies; where tables may have several, fewer points, to 1 %."""
    shares, gap = (_CURVE[::2], _CURVE_GAP) if product.several_copies else (_CURVE, 0.0)
    budgets = [share * sum(case.sizes.values()) for share in shares]
    limits = Limits(several_copies=product.several_copies, forbidden=tuple(physical.refused), gap=gap)
    fewest = fewest_bytes(case.scaled_plans, product.nodes, physical.considered, case.sizes, limits, budgets)
    # What fits a budget fits a larger one, which a choice within the gap may have missed.
    return tuple(map(CurvePoint, budgets, accumulate(fewest, min)))


def table_advice(case: Case, product: Product, physical: Physical) -> tuple[TableAdvice, ...]:
    """Return, per table, the choice and what else there was with its cost."""
    considered = physical.considered
    graphs = [motion_graph(plan, considered, product.nodes) for plan in case.scaled_plans]
    chosen = physical.distribution.distributions
    found = []
    for name, choice in sorted(physical.tables.items()):
        touched = [graph for graph in graphs if name in graph.tables]
        rest = physical.distribution.bytes - total_bytes(touched, chosen)
        choices = [
            Option(_labelled(entry, (name, entry), physical), rest + total_bytes(touched, {**chosen, name: (entry,)}))
            for entry in considered.get(name, ())
        ]
        found.append(_table_advice(case, choice, sorted(choices, key=lambda option: (option.bytes, option.choice))))
    return tuple(found)


def _labelled(entry: Distribution, copy: tuple[str, Distribution], physical: Physical) -> str:
    return named(entry) + (f" (refused: {physical.refused[copy]})" if copy in physical.refused else "")


def _table_advice(case: Case, choice: TableChoice, distributions: Sequence[Option]) -> TableAdvice:
    main = choice.copies[0]
    orders = choice.sort.scores if choice.sort else ()
    shown = [score for score in orders[:_MOST_OPTIONS] if score.order_by != main.order_by]
    shown += [score for score in orders if score.order_by in (main.order_by, ()) and score not in shown]
    growth = case.rows(choice.table) / max(case.profile.tables[choice.table].rows, 1)
    return TableAdvice(
        table=choice.table,
        rows=round(case.rows(choice.table)),
        raw_bytes=case.sizes[choice.table],
        encoded_bytes=sum(column.bytes for column in choice.encodings) * growth,
        distribution=" and ".join(named(copy.distribution) for copy in choice.copies),
        order_by=main.order_by,
        distributions=tuple(distributions),
        orders=tuple(
            Option(", ".join(score.order_by) or "arrival order", score.bytes)
            for score in sorted(shown, key=lambda score: (score.bytes, score.order_by))
        ),
        skew=(choice.skew.low, choice.skew.high) if choice.skew else None,
    )


def stored_bytes(physical: Physical, case: Case, product: Product) -> float:
    """Return the encoded bytes of all copies and extras; a replicated copy counts once per node, a hashed one as often as the
    product stores it for safety.
    """
    total = sum(extra.stored for extra in physical.extras) * product.times_stored
    for name, choice in physical.tables.items():
        growth = case.rows(name) / max(case.profile.tables[name].rows, 1)
        size = sum(column.bytes for column in choice.encodings) * growth
        copied = [copy.distribution.placement is Placement.REPLICATED for copy in choice.copies]
        total += sum(size * (product.nodes if everywhere else product.times_stored) for everywhere in copied)
    return total


def advice(
    case: Case, product: Product, physical: Physical, store: Store, given: Mapping[str, Layout], findings: Sequence[str]
) -> Advice:
    """Return what the chosen design saves against the baselines and the ``given`` layouts, with all that was weighed."""
    held = baselines(case, product) | dict(given)
    designs = [cost(name, case, product, layout, store) for name, layout in held.items()]
    stored = stored_bytes(physical, case, product)
    designs.append(cost("advised", case, product, physical.layout, store, stored, physical.aggregates))
    ties = [
        f"{entry.table}: {named(entry.distribution)} costs {entry.extra_bytes:,.0f} bytes more"
        for entry in physical.distribution.near
    ]
    return Advice(
        product=product.name,
        nodes=product.nodes,
        slices=product.slices,
        block_bytes=product.block_bytes,
        scaled=bool(case.target),
        designs=tuple(designs),
        tables=table_advice(case, product, physical),
        # The program proves whole copies best; what narrow ones save is found greedily and has no bound.
        bound=0.0 if physical.extras else physical.distribution.bound,
        curve=curve(case, product, physical),
        ties=tuple(ties),
        findings=tuple(findings),
        assumptions=(*ASSUMPTIONS, *product.remarks),
    )
