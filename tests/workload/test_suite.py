"""Suites: what is built in, and what a user's folder may hold."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from warehousebench import duck
from warehousebench.engines import DESIGNERS, ENGINES
from warehousebench.errors import SourceError, UsageError
from warehousebench.workload import suite as suite_module
from warehousebench.workload.suite import (
    PRODUCTS,
    Suite,
    SuiteQuery,
    generator_of,
    load_suite,
    queries_from,
    schema_file,
    suite_names,
)

TABLES = ["customer", "lineitem", "nation", "orders", "part", "partsupp", "region", "supplier"]


def folder(path: Path, **files: str) -> Path:
    for name, text in files.items():
        (path / name.replace("__", ".")).write_text(text, encoding="utf-8")
    return path


# Built in


def test_tpch_is_built_in(tpch: Suite) -> None:
    assert suite_names() == ("customers", "tpcds", "tpch")
    assert tpch.default_scale == 0.1
    assert tpch.default_scale in tpch.scales
    assert tpch.generator == ("tpcgen-cli", "tpch")
    assert tpch.rounding_rule == "tpch-2.1.3.5"
    assert "not comparable to published TPC results" in tpch.licence_note
    assert {query.weight for query in tpch.queries} == {1.0}
    assert schema_file("tpch").read_text(encoding="utf-8") == tpch.schema_sql


def test_every_query_says_what_it_asks(tpch: Suite) -> None:
    for query in tpch.queries:
        first, second = query.sql.split("\n")[:2]
        assert first.startswith("-- "), query.name
        assert first.endswith("?"), query.name
        assert not second.startswith("--"), query.name


def test_schema_holds_what_the_generator_writes(tpch_tables: duck.Connection, tpch_data: Path) -> None:
    for table in TABLES:
        declared = duck.rows(tpch_tables, f"SELECT column_name, column_type FROM (DESCRIBE {table})")
        written = duck.rows(
            tpch_tables, f"SELECT column_name, column_type FROM (DESCRIBE FROM {duck.text(str(tpch_data / table))[:-1]}.parquet')"
        )
        assert declared == written


def test_schema_declares_keys_and_no_nulls(tpch_tables: duck.Connection) -> None:
    kinds = duck.rows(tpch_tables, "SELECT constraint_type, count(*) FROM duckdb_constraints() GROUP BY 1 ORDER BY 1")
    assert kinds == [("FOREIGN KEY", 10), ("NOT NULL", 61), ("PRIMARY KEY", 8)]
    assert duck.rows(tpch_tables, "SELECT count(*) FROM duckdb_columns() WHERE NOT internal") == [(61,)]


def test_texts_fit_their_declared_lengths(tpch_tables: duck.Connection, tpch: Suite) -> None:
    # DuckDB ignores the lengths, the warehouses do not.
    lengths = re.findall(r"(\w+) (?:VAR)?CHAR\((\d+)\)", tpch.schema_sql or "")
    assert len(lengths) == 29
    columns = dict(duck.rows(tpch_tables, "SELECT column_name, table_name FROM duckdb_columns() WHERE NOT internal"))
    for column, length in lengths:
        assert duck.rows(tpch_tables, f"SELECT max(strlen({column})) <= {length} FROM {columns[column]}") == [(True,)], column


@pytest.mark.parametrize(
    ("scale", "text"), [(0.01, "* 0.01 >"), (1, "* 1 >"), (1.0, "* 1 >"), (10, "* 10 >"), (1e-05, "* 0.00001 >")]
)
def test_the_scale_is_written_as_a_plain_decimal(scale: float, text: str) -> None:
    queries = {query.name: query.sql for query in load_suite("tpch", scale).queries}
    assert text in queries["11"]
    assert not any("{" in sql for sql in queries.values())


@pytest.mark.parametrize("scale", [0, -1, float("nan"), float("inf")])
def test_impossible_scales(scale: float) -> None:
    with pytest.raises(UsageError, match="greater than 0"):
        load_suite("tpch", scale)


@pytest.mark.parametrize("name", ["tpc-h", "", "..", "../schemas/tpch"])
def test_unknown_suites(name: str) -> None:
    with pytest.raises(UsageError, match="Choose one of: customers, tpcds, tpch"):
        load_suite(name, 1)
    with pytest.raises(UsageError, match="Choose one of: customers, tpcds, tpch"):
        schema_file(name)


def test_an_installed_package_looks_inside_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "warehousebench"
    for part in ("schemas", "queries"):
        (package / "suites" / part / "mine").mkdir(parents=True)
    folder(package / "suites" / "queries" / "mine", a__sql="SELECT 1", b__sql="SELECT 2")
    text = 'title = "Mine"\nscales = [1]\ndefault_scale = 1\nlicence_note = ""\n[weights]\nb = 3\n'
    folder(package / "suites" / "schemas" / "mine", suite__toml=text)
    monkeypatch.setattr(suite_module, "__file__", str(package / "workload" / "suite.py"))
    assert suite_names() == ("mine",)
    found = load_suite("mine", 1)
    assert found.queries == (SuiteQuery("a", "SELECT 1"), SuiteQuery("b", "SELECT 2", 3.0))
    assert (found.schema_sql, found.generator, found.rounding_rule) == (None, None, None)
    with pytest.raises(UsageError, match="no schema of its own"):
        schema_file("mine")
    folder(package / "suites" / "schemas" / "mine", suite__toml=text.replace("title", "titel"))
    with pytest.raises(SourceError, match=r"suite\.toml is not valid: .*titel"):
        load_suite("mine", 1)


def test_a_product_may_have_texts_of_its_own(tmp_path: Path) -> None:
    folder(tmp_path, a__sql="SELECT 1", b__sql="SELECT 2", weights__toml="a = 4")
    for product, text in (("redshift", "SELECT TOP 1 1;"), ("vertica", "SELECT 3"), ("old", "not; a; query")):
        (tmp_path / product).mkdir()
        folder(tmp_path / product, a__sql=text)
    plain, own = queries_from(tmp_path)[::-1]
    assert plain.overrides == {}
    assert (own.sql, own.weight, own.overrides) == ("SELECT 1", 4, {"redshift": "SELECT TOP 1 1", "vertica": "SELECT 3"})
    (tmp_path / "spark").mkdir()
    folder(tmp_path / "spark", c__sql="SELECT 1")
    with pytest.raises(SourceError, match=r"spark/c\.sql is a text for the query c, and there is no such query"):
        queries_from(tmp_path)


def test_every_engine_but_the_reference_may() -> None:
    assert {*ENGINES, *DESIGNERS} <= {*PRODUCTS, "duckdb"}


def packaged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of queries inside a package that must not be imported, for the suite ``mine``."""
    home = tmp_path / "warehousebench" / "suites" / "schemas" / "mine"
    home.mkdir(parents=True)
    said = 'title = "Mine"\nscales = [1]\ndefault_scale = 1\nlicence_note = ""\ngenerator = ["make", "it"]\n[weights]\nb = 3\n'
    folder(home, suite__toml=said + '[queries]\npackage = "wb_sealed"\npath = "deep/er"\nextra = "more"\n')
    monkeypatch.setattr(suite_module, "__file__", str(tmp_path / "warehousebench" / "workload" / "suite.py"))
    inside = tmp_path / "site" / "wb_sealed" / "deep" / "er"
    inside.mkdir(parents=True)
    (inside.parents[1] / "__init__.py").write_text("raise SystemExit('imported')", encoding="utf-8")
    return inside


