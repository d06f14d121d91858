"""The distributions that are weighed for every table, and which of them are out of the question."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from warehousebench.model.layout import Distribution, Placement
from warehousebench.optimise.case import Case, Product
from warehousebench.optimise.distribution import ROUND_ROBIN, Choice, candidates
from warehousebench.optimise.program import Copy
from warehousebench.optimise.storage import Store
from warehousebench.optimise.wide import wide_hashes
from warehousebench.simulate.skew import Skew

# AWS's own example of a bad key has 30 % more rows on one slice than on another (Redshift Developer Guide, distribution examples).
SKEW_LIMIT = 1.3
# Below this many rows per slice an uneven table costs nothing that anybody would notice; ours.
EVEN_ROWS = 10_000
_NO_KEY_TYPE = "its type cannot distribute rows"


def weighed(case: Case, product: Product, store: Store) -> tuple[Choice, dict[Copy, str]]:
    """Return table -> the distributions to weigh, and those among them that are out of the question, with the reason."""
    considered = options(case, product)
    flaws = dict(_flaws(case, product, store, considered))
    if product.wide_keys:
        uneven = {(table, entry.columns) for (table, entry), reason in flaws.items() if reason != _NO_KEY_TYPE}
        wide = wide_hashes(
            case.scaled_plans,
            lambda table, name: (table, (name,)) in uneven,
            lambda table, name: (table, name) in product.keys,
        )
        # Pairs that are uneven too are not worth a line in the advice.
        fit = {table: [entry for entry in found if not _flaw(case, product, store, table, entry)] for table, found in wide.items()}
        considered = {table: _joined(entries, fit.get(table, ())) for table, entries in considered.items()}
    return considered, flaws | dict(_in_turn(product, considered, flaws))


def options(case: Case, product: Product) -> dict[str, tuple[Distribution, ...]]:
    """Return table -> the distributions worth considering, hashes by one column: what a query can use, and the primary key."""
    found = {table: tuple(entries) for table, entries in candidates(case.scaled_plans).items()}
    keys = {table: key for table in found if (key := key_hash(case, product, table))}
    return {table: entries if keys.get(table) in (None, *entries) else (keys[table], *entries) for table, entries in found.items()}


def key_hash(case: Case, product: Product, table: str) -> Distribution | None:
    """Return the hash of the first primary key column, if the product can distribute by it."""
    key = case.catalog.table(table).primary_key
    return Distribution(Placement.HASH, key[:1]) if key and (table, key[0]) in product.keys else None


def _joined(entries: Sequence[Distribution], wide: Sequence[Distribution]) -> tuple[Distribution, ...]:
    """Return all, hashes of one column first: of equals the first is taken."""
    single = tuple(entry for entry in entries if entry.placement is Placement.HASH)
    return (*single, *wide, *(entry for entry in entries if entry not in single))


def _flaws(case: Case, product: Product, store: Store, considered: Choice) -> Iterator[tuple[Copy, str]]:
    """Yield the hashes that the product cannot have or that would fill its slices too unevenly, with the reason."""
    for table in sorted(considered):
        for entry in considered[table]:
            if entry.placement is Placement.HASH and (reason := _flaw(case, product, store, table, entry)):
                yield (table, entry), reason


def _in_turn(product: Product, considered: Choice, flaws: Mapping[Copy, str]) -> Iterator[tuple[Copy, str]]:
    """Yield the tables that need not be placed in turn, where the product does that by hashing several columns."""
    for table in sorted(considered) if not product.round_robin else ():
        # Without a hash that is fit, rows lie by several columns: to the queries that is as if they were placed in turn.
        if any(entry.placement is Placement.HASH and (table, entry) not in flaws for entry in considered[table]):
            yield (table, ROUND_ROBIN), "the product places rows by hash or copies them"


def _flaw(case: Case, product: Product, store: Store, table: str, entry: Distribution) -> str | None:
    """Return why a table cannot be hashed like this, if it cannot."""
    if any((table, column) not in product.keys for column in entry.columns):
        return _NO_KEY_TYPE
    if found := _uneven(case, product, store, table, entry):
        return f"uneven: the fullest slice holds {found.low:.2f} to {found.high:.2f} times the mean"
    return None


def _uneven(case: Case, product: Product, store: Store, table: str, entry: Distribution) -> Skew | None:
    """Return the skew of a hash that would fill a table's slices too unevenly, None for an even one."""
    if case.rows(table) <= EVEN_ROWS * product.slices:
        return None
    profile = case.profile.tables[table]
    columns = [profile.columns[name] for name in entry.columns]
    # Several columns together have at least as many values as one of them, and none more common.
    distinct, top_share = max(column.distinct for column in columns), min(column.top_share for column in columns)
    if distinct >= profile.rows:
        return None  # unique: the few rows of a small sample of a large table lie unevenly by chance
    found = store.skew(table, entry)
    # Few sampled rows of a column with many values are uneven by chance; the profile of all rows then says more.
    various = distinct > 100 * product.slices or 2 * distinct >= profile.rows
    many = various and top_share * product.slices < SKEW_LIMIT - 1
    nulls = found is not None and found.null_share * product.slices > SKEW_LIMIT
    return found if found and found.high > SKEW_LIMIT and (nulls or not many) else None
