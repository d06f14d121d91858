"""Classes of columns that hold equal values in one operator's output."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from warehousebench.workload.plan import JoinType

Classes = tuple[tuple[int, ...], ...]


def merged(classes: Iterable[tuple[int, ...]], pairs: Iterable[tuple[int, int]]) -> Classes:
    """Return ``classes`` with both columns of each pair in one class; deterministic and sorted."""
    found = [set(entry) for entry in classes]
    for pair in pairs:
        touched = [entry for entry in found if not entry.isdisjoint(pair)]
        found = [entry for entry in found if entry.isdisjoint(pair)] + [set(pair).union(*touched)]
    return tuple(sorted(tuple(sorted(entry)) for entry in found if len(entry) > 1))


def joined(kind: JoinType, left: Classes, right: Classes, pairs: Iterable[tuple[int, int]]) -> Classes:
    """Return the classes after a join.

    Only an inner join makes its pairs equal.  The null-extended side of an outer join keeps its own classes (all of
    a class are NULL together), and they never meet the other side's.
    """
    if kind is JoinType.INNER:
        return merged((*left, *right), pairs)
    if kind in (JoinType.SEMI, JoinType.ANTI, JoinType.MARK):
        return left
    return right if kind in (JoinType.RIGHT_SEMI, JoinType.RIGHT_ANTI) else merged((*left, *right), ())


def renamed(classes: Classes, sources: Sequence[int], outputs: Sequence[int]) -> Classes:
    """Return the classes of ``outputs`` that stand for ``sources``, position by position."""
    groups = ([out for out, source in zip(outputs, sources, strict=True) if source in entry] for entry in classes)
    return tuple(sorted(tuple(sorted(group)) for group in groups if len(group) > 1))
