"""The tables of an advice page, before they become HTML or Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from warehousebench.model.advice import Advice, DesignCost, Option, QueryCost, TableAdvice
from warehousebench.report.advice import evenness
from warehousebench.report.advice_compare import (
    KINDS,
    MARGIN,
    OUTSIDE,
    Loss,
    about,
    base_of,
    change,
    clearly_more,
    cost_of,
    costs,
    fewer,
    is_outside,
    losses,
    total,
)
from warehousebench.report.grid import Cell, Column, Grid, cells
from warehousebench.report.tables import heat
from warehousebench.report.words import NOTHING, byte_size, significant

MOST = 12  # options of one table before the dearest are only counted
_REFUSED = " (refused: "


@dataclass(frozen=True, slots=True)
class Line:
    """An option as a row: what it costs as a part of the dearest one shown, its figures, and a remark."""

    choice: str
    share: float
    bytes: str
    against: str
    remark: str
    chosen: bool


def designs(advice: Advice) -> Grid:
    """Return every design with its bytes moved, read and stored, and how many times the advised one's they are."""
    columns = [Column("Design")]
    for kind in KINDS:
        columns += [Column(f"Bytes {kind}", figures=True), Column("Times advised", figures=True)]
    columns += [Column("Stored, encoded", figures=True), Column("Remark")]
    rows = tuple(_design_row(advice, design) for design in advice.designs)
    return Grid("All designs on all queries together", tuple(columns), rows)


def _design_row(advice: Advice, design: DesignCost) -> tuple[Cell, ...]:
    own = design is advice.advised
    row = [Cell(design.name, tone="chosen" if own else "")]
    for kind in KINDS:
        value, advised = total(design, kind), total(advice.advised, kind)
        better = clearly_more(advised, value, advised)
        row += [Cell(byte_size(value), value, "chosen" if own else ""), Cell(times(value, advised), tone="alarm" if better else "")]
    remark = "this design" if own else OUTSIDE if is_outside(advice, design) else ""
    return *row, Cell(byte_size(design.stored)), Cell(remark)


def times(value: float, advised: float) -> str:
    """Return how many times the advised design's bytes a value is."""
    return f"{significant(value / advised)}×" if advised else NOTHING


def queries(advice: Advice) -> Grid:
    """Return every query under every design, from the one that saves most to the one that loses most."""
    heavy = len({query.weight for query in advice.advised.queries}) > 1
    shown = {kind: _shown(advice, kind) for kind in KINDS}
    columns = [Column("Query"), *([Column("Weight", figures=True)] if heavy else []), Column("Verdict")]
    for kind in KINDS:
        columns += [Column(design.name if len(shown[kind]) > 1 else "any design", kind, figures=True) for design in shown[kind]]
    before, lost = costs(advice.designs[0]), losses(advice)
    sets = [(kind, [costs(design) for design in shown[kind]]) for kind in KINDS]
    rows = []
    for query in ordered(advice):
        own = [loss for loss in lost if loss.query == query.query]
        verdict = Cell("; ".join(_verdicts(advice, query, own, before)), tone="alarm verdicts" if own else "verdicts")
        figures = (cell for kind, found in sets for cell in _query_cells(query, kind, found))
        rows.append((Cell(query.query), *([Cell(f"{query.weight:g}", query.weight)] if heavy else []), verdict, *figures))
    return Grid("Every query under every design, bytes of one execution", tuple(columns), tuple(rows), sortable=True)


def _shown(advice: Advice, kind: str) -> tuple[DesignCost, ...]:
    """Return the designs to show, or the advised one alone if no query differs under any."""
    own = costs(advice.advised)
    same = all(
        fewer(cost_of(query, kind), cost_of(own[query.query], kind)) == "as many"
        for design in advice.designs
        for query in design.queries
    )
    return advice.designs[-1:] if same else advice.designs


def _query_cells(query: QueryCost, kind: str, sets: Sequence[Mapping[str, QueryCost]]) -> Iterator[Cell]:
    found = [cost_of(each[query.query], kind) for each in sets]
    for value in found[:-1]:
        yield _bytes(value)
    yield _bytes(found[-1], _tint(found[0], cost_of(query, kind)))


def _bytes(value: float, tone: str = "") -> Cell:
    return Cell(byte_size(value) if value else "0", value, tone)


def ordered(advice: Advice) -> list[QueryCost]:
    """Return the advised design's queries by weighted bytes saved: moved first, then read, then by name."""
    base = base_of(advice) or advice.advised
    before = costs(base)

    def saved(query: QueryCost) -> tuple[float, float, str]:
        other = before[query.query]
        return query.weight * (query.moved - other.moved), query.weight * (query.read - other.read), query.query

    return sorted(advice.advised.queries, key=saved)


def _tint(base: float, advised: float) -> str:
    if base == advised:
        return ""
    return heat(max(advised, base / 1e6) / base, MARGIN) if base else "loss4"


def _verdicts(advice: Advice, query: QueryCost, lost: Sequence[Loss], before: Mapping[str, QueryCost]) -> Iterator[str]:
    other = before[query.query]
    gains = [
        f"▲ {amount(cost_of(other, kind), cost_of(query, kind))} {kind}"
        for kind in KINDS
        if clearly_more(query.weight * cost_of(other, kind), query.weight * cost_of(query, kind), total(advice.advised, kind))
    ]
    yield from gains
    alike: dict[str, list[str]] = {}
    for loss in lost:
        alike.setdefault(f"▼ {amount(loss.other, loss.advised)} {loss.kind} than", []).append(f"“{loss.against}”")
    yield from (f"{text} {', '.join(names)}" for text, names in alike.items())
    if not gains and not lost:
        yield "≈ same"


