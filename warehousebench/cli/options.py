"""Options and values that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from warehousebench.errors import UsageError
from warehousebench.model.document import Document, to_json

F = TypeVar("F", bound=Callable[..., Any])

folder = click.Path(path_type=Path, file_okay=False)
file = click.Path(path_type=Path, dir_okay=False)


class Scale(click.ParamType[float]):
    """A scale factor: a finite number above 0."""

    name = "scale"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return ``value`` as a float or fail with a usage error."""
        from warehousebench.source.generator import parse_scale

        try:
            return parse_scale(str(value))
        except UsageError as error:
            self.fail(str(error), param, ctx)


class Percent(click.ParamType[float]):
    """A share written as ``5%`` or ``0.05``."""

    name = "percent"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return ``value`` as a fraction or fail with a usage error."""
        text = str(value).strip()
        try:
            number = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
        except ValueError:
            self.fail(f"{text!r} is not a percentage; write 5% or 0.05", param, ctx)
        if not 0 < number < 10:
            self.fail(f"{text} is out of range; write a percentage above 0, such as 5%", param, ctx)
        return number


class Budget(click.ParamType[float]):
    """A share such as ``5%``, or a multiple such as ``1.5x``; 0 is allowed."""

    name = "budget"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return ``value`` as a plain factor or fail with a usage error."""
        text = str(value).strip()
        try:
            number = float(text.rstrip("%x")) / (100 if text.endswith("%") else 1)
        except ValueError:
            self.fail(f"{text!r} is no budget; write 5%, 0.05 or 1.5x", param, ctx)
        if not 0 <= number < 1000:
            self.fail(f"{text} is out of range; write 0 or more", param, ctx)
        return number


class Rate(click.ParamType[float]):
    """Bytes per second such as ``20MB``, ``512kB`` or a plain number."""

    name = "rate"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return ``value`` in bytes per second or fail with a usage error."""
        try:
            number = _bytes(str(value).strip().removesuffix("/s"))
        except ValueError:
            self.fail(f"{value!r} is no rate; write 20MB or 500kB", param, ctx)
        if not 0 < number < 1e15:
            self.fail(f"{value} is out of range; write a rate above 0, such as 20MB", param, ctx)
        return number


class Bytes(click.ParamType[float]):
    """A size such as ``4TB``, ``250 GB`` or ``1e12``, in decimal units."""

    name = "bytes"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return ``value`` in bytes or fail with a usage error."""
        try:
            number = _bytes(str(value))
        except ValueError:
            self.fail(f"{value!r} is no size; write 4TB, 250GB or 1e12", param, ctx)
        if not 0 < number < 1e21:
            self.fail(f"{value} is out of range; write more than 0 bytes", param, ctx)
        return number


def _bytes(text: str) -> float:
    """Return a size with or without a decimal unit in bytes; raises ValueError."""
    small = text.strip().lower()
    units = {"tb": 1e12, "gb": 1e9, "mb": 1e6, "kb": 1e3, "b": 1.0}
    unit = next((each for each in units if small.endswith(each)), "")
    return float(small.removesuffix(unit)) * units.get(unit, 1.0)


def format_option(function: F) -> F:
    """Add ``--format table|json``."""
    return click.option(
        "--format",
        "output",
        type=click.Choice(["table", "json"]),
        default="table",
        show_default=True,
        envvar="WB_FORMAT",
        show_envvar=True,
        help="What to print on standard output.",
    )(function)


def emit(document: Document, table: str, output: str) -> None:
    """Print ``document`` as JSON, or ``table``."""
    click.echo(to_json(document) if output == "json" else table, nl=output != "json")


def refuse_existing(*paths: Path) -> None:
    """Raise UsageError if one of ``paths`` exists: what is written stays."""
    for path in paths:
        if path.exists():
            raise UsageError(f"{path} exists and is not overwritten. Choose another name with --out, or delete it.")
