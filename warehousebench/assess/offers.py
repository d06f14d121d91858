"""What no schema shows: facts about the products from a dated file, and prices from the user's own."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any

import msgspec

from warehousebench.errors import UsageError
from warehousebench.model.assessment import CostItem, DataSize, Fact

HOURS = 730  # of a month


@dataclass(frozen=True, slots=True)
class Free:
    """What a vendor lets one use without paying: up to so many bytes, in the words of the offer."""

    bytes: float
    what: str


@dataclass(frozen=True, slots=True)
class Price:
    """One line of a product's bill: ``price`` per hour, month, GB-month (of packed data) or TB-year (of raw data).

    Hours count for each of the ``nodes``; ``hours`` are those of a month.
    """

    what: str
    price: float
    per: str
    nodes: float = 1
    hours: float = HOURS


@dataclass(frozen=True, slots=True)
class Offers:
    """Facts and free offers by engine, and the user's prices by engine with their currency, source and date."""

    facts: tuple[Fact, ...] = ()
    free: Mapping[str, Free] = field(default_factory=dict)
    prices: Mapping[str, tuple[Price, ...]] = field(default_factory=dict)
    currency: str = ""
    source: str = ""
    date: str = ""


def read_offers(prices: Path | None = None) -> Offers:
    """Return the built-in offers, with what a file of the user's adds to them; raises UsageError if that cannot be used."""
    text = files("warehousebench.assess").joinpath("offers.toml").read_text(encoding="utf-8")
    known = msgspec.convert(tomllib.loads(text), Offers)
    if prices is None:
        return known
    own = _read(prices)
    return Offers(known.facts + own.facts, {**known.free, **own.free}, own.prices, own.currency, own.source, own.date)


def _read(path: Path) -> Offers:
    try:
        raw: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
        if unknown := sorted(raw.keys() - Offers.__dataclass_fields__.keys()):
            raise UsageError(f"{path} has an entry {unknown[0]!r}. Known are: {', '.join(Offers.__dataclass_fields__)}")
        own = msgspec.convert(raw, Offers)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise UsageError(f"cannot use the prices in {path}: {error}. See docs/formats.md for their form") from error
    for engine, items in own.prices.items():
        for item in items:
            _check(path, engine, item, own)
    return own


def _check(path: Path, engine: str, item: Price, own: Offers) -> None:
    place = f"{path}, {engine}, {item.what}"
    if item.per not in _MONTHLY:
        raise UsageError(f"{place}: a price is per {', '.join(_MONTHLY)}, not per {item.per}")
    if min(item.price, item.nodes, item.hours) < 0:
        raise UsageError(f"{place}: prices, nodes and hours are 0 or more")
    if not (own.currency and own.source and own.date):
        raise UsageError(f"{path}: say with the prices their currency, source and date, so that a reader can judge them")


def costs(offers: Offers, engine: str, size: DataSize | None) -> tuple[CostItem, ...]:
    """Return a product's monthly costs from the user's prices; a line by size is left out if the size is not known."""
    found = []
    for item in offers.prices.get(engine, ()):
        monthly, working = _MONTHLY[item.per](item, size)
        if monthly is not None:
            found.append(CostItem(engine, item.what, monthly, working))
    return tuple(found)


def _by_hour(item: Price, _: DataSize | None) -> tuple[float | None, str]:
    return item.price * item.nodes * item.hours, f"{item.price:g} × {item.nodes:g} × {item.hours:g} hours"


def _by_month(item: Price, _: DataSize | None) -> tuple[float | None, str]:
    return item.price * item.nodes, f"{item.price:g} × {item.nodes:g}"


def _by_gigabyte(item: Price, size: DataSize | None) -> tuple[float | None, str]:
    if size is None or size.packed_bytes is None:
        return None, ""
    return item.price * size.packed_bytes / 1e9, f"{item.price:g} × {size.packed_bytes / 1e9:.3g} GB packed"


def _by_terabyte(item: Price, size: DataSize | None) -> tuple[float | None, str]:
    if size is None:
        return None, ""
    return item.price * size.raw_bytes / 1e12 / 12, f"{item.price:g} × {size.raw_bytes / 1e12:.3g} TB raw ÷ 12"


_MONTHLY: Mapping[str, Callable[[Price, DataSize | None], tuple[float | None, str]]] = {
    "hour": _by_hour,
    "month": _by_month,
    "GB-month": _by_gigabyte,
    "TB-year": _by_terabyte,
}
