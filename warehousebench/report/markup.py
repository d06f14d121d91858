"""HTML by construction: every string is escaped unless it is already Markup."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable

from warehousebench.report.grid import Cell, Column, Grid

_VOID = {"meta", "link", "br"}
# Foreign content may close itself, which a chart of hundreds of marks is the smaller for.
_SHAPES = frozenset({"circle", "line", "path", "rect", "use"})
# Characters that HTML forbids even when escaped; names and SQL come from outside and may hold any.
_FORBIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff\ud800-\udfff]")


class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


def escape(text: str) -> Markup:
    """Return ``text`` as HTML for use between tags; Markup passes unchanged."""
    if isinstance(text, Markup):
        return text
    clean = _FORBIDDEN.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))
    return Markup(html.escape(clean, quote=False))


def join(parts: Iterable[str]) -> Markup:
    """Return the parts one after the other, each escaped unless it is Markup."""
    return Markup("".join(escape(part) for part in parts))


def tag(name: str, /, *children: str, **attributes: str | float | bool | None) -> Markup:
    """Return an element; ``class_`` stands for class, ``data_key`` for data-key, None and False leave an attribute out."""
    opening = name + "".join(_attribute(key, value) for key, value in attributes.items())
    if name in _SHAPES and not children:
        return Markup(f"<{opening}/>")
    return Markup(f"<{opening}>") if name in _VOID else Markup(f"<{opening}>{join(children)}</{name}>")


def _attribute(key: str, value: str | float | bool | None) -> str:
    name = key.rstrip("_").replace("_", "-")
    if value is None or value is False or value == "":
        return ""
    quoted = escape(str(value)).replace('"', "&quot;")
    return f" {name}" if value is True else f' {name}="{quoted}"'


def paragraphs(texts: Iterable[str], class_: str = "") -> Markup:
    """Return one <p> per text."""
    return join(tag("p", text, class_=class_) for text in texts)


def items(texts: Iterable[str], class_: str = "") -> Markup:
    """Return a bulleted list, or nothing without texts."""
    entries = [tag("li", text) for text in texts]
    return tag("ul", *entries, class_=class_) if entries else Markup("")


def fold(summary: str, *children: str, open_: bool = False, class_: str = "") -> Markup:
    """Return a <details> with its summary line."""
    return tag("details", tag("summary", summary), *children, class_=class_, open=open_)


def table(grid: Grid, *, stacked: bool = False) -> Markup:
    """Return ``grid`` as a captioned table in a box of its own that scrolls sideways where the window is narrow.

    A ``stacked`` one names the column in each cell, so that a style sheet may set its cells below each other there.
    """
    head = tag("thead", tag("tr", *(_heading(column) for column in grid.columns)))
    body = tag("tbody", *(tag("tr", *_row(grid.columns, row, stacked)) for row in grid.rows))
    classes = " ".join(name for name, holds in (("sortable", grid.sortable), ("stacked", stacked)) if holds)
    content = tag("table", tag("caption", grid.caption), head, body, class_=classes)
    return tag("div", content, class_="scroll", role="region", aria_label=grid.caption, tabindex="0")


def _heading(column: Column) -> Markup:
    unit = [" ", tag("span", column.unit, class_="unit")] if column.unit else []
    return tag("th", column.title, *unit, scope="col", class_="n" if column.figures else "")


def _row(columns: tuple[Column, ...], row: tuple[Cell, ...], stacked: bool) -> Iterable[Markup]:
    for index, (column, cell) in enumerate(zip(columns, row, strict=True)):
        tone = " ".join(filter(None, ("n" if column.figures else "", cell.tone)))
        key = None if cell.key is None else f"{cell.key:.6g}"
        label = f"{column.title} {column.unit}".strip() if stacked and index else None
        yield tag("td" if index else "th", cell.text, scope=None if index else "row", class_=tone, data_key=key, data_label=label)
