"""The rules on scripts as text: for each a script that keeps it and one that breaks it."""

from __future__ import annotations

import pytest
from engine_cases import Inputs

from warehousebench.engines.common.rules import Rule, check, created, violations
from warehousebench.engines.redshift import advise as redshift_advise
from warehousebench.engines.redshift import ddl as redshift_ddl
from warehousebench.engines.redshift.rules import RULES as REDSHIFT
from warehousebench.engines.vertica import advise as vertica_advise
from warehousebench.engines.vertica import ddl as vertica_ddl
from warehousebench.engines.vertica.rules import RULES as VERTICA
from warehousebench.errors import DesignError
from warehousebench.model.layout import Cluster


def many(count: int) -> str:
    return ", ".join(f"c{number}" for number in range(count))


def columns(count: int) -> str:
    return ", ".join(f"c{number} INTEGER" for number in range(count))


PROJECTION = (
    "CREATE TABLE t (a INTEGER, b LONG VARCHAR(90000), c VARBINARY(9), n NUMERIC(9,2));\nCREATE PROJECTION p ({}) AS SELECT {}"
)

# rule -> scripts that keep it, and scripts that break it with what is said of them
REDSHIFT_CASES: dict[str, tuple[list[str], list[tuple[str, str]]]] = {
    "one distribution key": (
        [
            "CREATE TABLE t (a INT) DISTKEY (a)",
            "CREATE TABLE t (a INT DISTKEY)",
            "CREATE TABLE t (a INT) -- DISTKEY (b) DISTKEY (c)",
            "CREATE TABLE \"t--; DISTKEY (b)\" (a VARCHAR(9) DEFAULT 'DISTKEY') DISTKEY (a)",
        ],
        [
            ("CREATE TABLE t (a INT, b INT) DISTKEY (a) DISTKEY (b)", "2 distribution keys, a, b"),
            ("CREATE TABLE t (a INT, b INT) DISTKEY (a, b)", "2 distribution keys"),
            ("CREATE TABLE t (a INT DISTKEY, b INT) DISTKEY (b)", "2 distribution keys"),
        ],
    ),
    "DISTSTYLE and DISTKEY agree": (
        ["CREATE TABLE t (a INT) DISTSTYLE KEY DISTKEY (a)", "CREATE TABLE t (a INT) DISTSTYLE ALL"],
        [
            ("CREATE TABLE t (a INT) DISTSTYLE EVEN DISTKEY (a)", "EVEN takes no DISTKEY"),
            ("CREATE TABLE t (a INT DISTKEY) DISTSTYLE ALL", "ALL takes no DISTKEY"),
            ("CREATE TABLE t (a INT) DISTSTYLE KEY", "KEY needs a DISTKEY"),
        ],
    ),
    "encodings suit the types": (
        ["CREATE TABLE t (a INT ENCODE AZ64, b VARCHAR(9) ENCODE LZO, f FLOAT8 ENCODE RAW, d NUMERIC(9,2) ENCODE DELTA)"],
        [
            ("CREATE TABLE t (a VARCHAR(9) ENCODE AZ64)", "AZ64 does not encode a, which is VARCHAR"),
            ("CREATE TABLE t (a DOUBLE PRECISION NOT NULL ENCODE DELTA)", "DELTA does not encode a, which is DOUBLE PRECISION"),
            ("CREATE TABLE t (a INT ENCODE TEXT255)", "TEXT255"),
            ("CREATE TABLE t (a INT ENCODE SNAPPY)", "SNAPPY of a is not known"),
        ],
    ),
    "sort keys are not too wide": (
        [
            f"CREATE TABLE t ({columns(400)}) COMPOUND SORTKEY ({many(400)})",
            f"CREATE TABLE t ({columns(8)}) INTERLEAVED SORTKEY ({many(8)})",
        ],
        [
            (f"CREATE TABLE t ({columns(401)}) COMPOUND SORTKEY ({many(401)})", "401 columns, at most 400"),
            (f"CREATE TABLE t ({columns(9)}) INTERLEAVED SORTKEY ({many(9)})", "9 columns, at most 8"),
        ],
    ),
    "keys are columns without a direction": (
        ['CREATE TABLE t (a INT, "Two Words" INT) DISTKEY ("Two Words") SORTKEY (A)'],
        [
            ("CREATE TABLE t (a INT) SORTKEY (a DESC)", "has a direction"),
            ("CREATE TABLE t (a INT) SORTKEY (b)", "sort key b is not one of its columns"),
            ("CREATE TABLE t (a INT) DISTKEY (b)", "distribution key b is not one"),
        ],
    ),
    "keys have types that can be keys": (
        ["CREATE TABLE t (a TIMESTAMPTZ, b VARCHAR(9)) DISTKEY (b) SORTKEY (a)"],
        [("CREATE TABLE t (a SUPER) SORTKEY (a)", "a is SUPER"), ("CREATE TABLE t (a VARBYTE(9)) DISTKEY (a)", "a is VARBYTE")],
    ),
    "types are not too long": (
        ["CREATE TABLE t (a VARCHAR(65535), b CHAR(4096), c DECIMAL(38,37), d NUMERIC(5, 5))"],
        [
            ("CREATE TABLE t (a VARCHAR(65536))", "at most 65535"),
            ("CREATE TABLE t (a CHAR(4097))", "at most 4096"),
            ("CREATE TABLE t (a DECIMAL(39,2))", "at most 38"),
            ("CREATE TABLE t (a DECIMAL(38,38))", "38 places, at most 37"),
            ("CREATE TABLE t (a DECIMAL(5,6))", "6 places, at most 5"),
        ],
    ),
    "names are not too long": (
        [f"CREATE TABLE {'t' * 127} ({'a' * 127} INT)"],
        [(f"CREATE TABLE {'t' * 128} (a INT)", "at most 127"), (f'CREATE TABLE t ("{"é" * 64}" INT)', "128 bytes")],
    ),
    "not too many columns": ([f"CREATE TABLE t ({columns(1600)})"], [(f"CREATE TABLE t ({columns(1601)})", "1601 columns")]),
}  # fmt: skip
VERTICA_CASES: dict[str, tuple[list[str], list[tuple[str, str]]]] = {
    "OFFSET belongs to projections without KSAFE": (
        ["CREATE PROJECTION p (a) AS SELECT a FROM t SEGMENTED BY HASH(a) ALL NODES OFFSET 1"],
        [
            ("CREATE TABLE t (a INT) SEGMENTED BY HASH(a) ALL NODES OFFSET 1", "for projections alone"),
            ("CREATE PROJECTION p (a) AS SELECT a FROM t SEGMENTED BY HASH(a) ALL NODES OFFSET 1 KSAFE 1", "exclude each other"),
        ],
    ),
    "sorted upwards only": (
        ["CREATE TABLE t (a INT) ORDER BY a", "CREATE PROJECTION p (a) AS SELECT a FROM t ORDER BY a UNSEGMENTED ALL NODES"],
        [
            ("CREATE TABLE t (a INT) ORDER BY a DESC", "ORDER BY a DESC"),
            ("CREATE PROJECTION p (a, b) AS SELECT a, b FROM t ORDER BY a, b ASC UNSEGMENTED ALL NODES", "ORDER BY b ASC"),
        ],
    ),
    "a projection holds all rows of one table": (
        ["CREATE PROJECTION p (a) AS SELECT a FROM t ORDER BY a"],
        [
            ("CREATE PROJECTION p (a) AS SELECT a FROM t WHERE a > 1 ORDER BY a", "no WHERE"),
            ("CREATE PROJECTION p (a) AS SELECT a FROM t JOIN u ON t.a = u.a", "no JOIN"),
        ],
    ),
    "sorted and segmented by stored columns": (
        ['CREATE PROJECTION p (a, "B C") AS SELECT a, "B C" FROM t ORDER BY "B C" SEGMENTED BY HASH(a) ALL NODES'],
        [
            ("CREATE PROJECTION p (a) AS SELECT a FROM t ORDER BY b", "sorted by b"),
            ("CREATE PROJECTION p (a) AS SELECT a FROM t SEGMENTED BY HASH(a, b) ALL NODES", "segmented by b"),
        ],
    ),
    "stored columns are the table's": (
        [PROJECTION.format("a, n", "a, n FROM t"), PROJECTION.format("a, total", "a, SUM(n) AS total FROM t GROUP BY a")],
        [(PROJECTION.format("a, z", "a, z FROM t"), "z is not a column of t")],
    ),
    "encodings are known": (
        ["CREATE PROJECTION p (a ENCODING RLE, b ENCODING ZSTD_FAST_COMP, c) AS SELECT a, b, c FROM t"],
        [("CREATE PROJECTION p (a ENCODING DELTA) AS SELECT a FROM t", "DELTA of a is not known")],
    ),
    "dictionaries hold no binary values": (
        [PROJECTION.format("a ENCODING BLOCK_DICT", "a FROM t")],
        [(PROJECTION.format("c ENCODING BLOCKDICT_COMP", "c FROM t"), "BLOCKDICT_COMP does not encode c, which is VARBINARY")],
    ),
    "keys are not long": (
        [PROJECTION.format("a, b", "a, b FROM t ORDER BY a")],
        [
            (PROJECTION.format("a, b", "a, b FROM t ORDER BY b"), "b is LONG VARCHAR"),
            ("CREATE TABLE t (a LONG VARBINARY(9)) SEGMENTED BY HASH(a) ALL NODES", "a is LONG VARBINARY"),
        ],
    ),
    "K-safety is 0, 1 or 2": (["CREATE TABLE t (a INT) KSAFE 2"], [("CREATE TABLE t (a INT) KSAFE 3", "KSAFE 3")]),
    "live aggregates are segmented": (
        ["CREATE PROJECTION p (a, n) AS SELECT a, COUNT(*) AS n FROM t GROUP BY a KSAFE 1"],
        [("CREATE PROJECTION p (a, n) AS SELECT a, COUNT(*) AS n FROM t GROUP BY a UNSEGMENTED ALL NODES", "be unsegmented")],
    ),
    "types are not too long": (
        ["CREATE TABLE t (a VARCHAR(65000), b LONG VARCHAR(32000000), n NUMERIC(1024,2))"],
        [
            ("CREATE TABLE t (a VARCHAR(65001))", "at most 65000"),
            ("CREATE TABLE t (b LONG VARBINARY(32000001))", "at most 32000000"),
            ("CREATE TABLE t (n NUMERIC(1025))", "at most 1024"),
        ],
    ),
    "names are not too long": (
        [f"CREATE TABLE {'t' * 128} (a INT)"],
        [(f"CREATE PROJECTION {'p' * 129} (a) AS SELECT a FROM t", "at most 128")],
    ),
    "not too many columns": ([f"CREATE TABLE t ({columns(9800)})"], [(f"CREATE TABLE t ({columns(9801)})", "9801 columns")]),
}  # fmt: skip
PRODUCTS = [(REDSHIFT, REDSHIFT_CASES), (VERTICA, VERTICA_CASES)]


