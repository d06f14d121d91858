"""Parts of Markdown for GitHub: text, lists, tables, fences and alarms that hold together whatever the names are."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from warehousebench.report.grid import Grid
from warehousebench.report.prose import Alarm
from warehousebench.report.words import THIN

# Everything that GitHub would read as markup inside a line; underscores only where they could open emphasis.
_SPECIAL = re.compile(r"[\\`*\[\]<>|~&$]|(?<![^\W_])_|_(?![^\W_])")


def alarm_quote(alarm: Alarm) -> str:
    """Return an alarm as GitHub's own: a caution if it is grave, else a warning."""
    heading = f"[!{'CAUTION' if alarm.grave else 'WARNING'}]\n**{safe(alarm.title)}**"
    blocks = [heading, safe(alarm.text), bullets(map(safe, alarm.lines))]
    quoted = "\n\n".join(block for block in blocks if block)
    return "\n".join(f"> {line}".rstrip() for line in quoted.split("\n"))


def bullets(lines: Iterable[str]) -> str:
    """Return a list of lines that are Markdown already."""
    return "\n".join(f"- {line}" for line in lines)


def captioned(grid: Grid, level: int = 3) -> str:
    """Return a table under its caption as a heading."""
    return f"{'#' * level} {safe(grid.caption)}\n\n{grid_table(grid)}"


def grid_table(grid: Grid) -> str:
    """Return a table with its units beside the headings."""
    heads = [safe(f"{column.title} ({column.unit})" if column.unit else column.title) for column in grid.columns]
    return rows_table(heads, [column.figures for column in grid.columns], ([safe(cell.text) for cell in row] for row in grid.rows))


def rows_table(heads: Sequence[str], right: Sequence[bool], rows: Iterable[Sequence[str]]) -> str:
    """Return a table of cells that are Markdown already; ``right`` tells which columns are aligned right."""
    rule = ["---:" if figures else "---" for figures in right]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (heads, rule, *rows))


def fence(code: str, language: str) -> str:
    """Return a code block whose fence is longer than any run of backticks inside."""
    longest = max((len(run) for run in re.findall("`+", code)), default=0)
    marks = "`" * max(3, longest + 1)
    return f"{marks}{language}\n{code.strip()}\n{marks}"


def one_line(text: str) -> str:
    """Return the text with every run of white space as one space."""
    return " ".join(text.split())


def safe(text: str) -> str:
    """Return the text on one line, with everything escaped that GitHub would read as markup."""
    return _SPECIAL.sub(lambda found: "\\" + found[0], one_line(text.replace(THIN, " ")))
