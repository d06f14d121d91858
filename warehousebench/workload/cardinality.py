"""Measured rows per operator from ``EXPLAIN (ANALYZE, FORMAT JSON)``, under DuckDB 1.5.5 and 2.x."""

from __future__ import annotations

from dataclasses import dataclass

from warehousebench.errors import SourceError
from warehousebench.workload.expressions import Json

# Operators that change no row count: the logical plan is compared without them.
_TRANSPARENT = frozenset({"PROJECTION", "RESULT_COLLECTOR", "EXPLAIN_ANALYZE"})


@dataclass(frozen=True, slots=True)
class Measured:
    """A physical operator that ran: its name, the rows it put out, its inputs (projections left out)."""

    kind: str
    rows: int
    children: tuple[Measured, ...]

    def child(self, position: int) -> Measured:
        """Return an input; raises SourceError if the operator has none at ``position``."""
        if position >= len(self.children):
            raise SourceError(f"DuckDB ran {self.kind} with {len(self.children)} inputs where its plan has more")
        return self.children[position]


def measured(profile: Json) -> Measured:
    """Return the tree of operators in a profile; raises SourceError if there is none."""
    roots = profile.get("operator") or profile.get("children") or ()
    if not roots:
        raise SourceError("DuckDB's profile holds no operators")
    return _tree(roots[0])


def _tree(node: Json) -> Measured:
    kind = _kind(node)
    children = tuple(_tree(child) for child in node.get("children", ()))
    if kind in _TRANSPARENT and len(children) == 1:
        return children[0]
    # 2.x says intermediate_rows, 1.5.5 operator_cardinality.
    return Measured(kind, node.get("intermediate_rows", node.get("operator_cardinality", 0)), children)


def _kind(node: Json) -> str:
    name: str = node.get("type") or node.get("operator_type") or node.get("operator_name") or ""
    return name.strip()
