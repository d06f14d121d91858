"""Answer shapes: one line per TPC-H query, and the rules one by one."""

from __future__ import annotations

import pytest

from warehousebench import duck
from warehousebench.errors import SourceError
from warehousebench.workload.shape import answer_shape
from warehousebench.workload.suite import Suite

LETTERS = {"plain": "p", "count": "c", "sum": "s", "average": "a", "ratio": "r"}

# Query: positions of the ORDER BY keys; whether it is limited; one letter per column (see LETTERS).
TPCH = {
    "01": ((0, 1), False, "ppssssaaac"),
    "02": ((0, 2, 1, 3), True, "pppppppp"),
    "03": ((1, 2), True, "pspp"),
    "04": ((0,), False, "pc"),
    "05": ((1,), False, "ps"),
    "06": ((), False, "s"),
    "07": ((0, 1, 2), False, "ppps"),
    "08": ((0,), False, "pr"),
    "09": ((0, 1), False, "pps"),
    "10": ((2,), True, "ppsppppp"),
    "11": ((1,), False, "ps"),
    "12": ((0,), False, "pcc"),
    "13": ((1, 0), False, "cc"),
    "14": ((), False, "r"),
    "15": ((0,), False, "pppps"),
    "16": ((3, 0, 1, 2), False, "pppc"),
    "17": ((), False, "r"),
    "18": ((4, 3), True, "ppppps"),
    "19": ((), False, "s"),
    "20": ((0,), False, "pp"),
    "21": ((1, 0), True, "pc"),
    "22": ((0,), False, "pcs"),
}


def kinds(sql: str) -> str:
    return "".join(LETTERS[kind] for kind in answer_shape(sql).kinds)


@pytest.mark.parametrize("name", TPCH)
def test_tpch(name: str, tpch: Suite) -> None:
    sql = next(query.sql for query in tpch.queries if query.name == name)
    shape = answer_shape(sql)
    assert (shape.order_by, shape.limited, kinds(sql)) == TPCH[name]


def test_tpch_kinds_are_as_many_as_columns(tpch: Suite, tpch_tables: duck.Connection) -> None:
    for query in tpch.queries:
        width = len(duck.rows(tpch_tables, f"DESCRIBE {query.sql}"))
        assert len(answer_shape(query.sql).kinds) == width, query.name


@pytest.mark.parametrize(
    ("order", "positions"),
    [
        ("a", (0,)),
        ("A DESC NULLS LAST, s", (0, 1)),
        ("2, 1", (1, 0)),
        ("sum(b), t.a", (1, 0)),
        ("SUM(B)", (1,)),
        ("a, a, s", (0, 1)),
        ("s, lower(a), a", (1,)),
        ("b", ()),
        ("a COLLATE nocase", ()),
        ("ALL", (0, 1)),
    ],
)
def test_order(order: str, positions: tuple[int, ...]) -> None:
    assert answer_shape(f"SELECT a, sum(b) AS s FROM t GROUP BY a ORDER BY {order}").order_by == positions


@pytest.mark.parametrize(
    ("sql", "positions"),
    [
        ("SELECT a AS b, b AS a FROM t ORDER BY a", (1,)),
        ("SELECT t.a, u.a FROM t, u ORDER BY a", ()),
        ("SELECT t.a, u.a FROM t, u ORDER BY u.a", (1,)),
        ("SELECT a FROM t UNION ALL SELECT d FROM u ORDER BY a", (0,)),
        ("(SELECT a FROM t ORDER BY a)", (0,)),
        ("(SELECT a, b FROM t ORDER BY a) ORDER BY b", (1,)),
        ("SELECT a FROM (SELECT a FROM t ORDER BY a) AS v", ()),
        ("SELECT rank() OVER (ORDER BY a) FROM t", ()),
        ("SELECT * FROM (SELECT a, b FROM t) AS v ORDER BY b", (1,)),
        ("SELECT * FROM t ORDER BY b", ()),
        ("SELECT * FROM t ORDER BY 2", (1,)),
        ("FROM t SELECT a ORDER BY a", (0,)),
    ],
)
def test_order_of(sql: str, positions: tuple[int, ...]) -> None:
    assert answer_shape(sql).order_by == positions


