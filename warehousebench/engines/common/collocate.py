"""Which column each spread table is hashed by, so that the weightiest joins find their partners on the same node.

A greedy choice: joins are taken from the weightiest to the lightest, and one is made local if neither of its tables
has been promised to another column.  Finding the best set is NP-complete (Parchas et al., PVLDB 13(11), 2020).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass

from warehousebench.engines.common.facts import NO_DATA, Facts, join_weights
from warehousebench.model.design import Evidence, Reason

# Ours, since no vendor gives a number: with fewer values than this per part of the cluster, parts stay empty or uneven.
VALUES_PER_PART = 100
# AWS calls a fullest slice with 30 % more rows than the emptiest skewed (Developer Guide, evaluating table distribution);
# VerticaPy's profiler warns from 30 % on too.
MOST_EXCESS = 0.30

End = tuple[str, str]
Pair = tuple[End, End]


@dataclass(frozen=True, slots=True)
class Spread:
    """What is to be spread: tables, over how many nodes and parts (units that hold rows), and which columns may be a key."""

    facts: Facts
    tables: Collection[str]
    nodes: int
    parts: int
    keyable: Callable[[str, str], bool]


@dataclass(frozen=True, slots=True)
class Key:
    """The column a table is hashed by, and why."""

    column: str
    reason: Reason


def choose(spread: Spread) -> Mapping[str, Key]:
    """Return a key for every table of ``spread`` that has a fit one; the others are absent."""
    # A join with a replicated table is local whatever the other table is hashed by.
    joins = {
        pair: weight for pair, weight in join_weights(spread.facts).items() if all(table in spread.tables for table, _ in pair)
    }
    weights = {pair: weight * _bytes_moved(spread, pair) for pair, weight in sorted(joins.items())}
    fit = {end: unfit(spread, *end) is None for pair in weights for end in pair}
    keys = _collocated(spread, weights, fit)
    for table in sorted(set(spread.tables) - keys.keys()):
        key = _joined_most(spread, table, weights, fit) or _own_key(spread, table)
        if key:
            keys[table] = key
    return keys


def unfit(spread: Spread, table: str, column: str) -> str | None:
    """Return why rows should not be hashed by this column; None if they can be."""
    if not spread.keyable(table, column):
        return "its type cannot be a key"
    seen, rows = spread.facts.column(table, column), spread.facts.rows(table)
    if seen is None or not rows:
        return None if _surely_distinct(spread.facts, table, column) else "nothing is known of its values"
    if seen.distinct < VALUES_PER_PART * spread.parts:
        return f"only {seen.distinct:,} values for {spread.parts} parts"
    # The part that gets the most common value (NULL is one) holds this share more than the mean.
    excess = max(seen.top_share, seen.nulls / rows) * (spread.parts - 1)
    return f"one value would overfill a part by {excess:.0%}" if excess > MOST_EXCESS else None


def _surely_distinct(facts: Facts, table: str, column: str) -> bool:
    """Without figures a column is trusted if it is in the table's own key, or if the table is a fact (none refers to it)."""
    others = (key.referenced_table for other in facts.catalog for key in other.foreign_keys if other.name != table)
    return column in facts.catalog.table(table).primary_key or table not in set(others)


def _bytes_moved(spread: Spread, pair: Pair) -> float:
    """Bytes that the join sends over the network if it is not local: both sides spread anew, or the smaller one to all nodes."""
    sizes = [spread.facts.size(table) for table, _ in pair]
    known = [size for size in sizes if size is not None]
    if len(known) < len(sizes) or spread.facts.profile is None:
        return 1.0
    return min(sum(known), min(known) * spread.nodes)


def _collocated(spread: Spread, weights: Mapping[Pair, float], fit: Mapping[End, bool]) -> dict[str, Key]:
    keys: dict[str, Key] = {}
    for pair, weight in sorted(weights.items(), key=lambda item: (-item[1], item[0])):
        if weight and all(_free(keys, end) and fit[end] for end in pair):
            for (table, column), other in zip(pair, reversed(pair), strict=True):
                keys.setdefault(table, Key(column, _local_join(spread, (table, column), other, weights)))
    return keys


