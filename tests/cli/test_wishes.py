from __future__ import annotations

import pytest

from warehousebench.cli.wishes import target_rows, wishes
from warehousebench.errors import UsageError
from warehousebench.model.catalog import Catalog, Column, DataType, Table, TypeKind
from warehousebench.model.layout import Distribution, Placement

COLUMNS = tuple(Column(name, DataType(TypeKind.INTEGER)) for name in ("a", "b"))
CATALOG = Catalog((Table("t", COLUMNS),), "test")


def test_pins_are_read() -> None:
    found = wishes("balanced", None, None, ["t.distkey=a", "t.sortkey=b, a"], CATALOG).pins["t"]
    assert found.distribution == Distribution(Placement.HASH, ("a",))
    assert found.order_by == ("b", "a")
    assert wishes("balanced", None, None, ["t.diststyle=ALL"], CATALOG).pins["t"].distribution == Distribution(Placement.REPLICATED)


@pytest.mark.parametrize(
    ("pins", "reason"),
    [
        (["t.distkey=a", "t.distkey=b"], "contradicts"),
        (["t.distkey=a", "t.diststyle=even"], "contradicts"),
        (["t.sortkey=a", "t.sortkey=b"], "contradicts"),
        (["t.distkey=c"], "no column c"),
        (["u.distkey=a"], "no table u"),
        (["t.diststyle=key"], "all or even"),
        (["t=a"], "is not TABLE.distkey=COLUMN"),
    ],
)
def test_pins_that_cannot_be_met_are_refused(pins: list[str], reason: str) -> None:
    with pytest.raises(UsageError, match=reason):
        wishes("balanced", None, None, pins, CATALOG)


def test_policies_set_budgets_unless_named() -> None:
    assert wishes("load", None, None, (), CATALOG).replication == 0
    assert wishes("query", None, None, (), CATALOG).storage == 1.5
    assert wishes("query", 0.2, 1.1, (), CATALOG).replication == 0.2
    with pytest.raises(UsageError, match="less than one copy"):
        wishes("query", None, 0.5, (), CATALOG)


def test_target_rows() -> None:
    assert target_rows(["t=6e9", " u = 10"]) == {"t": 6e9, "u": 10.0}
    for text in ("t", "t=", "t=many", "t=-1", "t=nan", "t=inf"):
        with pytest.raises(UsageError, match="is not TABLE=ROWS"):
            target_rows([text])
