"""Names that a product refuses, reserves, folds or cannot tell apart."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from warehousebench.engines.common.counterparts import Counterparts
from warehousebench.engines.common.names import same_when_folded, unusable
from warehousebench.model.assessment import Effort, Note, Outcome
from warehousebench.model.catalog import Catalog, Table


def name_notes(table: Table, catalog: Catalog, product: Counterparts) -> Iterator[Note]:
    """Yield what there is to say of the names of a table and its columns."""
    names = (table.name, *(column.name for column in table.columns))
    for message in unusable(product.quote, names):
        yield Note("name.length", (), Outcome.BY_HAND, Effort.SIMPLE, message)
    yield from _collisions(table, catalog)
    yield from _listed(
        names[1:],
        product.refused.__contains__,
        ("name.refused", Outcome.BY_HAND, Effort.SIMPLE),
        f"{product.name} has system columns of this name",
        "Rename the column.",
    )
    yield from _listed(
        names,
        product.reserved.__contains__,
        ("name.reserved", Outcome.CHANGED, Effort.SIMPLE),
        "a reserved word; the script quotes it",
        "Quote it in queries too, or rename it.",
    )
    if product.folds and (capitals := tuple(name for name in names if name != name.lower())):
        yield Note("name.folded", capitals, Outcome.AS_IS, Effort.NONE, product.folds)


def _collisions(table: Table, catalog: Catalog) -> Iterator[Note]:
    related = [*(each.name for each in catalog), *(view.name for view in catalog.views)]
    alike = [name for name in related if name.casefold() == table.name.casefold()]
    columns = same_when_folded("columns", [column.name for column in table.columns])
    for sentence in (*same_when_folded("the names", alike), *columns):
        yield Note("name.collision", (), Outcome.BY_HAND, Effort.SIMPLE, sentence, "Rename one of them.")


def _listed(
    names: Sequence[str], chosen: Callable[[str], bool], kind: tuple[str, Outcome, Effort], reason: str, remedy: str
) -> Iterable[Note]:
    found = tuple(dict.fromkeys(name for name in names if chosen(name.lower())))
    return [Note(kind[0], found, kind[1], kind[2], reason, remedy)] if found else []
