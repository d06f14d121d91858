"""What an assessment says in words: title, first figures, alarms, method."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from warehousebench.model.assessment import Assessment, Effort, Outcome, ProductOutcome, Risk, Status, Verdict
from warehousebench.report.prose import Alarm
from warehousebench.report.words import byte_size, count

LISTED = 8  # lines of an alarm before it refers to what is below
LEGEND = "● fits, ◐ fits in part, ○ does not fit, ? not known here. Which of these uses are yours, only you know."

SIGNS = {Verdict.FITS: "●", Verdict.PARTLY: "◐", Verdict.NOT: "○", Verdict.OPEN: "?"}
EFFORTS = {
    Effort.NONE: "nothing",
    Effort.SIMPLE: "simple: less than 1 hour",
    Effort.MEDIUM: "medium: 1 to 4 hours",
    Effort.SIGNIFICANT: "significant: more than 4 hours",
}
_METHOD = (
    ("As is", "The generated script, or a text on this page, takes the object over; rows that are loaded lose nothing by it."),
    ("With a change", "The script holds it in another form, or the data decide: somebody has to agree."),
    ("By hand", "Somebody has to write something, or decide what becomes of rows."),
    (
        "Work",
        "One person, per object, the largest of its items: simple is less than 1 hour, medium 1 to 4, significant more. These are "
        "the classes of AWS's schema conversion tool for data warehouses; they are estimates by kind, and no measurement.",
    ),
    (
        "Types",
        "Every column has a type of the product's that is chosen by the declaration and, where there are data, by the values. "
        "What that loses is told by column.",
    ),
    (
        "Values and constraints",
        "Counted on all rows given, not on a sample. CSV files are read as text, so that a value that cannot be read is counted. "
        "The examples are values of your own data: mind who reads this.",
    ),
    (
        "Sizes",
        "As they stand: bytes of the values. Packed: every column as a dictionary or as runs, the smaller of both; products "
        "compress blocks besides, sort, and keep copies.",
    ),
    (
        "Facts",
        "Each with its source and date. Those marked unverified were on no page of the vendor's: ask before you rely on them.",
    ),
    ("No winner", "A use matters to you or does not; the page counts no points."),
)


@dataclass(frozen=True, slots=True)
class Tile:
    """A product's first figure with what stands below it."""

    product: str
    figure: str
    label: str
    text: str


def title(found: Assessment) -> str:
    """Return the heading."""
    return f"{found.source.partition(' (')[0]} on {' and on '.join(product.product for product in found.products)}"


def introduction(found: Assessment) -> str:
    """Return what was looked at, in a sentence."""
    looked = "; ".join(found.basis)
    return f"What becomes of the schema, of its rows and queries, and what decides between the products. Looked at: {looked}."


def identity(found: Assessment) -> Iterator[tuple[str, str]]:
    """Yield labelled facts about what was assessed."""
    yield "Source", found.source
    kinds = [each.kind for each in found.products[0].objects] if found.products else []
    yield "Objects", ", ".join(count(kinds.count(kind), kind, plural(kind)) for kind in dict.fromkeys(kinds)) or "none"
    size = found.fit.size
    if size:
        yield "Size as it stands", byte_size(size.raw_bytes) + (f" in {size.rows:,} rows" if size.rows is not None else "")
        if size.packed_bytes is not None:
            yield "Packed, estimated", byte_size(size.packed_bytes)
    checked = [check for check in found.constraints if check.status is not Status.UNCHECKED]
    if checked:
        yield "Constraints checked on the rows", f"{len(checked):,} of {len(found.constraints):,}"


def plural(kind: str) -> str:
    """Return the plural of a kind of object."""
    return f"{kind[:-1]}ies" if kind.endswith("y") else f"{kind}s"


def of_outcome(product: ProductOutcome, outcome: Outcome) -> int:
    """Return how many objects have this outcome."""
    return sum(each.outcome is outcome for each in product.objects)


def of_effort(product: ProductOutcome, effort: Effort) -> int:
    """Return how many objects have this effort."""
    return sum(each.effort is effort for each in product.objects)


def tiles(found: Assessment) -> Iterator[Tile]:
    """Yield the first figures of every product."""
    for product in found.products:
        total = len(product.objects)
        without = of_effort(product, Effort.NONE)
        work = [f"{of_effort(product, each):,} {each}" for each in Effort if each is not Effort.NONE and of_effort(product, each)]
        text = f"Work on the others: {', '.join(work)}." if work else "No work was found."
        yield Tile(product.product, f"{without:,} of {total:,}", "objects ask for no work", text)


def alarms(found: Assessment) -> Iterator[Alarm]:
    """Yield what the reader must not miss."""
    broken = [check for check in found.constraints if check.status is Status.VIOLATED]
    if broken:
        lines = [f"{check.table}: {check.kind} {check.text}: {count(check.rows or 0, 'row')} of {check.of:,}" for check in broken]
        text = "A planner that trusts them may return wrong answers. Clean the rows, or leave the constraints out."
        yield Alarm(f"{count(len(broken), 'constraint')} that the rows break", text, _some(lines), grave=True)
    yield from _losses(found)
    if found.findings:
        heading = f"{count(len(found.findings), 'finding')} from reading the schema and the rows"
        yield Alarm(heading, "", _some(found.findings))
    yield Alarm("Not checked", "", found.unchecked)


def _losses(found: Assessment) -> Iterator[Alarm]:
    """Yield an alarm for the values that are lost on every product, and one for those of each product alone."""
    lines: dict[tuple[str, ...], list[str]] = {}
    for risk, products in by_products(found).items():
        if risk.loses:
            line = f"{risk.table}.{risk.column}: {count(risk.rows, 'row')} of {risk.of:,}: {risk.reason}"
            lines.setdefault(tuple(products), []).append(line)
    for names, told in lines.items():
        heading = f"{count(len(told), 'kind')} of values that would not arrive as they are on {' and '.join(names)}"
        yield Alarm(heading, "", _some(told), grave=True)


def by_products(found: Assessment) -> dict[Risk, list[str]]:
    """Return every risk with the products that have it."""
    told: dict[Risk, list[str]] = {}
    for product in found.products:
        for risk in product.risks:
            told.setdefault(risk, []).append(product.product)
    return told


def _some(lines: Sequence[str]) -> tuple[str, ...]:
    rest = len(lines) - LISTED
    return (*lines[:LISTED], f"{rest:,} more: see below.") if rest > 0 else tuple(lines)


def method() -> tuple[tuple[str, str], ...]:
    """Return the terms with their meanings."""
    return _METHOD


def constraints_line(found: Assessment) -> str:
    """Return how many constraints hold, are broken and were not checked."""
    counts = {status: sum(check.status is status for check in found.constraints) for status in Status}
    if not found.constraints:
        return "No constraint was checked: there are no rows, or the schema declares none."
    return (
        f"{counts[Status.HOLDS]:,} hold, {counts[Status.VIOLATED]:,} are broken, {counts[Status.UNCHECKED]:,} could not be checked."
    )


def price_line(found: Assessment) -> str:
    """Return where the prices are from, and that they are the user's."""
    return f"Your own prices in {found.fit.currency}: {found.fit.prices}. A month has 730 hours unless you said otherwise."