@pytest.mark.parametrize(("rules", "cases"), PRODUCTS, ids=["redshift", "vertica"])
def test_every_rule_has_a_source_and_examples_of_both_kinds(rules: tuple[Rule, ...], cases: dict[str, object]) -> None:
    assert [rule.name for rule in rules] == list(cases)
    assert all(rule.source.startswith(("Amazon Redshift ", "Vertica documentation, ")) for rule in rules)


@pytest.mark.parametrize(
    ("rules", "valid"), [(rules, script) for rules, cases in PRODUCTS for valid, _ in cases.values() for script in valid]
)
def test_kept(rules: tuple[Rule, ...], valid: str) -> None:
    assert list(violations(valid, rules)) == []


@pytest.mark.parametrize(
    ("rule", "script", "said"),
    [
        (rule, script, said)
        for rules, cases in PRODUCTS
        for rule in rules
        for script, said in cases[rule.name][1]
    ],
)  # fmt: skip
def test_broken(rule: Rule, script: str, said: str) -> None:
    found = list(violations(script, [rule]))
    assert len(found) == 1
    assert said in found[0]
    assert rule.source in found[0]


def test_all_of_a_script_are_listed() -> None:
    script = "CREATE TABLE t (a SUPER) SORTKEY (a);\nSELECT ';';\nCREATE TABLE \"u;\" (a VARCHAR(9) ENCODE AZ64) DISTSTYLE KEY;"
    with pytest.raises(DesignError) as caught:
        check(script, REDSHIFT)
    assert str(caught.value).count("\n- ") == 3
    assert [each.name for each in created(script)] == ["t", "u;"]


@pytest.mark.parametrize("with_data", [True, False])
def test_the_generated_scripts_keep_them(tpch: Inputs, with_data: bool) -> None:
    profile, workload = (tpch.profile, tpch.workload) if with_data else (None, None)
    on_redshift = redshift_advise.advise(tpch.catalog, profile, workload, Cluster())
    check(redshift_ddl.script(on_redshift, tpch.catalog, profile), REDSHIFT)
    on_vertica = vertica_advise.advise(tpch.catalog, profile, workload, Cluster())
    script = vertica_ddl.script(on_vertica, tpch.catalog, profile)
    assert len(list(created(script))) >= 16
    check(script, VERTICA)
