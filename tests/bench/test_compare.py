from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pytest

from warehousebench.bench.compare import compare, judge
from warehousebench.errors import UsageError
from warehousebench.model.comparison import Verdict
from warehousebench.model.data import Fingerprint
from warehousebench.model.run import Configuration, Environment, Execution, Phase, Run, Status, Subject
from warehousebench.stats.ratio import Interval, hodges_lehmann

QUERIES = {f"{i:02}": f"SELECT {i}" for i in range(1, 23)}
ENVIRONMENT = Environment("a cpu", 2, 1, "Linux", "3.11", {})


def make_run(
    seconds: Any, *, rounds: int = 5, identity: str = "r1", subjects: tuple[str, ...] = ("plain", "advised"), **changes: Any
) -> Run:
    """Return a run whose executions last ``seconds(subject, query, round)``."""
    executions = tuple(
        Execution(
            subject,
            query,
            number,
            1,
            phase,
            Status.VERIFIED,
            seconds=seconds(subject, query, number) * (9 if phase == "warmup" else 1),
        )
        for number in range(1, rounds + 1)
        for subject in subjects
        for query in QUERIES
        for phase in (Phase.WARMUP, Phase.TIMED)
    )
    run = Run(
        identity=identity,
        suite="tpch",
        scale=0.1,
        started="2026-01-01T00:00:00+00:00",
        finished="2026-01-01T00:01:00+00:00",
        configuration=Configuration(rounds, 1, 300.0, 1, 2),
        environment=ENVIRONMENT,
        fingerprint=Fingerprint("gen 1", "sum", {"t": "5 rows, 77"}),
        queries=QUERIES,
        query_hashes=QUERIES,
        subjects=tuple(Subject(name, "duckdb", "2.0.0", name) for name in subjects),
        executions=executions,
        probes=(0.02,) * 2 * rounds,
    )
    return replace(run, **changes)


def noisy(seed: int, factor: dict[str, float] | None = None, spread: float = 0.03) -> Any:
    draw = random.Random(seed)
    return lambda subject, query, _: 0.1 * int(query) * (factor or {}).get(subject, 1.0) * draw.lognormvariate(0, spread)


def test_a_clear_gain_is_faster_on_every_query_and_the_whole() -> None:
    found = compare(*[make_run(noisy(1, {"advised": 0.5}))] * 2, "plain", "advised")
    assert found.counts["faster"] == 22
    assert found.geometric_mean is not None
    assert found.geometric_mean.verdict is Verdict.FASTER
    assert found.geometric_mean.value == pytest.approx(0.5, rel=0.03)
    assert found.total is not None
    assert found.total.low is not None
    assert found.total.low < 0.5 < (found.total.high or 0)


@pytest.mark.parametrize("seed", range(10))
def test_two_runs_of_the_same_configuration_are_same_or_unclear(seed: int) -> None:
    left, right = make_run(noisy(seed)), make_run(noisy(seed + 100), identity="r2")
    for found in (compare(left, left, "plain", "advised"), compare(left, right, "plain", "plain")):
        assert found.counts["faster"] + found.counts["slower"] == 0
        assert found.geometric_mean is not None
        assert found.geometric_mean.verdict in (Verdict.SAME, Verdict.UNCLEAR)


def test_a_slower_hour_is_not_taken_for_a_slower_design() -> None:
    slow = make_run(lambda *a: 1.4 * noisy(3)(*a), identity="r2", probes=(0.028,) * 10)
    found = compare(make_run(noisy(2)), slow, "plain", "plain")
    assert not found.interleaved
    assert found.drift == pytest.approx(0.4, abs=0.01)
    assert found.counts["slower"] == 0
    assert any("Not interleaved" in note for note in found.notes)


def test_warm_ups_enter_no_figure() -> None:
    found = compare(*[make_run(lambda *_: 1.0)] * 2, "plain", "advised")
    assert found.base.total_seconds == pytest.approx(22)
    assert all(query.base == (1.0,) * 5 for query in found.queries)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"suite": "ssb"}, "suites differ"),
        ({"scale": 1.0}, "scales differ"),
        ({"fingerprint": Fingerprint("gen 1", "sum", {"t": "5 rows, 78"})}, "data differ"),
        ({"query_hashes": QUERIES | {"03": "other"}}, "query texts differ \\(03\\)"),
    ],
)
def test_runs_that_cannot_be_compared_are_refused(change: dict[str, Any], reason: str) -> None:
    run = make_run(noisy(1))
    with pytest.raises(UsageError, match=reason):
        compare(run, replace(run, identity="r2", **change), "plain", "plain")