@pytest.mark.parametrize(
    ("expression", "kind"),
    [
        ("count(*)", "c"),
        ("count(DISTINCT a)", "c"),
        ("sum(a)", "s"),
        ("sum(a) FILTER (WHERE b > 1)", "s"),
        ("sum(a) OVER (PARTITION BY b)", "s"),
        ("CAST(round(coalesce(sum(a), 0), 2) AS DOUBLE)", "s"),
        ("CASE WHEN count(*) > 1 THEN sum(a) ELSE 0 END", "s"),
        ("CASE WHEN count(*) > 1 THEN sum(a) ELSE avg(a) END", "p"),
        ("sum(CASE WHEN a > 1 THEN 1 ELSE 0 END)", "c"),
        ("sum(CASE WHEN a > 1 THEN 1 END)", "c"),
        ("sum(if(a > 1, 1, 0))", "c"),
        ("sum(a > 1)", "c"),
        ("sum(CASE WHEN a > 1 THEN 2 ELSE 0 END)", "s"),
        ("sum(CASE WHEN a > 1 THEN b ELSE 0 END)", "s"),
        ("sum(CASE WHEN a > 1 THEN 1.5 ELSE 0 END)", "s"),
        ("avg(a)", "a"),
        ("sum(a) / sum(b)", "r"),
        ("sum(a) / 7", "r"),
        ("1 - sum(a)", "r"),
        ("100.0 * (sum(a) / count(*))", "r"),
        ("max(a)", "p"),
        ("1 + 1", "p"),
        ("(SELECT avg(a) FROM t)", "a"),
    ],
)
def test_kind(expression: str, kind: str) -> None:
    assert kinds(f"SELECT {expression} FROM t") == kind


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        (
            "WITH v AS (SELECT sum(a) AS s, count(*) AS n, b FROM t GROUP BY b) SELECT s, n, s / n, max(s), sum(n), b FROM v",
            "scrssp",
        ),
        ("SELECT x.* FROM (SELECT b, avg(a) AS m FROM t GROUP BY b) AS x", "pa"),
        ("SELECT m FROM (SELECT avg(a) FROM t) AS x(m)", "a"),
        ("SELECT m, d FROM u, (SELECT avg(a) AS m FROM t) AS x", "ap"),
        ("SELECT sum(a) FROM t UNION ALL SELECT sum(d) FROM u", "s"),
        ("SELECT sum(a) FROM t UNION ALL SELECT d FROM u", "p"),
        ("SELECT count(*), * FROM t", "c"),
        ("SELECT * FROM t ORDER BY 3", ""),
        ("WITH RECURSIVE r(n) AS (SELECT count(*) FROM t UNION ALL SELECT n FROM r) SELECT n FROM r", "c"),
        ("WITH RECURSIVE r(n) AS (SELECT sum(a) FROM t UNION ALL SELECT n FROM r UNION ALL SELECT n FROM r) SELECT n FROM r", "s"),
    ],
)
def test_kinds_follow_subqueries(sql: str, expected: str) -> None:
    assert kinds(sql) == expected


@pytest.mark.parametrize("tail", ["LIMIT 3", "FETCH FIRST 3 ROWS ONLY", "OFFSET 2", "LIMIT 3 OFFSET 2"])
def test_limited(tail: str) -> None:
    assert answer_shape(f"SELECT a FROM t ORDER BY a {tail}").limited
    assert answer_shape(f"(SELECT a FROM t ORDER BY a {tail})").limited
    assert not answer_shape(f"SELECT a FROM (SELECT a FROM t {tail}) AS v").limited


@pytest.mark.parametrize("sql", ["", "SELECT FROM WHERE", "INSERT INTO t VALUES (1)", "SELECT 1; SELECT 2", "SELECT 'open"])
def test_bad_input(sql: str) -> None:
    with pytest.raises(SourceError) as caught:
        answer_shape(sql)
    assert "\n" not in str(caught.value)
    assert "\x1b" not in str(caught.value)
