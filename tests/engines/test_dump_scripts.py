"""The scripts for every dump's schema, both products', before parsers that were written by others."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from sqlfluff.core import Linter
from test_scripts import opaque, statements

from warehousebench.engines.redshift import advise as redshift_advise
from warehousebench.engines.redshift import ddl as redshift_ddl
from warehousebench.engines.vertica import advise as vertica_advise
from warehousebench.engines.vertica import ddl as vertica_ddl
from warehousebench.model.catalog import Catalog
from warehousebench.model.layout import Cluster
from warehousebench.source.ddl import read_ddl

DUMPS = Path(__file__).parents[1] / "source" / "dumps"
FILES = sorted(path for path in DUMPS.glob("*/*") if path.is_file())
QUICK = ("shop", "bikes", "payroll")  # sqlfluff takes its time: these hold most kinds of columns


def _redshift(catalog: Catalog) -> str:
    return redshift_ddl.script(redshift_advise.advise(catalog, None, None, Cluster()), catalog, None)


def _vertica(catalog: Catalog) -> str:
    return vertica_ddl.script(vertica_advise.advise(catalog, None, None, Cluster()), catalog, None)


PRODUCTS: dict[str, Callable[[Catalog], str]] = {"redshift": _redshift, "vertica": _vertica}
# What a parser cannot read although the product's documentation allows it, as it stands in a statement.
GAPS = {
    ("redshift", "sqlglot"): ("ANALYZE sample",),
    ("redshift", "sqlfluff"): (),
    ("vertica", "sqlglot"): (" IS E'",),
    ("vertica", "sqlfluff"): ("LONG VARBINARY(",),
}


@cache
def _script(path: Path, product: str) -> str:
    return PRODUCTS[product](read_ddl([path]))


def _is_gap(statement: str, product: str, parser: str) -> bool:
    return any(gap in statement for gap in GAPS[product, parser])


def _cases(*, all_quick: bool) -> list[pytest.ParameterSet]:
    return [
        pytest.param(
            path,
            product,
            id=f"{product}-{path.parent.name}-{path.stem}",
            marks=() if all_quick or path.stem in QUICK else (pytest.mark.slow,),
        )
        for product in PRODUCTS
        for path in FILES
    ]


@pytest.mark.parametrize(("path", "product"), _cases(all_quick=True))
def test_sqlglot_reads_every_statement(path: Path, product: str) -> None:
    script = _script(path, product)
    for statement in statements(script):
        assert opaque(statement, product) == _is_gap(statement, product, "sqlglot"), statement
    for table in read_ddl([path]):
        assert f"-- {table.name}\nCREATE TABLE" in script or "CREATE TABLE" in script.partition(f"-- {table.name}\n")[2]


@pytest.mark.parametrize(("path", "product"), _cases(all_quick=False))
def test_sqlfluff_reads_every_statement(path: Path, product: str) -> None:
    linter = Linter(dialect=product)
    for statement in statements(_script(path, product)):
        violations = linter.parse_string(statement + ";\n").violations
        assert bool(violations) == _is_gap(statement, product, "sqlfluff"), (statement, violations)


@pytest.mark.parametrize("product", PRODUCTS)
def test_scripts_say_what_is_lost(product: str) -> None:
    script = _script(DUMPS / "tsql" / "bikes.sql", product)
    assert "lossy: 7 digits of a second declared, 6 kept" in script
    assert "unsupported: hierarchyid as text" in script
    assert "unsupported: a value as text" in script  # a computed column whose type the script does not tell
