"""The charts of an advice page: bytes of every query under two designs, and storage against network."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from warehousebench.model.advice import Advice, CurvePoint
from warehousebench.report.markup import Markup, tag
from warehousebench.report.svg import LogScale, frame, mark, place, scale_of
from warehousebench.report.words import THIN, byte_size

_ROW = 20  # pixels per query
_HEAD = 26  # pixels for the axis
_ZERO = 8.0  # per cent of the plot that zero gets on a logarithmic axis
_LETTER = 15  # pixels between the middles of two labels
_PLOT = 220  # pixels of the curve's height


@dataclass(frozen=True, slots=True)
class Pair:
    """One query: its bytes with and without the design, the figure beside it, and whether it loses."""

    label: str
    base: float
    advised: float
    figure: str
    loses: bool


@dataclass(frozen=True, slots=True)
class _Axis:
    """A logarithmic axis with a place for zero at its left, if zero occurs."""

    scale: LogScale
    zero: bool

    @classmethod
    def of(cls, values: Sequence[float]) -> _Axis:
        return cls(scale_of(values, least=1.5), any(value <= 0 for value in values))

    def at(self, value: float) -> float:
        """Return a value's place in per cent of the plot."""
        if value <= 0:
            return 0.0
        return _ZERO + (1 - _ZERO / 100) * self.scale.at(value) if self.zero else self.scale.at(value)

    def ticks(self, most: int) -> list[tuple[float, str]]:
        """Return the axis's labels with their places."""
        zero = [(0.0, "0")] if self.zero else []
        return zero + [(self.at(value), _round(value)) for value in self.scale.ticks(most)]


def _round(value: float) -> str:
    """Return a round number of bytes without idle zeros."""
    number, gap, unit = byte_size(value).partition(THIN)
    return f"{float(number.replace(',', '')):g}{gap}{unit}"


def pairs(rows: Sequence[Pair], label: str) -> Markup:
    """Return one row per query: a hollow mark without the design, a filled one with it, a line between them."""
    axis = _Axis.of([value for row in rows for value in (row.base, row.advised)])
    height = _HEAD + _ROW * len(rows) + 4
    plot = [*_ticks(axis, height), *(_pair(axis, row, _middle(index)) for index, row in enumerate(rows))]
    names = [(row.label, _middle(index), "") for index, row in enumerate(rows)]
    figures = [
        tag("text", row.figure, y=str(_middle(index) + 4), class_="loss" if row.loses else None) for index, row in enumerate(rows)
    ]
    return frame(label, "pairs", height, names, plot, figures)


def _middle(index: int) -> int:
    return _HEAD + _ROW * index + _ROW // 2


def _ticks(axis: _Axis, height: int) -> list[Markup]:
    parts = []
    for index, (share, text) in enumerate(axis.ticks(7)):
        x = place(share)
        parts.append(tag("line", x1=x, x2=x, y1=str(_HEAD - 6), y2=str(height), class_="grid"))
        parts.append(tag("text", text, x=x, y=str(_HEAD - 12), class_="tick odd" if index % 2 else "tick"))
    return parts


def _pair(axis: _Axis, row: Pair, y: int) -> Markup:
    base, advised = place(axis.at(row.base)), place(axis.at(row.advised))
    line = [tag("line", x1=base, x2=advised, y1=str(y), y2=str(y), class_="bar")] if base != advised else []
    before = tag("g", mark("circle", base, str(y)), class_="before")
    return tag("g", *line, before, mark("down" if row.loses else "diamond", advised, str(y)), class_=_tone(row))


def _tone(row: Pair) -> str:
    return "v-slower" if row.loses else "v-faster" if row.advised < row.base else "v-same"


def curve(advice: Advice, label: str) -> Markup:
    """Return the fewest bytes moved as a step line over the budget for copies, with this design marked."""
    points = sorted(advice.curve, key=lambda point: point.extra)
    axis = _Axis.of([point.extra for point in points])
    own = advice.advised.moved
    top = 1.06 * max(own, *(point.moved for point in points)) or 1.0

    def y(moved: float) -> int:
        return round(_HEAD + (1 - moved / top) * _PLOT)

    plot = [
        *_budgets(axis, points),
        *(_horizontal("0", "100%", y(moved), class_) for moved, class_ in ((0.0, "rule"), (own, "level"))),
        tag("g", *_steps(axis, [(point.extra, y(point.moved)) for point in points]), class_="v-faster"),
    ]
    if reached := reaching(advice):
        plot.append(tag("g", mark("diamond", place(axis.at(reached.extra)), str(y(own))), class_="here"))
    heights = _apart([own, points[0].moved, points[-1].moved, 0.0], y)
    names = [(byte_size(value) if value else "0", y(value), "strong" if value == own else "") for value in heights]
    return frame(label, "curve", _HEAD + _PLOT + 6, names, plot)


def reaching(advice: Advice) -> CurvePoint | None:
    """Return the smallest budget tried with which no more bytes move than under the advised design; None without any."""
    enough = advice.advised.moved * (1 + 1e-6)
    return min((point for point in advice.curve if point.moved <= enough), key=lambda point: point.extra, default=None)


def _apart(values: Sequence[float], y: Callable[[float], int]) -> list[float]:
    """Return the values whose labels do not cover one before them."""
    kept: list[float] = []
    for value in values:
        if all(abs(y(value) - y(other)) >= _LETTER for other in kept):
            kept.append(value)
    return kept


def _budgets(axis: _Axis, points: Sequence[CurvePoint]) -> Iterator[Markup]:
    last, odd = -100.0, True
    for point in points:
        share = axis.at(point.extra)
        yield tag("line", x1=place(share), x2=place(share), y1=str(_HEAD - 6), y2=str(_HEAD + _PLOT), class_="grid")
        if share - last >= _ZERO:
            last, odd = share, not odd
            text = _round(point.extra) if point.extra else "0"
            yield tag("text", text, x=place(share), y=str(_HEAD - 12), class_="tick odd" if odd else "tick")


def _steps(axis: _Axis, points: Sequence[tuple[float, int]]) -> Iterator[Markup]:
    for (extra, y), (further, below) in pairwise(points):
        yield _horizontal(place(axis.at(extra)), place(axis.at(further)), y, "bar")
        if y != below:
            x = place(axis.at(further))
            yield tag("line", x1=x, x2=x, y1=str(y), y2=str(below), class_="bar")
    for extra, y in points:
        yield mark("circle", place(axis.at(extra)), str(y))


def _horizontal(start: str, end: str, y: int, class_: str) -> Markup:
    return tag("line", x1=start, x2=end, y1=str(y), y2=str(y), class_=class_)
