"""Hashes of several columns worth considering: where the columns that queries match by fill the nodes too unevenly alone.

Rows hashed by one column are where every join and grouping by that column and others needs them, so under the model a hash of two
columns never moves fewer bytes than one of either.  What it can do is to spread rows evenly that no single column would.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import combinations

from warehousebench.model.layout import Distribution, Placement
from warehousebench.simulate.joint import Joint, joints
from warehousebench.workload.plan import Plan

Fit = Callable[[str, str], bool]


def wide_hashes(plans: Iterable[Plan], uneven: Fit, usable: Fit) -> Mapping[str, tuple[Distribution, ...]]:
    """Return table -> hashes of two columns, and of all, that some query matches by and that are each ``uneven`` alone.

    A column counts as uneven if it is so in one of the tables that are matched: both sides have to lie alike.
    ``usable`` tells whether a column's type can be hashed.
    """
    found: dict[str, dict[Distribution, None]] = {}
    for joint in dict.fromkeys(joint for plan in plans for joint in joints(plan)):
        for chosen in _choices(joint, uneven, usable):
            for table, names in joint.scans:
                columns = tuple(name for place in chosen if (name := names[place]))
                if len(set(columns)) == len(chosen):
                    found.setdefault(table, {})[Distribution(Placement.HASH, columns)] = None
    return {
        table: tuple(sorted(entries, key=lambda entry: (len(entry.columns), entry.columns))) for table, entries in found.items()
    }


def _choices(joint: Joint, uneven: Fit, usable: Fit) -> Sequence[tuple[int, ...]]:
    """Return the sets of matched places to hash by."""
    places = range(len(joint.scans[0][1]))
    columns = [[(table, name) for table, names in joint.scans if (name := names[place])] for place in places]
    loose = tuple(
        place for place in places if all(usable(*end) for end in columns[place]) and any(uneven(*end) for end in columns[place])
    )
    return [*combinations(loose, 2), *([loose] if len(loose) > 2 else [])]
