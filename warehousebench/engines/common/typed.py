"""A query whose names are resolved and whose types are known: what the rewrites work on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from sqlglot import exp
from sqlglot.schema import MappingSchema

from warehousebench.duck import first_line
from warehousebench.engines.common.inference import DecimalRules, metadata
from warehousebench.errors import UnsupportedError
from warehousebench.model.catalog import Table
from warehousebench.workload.dialect import DUCKDB, FAILURES, offset_of, place_in
from warehousebench.workload.rewrites import Twins, resolved_twins, twin_of

E = TypeVar("E", bound=exp.Expr)


@dataclass(slots=True)
class TypedQuery:
    """A query under translation for ``product``: the tree that changes, the types that DuckDB gives its nodes, and notes."""

    sql: str
    tree: exp.Query
    tables: Mapping[str, Table]
    schema: MappingSchema
    product: str
    decimals: DecimalRules
    notes: list[str] = field(default_factory=list)
    twins: Twins = field(default_factory=dict)

    def resolve(self) -> None:
        """Find the types of all nodes again; raises UnsupportedError if the names do not resolve."""
        try:
            self.twins = resolved_twins(self.tree, self.schema, DUCKDB, metadata(self.decimals))
        except FAILURES as error:
            raise UnsupportedError(f"not translated for {self.product}: {first_line(error)}") from error

    def type_of(self, node: exp.Expr | None) -> exp.DataType | None:
        """Return the type of ``node``; a node made by a rewrite has one only if it is a cast."""
        if node is None:
            return None
        if isinstance(node, exp.Cast):
            return node.to
        if isinstance(node, exp.Paren):
            return self.type_of(node.this)
        twin = twin_of(node, self.twins)
        return twin.type if twin is not None else None

    def has(self, node: exp.Expr | None, types: frozenset[object]) -> bool:
        """Tell whether the type of ``node`` is known and one of ``types``."""
        type_ = self.type_of(node)
        return type_ is not None and type_.this in types

    def nodes(self, *kinds: type[E]) -> list[E]:
        """Return the nodes of these kinds, inner ones first, so that a replaced node is never the parent of one to come."""
        return list(self.tree.find_all(*kinds))[::-1]

    def note(self, node: exp.Expr | None, reason: str) -> None:
        """Say once where the answer may differ, and why."""
        note = f"{self._place(node)}{reason}"
        if note not in self.notes:
            self.notes.append(note)

    def refusal(self, node: exp.Expr | None, reason: str) -> UnsupportedError:
        """Return the error that says why there is no translation."""
        return UnsupportedError(f"not translated for {self.product}: {self._place(node)}{reason}")

    def _place(self, node: exp.Expr | None) -> str:
        place = place_in(self.sql, offset_of(node)) if node is not None else ""
        return f"{place.removeprefix(', ')}: " if place else ""


def replace(query: TypedQuery, old: exp.Expr, new: exp.Expr) -> None:
    """Put ``new`` where ``old`` stands, with its type, its place in the text and its comments."""
    new.meta.update({key: value for key, value in old.meta.items() if key not in new.meta})
    if old is query.tree:
        if not isinstance(new, exp.Query):
            raise TypeError("a query can only become a query")
        query.tree = new
        return
    old.replace(new)


def own_selects(query: TypedQuery) -> Iterator[exp.Select]:
    """Yield every SELECT of the query, inner ones first."""
    yield from query.nodes(exp.Select)
