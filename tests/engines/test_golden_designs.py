"""The TPC-H designs and scripts as files to be read, and every statement of them through parsers that we did not write."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlglot
from engine_cases import Inputs
from sqlfluff.core import Linter
from sqlglot import exp

from warehousebench.engines.redshift import advise as redshift_advise
from warehousebench.engines.redshift import ddl as redshift_ddl
from warehousebench.engines.redshift.design import RedshiftDesign
from warehousebench.engines.vertica import advise as vertica_advise
from warehousebench.engines.vertica import ddl as vertica_ddl
from warehousebench.engines.vertica.design import VerticaDesign
from warehousebench.model import document
from warehousebench.model.layout import Cluster

Golden = Callable[[str, str], None]


def redshift(tpch: Inputs, *, with_data: bool = True) -> tuple[RedshiftDesign, str]:
    profile, workload = (tpch.profile, tpch.workload) if with_data else (None, None)
    design = redshift_advise.advise(tpch.catalog, profile, workload, Cluster())
    return design, redshift_ddl.script(design, tpch.catalog, profile)


def vertica(tpch: Inputs, *, with_data: bool = True) -> tuple[VerticaDesign, str]:
    profile, workload = (tpch.profile, tpch.workload) if with_data else (None, None)
    design = vertica_advise.advise(tpch.catalog, profile, workload, Cluster())
    return design, vertica_ddl.script(design, tpch.catalog, profile)


@pytest.mark.parametrize("with_data", [True, False])
def test_redshift_files(tpch: Inputs, golden: Golden, with_data: bool) -> None:
    design, script = redshift(tpch, with_data=with_data)
    folder = "redshift/tpch" if with_data else "redshift/tpch-without-data"
    golden(f"{folder}/design.redshift.json", document.to_json(design))
    golden(f"{folder}/redshift.sql", script)
    assert document.from_json(document.to_json(design), RedshiftDesign) == design


@pytest.mark.parametrize("with_data", [True, False])
def test_vertica_files(tpch: Inputs, golden: Golden, with_data: bool) -> None:
    design, script = vertica(tpch, with_data=with_data)
    folder = "vertica/tpch" if with_data else "vertica/tpch-without-data"
    golden(f"{folder}/design.vertica.json", document.to_json(design))
    golden(f"{folder}/vertica.sql", script)
    assert document.from_json(document.to_json(design), VerticaDesign) == design


@pytest.mark.parametrize("with_data", [True, False])
@pytest.mark.parametrize(("dialect", "make"), [("redshift", redshift), ("vertica", vertica)])
def test_every_statement_parses(tpch: Inputs, dialect: str, make: Callable[..., tuple[object, str]], with_data: bool) -> None:
    script = make(tpch, with_data=with_data)[1]
    statements = [each for each in sqlglot.parse(script, read=dialect) if each is not None]
    # A Command is text that sqlglot did not look into.
    assert not [each.sql() for each in statements if isinstance(each, exp.Command)]
    assert len(statements) == script.count(";")
    assert [str(each) for each in Linter(dialect=dialect).parse_string(script).violations] == []


def test_summaries(tpch: Inputs) -> None:
    design, script = redshift(tpch)
    summary = redshift_ddl.summarise(design, script)
    orders = next(each for each in summary.choices if each.name == "orders")
    assert dict(orders.facts)["distribution"] == "KEY (o_orderkey)"
    assert dict(orders.facts)["sort key"] == "o_orderdate, o_orderkey"
    assert (summary.product, summary.script) == ("Amazon Redshift", script)
    projections, script = vertica(tpch)
    facts = {each.name: dict(each.facts) for each in vertica_ddl.summarise(projections, script).choices}
    assert facts["orders_super"]["segmentation"] == "hash of o_orderkey, K-safety 1"
    assert facts["nation_super"]["segmentation"] == "a copy on every node"


def test_same_inputs_give_the_same_text(tpch: Inputs) -> None:
    assert redshift(tpch) == redshift(tpch)
    assert vertica(tpch) == vertica(tpch)
