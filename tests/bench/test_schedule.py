from __future__ import annotations

from warehousebench.bench.schedule import make_schedule


def turns(subjects: str, rounds: int) -> list[str]:
    passes = make_schedule(list(subjects), ["q"], rounds, 1)
    return ["".join(p.subject for p in passes if p.round == number) for number in range(1, rounds + 1)]


def test_two_subjects_alternate_abba() -> None:
    assert turns("AB", 4) == ["AB", "BA", "BA", "AB"]


def test_more_subjects_take_every_place() -> None:
    for place in range(3):
        assert {order[place] for order in turns("ABC", 6)} == set("ABC")


def test_a_steady_drift_falls_on_both_alike() -> None:
    passes = make_schedule(["A", "B"], ["q"], 4, 1)
    places = {name: sum(i for i, p in enumerate(passes) if p.subject == name) for name in "AB"}
    assert places["A"] == places["B"]


def test_every_query_once_per_pass_in_an_order_that_subjects_share() -> None:
    queries = [f"q{i}" for i in range(22)]
    passes = make_schedule(["A", "B"], queries, 3, seed=7)
    assert all(sorted(p.queries) == sorted(queries) for p in passes)
    by_round = {number: {p.queries for p in passes if p.round == number} for number in (1, 2, 3)}
    assert all(len(orders) == 1 for orders in by_round.values())
    assert len(set.union(*by_round.values())) == 3
    assert passes == make_schedule(["A", "B"], queries, 3, seed=7)
    assert passes != make_schedule(["A", "B"], queries, 3, seed=8)
