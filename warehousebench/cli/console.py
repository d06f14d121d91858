"""Progress on standard error: bars on a terminal, plain lines elsewhere; standard output stays clean."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn

stderr = Console(stderr=True, highlight=False, soft_wrap=True)


class Advance(Protocol):
    """Say what was just done, and how much of the total that was."""

    def __call__(self, detail: str, steps: int = 1) -> None: ...


@contextmanager
def step(title: str, total: int | None = None) -> Iterator[Advance]:
    """Show that ``title`` is under way; the yielded function says what was just done, ``total`` times."""
    started = time.perf_counter()
    if stderr.is_terminal:
        with _bar() as progress:
            task = progress.add_task(title, total=total, detail="")
            yield lambda detail, steps=1: progress.update(task, advance=steps, detail=detail)
    else:
        yield lambda detail, steps=1: None  # noqa: ARG005
    stderr.print(f"[green]✓[/green] {title} [dim]{time.perf_counter() - started:.1f} s[/dim]")


def say(text: str) -> None:
    """Print a line on standard error."""
    stderr.print(text, markup=False)


def _bar() -> Progress:
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(bar_width=30),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        TextColumn("[dim]{task.fields[detail]}"),
        console=stderr,
        transient=True,
    )
