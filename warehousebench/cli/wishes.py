"""What a user may insist on: budgets, policies, pins and target sizes, parsed from options."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from warehousebench.cli.policies import POLICIES
from warehousebench.errors import UsageError
from warehousebench.model.catalog import Catalog
from warehousebench.model.layout import Distribution, Placement
from warehousebench.optimise.case import Pin, Wishes

_STYLES = {"all": Distribution(Placement.REPLICATED), "even": Distribution(Placement.ROUND_ROBIN)}


def wishes(policy: str, replication: float | None, storage: float | None, pins: Iterable[str], catalog: Catalog) -> Wishes:
    """Return the wishes that the options stand for; raises UsageError for pins that contradict each other or the schema."""
    default_replication, default_storage = POLICIES[policy]
    if storage is not None and storage < 1:
        raise UsageError(f"--storage-budget {storage:g}x is less than one copy of every table. Give 1x or more.")
    return Wishes(
        replication=default_replication if replication is None else replication,
        storage=default_storage if storage is None else storage,
        pins=_pins(pins, catalog),
    )


def target_rows(texts: Iterable[str]) -> dict[str, float]:
    """Return table -> rows from texts such as ``lineitem=6e9``; raises UsageError."""
    found: dict[str, float] = {}
    for text in texts:
        table, equals, number = text.partition("=")
        try:
            rows = float(number)
        except ValueError:
            rows = -1.0
        if not equals or not 0 <= rows < 1e18:
            raise UsageError(f"--rows {text} is not TABLE=ROWS, such as lineitem=6e9")
        found[table.strip()] = rows
    return found


def _pins(texts: Iterable[str], catalog: Catalog) -> Mapping[str, Pin]:
    pins: dict[str, Pin] = {}
    for text in texts:
        place, equals, value = text.partition("=")
        table, dot, what = place.strip().partition(".")
        if not equals or not dot or what not in ("distkey", "diststyle", "sortkey"):
            raise UsageError(f"--pin {text} is not TABLE.distkey=COLUMN, TABLE.diststyle=all|even or TABLE.sortkey=COLUMN,COLUMN")
        if table not in catalog:
            raise UsageError(f"--pin {text}: there is no table {table}")
        pins[table] = _pinned(text, what, value.strip(), pins.get(table, Pin()), {c.name for c in catalog.table(table).columns})
    return pins


def _pinned(text: str, what: str, value: str, before: Pin, columns: Collection[str]) -> Pin:
    names = tuple(name.strip() for name in value.split(",") if name.strip())
    if what != "diststyle" and (missing := [name for name in names if name not in columns]):
        raise UsageError(f"--pin {text}: the table has no column {missing[0]}")
    if what == "distkey" and len(names) != 1:
        raise UsageError(f"--pin {text}: a distribution key is one column of the table")
    if what == "sortkey":
        if before.order_by not in (None, names):
            raise UsageError(f"--pin {text} contradicts an earlier pin of the same table's sort key")
        return replace(before, order_by=names)
    if what == "diststyle" and value.lower() not in _STYLES:
        raise UsageError(f"--pin {text}: the style is all or even; name a column with distkey")
    wanted = _STYLES[value.lower()] if what == "diststyle" else Distribution(Placement.HASH, names)
    if before.distribution not in (None, wanted):
        raise UsageError(f"--pin {text} contradicts an earlier pin of the same table's distribution")
    return replace(before, distribution=wanted)
