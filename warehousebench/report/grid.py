"""Tables before they become HTML or Markdown, so that both say the same."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Column:
    """A heading; ``unit`` stands beside it in small print, figures are aligned right."""

    title: str
    unit: str = ""
    figures: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell's text; ``key`` is what it sorts by where that is not the text, ``tone`` a class of page.css."""

    text: str
    key: float | None = None
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Grid:
    """A table with a caption; the first cell of every row is its heading."""

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    sortable: bool = False


def cells(*texts: str) -> tuple[Cell, ...]:
    """Return a row of plain cells."""
    return tuple(Cell(text) for text in texts)
