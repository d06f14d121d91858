"""The parts of a DDL script that no product's grammar changes."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable, Iterator, Sequence

from warehousebench.model.catalog import Catalog, ForeignKey, Table
from warehousebench.model.design import DesignChoice, Reason

WIDTH = 110


def parents_first(catalog: Catalog) -> Iterator[Table]:
    """Yield the tables so that referenced ones come before those that refer to them; by name otherwise and within cycles."""
    waiting = {table.name: {key.referenced_table for key in table.foreign_keys} - {table.name} for table in catalog}
    while waiting:
        ready = sorted(name for name, parents in waiting.items() if not parents & waiting.keys())
        name = ready[0] if ready else min(waiting)
        del waiting[name]
        yield catalog.table(name)


def comment(text: str) -> str:
    """Return ``text`` as comment lines."""
    return "\n".join(f"-- {line}" for line in textwrap.wrap(_harmless(text), WIDTH)) or "--"


def remark(text: str) -> str:
    """Return ``text`` as a comment at the end of a line; empty for an empty text."""
    return f"-- {_harmless(text)}" if text.strip() else ""


def _harmless(text: str) -> str:
    """Return ``text`` without what could end a comment (line breaks) or a statement in a simple client (semicolons)."""
    return " ".join(text.split()).replace(";", ",")


def listing(rows: Sequence[tuple[str, ...]], remarks: Sequence[str], tail: Sequence[str] = ()) -> str:
    """Return the rows of cells as aligned, comma-separated lines with their remarks, then the lines of ``tail``."""
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    lines = [" ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    ended = [line + "," for line in lines[:-1]] + [lines[-1] + ("," if tail else "")]
    edge = max(map(len, ended))
    body = [f"    {line.ljust(edge)}  {remark(text)}".rstrip() for line, text in zip(ended, remarks, strict=True)]
    return "\n".join(body + [f"    {line}," for line in tail[:-1]] + [f"    {line}" for line in tail[-1:]])


def key_lines(table: Table, names: Callable[[Iterable[str]], str], suffix: str = "") -> list[str]:
    """Return the table's PRIMARY KEY and UNIQUE clauses; ``names`` renders a list of columns."""
    keys = [("PRIMARY KEY", table.primary_key), *(("UNIQUE", columns) for columns in table.unique_keys)]
    return [f"{words} ({names(columns)}){suffix}" for words, columns in keys if columns]


def comments(table: Table, quote: Callable[[str], str], text: Callable[[str], str]) -> list[str]:
    """Return COMMENT ON statements for the table and its columns, as one block; empty without comments."""
    statements = comment_statements(table, quote, text)
    return ["\n".join(f"{statement};" for statement in statements)] if statements else []


def comment_statements(table: Table, quote: Callable[[str], str], text: Callable[[str], str]) -> list[str]:
    """Return COMMENT ON statements for the table and its columns, one by one."""
    name = quote(table.name)
    found = [f"COMMENT ON TABLE {name} IS {text(table.comment)}"] if table.comment else []
    return found + [
        f"COMMENT ON COLUMN {name}.{quote(each.name)} IS {text(each.comment)}" for each in table.columns if each.comment
    ]


def foreign_keys(catalog: Catalog, quote: Callable[[str], str], names: Callable[[Iterable[str]], str]) -> list[str]:
    """Return ALTER TABLE statements for all foreign keys, as one block: last, so that neither order nor cycles matter."""
    lines = []
    for table, key in _keys(catalog):
        if declarable(catalog, key):
            lines.append(f"{_foreign_key(table, key, quote, names)};")
        else:
            clause = _reference(key, quote, names)
            lines.append(comment(f"left out, since it refers to no declared key here: {table.name} {clause}"))
    return ["\n".join(lines)] if lines else []


def foreign_key_statements(catalog: Catalog, quote: Callable[[str], str], names: Callable[[Iterable[str]], str]) -> list[str]:
    """Return ALTER TABLE statements for the foreign keys that can be declared, one by one."""
    return [_foreign_key(table, key, quote, names) for table, key in _keys(catalog) if declarable(catalog, key)]


def _keys(catalog: Catalog) -> Iterator[tuple[Table, ForeignKey]]:
    return ((table, key) for table in parents_first(catalog) for key in table.foreign_keys)


def _foreign_key(table: Table, key: ForeignKey, quote: Callable[[str], str], names: Callable[[Iterable[str]], str]) -> str:
    return f"ALTER TABLE {quote(table.name)} ADD {_reference(key, quote, names)}"


def _reference(key: ForeignKey, quote: Callable[[str], str], names: Callable[[Iterable[str]], str]) -> str:
    return f"FOREIGN KEY ({names(key.columns)}) REFERENCES {quote(key.referenced_table)} ({names(key.referenced_columns)})"


def reasons_comment(reasons: Iterable[Reason]) -> str:
    """Return a table's or projection's reasons as comment lines, those of single columns left out."""
    return "\n".join(comment(f"{reason.subject}: {explained(reason)}") for reason in reasons if ":" not in reason.subject)


def explained(reason: Reason) -> str:
    """Return a reason's sentence with its evidence in brackets."""
    figures = "; ".join(map(str, reason.evidence))
    return reason.sentence + (f" [{figures}]" if figures else "")


def column_reasons(reasons: Iterable[Reason]) -> dict[str, str]:
    """Return column -> sentence for the reasons about a column's encoding."""
    return {
        reason.subject.removeprefix("encoding:"): reason.sentence for reason in reasons if reason.subject.startswith("encoding:")
    }


def declarable(catalog: Catalog, key: ForeignKey) -> bool:
    """Tell whether a foreign key points at a declared key of a table of this catalog, so that no script fails on it."""
    if key.referenced_table not in catalog:
        return False
    parent = catalog.table(key.referenced_table)
    return any(set(key.referenced_columns) == set(columns) for columns in (parent.primary_key, *parent.unique_keys))


def choice(name: str, facts: Iterable[tuple[str, str]], reasons: tuple[Reason, ...]) -> DesignChoice:
    """Return one table's or projection's entry for a report, facts without a value left out."""
    return DesignChoice(name, tuple((label, value) for label, value in facts if value), reasons)
