"""Scripts for schemas less tidy than TPC-H: odd names, cycles, comments, every type, every kind of design."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
import sqlglot
from engine_cases import make_table
from sqlfluff.core import Linter
from sqlglot import exp
from sqlglot.errors import ParseError

from warehousebench.engines.common.script import parents_first
from warehousebench.engines.redshift import advise as redshift_advise
from warehousebench.engines.redshift import ddl as redshift_ddl
from warehousebench.engines.redshift.design import DistStyle, RedshiftDesign, SortStyle, TableDesign
from warehousebench.engines.vertica import advise as vertica_advise
from warehousebench.engines.vertica import ddl as vertica_ddl
from warehousebench.engines.vertica.design import Aggregate, Kind, Placement, Projection, ProjectionColumn, Segmentation
from warehousebench.errors import DesignError
from warehousebench.model.catalog import Catalog, Column, DataType, ForeignKey, Table, TypeKind
from warehousebench.model.layout import Cluster

EVIL = 'a"; drop table b; --'


def odd_catalog() -> Catalog:
    """Return tables that refer to each other in a circle, to themselves and to nothing, with odd names and all types."""
    kinds = Table(
        "kinds", tuple(Column(f"c_{kind}", DataType(kind)) for kind in TypeKind), comment="it's \\ all; here\nno -- really"
    )
    chicken = replace(
        make_table("chicken", "id", "egg", key="id"),
        foreign_keys=(ForeignKey(("egg",), "egg", ("id",)), ForeignKey(("egg",), "chicken", ("id",))),
        unique_keys=(("egg",),),
    )
    egg = replace(make_table("egg", "id", "chicken", key="id"), foreign_keys=(ForeignKey(("chicken",), "chicken", ("id",)),))
    evil = replace(
        make_table(EVIL, "select", "Mixed Case", "ünï", key="select"),
        foreign_keys=(ForeignKey(("select",), "nowhere", ("id",)), ForeignKey(("ünï",), "kinds", ("c_bigint",))),
        comment="o'clock",
    )
    commented = replace(evil.columns[0], comment="the 'first'; \\")
    return Catalog((kinds, replace(evil, columns=(commented, *evil.columns[1:])), egg, chicken), "odd")


def interleaved(design: RedshiftDesign) -> RedshiftDesign:
    table = TableDesign(DistStyle.EVEN, None, SortStyle.INTERLEAVED, ("id", "egg"))
    return replace(design, tables={**design.tables, "chicken": table})


def redshift_script() -> str:
    catalog = odd_catalog()
    return redshift_ddl.script(interleaved(redshift_advise.advise(catalog, None, None, Cluster())), catalog, None)


def vertica_script() -> str:
    catalog = odd_catalog()
    design = vertica_advise.advise(catalog, None, None, Cluster())
    aggregates = (Aggregate("n", "COUNT"), Aggregate("latest", "MAX", "id"))
    by_egg, stored = Segmentation(Placement.HASH, ("egg",)), (ProjectionColumn("egg", "RLE"),)
    groups = Projection("eggs", "chicken", Kind.LIVE_AGGREGATE, stored, ("egg",), by_egg, 1, aggregates=aggregates)
    return vertica_ddl.script(replace(design, projections=(*design.projections, groups)), catalog, None)


def statements(script: str) -> Iterator[str]:
    """Cut a script at the ends of its statements: semicolons at line ends, which neither comments nor names hold."""
    for piece in script.split(";\n"):
        lines = [line for line in piece.splitlines() if line and not line.startswith("--")]
        if lines:
            yield "\n".join(lines)


def opaque(statement: str, dialect: str) -> bool:
    """Tell whether sqlglot refuses the statement or leaves it as text that it did not look into."""
    try:
        return isinstance(sqlglot.parse_one(statement, read=dialect), exp.Command)
    except ParseError:
        return True


# What a parser cannot read although the product's documentation allows it: the start of the statement, and what it stumbles over.
GAPS = {
    ("redshift", "sqlglot"): {"CREATE TABLE chicken": "INTERLEAVED SORTKEY"},
    ("redshift", "sqlfluff"): {},
    ("vertica", "sqlglot"): {"COMMENT ON TABLE kinds": "E'...'", "COMMENT ON COLUMN": "E'...'"},
    ("vertica", "sqlfluff"): {"CREATE TABLE kinds": "LONG VARBINARY(n)"},
}


def is_gap(statement: str, dialect: str, parser: str) -> bool:
    return statement.startswith(tuple(GAPS[dialect, parser]))


@pytest.mark.parametrize(("dialect", "script"), [("redshift", redshift_script()), ("vertica", vertica_script())])
def test_statements_parse_but_for_known_gaps(dialect: str, script: str) -> None:
    linter = Linter(dialect=dialect)
    for statement in statements(script):
        assert opaque(statement, dialect) == is_gap(statement, dialect, "sqlglot"), statement
        violations = linter.parse_string(statement + ";\n").violations
        assert bool(violations) == is_gap(statement, dialect, "sqlfluff"), statement


@pytest.mark.parametrize("script", [redshift_script(), vertica_script()])
def test_nothing_is_smuggled_in(script: str) -> None:
    starts = {statement.split()[0] for statement in statements(script)}
    assert starts <= {"CREATE", "COMMENT", "ALTER", "ANALYZE", "SELECT"}
    assert script.count('"a""; drop table b; --"') >= 4


def test_keys_that_refer_to_nothing_declared_are_left_out_aloud() -> None:
    script = redshift_script()
    assert script.count("ADD FOREIGN KEY") == 3
    assert script.count("-- left out, since it refers to no declared key here") == 2
    assert "UNIQUE (egg)" in script
    assert script.index("CREATE TABLE egg") < script.index("ADD FOREIGN KEY")


def test_parents_come_first_and_cycles_end() -> None:
    names = [table.name for table in parents_first(odd_catalog())]
    assert names == [EVIL, "kinds", "chicken", "egg"] or names == ["kinds", EVIL, "chicken", "egg"]
    assert [table.name for table in parents_first(Catalog((make_table("b", "x"), make_table("a", "x")), ""))] == ["a", "b"]


def test_a_script_is_not_written_for_a_broken_design() -> None:
    catalog = odd_catalog()
    design = redshift_advise.advise(catalog, None, None, Cluster())
    with pytest.raises(DesignError, match="egg has no design"):
        redshift_ddl.script(
            replace(design, tables={name: each for name, each in design.tables.items() if name != "egg"}), catalog, None
        )
    projections = vertica_advise.advise(catalog, None, None, Cluster())
    kept = tuple(each for each in projections.projections if each.anchor != "egg")
    with pytest.raises(DesignError, match="egg has no superprojection"):
        vertica_ddl.script(replace(projections, projections=kept), catalog, None)


def test_comments_of_the_source_are_carried_over() -> None:
    assert "COMMENT ON TABLE kinds IS 'it''s \\\\ all; here\nno -- really';" in redshift_script()
    assert "COMMENT ON TABLE kinds IS E'it''s \\\\ all; here\nno -- really';" in vertica_script()
    assert """COMMENT ON COLUMN "a""; drop table b; --"."select" IS E'the ''first''; \\\\';""" in vertica_script()
