"""Figures of columns on Spark against the same on DuckDB: every kind of value, files in parts, chunks that meet at their ends."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from warehousebench import duck
from warehousebench.engines.spark import measure as measuring
from warehousebench.engines.spark.client import SparkClient, SparkConnector
from warehousebench.engines.spark.ddl import local
from warehousebench.engines.spark.settings import read
from warehousebench.engines.targets import Target
from warehousebench.model.profile import TableProfile
from warehousebench.profile import profile_table

# Runs that go on over the ends of chunks and files, NULLs at both, values that sort or print in more than one way.
ROWS = """
SELECT i AS id, if(i % 7 = 0, NULL, i // 40) AS "long run", if(i < 60, NULL, 5)::TINYINT AS tiny, i % 3 = 0 AS truth,
    (i * 7919 % 100)::DECIMAL(9, 2) / 4 AS d, (i % 5 / 3)::FLOAT AS f, if(i % 50 = 1, 'NaN', i / 8)::DOUBLE AS x,
    chr(64 + i::INTEGER % 9) || repeat('é', i::INTEGER % 4) AS "a`b", encode(i::VARCHAR) AS raw,
    DATE '2020-02-27' + i::INTEGER // 9 AS day,
    TIMESTAMP '2020-02-29 12:00:00.5' + to_hours(i // 3) AS t, NULL::INTEGER AS missing
FROM range({start}, {start} + 75) AS r(i)
"""


@pytest.fixture(scope="module")
def session(spark_here: Target) -> Iterator[SparkClient]:
    """Return an open session."""
    with closing(SparkConnector(read(spark_here)).connect()) as client:
        yield client


def both(session: SparkClient, folder: Path, rows: list[str]) -> tuple[TableProfile, TableProfile]:
    paths = [folder / f"{number}.parquet" for number in range(len(rows))]
    with duck.opened(threads=1) as connection:
        duck.run(connection, "SET TimeZone = 'UTC'")
        for path, sql in zip(paths, rows, strict=True):
            duck.run(connection, f"COPY ({sql}) TO {duck.text(str(path))} (FORMAT parquet)")
        here = profile_table(connection, f"read_parquet([{', '.join(duck.text(str(path)) for path in paths)}])")
    return here, measuring.measure(session, [local(path) for path in paths])


def test_every_figure_is_duckdbs(session: SparkClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measuring, "_CHUNK", 20)
    here, there = both(session, tmp_path, [ROWS.format(start=0), ROWS.format(start=75)])
    assert list(there.columns) == list(here.columns)
    for name, figures in here.columns.items():
        assert there.columns[name] == figures, name


def test_an_empty_table_has_figures_too(session: SparkClient, tmp_path: Path) -> None:
    here, there = both(session, tmp_path, [f"FROM ({ROWS.format(start=0)}) LIMIT 0"])
    assert there == here


def test_what_is_too_large_to_count_is_estimated_and_says_so(
    session: SparkClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measuring, "EXACT_ROWS", 1000)
    monkeypatch.setattr(measuring, "FEW_VALUES", 100)
    _, found = both(session, tmp_path, ["SELECT i AS id, i % 7 AS few FROM range(20000) AS r(i)"])
    assert (found.columns["few"].distinct, found.columns["few"].distinct_exact, found.columns["few"].top_exact) == (7, True, True)
    assert (found.columns["id"].distinct_exact, found.columns["id"].top_exact) == (False, False)
    assert found.columns["id"].distinct == pytest.approx(20_000, rel=0.15)
    assert found.columns["id"].distinct <= found.columns["id"].runs == 20_000
    assert found.columns["id"].top_share < 0.05
