"""The TPC-H queries in every engine's words: as files to be read, and through parsers that we did not write."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module

import pytest
import sqlglot
from engine_cases import Inputs
from sqlfluff.core import Linter
from sqlglot import exp

from warehousebench.engines.base import Translation
from warehousebench.workload.suite import load_suite

ENGINES = ("redshift", "vertica", "spark", "postgres")


def tpch_in(engine: str, tpch: Inputs) -> Mapping[str, Translation]:
    translate = import_module(f"warehousebench.engines.{engine}.sql").translate
    return {query.name: translate(query.sql, tpch.catalog) for query in load_suite("tpch", 1).queries}


@pytest.mark.parametrize("engine", ENGINES)
def test_tpch_files(engine: str, tpch: Inputs, golden: Callable[[str, str], None]) -> None:
    texts = [
        "\n".join([f"-- {name}", *(f"-- note: {note}" for note in found.notes), f"{found.sql};\n"])
        for name, found in tpch_in(engine, tpch).items()
    ]
    assert len(texts) == 22
    golden(f"sql/{engine}/tpch.sql", "\n".join(texts))


@pytest.mark.parametrize("engine", ["redshift", "vertica"])
def test_sqlglot_reads_them(engine: str, tpch: Inputs) -> None:
    for found in tpch_in(engine, tpch).values():
        (tree,) = sqlglot.parse(found.sql, read=engine)
        assert isinstance(tree, exp.Select)


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["redshift", "vertica"])
def test_sqlfluff_reads_them(engine: str, tpch: Inputs) -> None:
    linter = Linter(dialect=engine)
    for name, found in tpch_in(engine, tpch).items():
        parsed = linter.parse_string(found.sql + ";\n")
        assert not parsed.violations, f"{name}: {parsed.violations[0]}"