def test_queries_may_come_with_another_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inside = packaged(tmp_path, monkeypatch)
    folder(inside, a__sql="SELECT {scale};", b__sql="SELECT 2")
    monkeypatch.syspath_prepend(inside.parents[2])
    assert load_suite("mine", 10).queries == (SuiteQuery("a", "SELECT 10"), SuiteQuery("b", "SELECT 2", 3.0))
    assert "wb_sealed" not in sys.modules


def test_a_missing_package_names_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inside = packaged(tmp_path, monkeypatch)
    advice = r"the package wb_sealed, .* pip install 'warehousebench\[more\]'"
    with pytest.raises(UsageError, match=advice):
        load_suite("mine", 1)
    inside.rmdir()  # the package is there, but a release without the files
    monkeypatch.syspath_prepend(inside.parents[2])
    with pytest.raises(UsageError, match=advice):
        load_suite("mine", 1)
    assert generator_of("mine") == ("make", "it")  # data can be made without the queries


def test_nothing_heavy_is_imported() -> None:
    heavy = "{'duckdb', 'sqlglot', 'pyarrow', 'scipy', 'sqlalchemy'}"
    code = f"import sys, warehousebench.workload.suite; print({heavy} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "set()"


# A user's folder


def test_natural_order_and_other_files(tmp_path: Path) -> None:
    folder(tmp_path, q10__sql="SELECT 10", q2__sql="SELECT 2", Q1__SQL="SELECT 1", notes__txt="no SQL")
    (tmp_path / "redshift").mkdir()
    assert [query.name for query in queries_from(tmp_path)] == ["Q1", "q2", "q10"]


