"""Query logs: what is read, merged, left out with a reason, and refused with a line."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehousebench.errors import SourceError, UsageError
from warehousebench.model.catalog import Catalog, Column, DataType, Table, TypeKind
from warehousebench.workload.log import LogQueries, plain_text, queries_from_log
from warehousebench.workload.sources import read_workload
from warehousebench.workload.suite import SuiteQuery

CATALOG = Catalog((Table("t", (Column("a", DataType(TypeKind.INTEGER)),)),), "")


def log(folder: Path, text: str, name: str = "log.csv") -> LogQueries:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return queries_from_log(file)


# What is read


@pytest.mark.parametrize("header", ["sql,count", "QUERY,Calls", "query_text,executions", "Text,WEIGHT", "statement , calls"])
def test_columns_by_any_of_their_names(tmp_path: Path, header: str) -> None:
    assert log(tmp_path, f"{header}\nSELECT 1,3\n").queries == (SuiteQuery("q001", "SELECT 1", 3.0),)


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_separators(tmp_path: Path, mark: str) -> None:
    text = mark.join(("id", "sql", "calls")) + "\r\n" + mark.join(("a", '"SELECT 1, 2;"', "2")) + "\r\n"
    assert log(tmp_path, text).queries == (SuiteQuery("a", "SELECT 1, 2", 2.0),)


@pytest.mark.parametrize("name", ["log.json", "log.jsonl"])
def test_a_pg_stat_statements_export(tmp_path: Path, name: str) -> None:
    rows = [
        {"userid": 10, "queryid": -77, "query": "SELECT a FROM t", "calls": 5, "total_exec_time": 1.5},
        {"userid": 10, "queryid": 12, "query": "COMMIT", "calls": 900},
        {"userid": 11, "queryid": -77, "query": "SELECT a  FROM t -- again", "calls": 2},
    ]
    text = json.dumps(rows, indent=1) if name == "log.json" else "\n".join(map(json.dumps, rows))
    found = log(tmp_path, text, name)
    assert found.queries == (SuiteQuery("-77", "SELECT a FROM t", 7.0),)
    line = 9 if name == "log.json" else 2
    assert found.findings == (f"COMMIT (1 in the log, run 900 times, first at line {line}): no query, left out",)


def test_one_json_object_over_several_lines(tmp_path: Path) -> None:
    assert log(tmp_path, '{\n "sql": "SELECT 1"\n}\n', "one.json").queries == (SuiteQuery("q001", "SELECT 1"),)


def test_names_are_kept_apart(tmp_path: Path) -> None:
    found = log(tmp_path, "name,sql\nx,SELECT 1\nx,SELECT 2\n,SELECT 3\nx,SELECT 1\n")
    assert [(query.name, query.weight) for query in found.queries] == [("x", 2.0), ("x-2", 1.0), ("q003", 1.0)]


def test_a_text_longer_than_csv_allows_by_default(tmp_path: Path) -> None:
    sql = f"SELECT '{'x' * 200_000}'"
    assert log(tmp_path, f"sql\n{sql}\n").queries[0].sql == sql


# What is merged


def test_texts_that_mean_different_things_stay_apart(tmp_path: Path) -> None:
    texts = ["SELECT 'a b'", "SELECT 'a  b'", 'SELECT "a /* b */"', 'SELECT "a "', "SELECT '-- x'", "SELECT ''"]
    found = log(tmp_path, "\n".join(json.dumps({"sql": text}) for text in texts), "log.jsonl")
    assert [query.sql for query in found.queries] == texts


WORDS = st.sampled_from(["SELECT", "a", "'x  y'", '"q /*z*/"', "+", "1", "$$ ; $$", "','"])
BLANKS = st.sampled_from([" ", "\n", "\t  ", " /* why; */ ", " -- so\n", "/**/ "])


@given(st.lists(WORDS, min_size=1), st.data())
def test_blanks_and_comments_do_not_matter(words: list[str], data: st.DataObject) -> None:
    def spelled() -> str:
        parts = [part for word in words for part in (data.draw(BLANKS), word)]
        return "".join((*parts, data.draw(st.sampled_from(["", ";", " ; -- end", "\n;;\n"]))))

    plain = plain_text(spelled())
    assert plain == plain_text(spelled()) == " ".join(words)
    assert plain_text(plain) == plain


@given(st.lists(st.tuples(st.sampled_from(["SELECT 1", "select  1 ", "SELECT\n2", "SET x = 1", "(SELECT 3)"]), st.integers(1, 99))))
def test_no_execution_is_lost(tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, int]]) -> None:
    text = io.StringIO()
    csv.writer(text).writerows([("sql", "count"), *rows, ("SELECT 0", 1)])
    found = log(tmp_path_factory.mktemp("log"), text.getvalue())
    sets = sum(count for sql, count in rows if sql.startswith("SET"))
    assert sum(query.weight for query in found.queries) == sum(count for _, count in rows) + 1 - sets
    assert (f"run {sets} times" in "".join(found.findings)) == bool(sets)
    assert len({query.name for query in found.queries}) == len(found.queries)


# What is left out, and why


@pytest.mark.parametrize(
    ("sql", "kind"),
    [
        ("INSERT INTO t SELECT 1", "INSERT"),
        ("/* app */ begin", "BEGIN"),
        ("EXPLAIN SELECT 1", "EXPLAIN"),
        ("WITH x AS (SELECT 1) DELETE FROM t", "WITH … DELETE"),
        ("SELECT 1; SELECT 2", "several statements in one text"),
        ("", "empty text"),
        ("-- nothing", "empty text"),
        ("123", "text that is no SQL"),
    ],
)
def test_what_is_no_query(tmp_path: Path, sql: str, kind: str) -> None:
    rows = "\n".join(json.dumps({"sql": text, "count": 4}) for text in ("SELECT 1", sql, sql))
    found = log(tmp_path, rows, "log.jsonl")
    assert [query.sql for query in found.queries] == ["SELECT 1"]
    assert found.findings == (f"{kind} (2 in the log, run 8 times, first at line 2): no query, left out",)


@pytest.mark.parametrize(
    "sql", ["(SELECT 1) UNION (SELECT 2)", "WITH d AS (SELECT 'DELETE', x.update FROM x) SELECT 1", "FROM t", "VALUES (1)"]
)
def test_what_is_a_query(tmp_path: Path, sql: str) -> None:
    found = log(tmp_path, json.dumps({"sql": sql}), "log.json")
    assert ([query.sql for query in found.queries], found.findings) == ([sql], ())


@pytest.mark.parametrize(
    ("sql", "placeholder", "kept"),
    [
        ("SELECT a FROM t WHERE a = $1", "$1", None),
        ("SELECT a FROM t WHERE a = ? LIMIT ?", "?", None),
        ("SELECT a FROM t WHERE a = %s AND '%s' = b", "%s", "SELECT a FROM t WHERE a = ? AND '%s' = b"),
        ("SELECT a FROM t WHERE a=%(low)s", "%(low)s", "SELECT a FROM t WHERE a=:low"),
        ("SELECT a FROM t WHERE a IN (:x, :y)", ":x", None),
        ("SELECT a FROM t WHERE a = @p1", "@p1", None),
    ],
)
def test_placeholders_are_told(tmp_path: Path, sql: str, placeholder: str, kept: str | None) -> None:
    found = log(tmp_path, json.dumps({"sql": sql}), "log.json")
    assert found.queries[0].sql == (kept or sql)
    assert len(found.findings) == 1
    assert found.findings[0].startswith(f"q001, line 1: has the placeholder {placeholder}, so it can be read but not run")


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT a::int, x[1:n] FROM t",
        "SELECT '$1 ? :x %s'",
        "SELECT j ? 'k', j ?| x FROM t",
        "SELECT a % s, j:k FROM t",
        "SELECT @@x",
    ],
)
def test_what_is_no_placeholder(tmp_path: Path, sql: str) -> None:
    assert log(tmp_path, json.dumps({"sql": sql}), "log.json").findings == ()


# What is refused


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("l.csv", "", "is empty. Export"),
        (
            "l.csv",
            "what,calls\nSELECT 1,2\n",
            "line 1: .*Found: what, calls; needed: one of sql, query, query_text, text, statement",
        ),
        ("l.csv", "sql,SQL\n1,2\n", "column sql is there twice"),
        ("l.csv", "sql,calls\nSELECT 1\n", "line 2: 1 values for 2 columns"),
        ("l.csv", 'sql\n"SELECT 1\n', "not valid CSV"),
        ("l.csv", "sql\n", "holds no query. It has no rows"),
        ("l.csv", "sql\nSET x\n", r"holds no query. SET \(1 in the log"),
        ("l.csv", 'sql,calls\n"SELECT\n1",1\nSELECT 1,0\n', "line 4: the weight is '0'"),
        ("l.csv", 'sql,calls\nSELECT 1,1\n"SELECT\n1",x\n', "line 3: the weight is 'x'"),
        ("l.json", '[{"sql": "SELECT 1"},\n {"sql": "SELECT 1", "calls": -1}]', "line 2: the weight is -1"),
        ("l.json", '[{"sql": "SELECT 1", "calls": NaN}]', "line 1: the weight is nan"),
        ("l.json", '[{"sql": "SELECT 1", "calls": true}]', "the weight is True"),
        ("l.json", f'[{{"sql": "SELECT 1", "calls": 1{"0" * 400}}}]', "the weight is 1000"),
        ("l.json", '[{"sql": "SELECT 1"}', "does not end"),
        ("l.json", '[{"sql": "SELECT 1"}] {}', "does not end"),
        ("l.json", "[1]", "line 1: int where an object"),
        ("l.json", '[{"sql": 5}]', "the query text is 5"),
        ("l.json", '{"sql": "SELECT 1"}\n{"sql": ', "line 2: not valid JSON"),
        ("l.json", '{"sqls": "SELECT 1"}', "Found: sqls; needed"),
        ("l.json", "[]", "It has no rows"),
    ],
)
def test_what_is_refused(tmp_path: Path, name: str, text: str, reason: str) -> None:
    with pytest.raises(SourceError, match=reason):
        log(tmp_path, text, name)


# Sources


def test_each_source_has_its_name(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "a.sql").write_text("SELECT 1;", encoding="utf-8")
    log(tmp_path, "sql\nSELECT 1\nSET x\n", "night.csv")
    folder = read_workload(tmp_path / "mine", None, 1.0, None, None)
    assert (folder.name, folder.queries, folder.findings) == ("mine", (SuiteQuery("a", "SELECT 1"),), ())
    night = read_workload(tmp_path / "night.csv", None, 1.0, "duckdb", None)
    assert (night.name, night.queries, len(night.findings)) == ("night", (SuiteQuery("q001", "SELECT 1"),), 1)
    built_in = read_workload(None, "tpch", 0.01, None, None)
    assert built_in.suite is not None
    assert (built_in.name, built_in.queries) == ("tpch", built_in.suite.queries)


def test_a_log_in_another_dialect(tmp_path: Path) -> None:
    log(tmp_path, "sql,calls\nSELECT TOP 2 a FROM t,5\nSELECT FROM,1\nSET x,2\n", "night.csv")
    found = read_workload(tmp_path / "night.csv", None, 1.0, "tsql", CATALOG)
    assert [(query.name, " ".join(query.sql.split()), query.weight) for query in found.queries] == [
        ("q001", "SELECT a FROM t LIMIT 2", 5.0)
    ]
    assert [re.split("[:(]", finding)[0] for finding in found.findings] == ["SET ", "q002, line 1, column 8"]


def test_what_does_not_go_together(tmp_path: Path) -> None:
    log(tmp_path, "sql\nSELECT FROM WHERE\n", "bad.csv")
    (tmp_path / "one.sql").write_text("SELECT 1", encoding="utf-8")
    bad = tmp_path / "bad.csv"
    for source, suite, dialect, reason in [
        (None, None, None, "either"),
        (bad, "tpch", None, "either"),
        (None, "tpch", "mysql", "DuckDB's dialect"),
        (bad, None, "mysql", "Give the catalog"),
        (bad, None, "nosql", "nosql is not known. Choose one of: duckdb, mysql"),
        (tmp_path / "one.sql", None, None, "neither a folder"),
    ]:
        with pytest.raises(UsageError, match=reason):
            read_workload(source, suite, 1.0, dialect, None)
    with pytest.raises(SourceError, match=r"there is no .*gone"):
        read_workload(tmp_path / "gone", None, 1.0, None, None)
    with pytest.raises(SourceError, match="none of the queries in bad can be translated from mysql"):
        read_workload(bad, None, 1.0, "mysql", CATALOG)
