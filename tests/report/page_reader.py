"""Reads a page the way a strict browser would: nesting, references, tables and visible text."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"meta", "link", "br"}
REFERENCES = {"href", "src", "srcset", "action", "data", "poster", "xlink:href"}


@dataclass
class Table:
    """What one table has."""

    caption: str = ""
    columns: list[str] = field(default_factory=list)
    row_headings: list[str] = field(default_factory=list)
    widths: set[int] = field(default_factory=set)


class Page(HTMLParser):
    """The elements, references, tables and texts of a page; ``errors`` is empty if it is well formed."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.errors: list[str] = []
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.references: list[str] = []
        self.ids: list[str] = []
        self.tables: list[Table] = []
        self.texts: list[str] = []
        self._open: list[tuple[str, dict[str, str]]] = []
        self._cells = 0
        self.feed(text)
        self.close()
        self.errors += [f"<{name}> is never closed" for name, _ in self._open]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element with its attributes."""
        attributes = {name: value or "" for name, value in attrs}
        if len(attributes) != len(attrs):
            self.errors.append(f"<{tag}> has an attribute twice")
        self.tags.append((tag, attributes))
        self.references += [value for name, value in attributes.items() if name in REFERENCES]
        self.ids += [attributes["id"]] if "id" in attributes else []
        if tag == "table":
            self.tables.append(Table())
        self._cells = 0 if tag == "tr" else self._cells + (tag in ("td", "th"))
        if tag not in VOID:
            self._open.append((tag, attributes))

    def handle_endtag(self, tag: str) -> None:
        """Close an element; only the innermost open one may be closed."""
        if not self._open or self._open[-1][0] != tag:
            self.errors.append(f"</{tag}> closes {self._open[-1][0] if self._open else 'nothing'}")
            return
        self._open.pop()
        if tag == "tr":
            self.tables[-1].widths.add(self._cells)

    def handle_data(self, data: str) -> None:
        """Note a text, and whose caption or heading it is."""
        self.texts.append(data)
        for name, attributes in self._open[-2:]:
            if name == "caption":
                self.tables[-1].caption += data
            elif name == "th":
                scope = attributes.get("scope", "")
                {"col": self.tables[-1].columns, "row": self.tables[-1].row_headings}.get(scope, self.errors).append(data)

    @property
    def text(self) -> str:
        """All text of the page."""
        return " ".join(self.texts)

    def named(self, tag: str) -> list[dict[str, str]]:
        """Return the attributes of all elements of this name."""
        return [attributes for name, attributes in self.tags if name == tag]
