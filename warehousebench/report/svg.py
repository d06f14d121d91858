"""Charts as inline SVG that stretch with the page: positions are per cent of the plot, text keeps its size.

Colours and the width of the plot come from page.css; marks differ by shape as well, so colour is never alone.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from warehousebench.model.comparison import Verdict
from warehousebench.report.markup import Markup, tag

_ROW = 24  # pixels per row of the forest plot
_LANE = 11  # pixels per series and query of the strip plot
_BAR = 22  # pixels per bar
_HEAD = 34  # pixels for the axis
_LETTER = 8  # pixels, enough for a letter of a name
_STEPS = ((1,), (1, 3), (1, 2, 5), (1, 1.5, 2, 3, 5, 7), (1, 1.25, 1.5, 2, 2.5, 3, 4, 5, 6, 8))

_KINDS = (("warmup", "", "w"), ("timed", "", ""), ("wrong", "cross", "x"))  # kind, shape of its own, class
_Name = tuple[str, int, str]  # text, middle in pixels, class

# Marks of about equal weight around the origin: circle, diamond, triangle, square and its relatives.
_SHAPES = {
    "circle": "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0z",
    "diamond": "M0-5L5 0L0 5L-5 0z",
    "up": "M0-5L5 4H-5z",
    "down": "M0 5L5-4H-5z",
    "square": "M-3.5-3.5h7v7h-7z",
    "cross": "M-4-4L4 4M4-4L-4 4",
    "dash": "M-3.5 0h7",
}
SERIES_SHAPES = ("circle", "diamond", "up", "square", "down")
VERDICT_SHAPES = {
    Verdict.FASTER: "up",
    Verdict.SLOWER: "down",
    Verdict.SAME: "circle",
    Verdict.UNCLEAR: "diamond",
    Verdict.NONE: "dash",
}


@dataclass(frozen=True, slots=True)
class LogScale:
    """A logarithmic axis from ``low`` to ``high``, both positive."""

    low: float
    high: float

    def at(self, value: float) -> float:
        """Return the place of ``value`` in per cent of the plot; values beyond the ends stay at the ends."""
        inside = min(max(value, self.low), self.high)
        return 100 * math.log(inside / self.low) / math.log(self.high / self.low)

    def ticks(self, most: int = 8) -> tuple[float, ...]:
        """Return round values for the axis, as many as possible up to ``most``."""
        candidates = self._even() if self.high < 3 * self.low else self._by_decade()
        inside = (tuple(value for value in values if self.low <= value <= self.high) for values in candidates)
        return max((values for values in inside if len(values) <= most), key=len, default=())

    def _by_decade(self) -> Iterator[list[float]]:
        decades = range(math.floor(math.log10(self.low)), math.ceil(math.log10(self.high)) + 1)
        for stride in (5, 3, 2):
            yield [float(f"1e{decade}") for decade in decades[::stride]]
        for steps in _STEPS:
            yield [float(f"{step}e{decade}") for decade in decades for step in steps]

    def _even(self) -> Iterator[list[float]]:
        """Yield evenly spaced values, for ends so close that the axis is almost linear."""
        decade = math.floor(math.log10(self.high - self.low))
        for step in (1, 2, 5, 10, 20, 50):
            unit = float(f"{step}e{decade - 1}")
            yield [float(f"{n * unit:.6g}") for n in range(math.floor(self.low / unit), math.ceil(self.high / unit) + 1)]


def scale_of(values: Sequence[float], *, least: float = 1.0) -> LogScale:
    """Return a scale around ``values`` with some air, at least ``least`` as a ratio of its ends to the centre."""
    known = [value for value in values if value > 0] or [1.0]
    low, high = min(known), max(known)
    air = max((high / low) ** 0.04, 1.02)
    centre = math.sqrt(low * high)
    return LogScale(min(low / air, centre / max(least, 1.05)), max(high * air, centre * max(least, 1.05)))


@dataclass(frozen=True, slots=True)
class ForestRow:
    """One ratio with its interval (None where there is none) and the texts beside it."""

    label: str
    value: float
    low: float | None
    high: float | None
    verdict: Verdict
    figure: str
    bounds: str
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Dot:
    """One execution in the strip plot: its seconds, and ``timed``, ``warmup`` or ``wrong``."""

    value: float
    kind: str


def definitions() -> Markup:
    """Return the shapes that all charts of a page refer to; needed once."""
    paths = (tag("path", id=name, d=path) for name, path in _SHAPES.items())
    return tag("svg", tag("defs", *paths), width="0", height="0", class_="defs", aria_hidden="true")


def mark(shape: str, x: str | None = None, y: str | None = None) -> Markup:
    """Return a mark of one of the shapes."""
    return tag("use", href=f"#{shape}", x=x, y=y)


def sample(shape: str, class_: str) -> Markup:
    """Return a mark in a picture of its own, for legends."""
    return tag("svg", mark(shape), class_=f"sample {class_}", viewBox="-6 -6 12 12", width="12", height="12", aria_hidden="true")


def forest(rows: Sequence[ForestRow], margin: float, better: str, worse: str, label: str) -> Markup:
    """Return ratios with their intervals around the line of equality and the band of the practical margin."""
    bounds = [bound for row in rows for bound in (row.value, row.low, row.high) if bound is not None]
    # An endless interval must not squeeze all others: it is cut at four times the reach of the values.
    reach = 4 * max((max(row.value, 1 / row.value) for row in rows if row.value > 0), default=1.0)
    scale = scale_of([*(min(max(b, 1 / reach), reach) for b in bounds), 1 / (1 + margin), 1 + margin], least=1.25)
    height = _HEAD + _ROW * len(rows) + 26
    left, right = scale.at(1 / (1 + margin)), scale.at(1 + margin)
    plot = [
        tag("rect", x=place(left), y=str(_HEAD - 8), width=place(right - left), height=str(height - _HEAD - 12), class_="band"),
        *axis(scale, height, _plain),
        tag("line", x1=place(scale.at(1)), x2=place(scale.at(1)), y1=str(_HEAD - 8), y2=str(height - 20), class_="one"),
        tag("text", f"◂ {better}", y=str(height - 4), class_="side"),
        tag("text", f"{worse} ▸", x="100%", y=str(height - 4), class_="side end"),
        *(_forest_mark(scale, row, _middle(index)) for index, row in enumerate(rows)),
    ]
    places = [(row, _middle(index), "strong" if row.strong else "") for index, row in enumerate(rows)]
    names = [(row.label, y, class_) for row, y, class_ in places]
    figures = [text for row, y, class_ in places for text in _figures(row, y, class_)]
    return frame(label, "forest", height, names, plot, figures)


def _middle(index: int) -> int:
    return _HEAD + _ROW * index + _ROW // 2


def _forest_mark(scale: LogScale, row: ForestRow, y: int) -> Markup:
    parts = []
    if row.low is not None and row.high is not None:
        low, high = place(scale.at(row.low)), place(scale.at(row.high))
        parts.append(tag("line", x1=low, x2=high, y1=str(y), y2=str(y), class_="bar"))
        if row.low < scale.low:
            parts.append(tag("text", "‹", x="0", y=str(y + 5), class_="cut end"))
        if row.high > scale.high:
            parts.append(tag("text", "›", x="100%", y=str(y + 5), class_="cut"))
    parts.append(mark(VERDICT_SHAPES[row.verdict], place(scale.at(row.value)), str(y)))
    return tag("g", *parts, class_=f"v-{row.verdict}" + (" strong" if row.strong else ""))


def _figures(row: ForestRow, y: int, class_: str) -> Iterator[Markup]:
    yield tag("text", row.figure, x="40", y=str(y + 4), class_=f"end {class_}".strip())
    if row.bounds:
        yield tag("text", row.bounds, x="100%", y=str(y + 4), class_=f"end bounds {class_}".strip())


def strip(rows: Sequence[tuple[str, Sequence[Sequence[Dot]]]], write: Callable[[float], str], label: str) -> Markup:
    """Return every execution as a mark: one row per query, one lane per series, on one axis of seconds.

    Each row is a label and, per series, its dots; ``write`` puts seconds into words for the axis.
    """
    lanes = max((len(series) for _, series in rows), default=1)
    scale = scale_of([dot.value for _, series in rows for lane in series for dot in lane], least=1.5)
    step = _LANE * lanes + 8
    height = _HEAD + step * len(rows) + 8
    plot = list(axis(scale, height, write))
    names = [(name, _HEAD + step * index + step // 2, "") for index, (name, _) in enumerate(rows)]
    for index, (_, series) in enumerate(rows):
        top = _HEAD + step * index
        plot.append(tag("line", x1="0", x2="100%", y1=str(top), y2=str(top), class_="rule"))
        plot += [_lane(scale, slot, lane, top + 4 + _LANE * slot + _LANE // 2) for slot, lane in enumerate(series)]
    return frame(label, "strip", height, names, plot)


def _lane(scale: LogScale, slot: int, dots: Sequence[Dot], y: int) -> Markup:
    shape = SERIES_SHAPES[slot % len(SERIES_SHAPES)]
    groups = []
    # Warm-ups lie below the timed marks, wrong answers above all.
    for kind, form, class_ in _KINDS:
        chosen = [dot for dot in dots if dot.kind == kind]
        marks = [mark(form or shape, place(scale.at(dot.value))) for dot in chosen]
        groups += [tag("g", *marks, class_=class_)] if marks else []
    return tag("g", *groups, class_=f"s{slot % len(SERIES_SHAPES)}", transform=f"translate(0 {y})")


def bars(rows: Sequence[tuple[str, float, str]], label: str) -> Markup:
    """Return horizontal bars from zero: label, value, and the figure written beside the bar."""
    most = max((value for _, value, _ in rows), default=0) or 1
    plot = []
    for index, (_, value, _) in enumerate(rows):
        width, slot = place(100 * value / most), index % len(SERIES_SHAPES)
        plot.append(tag("rect", y=str(4 + _BAR * index), width=width, height="14", rx="2", class_=f"s{slot}"))
    names = [(name, 11 + _BAR * index, "") for index, (name, _, _) in enumerate(rows)]
    figures = [tag("text", figure, y=str(15 + _BAR * index)) for index, (_, _, figure) in enumerate(rows)]
    return frame(label, "bars", _BAR * len(rows) + 4, names, plot, figures)


def axis(scale: LogScale, height: int, write: Callable[[float], str]) -> list[Markup]:
    """Return the lines and labels of an axis on top of a plot of this height in pixels."""
    parts = []
    for index, value in enumerate(scale.ticks()):
        x = place(scale.at(value))
        parts.append(tag("line", x1=x, x2=x, y1=str(_HEAD - 8), y2=str(height - 20), class_="grid"))
        # Every second label gives way where the window is narrow.
        parts.append(tag("text", write(value), x=x, y=str(_HEAD - 14), class_="tick odd" if index % 2 else "tick"))
    return parts


def _plain(value: float) -> str:
    return f"{value:g}"


def place(share: float) -> str:
    """Return a place in the plot, given in per cent, as an attribute."""
    return f"{share:.1f}%"


def _short(name: str, most: int = 26) -> str:
    return name if len(name) <= most else name[: most - 1] + "…"


def frame(label: str, class_: str, height: int, names: Sequence[_Name], *columns: Sequence[Markup]) -> Markup:
    """Return names, plot and figures side by side; the plot takes the width that the others leave."""
    width = _LETTER * max((len(_short(text)) for text, _, _ in names), default=0)
    texts = (tag("text", _short(text), y=str(y + 4), class_=tone) for text, y, tone in names)
    left = tag("svg", *texts, width=str(width), height=str(height))
    rest = (
        tag("svg", *column, class_=name, height=str(height)) for name, column in zip(("plot", "figures"), columns, strict=False)
    )
    return tag("div", left, *rest, role="img", aria_label=label, class_=f"chart {class_}")
