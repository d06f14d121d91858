from __future__ import annotations

import json
import math
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scripted import ONE, Clock, Engine

from warehousebench.bench.answers import References, references
from warehousebench.engines.base import Answer
from warehousebench.errors import EngineError, SourceError, TimeLimitError
from warehousebench.model.data import Fingerprint

DATA = Fingerprint("gen", "sum", {"t": "5 rows, ab"})
SQL = "SELECT a FROM t ORDER BY 1"


def ask(folder: Path, engine: Engine, sql: str = SQL, data: Fingerprint = DATA) -> References:
    return references({"q": sql}, engine, data, folder, timeout=12.0)


def engine_for(*rows: tuple[Any, ...]) -> Engine:
    width = len(rows[0]) if rows else 1
    return Engine(Clock(), lambda *_: Answer(tuple("abcdefghij"[:width]), ("?",) * width, list(rows)))


VALUES: dict[str, st.SearchStrategy[Any]] = {
    "bool": st.booleans(),
    "int": st.integers() | st.sampled_from([2**127 - 1, -(2**127), 10**38 - 1]),
    "decimal": st.decimals(allow_nan=False, allow_infinity=False) | st.sampled_from([Decimal("1.10"), Decimal("-0.00")]),
    "float": st.floats() | st.sampled_from([math.nan, math.inf, -math.inf, -0.0, 5e-324, 0.1]),
    "text": st.text() | st.sampled_from(["", "None", "null", "\x00", "NaN"]),
    "date": st.dates(),
    "datetime": (st.datetimes() | st.datetimes(timezones=st.just(UTC))).map(lambda value: value.replace(fold=0)),
    "time": st.times().map(lambda value: value.replace(fold=0)),
}


def exact(value: Any) -> tuple[str, str]:
    """Return what tells two values apart, even NaN from NULL, 1.10 from 1.1 and -0.0 from 0.0."""
    return type(value).__name__, repr(value)


@settings(max_examples=80, deadline=None)
@given(data=st.data())
def test_every_kind_of_value_survives_the_cache(tmp_path_factory: pytest.TempPathFactory, data: Any) -> None:
    kinds = data.draw(st.lists(st.sampled_from(sorted(VALUES)), min_size=1, max_size=3))
    rows = data.draw(st.lists(st.tuples(*(st.none() | VALUES[kind] for kind in kinds)), max_size=4))
    folder = tmp_path_factory.mktemp("answers")
    width = len(kinds)
    answer = Answer(tuple("abc"[:width]), tuple(kinds), rows)
    engine = Engine(Clock(), lambda *_: answer)
    first, again = ask(folder, engine).answers["q"], ask(folder, engine).answers["q"]
    assert engine.sessions == 1
    assert [[exact(value) for value in row] for row in again.answer.rows] == [[exact(value) for value in row] for row in rows]
    assert (again.answer.names, again.answer.types) == (answer.names, answer.types)
    assert (again.shape, again.hash) == (first.shape, first.hash)
    assert again.shape.order_by == (0,)


def test_an_empty_answer_and_one_of_nulls_survive(tmp_path: Path) -> None:
    for number, rows in enumerate([[], [(None, None)]]):
        engine = Engine(Clock(), lambda *_, rows=rows: Answer(("a", "b"), ("INTEGER", "DATE"), rows))  # type: ignore[misc]
        for _ in range(2):
            found = ask(tmp_path / str(number), engine).answers["q"].answer
            assert (found.names, found.types, found.rows) == (("a", "b"), ("INTEGER", "DATE"), rows)
        assert engine.sessions == 1


@pytest.mark.parametrize("value", [b"\xff", UUID(int=1), timedelta(1), [1], {"a": 1}])
def test_values_without_a_text_form_are_asked_for_again(tmp_path: Path, value: Any) -> None:
    engine = engine_for((1, value))
    for _ in range(2):
        assert ask(tmp_path, engine).answers["q"].answer.rows == [(1, value)]
    assert engine.sessions == 2
    assert list(tmp_path.iterdir()) == []