def test_an_unknown_subject_is_refused() -> None:
    with pytest.raises(UsageError, match="no subject tuned"):
        compare(*[make_run(noisy(1))] * 2, "plain", "tuned")


def test_a_query_that_once_failed_or_differed_is_left_out_and_said() -> None:
    run = make_run(noisy(1))
    for status in (Status.MISMATCH, Status.FAILED, Status.TIMEOUT, Status.UNVERIFIED):
        broken = tuple(
            replace(e, status=status) if (e.query, e.subject, e.round, e.phase) == ("07", "advised", 3, "timed") else e
            for e in run.executions
        )
        found = compare(*[replace(run, executions=broken)] * 2, "plain", "advised")
        seven = next(query for query in found.queries if query.query == "07")
        assert seven.ratio is None
        assert status.value in (seven.note or "")
        assert found.compared == 21
        assert found.contender.total_seconds is None


def test_three_rounds_are_a_screening_without_query_verdicts() -> None:
    found = compare(*[make_run(noisy(1, {"advised": 0.5}), rounds=3)] * 2, "plain", "advised")
    assert found.screening
    assert found.counts["unclear"] == 22


def test_a_stand_in_gets_no_time() -> None:
    run = make_run(noisy(1))
    labelled = replace(run, subjects=tuple(replace(s, stand_in=s.name == "advised") for s in run.subjects))
    found = compare(labelled, labelled, "plain", "advised")
    assert found.compared == 0
    assert found.contender.total_seconds is None
    assert found.geometric_mean is None
    assert any("stand-in" in note for note in found.notes)


def test_one_lucky_query_among_many_is_unclear_and_says_why() -> None:
    run = make_run(lambda subject, query, number: (0.8 if (subject, query) == ("advised", "07") else 1.0) + number / 1000)
    seven = compare(run, run, "plain", "advised").queries[6]
    assert seven.ratio is not None
    assert seven.ratio.high is not None
    assert seven.ratio.high < 1 / 1.05
    assert seven.ratio.verdict is Verdict.UNCLEAR
    assert any("among 22 queries" in flag for flag in seven.flags)


def test_enough_rounds_let_one_query_speak() -> None:
    run = make_run(lambda subject, query, number: (0.8 if (subject, query) == ("advised", "07") else 1.0) + number / 1000, rounds=7)
    assert compare(run, run, "plain", "advised").counts["faster"] == 1


def test_verdicts_need_the_practical_margin() -> None:
    assert judge(Interval(0.9, 0.85, 0.94, 0.95), 0.05) is Verdict.FASTER
    assert judge(Interval(0.9, 0.85, 0.96, 0.95), 0.05) is Verdict.UNCLEAR
    assert judge(Interval(1.0, 0.96, 1.04, 0.95), 0.05) is Verdict.SAME
    assert judge(Interval(1.1, 1.06, 1.2, 0.95), 0.05) is Verdict.SLOWER
    assert judge(Interval(1.0), 0.05) is Verdict.UNCLEAR


def test_the_order_of_records_does_not_matter() -> None:
    run = make_run(noisy(5, {"advised": 0.8}))
    backwards = replace(run, executions=run.executions[::-1])
    found, again = compare(run, run, "plain", "advised"), compare(backwards, backwards, "plain", "advised")
    assert again.geometric_mean is not None
    assert found.geometric_mean == again.geometric_mean
    assert [query.base_median for query in again.queries] == [query.base_median for query in found.queries]


def test_drift_reaches_as_far_as_the_probes_allow() -> None:
    probes = (0.020, 0.021, 0.019, 0.022, 0.0205)
    left = make_run(noisy(1), probes=probes)
    right = make_run(noisy(2), identity="r2", probes=tuple(1.2 * probe for probe in probes))
    ratio = hodges_lehmann(left.probes, right.probes)
    assert ratio.high is not None
    assert ratio.high > ratio.value
    assert compare(left, right, "plain", "plain").drift == pytest.approx(ratio.high - 1)


def test_the_whole_is_judged_by_rounds_that_both_sides_finished() -> None:
    run = make_run(noisy(1))
    short = replace(run, executions=tuple(e for e in run.executions if (e.subject, e.round) != ("advised", 2)))
    for sides in (("plain", "advised"), ("advised", "plain")):
        found = compare(short, short, *sides)
        assert found.rounds == 4
        assert found.geometric_mean is not None
