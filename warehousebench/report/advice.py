"""What an advice says in words: its figures against no design, where it loses, how far it is proven, and what it rests on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from warehousebench.errors import UsageError
from warehousebench.model.advice import Advice, QueryCost, TableAdvice
from warehousebench.model.design import DesignChoice, DesignSummary
from warehousebench.report.advice_compare import (
    KINDS,
    MARGIN,
    OUTSIDE,
    TRIFLE,
    Loss,
    about,
    base_of,
    clearly_more,
    costs,
    fewer,
    is_outside,
    losses,
    total,
)
from warehousebench.report.prose import Alarm
from warehousebench.report.words import byte_size, count

LISTED = 12  # lines of an alarm before it refers to the section below
# Below this part of the bytes moved, a gap comes from the solver's rounding.
_EXACT = 1e-6


@dataclass(frozen=True, slots=True)
class Gist:
    """One of the three figures that sum an advice up; ``worse`` ones are marked."""

    figure: str
    label: str
    text: str
    worse: bool = False


def choices_of(table: str, summary: DesignSummary) -> tuple[DesignChoice, ...]:
    """Return what the design says about a table: one choice, or one per projection."""
    return tuple(choice for choice in summary.choices if choice.name == table or ("table", table) in choice.facts)


def require_match(advice: Advice, summary: DesignSummary) -> None:
    """Raise UsageError if the design is for another product than the advice, or designs were weighed on different queries."""
    one, other = advice.product.casefold(), summary.product.casefold()
    if one not in other and other not in one:
        raise UsageError(f"the advice is for {advice.product}, the design for {summary.product}: give two files of one product")
    for design in advice.designs:
        # A sum over fewer queries would look better than a complete one.
        if costs(design).keys() != costs(advice.advised).keys():
            raise UsageError(f"the design “{design.name}” was weighed on other queries than the advised one: run advise again")


# The top of the page


def title(summary: DesignSummary) -> str:
    """Return the heading."""
    return f"A design for {summary.product}"


def introduction(advice: Advice, summary: DesignSummary) -> str:
    """Return what was designed, for somebody who has never seen such a page."""
    queries = count(len(advice.advised.queries), "query", "queries")
    return (
        f"How {summary.product} should spread, sort and encode {count(len(advice.tables), 'table')} for {queries}: "
        "what the design saves, where it loses, what else was tried, and why it was chosen."
    )


def identity(advice: Advice, summary: DesignSummary) -> tuple[tuple[str, str], ...]:
    """Return what the design is for."""
    rows = sum(table.rows for table in advice.tables)
    raw = sum(table.raw_bytes for table in advice.tables)
    slices = f", {count(advice.slices, 'slice')} in all" if advice.slices != advice.nodes else ""
    extrapolated = ", extrapolated from smaller data" if advice.scaled else ", as measured"
    weights = {query.weight for query in advice.advised.queries}
    weighed = "all of equal weight" if len(weights) < 2 else f"weights {min(weights):g} to {max(weights):g}"
    return (
        ("Cluster", f"{count(advice.nodes, 'node')}{slices}, blocks of {byte_size(advice.block_bytes)}"),
        ("Rows designed for", f"{rows:,} in {count(len(advice.tables), 'table')}, {byte_size(raw)} raw{extrapolated}"),
        ("Queries", f"{count(len(advice.advised.queries), 'query', 'queries')}, {weighed}"),
        ("Made by", summary.basis),
    )


def claim(summary: DesignSummary) -> str:
    """Return what the figures are, and what they are not."""
    return f"All figures are bytes and blocks under the model, not seconds; nothing was run on {summary.product}."


def sentence(advice: Advice) -> str:
    """Return the advice in one sentence."""
    base, advised = base_of(advice), advice.advised
    if base is None:
        return f"The design moves {byte_size(advised.moved)} between nodes and reads {byte_size(advised.read)}."
    moved, read = fewer(base.moved, advised.moved), fewer(base.read, advised.read)
    return f"Held against {base.name}, this design moves {moved} bytes between nodes and reads {read} bytes."


def gists(advice: Advice) -> Iterator[Gist]:
    """Yield the figures for bytes moved, read and stored."""
    base, advised = base_of(advice), advice.advised
    for kind, label in zip(KINDS, ("bytes moved between nodes", "bytes read"), strict=True):
        bytes_ = total(advised, kind)
        if base is None:
            yield Gist(byte_size(bytes_), label, "no baseline to compare with")
            continue
        figure, word = _figure(total(base, kind), bytes_)
        text = f"{byte_size(bytes_)} instead of {byte_size(total(base, kind))} with {base.name}"
        yield Gist(figure, f"{word} {label}", text, clearly_more(bytes_, total(base, kind), bytes_))
    yield _stored(advice)


def _figure(base: float, advised: float) -> tuple[str, str]:
    """Return the large figure and the word that follows it."""
    text = fewer(base, advised)
    if text in ("as many", "no"):
        return ("≈", "as many") if text == "as many" else ("0", "no")
    amount, _, word = text.rpartition(" ")
    return amount, word


def _stored(advice: Advice) -> Gist:
    raw = sum(table.raw_bytes for table in advice.tables)
    known = advice.advised.stored
    encoded = sum(table.encoded_bytes for table in advice.tables) if known is None else known
    copies = "one copy of every table" if known is None else "all copies"
    figure, word = _figure(raw, encoded)
    text = f"{byte_size(encoded)} encoded, {copies}, instead of {byte_size(raw)} raw, one copy"
    return Gist(figure, f"{word} bytes stored", text, encoded > raw)


def proof(advice: Advice) -> str:
    """Return how far the distribution is proven, and what the proof does not cover."""
    moved, bound = advice.advised.moved, min(advice.bound, advice.advised.moved)
    gap = (moved - bound) / moved if moved else 0.0
    rest = "The proof is about bytes moved under the model; sort orders and encodings are the best of those tried."
    if gap <= _EXACT:
        return f"Proven optimal: no choice of distributions within the limits moves fewer than {byte_size(moved)}. {rest}"
    if bound <= 0:
        return f"Not proven: the search ended without a lower bound on the bytes moved. {rest}"
    return (
        f"Optimal to {about(gap)}: no choice of distributions within the limits moves fewer than "
        f"{byte_size(bound)}; this one moves {byte_size(moved)}. {rest}"
    )


def alarms(advice: Advice) -> Iterator[Alarm]:
    """Yield what nobody may miss: findings, extrapolation, and where another design is better."""
    if advice.findings:
        first, rest = advice.findings[:LISTED], len(advice.findings) - LISTED
        more = (f"{count(rest, 'more', 'more')}: see Ties and findings.",) if rest > 0 else ()
        text = "What was not analysed is in no figure of this page."
        yield Alarm(count(len(advice.findings), "finding"), text, (*first, *more), grave=True)
    if advice.scaled:
        text = (
            "Rows, flows and sizes were measured on smaller data and scaled to the rows designed for. "
            "Where the real data spreads differently, so will the figures."
        )
        yield Alarm("Extrapolated from smaller data", text)
    yield from _beaten(advice)
    if found := losses(advice):
        number, queries = len({loss.query for loss in found}), count(len(advice.advised.queries), "query", "queries")
        yield Alarm(
            f"{number} of {queries} {'loses' if number == 1 else 'lose'} against another design",
            "The design is best for all queries together, not for each of them; the table marks these.",
            tuple(_loss_lines(advice, found)),
        )


def _beaten(advice: Advice) -> Iterator[Alarm]:
    """Yield an alarm per baseline that is better as a whole; a grave one if it keeps to the limits."""
    for design in advice.designs[:-1]:
        for kind in KINDS:
            own, other = total(advice.advised, kind), total(design, kind)
            if clearly_more(own, other, own):
                broken = kind == "moved" and is_outside(advice, design)
                text = f"{byte_size(other)}, where the advised design has {byte_size(own)}."
                if broken:
                    text += f" It is {OUTSIDE}. Within them, no design has fewer than {byte_size(advice.bound)}."
                yield Alarm(f"The design “{design.name}” has fewer bytes {kind}", text, grave=not broken)


def _loss_lines(advice: Advice, found: Sequence[Loss]) -> Iterator[str]:
    """Yield a line per baseline and kind of bytes, with the query that loses most."""
    for design in advice.designs[:-1]:
        for kind in KINDS:
            lost = [loss for loss in found if (loss.against, loss.kind) == (design.name, kind)]
            if lost:
                worst = max(lost, key=lambda loss: (loss.advised - loss.other, loss.query))
                most = f"query {worst.query} with {byte_size(worst.advised)} instead of {byte_size(worst.other)}"
                where = f", {OUTSIDE.partition(':')[0]}" if is_outside(advice, design) else ""
                number = count(len(lost), "query", "queries")
                yield f"{number} against “{design.name}”{where}: more bytes {kind}, most of all {most}."


# Notes beside the tables and charts


def query_note(advice: Advice) -> str:
    """Return how the table of queries is to be read."""
    base = base_of(advice)
    against = f" against {base.name}" if base else ""
    return (
        f"Bytes of one execution, not weighted. Sorted by the bytes that the workload saves{against}, most first. "
        f"A difference counts from {about(MARGIN)} of the query and {about(TRIFLE)} of all queries on."
    )


def curve_note(advice: Advice) -> str:
    """Return how the curve is to be read."""
    return (
        "Solved at each mark; between two marks no more bytes move than at the left one, whose line goes on. "
        "The dashed line is this design; the diamond stands at the first "
        f"budget tried that can do as well. One copy of every table is {byte_size(sum(t.raw_bytes for t in advice.tables))} raw."
    )


def motion_line(advice: Advice, query: QueryCost) -> str:
    """Return what moves in one query, and what would without the design."""
    base = base_of(advice)
    own = f"{byte_size(query.moved)} in {count(len(query.motions), 'motion')}"
    if base is None:
        return own
    other = costs(base)[query.query]
    return f"{own}; with {base.name} {byte_size(other.moved)} in {len(other.motions)}"


def table_line(table: TableAdvice) -> str:
    """Return a table's size and evenness in one line."""
    sizes = f"{count(table.rows, 'row')}, {byte_size(table.raw_bytes)} raw, {byte_size(table.encoded_bytes)} encoded"
    return f"{sizes}, fullest slice {evenness(table)} the mean" if table.skew else sizes


def evenness(table: TableAdvice) -> str:
    """Return the fullest slice over the mean as a range, or a dash where it was not measured."""
    if table.skew is None:
        return "—"
    low, high = (f"{value:.2f}" for value in table.skew)
    return f"{low}×" if low == high else f"{low}–{high}×"


def unmoved(advice: Advice) -> tuple[str, ...]:
    """Return the queries in which nothing moves, by name."""
    return tuple(sorted(query.query for query in advice.advised.queries if not query.motions and not query.moved))
