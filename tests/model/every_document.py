"""Hypothesis strategies for every kind of document: all fields filled, optional ones too."""

from __future__ import annotations

import importlib
import pkgutil
import types
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from enum import EnumMeta
from typing import Any, Union, get_args, get_origin, get_type_hints

from hypothesis import strategies as st

import warehousebench.model
from warehousebench.bench.answers import StoredAnswer
from warehousebench.engines.redshift import design as redshift
from warehousebench.engines.vertica import design as vertica
from warehousebench.model.catalog import Catalog, Column, ForeignKey, Table
from warehousebench.model.design import Reason
from warehousebench.model.layout import Cluster
from warehousebench.model.workload import Query

# Names that a file, a shell or a careless writer would stumble over.
_texts = st.sampled_from(
    ["", "o_orderkey", "Größe in €", 'a "quoted" name', "two\nlines\t\x00", "\u2028\U0001f4a1", "null", "$.x"]
) | st.text(max_size=4)
_names = st.lists(_texts, min_size=1, max_size=3, unique=True).map(tuple)
_SCALARS: dict[Any, st.SearchStrategy[Any]] = {
    str: _texts,
    int: st.integers(-(2**63), 2**63 - 1),
    float: st.floats(allow_nan=False, allow_infinity=False),
    bool: st.booleans(),
    type(None): st.none(),
}


def anything(hint: Any) -> st.SearchStrategy[Any]:
    """Return values of a field's type; every field of a nested dataclass is drawn."""
    if hint in _SCALARS:
        return _SCALARS[hint]
    if hint in _SPECIAL:
        return _SPECIAL[hint]
    origin, inner = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return st.one_of(*map(anything, inner))
    if origin is tuple:
        repeated = inner[-1] is Ellipsis
        return st.lists(anything(inner[0]), max_size=2).map(tuple) if repeated else st.tuples(*map(anything, inner))
    if origin in (Mapping, dict):
        return st.dictionaries(anything(inner[0]), anything(inner[1]), max_size=2)
    return st.sampled_from(hint) if isinstance(hint, EnumMeta) else drawn(hint)


def drawn(kind: type[Any], **given: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Return objects of a dataclass; ``format`` and ``version`` keep their defaults."""
    hints = get_type_hints(kind)
    chosen = {each.name: anything(hints[each.name]) for each in fields(kind) if each.name not in {"format", "version", *given}}
    return st.builds(kind, **chosen, **given)


def _tables(name: str) -> st.SearchStrategy[Table]:
    def table(columns: tuple[str, ...]) -> st.SearchStrategy[Table]:
        keys = st.lists(st.sampled_from(columns), max_size=2, unique=True).map(tuple)
        foreign = st.builds(ForeignKey, st.just(columns[:1]), _texts, st.tuples(_texts), st.none() | _texts)
        described = st.tuples(*(drawn(Column, name=st.just(column)) for column in columns))
        return drawn(
            Table,
            name=st.just(name),
            columns=described,
            primary_key=keys,
            unique_keys=st.lists(keys, max_size=1).map(tuple),
            foreign_keys=st.lists(foreign, max_size=1).map(tuple),
        )

    return _names.flatmap(table)


def _projections() -> st.SearchStrategy[vertica.Projection]:
    def projection(columns: tuple[str, ...]) -> st.SearchStrategy[vertica.Projection]:
        return st.builds(
            vertica.Projection,
            name=_texts,
            anchor=_texts,
            kind=st.sampled_from([vertica.Kind.SUPER, vertica.Kind.QUERY]),
            columns=st.just(tuple(vertica.ProjectionColumn(name, "RLE") for name in columns)),
            order_by=st.sampled_from([(), columns]),
            segmentation=st.sampled_from(
                [vertica.Segmentation(vertica.Placement.REPLICATED), vertica.Segmentation(vertica.Placement.HASH, columns)]
            ),
            ksafe=st.integers(0, 2),
            reasons=anything(tuple[Reason, ...]),
        )

    return _names.flatmap(projection)


_SPECIAL: dict[Any, st.SearchStrategy[Any]] = {
    Cluster: st.builds(Cluster, st.integers(1, 99), st.integers(1, 99)),
    redshift.TableDesign: st.sampled_from(
        [
            redshift.TableDesign(redshift.DistStyle.EVEN),
            redshift.TableDesign(redshift.DistStyle.KEY, "k", redshift.SortStyle.COMPOUND, ("k", "l"), {"k": "RAW", "l": "AZ64"}),
        ]
    ),
}
_SPECIAL[vertica.Projection] = _projections()
_SPECIAL[Query] = drawn(Query, weight=st.floats(1e-9, 1e9))

_SPECIAL[Catalog] = drawn(
    Catalog, tables=st.lists(_texts, max_size=2, unique=True).flatmap(lambda names: st.tuples(*map(_tables, names)))
)


def _of_the_model() -> Iterator[type[Any]]:
    """Yield every document that model/ defines, so that a new one is tested from its first day."""
    for module in pkgutil.iter_modules(warehousebench.model.__path__, "warehousebench.model."):
        for each in vars(importlib.import_module(module.name)).values():
            if (
                is_dataclass(each)
                and each.__module__ == module.name
                and {"format", "version"} <= {field.name for field in fields(each)}
            ):
                yield each


_kinds = [*_of_the_model(), redshift.RedshiftDesign, vertica.VerticaDesign, StoredAnswer]
DOCUMENTS: dict[type[Any], st.SearchStrategy[Any]] = {kind: anything(kind) for kind in _kinds}
