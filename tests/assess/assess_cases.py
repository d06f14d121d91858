"""Schemas and rows with known faults, for every test of an assessment."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from warehousebench.assess.assess import Inputs, assess
from warehousebench.assess.offers import read_offers
from warehousebench.assess.rows import reading
from warehousebench.model.assessment import Assessment, ConstraintCheck, ObjectOutcome, ProductOutcome, Risk
from warehousebench.model.catalog import (
    Catalog,
    Check,
    Column,
    DataType,
    ForeignKey,
    SourceObject,
    Table,
    TypeKind,
    View,
)
from warehousebench.workload.suite import SuiteQuery

ENGINES = ("redshift", "vertica")
K = TypeKind


def column(name: str, kind: TypeKind, *, nullable: bool = True, **type_: object) -> Column:
    """Return a column of PostgreSQL's."""
    dialect = str(type_.pop("dialect", "postgres"))
    return Column(name, DataType(kind, dialect=dialect, **type_), nullable)  # type: ignore[arg-type]


CUSTOMER = Table(
    "customer",
    (
        column("id", K.INTEGER, nullable=False),
        column("email", K.VARCHAR, length=20),
        column("born", K.DATE),
        column("score", K.DECIMAL, precision=5, scale=2),
    ),
    primary_key=("id",),
    unique_keys=(("email",),),
    checks=(Check("score >= (0)::numeric", "score_is_positive"),),
)
ORDER = Table(
    "Order",
    (
        column("id", K.BIGINT, nullable=False),
        column("customer_id", K.INTEGER, nullable=False),
        column("select", K.TEXT),
        Column("total", DataType(K.DECIMAL, precision=12, scale=2, dialect="postgres"), generated="price * quantity"),
        Column("tag", DataType(K.VARCHAR, length=10, dialect="postgres"), collation="und-x-icu_ci"),
        column("extra", K.JSON, native="jsonb"),
    ),
    primary_key=("id",),
    foreign_keys=(ForeignKey(("customer_id",), "customer", ("id",)),),
)
SHOP = Catalog(
    (CUSTOMER, ORDER),
    "shop.sql (postgres)",
    views=(
        View("adults", "SELECT id, email FROM customer WHERE born < DATE '2000-01-01'"),
        View("totals", 'SELECT customer_id, sum(total) AS s FROM "Order" GROUP BY customer_id', materialized=True),
        View("odd", "SELECT generate_series(1, 3)"),
    ),
    objects=(SourceObject("trigger", "audit"), SourceObject("sequence", "ids"), SourceObject("oddity", "thing")),
)
CUSTOMERS = """id,email,born,score
1,a@x,1980-05-01,1.50
2,b@x,0000-00-00,-1.00
2,b@x,1990-01-01,2.00
,c@x,soon,3.00
5,,1999-12-31,1234.567
"""
ORDERS = """id,customer_id,select,total,tag,extra
10,1,first,1.00,x,{}
11,9,"",2.00,y ,{}
12,,third,3.00,z,{}
"""


def shop_rows(folder: Path) -> Path:
    """Write rows that break every key and hold values of many kinds."""
    folder.mkdir(exist_ok=True)
    (folder / "customer.csv").write_text(CUSTOMERS, encoding="utf-8")
    (folder / "Order.csv").write_text(ORDERS, encoding="utf-8")
    return folder


def assessed(catalog: Catalog, folder: Path | None = None, queries: Sequence[SuiteQuery] = ()) -> Assessment:
    """Return the assessment of a schema, with the rows in ``folder`` if there is one."""
    if folder is None:
        return assess(Inputs(catalog, ENGINES, read_offers(), None, queries))
    with reading(folder, catalog) as rows:
        return assess(Inputs(catalog, ENGINES, read_offers(), rows, queries))


def product(found: Assessment, engine: str) -> ProductOutcome:
    """Return one product's part."""
    return next(each for each in found.products if each.engine == engine)


def risks(found: Assessment, engine: str) -> dict[tuple[str, str], Risk]:
    """Return the risks of one product by column and code."""
    return {(risk.column, risk.code): risk for risk in product(found, engine).risks}


def checks(found: Assessment) -> dict[str, ConstraintCheck]:
    """Return the constraints by table, kind and text."""
    return {f"{check.table} {check.kind} {check.text}": check for check in found.constraints}


def named(found: Assessment, engine: str, name: str) -> ObjectOutcome:
    """Return one object on one product."""
    return next(each for each in product(found, engine).objects if each.name == name)


def codes(each: ObjectOutcome) -> dict[str, tuple[str, ...]]:
    """Return the codes of an object's notes with their subjects."""
    return {note.code: note.subjects for note in each.notes}
