"""The sort key search on tables whose best key is known."""

from __future__ import annotations

import numpy as np
import pytest

from warehousebench.optimise.sortkey import Trial, changes, search
from warehousebench.simulate.filters import Interval, RangeFilter
from warehousebench.simulate.sample import ColumnSample, Kind, TableSample
from warehousebench.simulate.zonemap import Scan, Storage

STORAGE = Storage(slices=2, block_bytes=400)


def table(**columns: np.ndarray) -> TableSample:
    rows = len(next(iter(columns.values())))
    made = {name: ColumnSample(name, "BIGINT", Kind.INTEGER, values.astype(np.int64), None, 8) for name, values in columns.items()}
    return TableSample(made, rows, rows, (0, rows))


def scan(query: str, weight: float = 1.0, **equal: tuple[int, int]) -> Scan:
    filters = tuple(RangeFilter(name, (Interval(low, high),)) for name, (low, high) in equal.items())
    return Scan(query, "t", ("day", "mode", "other"), filters, weight)


@pytest.fixture
def sample() -> TableSample:
    generator = np.random.default_rng(11)
    return table(
        day=generator.integers(0, 1000, 20_000), mode=generator.integers(0, 4, 20_000), other=generator.integers(0, 9, 20_000)
    )


def test_pair_that_begins_with_few_values_is_found_where_greedy_misses_it(sample):
    trial = Trial(sample, [scan("q", day=(100, 299), mode=(2, 2))], storage=STORAGE)
    found = search(trial, ["day", "mode", "other"])
    assert found.best_single.order_by == ("day",)
    assert found.best.order_by[:2] == ("mode", "day")
    assert found.best.fraction < 0.07 < 0.2 < found.best_single.fraction
    assert found.best.bound == pytest.approx(0.05, rel=0.1)


def test_all_pairs_and_extensions_of_the_best_are_tried(sample):
    trial = Trial(sample, [scan("q", day=(0, 9))], storage=STORAGE)
    found = search(trial, ["day", "mode", "other"], beam=1)
    lengths = [len(score.order_by) for score in found.scores]
    assert [lengths.count(n) for n in range(4)] == [1, 3, 6, 1]
    assert found.score(()).fraction > 0.3
    with pytest.raises(KeyError, match="day, nowhere"):
        found.score(("day", "nowhere"))


def test_weights_decide_between_queries_and_losers_are_named(sample):
    days, modes = scan("days", day=(0, 9)), scan("modes", mode=(1, 1))
    light = search(Trial(sample, [days, modes], storage=STORAGE), ["day", "mode"])
    heavy = search(Trial(sample, [days, scan("modes", 50.0, mode=(1, 1))], storage=STORAGE), ["day", "mode"])
    assert light.best.order_by == ("mode", "day")
    assert heavy.best.order_by[0] == "mode"
    moved = changes(light, ("day",), ("mode", "day"))
    assert [change.query for change in moved] == ["days", "modes"]
    assert moved[0].before < moved[0].after
    assert moved[1].before > moved[1].after


def test_ties_are_reported_and_broken_by_length_and_name(sample):
    twin = table(day=sample.columns["day"].values, copy=sample.columns["day"].values, mode=sample.columns["mode"].values)
    both = Scan("q", "t", ("day", "copy"), (RangeFilter("day", (Interval(5, 9),)), RangeFilter("copy", (Interval(5, 9),))))
    found = search(Trial(twin, [both], storage=STORAGE), ["day", "copy"])
    assert found.best.order_by == ("copy",)
    assert {score.order_by for score in found.ties} >= {("day",), ("day", "copy"), ("copy", "day")}
    assert () not in {score.order_by for score in (*found.ties, *found.near_ties)}


def test_search_is_deterministic_and_knows_baselines(sample):
    trial = Trial(sample, [scan("q", day=(0, 99))], ("other",), STORAGE)
    first = search(trial, ["mode", "day"], baselines=[("other", "mode", "day")])
    again = search(trial, ["day", "mode"], baselines=[("other", "mode", "day")])
    assert first == again
    assert first.score(("other", "mode", "day")).fraction > first.best.fraction


def test_no_filters_leave_everything_to_read(sample):
    found = search(Trial(sample, [scan("q")], storage=STORAGE), ["day"])
    assert found.best.order_by == ()
    assert found.best.fraction == found.best.bound == 1.0


def test_a_score_does_not_depend_on_what_was_scored_before(sample):
    scans = [scan("q", day=(100, 299), mode=(2, 2)), scan("r", other=(3, 3), day=(0, 50))]
    keys = [("mode", "day"), ("mode", "day", "other"), ("mode",), ("day", "mode"), ("mode", "other", "day"), ()]
    trial = Trial(sample, scans, storage=STORAGE)
    for key in keys:
        assert trial.score(key) == Trial(sample, scans, storage=STORAGE).score(key)
