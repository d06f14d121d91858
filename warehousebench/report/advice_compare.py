"""How the designs of an advice compare: which differences count, who loses, and the words for them."""

from __future__ import annotations

from dataclasses import dataclass

from warehousebench.model.advice import Advice, DesignCost, QueryCost
from warehousebench.report.words import THIN, byte_size, significant

KINDS = ("moved", "read")
# A difference counts from these parts on: of the query's own bytes, and of the bytes of all queries under the design; ours.
MARGIN = 0.01
TRIFLE = 1e-3
_MOST_TIMES = 1000  # ratios above it say nothing more
OUTSIDE = "outside the limits: budget for copies, evenness or pins"


@dataclass(frozen=True, slots=True)
class Loss:
    """A query that moves or reads clearly more bytes under the advised design than under another one."""

    query: str
    kind: str
    against: str
    advised: float
    other: float


def base_of(advice: Advice) -> DesignCost | None:
    """Return the design that the figures are held against: the first baseline, or None without any."""
    return advice.designs[0] if len(advice.designs) > 1 else None


def total(design: DesignCost, kind: str) -> float:
    """Return a design's weighted bytes ``moved`` or ``read``."""
    return design.moved if kind == "moved" else design.read


def cost_of(query: QueryCost, kind: str) -> float:
    """Return a query's bytes ``moved`` or ``read``."""
    return query.moved if kind == "moved" else query.read


def costs(design: DesignCost) -> dict[str, QueryCost]:
    """Return a design's queries by name."""
    return {query.query: query for query in design.queries}


def fewer(base: float, advised: float) -> str:
    """Return how ``advised`` bytes compare with ``base``: ``9.07× fewer``, ``34 % fewer``, ``as many``, ``12 % more``, ``no``."""
    if base == advised or abs(base - advised) < MARGIN / 2 * base:
        return "as many"
    if not advised:
        return "no"
    low, high = sorted((base, advised))
    word = "fewer" if advised < base else "more"
    if not low:
        return f"{byte_size(high)} {word}"
    if high / low >= _MOST_TIMES:
        return f">{_MOST_TIMES:,}× {word}"
    if high / low >= 1.995:
        return f"{significant(high / low)}× {word}"
    return f"{about(abs(base - advised) / base)} {word}"


def about(share: float) -> str:
    """Return a share as per cent with at most two significant digits: ``4.8 %``, ``34 %``."""
    return f"{float(f'{100 * share:.1e}'):g}{THIN}%"


def clearly_more(one: float, other: float, whole: float) -> bool:
    """Tell whether ``one`` is more than ``other`` by so much that it counts beside ``whole`` bytes of all queries."""
    return one > other * (1 + MARGIN) and one - other > TRIFLE * whole


def is_outside(advice: Advice, design: DesignCost) -> bool:
    """Tell whether a design breaks the advice's limits: it moves fewer bytes than any design within them can."""
    return design.moved < advice.bound * (1 - 1e-9)


def losses(advice: Advice) -> tuple[Loss, ...]:
    """Return every query on which the advised design clearly loses against a baseline, by query."""
    found = []
    for kind in KINDS:
        whole = total(advice.advised, kind)
        for design in advice.designs[:-1]:
            others = costs(design)
            for query in advice.advised.queries:
                other = others[query.query]
                if clearly_more(query.weight * cost_of(query, kind), query.weight * cost_of(other, kind), whole):
                    found.append(Loss(query.query, kind, design.name, cost_of(query, kind), cost_of(other, kind)))
    return tuple(sorted(found, key=lambda loss: loss.query))


def change(own: float, other: float) -> str:
    """Return how another option's bytes compare with the chosen one's: ``+12 %``, ``7.32×``, ``same``."""
    if own == other or abs(other - own) < 5e-5 * own:
        return "same"
    if not own or other / own >= 1.995:
        return f"{significant(other / own)}×" if own else f"+{byte_size(other)}"
    return f"{'+' if other > own else '−'}{about(abs(other / own - 1))}"