def _free(keys: Mapping[str, Key], end: End) -> bool:
    table, column = end
    return table not in keys or keys[table].column == column


def _local_join(spread: Spread, end: End, other: End, weights: Mapping[Pair, float]) -> Reason:
    pair = (end, other) if end < other else (other, end)
    sentence = f"hashed by {end[1]} as {other[0]} is by {other[1]}, so that their join needs no network"
    evidence = _weight(spread, f"joins of {end[1]} with {other[1]}", weights[pair]) + _runner_up(spread, end, weights)
    return Reason("dist.collocate-join", "distribution", _by_rule(spread, sentence), evidence + _values(spread, end))


def _joined_most(spread: Spread, table: str, weights: Mapping[Pair, float], fit: Mapping[End, bool]) -> Key | None:
    """Return the fit column with the weightiest joins: its own rows then stay where they are, only the partner moves."""
    total: dict[str, float] = {}
    for column, _, weight in _of_table(table, weights):
        if weight and fit[(table, column)]:
            total[column] = total.get(column, 0.0) + weight
    if not total:
        return None
    column = min(total, key=lambda name: (-total[name], name))
    sentence = f"hashed by {column}, its most joined column: in those joins only the other table moves"
    evidence = _weight(spread, f"joins of {column}", total[column]) + _values(spread, (table, column))
    return Key(column, Reason("dist.join-column", "distribution", _by_rule(spread, sentence), evidence))


def _own_key(spread: Spread, table: str) -> Key | None:
    """Return the primary key's fit column with the most values; the first one if nothing is known of them."""
    columns = [column for column in spread.facts.catalog.table(table).primary_key if unfit(spread, table, column) is None]
    if not columns:
        return None
    column = max(columns, key=lambda name: spread.facts.values(table, name) or 0)
    sentence = _by_rule(spread, f"hashed by {column} of the primary key: no join decides, and its values spread evenly")
    return Key(column, Reason("dist.primary-key", "distribution", sentence, _values(spread, (table, column))))


def _of_table(table: str, weights: Mapping[Pair, float]) -> Iterator[tuple[str, End, float]]:
    """Yield (own column, other table's column, weight) of the table's joins."""
    for (left, right), weight in weights.items():
        for (name, column), far in ((left, right), (right, left)):
            if name == table:
                yield column, far, weight


def _runner_up(spread: Spread, end: End, weights: Mapping[Pair, float]) -> tuple[Evidence, ...]:
    """The table's weightiest join that this choice leaves to the network, so that a reader sees how close it was."""
    left = {
        (own, far): weight
        for own, far, weight in _of_table(end[0], weights)
        if own != end[1] and weight and far[0] in spread.tables
    }
    if not left:
        return ()
    own, far = min(left, key=lambda each: (-left[each], each))
    why = unfit(spread, end[0], own) or unfit(spread, *far)
    return _weight(spread, f"not chosen: joins of {own} with {far[1]}{f' ({why})' if why else ''}", left[(own, far)])


def _weight(spread: Spread, what: str, weight: float) -> tuple[Evidence, ...]:
    source = "workload" if spread.facts.workload else "declared keys"
    if spread.facts.profile is None:
        return (Evidence(what, weight, "query weight" if spread.facts.workload else "", source),)
    return (Evidence(what, weight / 1e6, "MB x query weight", f"{source} and profile"),)


def _values(spread: Spread, end: End) -> tuple[Evidence, ...]:
    seen = spread.facts.column(*end)
    return (Evidence(f"values of {end[1]}", seen.distinct, "", "profile"),) if seen else ()


def _by_rule(spread: Spread, sentence: str) -> str:
    return sentence if spread.facts.profile else f"{sentence} ({NO_DATA})"
