"""The chart of an assessment: one bar per product, cut by how its objects convert."""

from __future__ import annotations

from collections.abc import Sequence

from warehousebench.report.markup import Markup, tag
from warehousebench.report.svg import frame, place

_ROW = 34  # pixels per bar


def stacks(rows: Sequence[tuple[str, Sequence[tuple[str, int]]]], label: str) -> Markup:
    """Return horizontal bars of the same length: each row is a name and its parts, a class of page.css and a count each."""
    plot, names = [], []
    for index, (name, parts) in enumerate(rows):
        total, start = sum(number for _, number in parts) or 1, 0.0
        names.append((name, _ROW * index + _ROW // 2 - 2, ""))
        for class_, number in parts:
            share = 100 * number / total
            if number:
                y = _ROW * index + 4
                plot.append(tag("rect", x=place(start), y=str(y), width=place(share), height="22", class_=class_))
                plot.append(tag("text", f"{number:,}", x=place(start + share / 2), y=str(y + 15), class_=f"part {class_}"))
            start += share
    return frame(label, "stacks", _ROW * len(rows), names, plot)