def amount(base: float, advised: float) -> str:
    """Return the comparison as it stands before ``moved`` or ``read``."""
    text = fewer(base, advised)
    return "nothing" if text == "no" else text


def tables(advice: Advice) -> Grid:
    """Return all tables with sizes, distribution and sort order, the largest first."""
    columns = (
        *(Column("Table"), Column("Distribution"), Column("Sort order"), Column("Rows", figures=True)),
        *(Column("Raw", figures=True), Column("Encoded", figures=True), Column("Fullest slice", "of mean", figures=True)),
    )
    rows = tuple(
        (
            Cell(table.table),
            Cell(table.distribution),
            Cell(sort_order(table)),
            Cell(f"{table.rows:,}", table.rows),
            Cell(byte_size(table.raw_bytes), table.raw_bytes),
            Cell(byte_size(table.encoded_bytes), table.encoded_bytes),
            Cell(evenness(table), table.skew[1] if table.skew else None),
        )
        for table in by_size(advice)
    )
    return Grid("All tables: what was chosen", columns, rows, sortable=True)


def by_size(advice: Advice) -> list[TableAdvice]:
    """Return the tables, the largest first, ties by name."""
    return sorted(advice.tables, key=lambda table: (-table.raw_bytes, table.table))


def sort_order(table: TableAdvice) -> str:
    """Return the sort order in words."""
    return ", ".join(table.order_by) or "none"


def distributions(advice: Advice, table: TableAdvice) -> list[Line]:
    """Return the distributions of one table with the bytes that all queries would move, cheapest first."""
    found = list(table.distributions)
    # Several copies together are no single option, but they are what was chosen.
    if found and table.distribution not in {option.choice for option in found}:
        found.append(Option(table.distribution, advice.advised.moved))
    return _lines(found, table.distribution, beyond=advice.bound)


def orders(table: TableAdvice) -> list[Line]:
    """Return the sort orders tried for one table with the bytes that all queries would read of it, cheapest first."""
    return _lines(table.orders, ", ".join(table.order_by) or "arrival order")


def _lines(options: Sequence[Option], chosen: str, beyond: float = 0.0) -> list[Line]:
    ordered = sorted(options, key=lambda option: (option.bytes, option.choice != chosen, option.choice))
    own = next((option.bytes for option in ordered if option.choice == chosen), None)
    shown = [option for place, option in enumerate(ordered) if place < MOST or option.choice == chosen]
    most = max((option.bytes for option in shown), default=0.0) or 1.0
    return [_option_line(option, option.bytes / most, own, chosen=option.choice == chosen, beyond=beyond) for option in shown]


def _option_line(option: Option, share: float, own: float | None, *, chosen: bool, beyond: float) -> Line:
    choice, _, refused = option.choice.partition(_REFUSED)
    remark = "chosen" if chosen else f"refused: {refused.removesuffix(')')}" if refused else ""
    # No choice within the limits is below the bound, so what is below it breaks one of them.
    if not remark and option.bytes < beyond * (1 - 1e-9):
        remark = OUTSIDE
    against = "" if chosen or own is None else change(own, option.bytes)
    if not remark and against.startswith("−"):
        remark = "cheaper: see the reasons"
    return Line(choice, share, byte_size(option.bytes), against, remark, chosen)


def options(caption: str, unit: str, lines: Sequence[Line]) -> Grid:
    """Return options as a plain table."""
    columns = (Column("Choice"), Column(unit, figures=True), Column("Against chosen", figures=True), Column("Remark"))
    return Grid(caption, columns, tuple(cells(line.choice, line.bytes, line.against, line.remark) for line in lines))


def left_out(found: int, shown: int) -> str:
    """Return how many dearer options are not shown, or nothing."""
    rest = found - shown
    return f"{rest} dearer {'option is' if rest == 1 else 'options are'} not shown." if rest > 0 else ""


def curve(advice: Advice) -> Grid:
    """Return the points of the curve of storage against network."""
    raw = sum(table.raw_bytes for table in advice.tables)
    columns = (
        *(Column("Budget for copies", figures=True), Column("of raw bytes", figures=True)),
        *(Column("Fewest bytes moved", figures=True), Column("Against this design", figures=True)),
    )
    rows = tuple(
        cells(
            byte_size(point.extra),
            about(point.extra / raw) if raw else NOTHING,
            byte_size(point.moved),
            change(advice.advised.moved, point.moved),
        )
        for point in advice.curve
    )
    return Grid("Budget for copies against bytes moved", columns, rows)


def ties(advice: Advice) -> Grid | None:
    """Return the near-ties by table, or None without any."""
    grouped: dict[str, list[str]] = {}
    for text in advice.ties:
        table, colon, rest = text.partition(": ")
        grouped.setdefault(table if colon else NOTHING, []).append(rest if colon else text)
    rows = tuple(cells(table, "; ".join(texts)) for table, texts in grouped.items())
    return Grid("Choices that cost next to nothing more", (Column("Table"), Column("Instead")), rows) if rows else None