def test_a_column_of_mixed_kinds_is_asked_for_again(tmp_path: Path) -> None:
    rows = [(date(2000, 1, 1),), ("0044-03-15 (BC)",)]
    engine = engine_for(*rows)
    for _ in range(2):
        assert ask(tmp_path, engine).answers["q"].answer.rows == rows
    assert engine.sessions == 2


def test_an_answer_is_used_only_for_its_query_data_and_engine(tmp_path: Path) -> None:
    engine = engine_for((1,))
    ask(tmp_path, engine)
    ask(tmp_path, engine)
    assert engine.sessions == 1
    ask(tmp_path, engine, sql=SQL + " ")
    ask(tmp_path, engine, data=Fingerprint("gen", "sum", {"t": "5 rows, ac"}))
    ask(tmp_path, engine, data=Fingerprint("gen 2", "sum", DATA.tables))
    assert engine.sessions == 4
    for changed in (Engine(Clock(), version="2"), Engine(Clock(), engine="other")):
        ask(tmp_path, changed)
        assert changed.sessions == 1
    assert len(list(tmp_path.iterdir())) == 6


def test_the_order_of_tables_does_not_make_other_data(tmp_path: Path) -> None:
    engine = engine_for((1,))
    for tables in ({"t": "1", "u": "2"}, {"u": "2", "t": "1"}):
        ask(tmp_path, engine, data=Fingerprint("gen", "sum", tables))
    assert engine.sessions == 1


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([["one"]], r"is damaged \(.*'one'.*\)\. Delete it: it is computed again"),
        ([["1", "2"]], r"is damaged \(.*\)\. Delete it: it is computed again"),
        ([[]], r"is damaged \(.*\)\. Delete it: it is computed again"),
        ([[1]], r"is not valid: .*\$\.rows\[0\]\[0\]"),
        (None, r"is not valid"),
    ],
)
def test_a_damaged_file_is_explained(tmp_path: Path, rows: Any, said: str) -> None:
    ask(tmp_path, engine_for((1,)))
    (path,) = tmp_path.iterdir()
    path.write_text(json.dumps(json.loads(path.read_text()) | {"rows": rows}))
    with pytest.raises(SourceError, match=said) as refusal:
        ask(tmp_path, engine_for((1,)))
    assert path.name in str(refusal.value)


@pytest.mark.parametrize("error", [EngineError("out of memory"), TimeLimitError("stopped after 12 s")])
def test_a_query_without_an_answer_says_why_and_does_not_stop_the_others(tmp_path: Path, error: Exception) -> None:
    engine = Engine(Clock(), lambda sql, _: error if sql == "bad" else ONE)
    heard: list[str] = []
    found = references({"p": "bad", "q": SQL}, engine, DATA, tmp_path, 12.0, heard.append)
    assert found.missing == {"p": f"no reference answer: {error}"}
    assert list(found.answers) == ["q"]
    assert heard == ["p", "q"]
    assert (engine.open_sessions, {timeout for _, timeout in engine.heard}) == (0, {12.0})
    assert [each.name.split("-")[0] for each in tmp_path.iterdir()] == ["q"]


def test_a_query_that_cannot_be_parsed_promises_no_order(tmp_path: Path) -> None:
    found = ask(tmp_path, engine_for((1,)), sql="SELECT ( FROM").answers["q"]
    assert (found.shape.order_by, found.shape.limited) == ((), False)


def test_times_are_kept_to_the_microsecond(tmp_path: Path) -> None:
    row = (time(1, 2, 3, 4), datetime(1, 1, 1, 0, 0, 0, 1), date(9999, 12, 31))
    engine = engine_for(row)
    ask(tmp_path, engine)
    assert ask(tmp_path, engine).answers["q"].answer.rows == [row]