@pytest.mark.parametrize("file", ["weights.toml", "suite.toml"])
def test_weights(tmp_path: Path, file: str) -> None:
    folder(tmp_path, a__sql="SELECT 1", b__sql="SELECT 2")
    (tmp_path / file).write_text("a = 2\n" if file == "weights.toml" else "title = 'x'\n[weights]\na = 2\n")
    assert [query.weight for query in queries_from(tmp_path)] == [2.0, 1.0]


@pytest.mark.parametrize(
    ("weights", "reason"),
    [
        ("c = 1", "weighs c, and there is no such query"),
        ("a = 0", "greater than 0"),
        ("a = -1.5", "greater than 0"),
        ("a = nan", "greater than 0"),
        ("a = inf", "greater than 0"),
        ("a = true", "Expected `float`"),
        ("a = '1'", "Expected `float`"),
        ("a =", "is not TOML"),
    ],
)
def test_bad_weights(tmp_path: Path, weights: str, reason: str) -> None:
    with pytest.raises(SourceError, match=f"weights.toml.*{reason}"):
        queries_from(folder(tmp_path, a__sql="SELECT 1", weights__toml=weights))


@pytest.mark.parametrize(
    ("text", "sql"),
    [
        ("SELECT 1", "SELECT 1"),
        ("\ufeffSELECT 1;\n", "SELECT 1"),
        ("-- why; not?\nSELECT 1 ; -- done;\n/* ; */ ;", "-- why; not?\nSELECT 1"),
        ("SELECT 'a;''b', \"c;d\", $$ ; $$, $x$ ; $$ $x$;", "SELECT 'a;''b', \"c;d\", $$ ; $$, $x$ ; $$ $x$"),
        ("SELECT E'it\\'s; fine' /* it's ; */", "SELECT E'it\\'s; fine' /* it's ; */"),
        ("SELECT '-- no; comment' AS x -- it's; one", "SELECT '-- no; comment' AS x -- it's; one"),
        ("SELECT '{scale}'", "SELECT '{scale}'"),
    ],
)
def test_one_statement(tmp_path: Path, text: str, sql: str) -> None:
    assert queries_from(folder(tmp_path, q__sql=text))[0].sql == sql


@pytest.mark.parametrize("text", ["SELECT 1; SELECT 2", "SELECT 1;\n-- next\nSELECT 2;", "SELECT ';'; x", "; SELECT 1; SELECT 2"])
def test_several_statements(tmp_path: Path, text: str) -> None:
    with pytest.raises(SourceError, match=r"q\.sql holds (several statements|no query)"):
        queries_from(folder(tmp_path, q__sql=text))


@pytest.mark.parametrize("text", ["", " \n", "-- only talk; nothing else", ";", "/* SELECT 1 */ ;"])
def test_empty_files(tmp_path: Path, text: str) -> None:
    with pytest.raises(SourceError, match=r"q\.sql holds no query"):
        queries_from(folder(tmp_path, q__sql=text))


def test_bad_folders(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"holds no \*\.sql files"):
        queries_from(tmp_path)
    with pytest.raises(SourceError, match="is not a folder"):
        queries_from(tmp_path / "nowhere")
    (tmp_path / "q.sql").write_bytes(b"SELECT '\xff'")
    with pytest.raises(SourceError, match="is not UTF-8"):
        queries_from(tmp_path)
    (tmp_path / "q.SQL").write_text("SELECT 1")
    (tmp_path / "q.sql").write_text("SELECT 1")
    with pytest.raises(SourceError, match="holds the query q twice"):
        queries_from(tmp_path)
    for name in ("q.SQL", "q.sql"):
        (tmp_path / name).unlink()
    (tmp_path / "d.sql").mkdir()
    with pytest.raises(SourceError, match="cannot read"):
        queries_from(tmp_path)
