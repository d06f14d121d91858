"""Compare a contender with a base: refuse what cannot be compared, then let the statistics speak."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import mean, median

from warehousebench.errors import UsageError
from warehousebench.model.comparison import Comparison, QueryComparison, Ratio, Side, Verdict
from warehousebench.model.run import Phase, Run, Status
from warehousebench.stats.ratio import Interval, benjamini_hochberg, beyond, hodges_lehmann
from warehousebench.stats.stability import flags, spread
from warehousebench.stats.workload import detectable_ratio, geometric_mean, paired_ratio, unpaired_ratio

MARGIN = 0.05
ENOUGH_ROUNDS = 4
_TOP = 3


@dataclass(frozen=True, slots=True)
class _Series:
    """One side's verified timed seconds: query -> round -> seconds."""

    run: Run
    name: str
    times: Mapping[str, Mapping[int, float]]


def compare(base: Run, contender: Run, base_name: str, contender_name: str, *, margin: float = MARGIN) -> Comparison:
    """Return ``contender_name`` of one run against ``base_name`` of another (or of the same run).

    Raises UsageError if suite, scale, data or query texts differ, or a side is not there.
    """
    _refuse_different(base, contender)
    left, right = _series(base, base_name), _series(contender, contender_name)
    interleaved = base.identity == contender.identity
    stand_in = base.subject(base_name).stand_in or contender.subject(contender_name).stand_in
    drift = 1.0 if interleaved else _drift(base, contender)
    queries = _guarded([_query(name, left, right, margin, drift, stand_in) for name in base.queries], (1 + margin) * drift)
    common = [query.query for query in queries if query.ratio is not None]
    rounds = _common_rounds(left, right, common, interleaved)
    overall = _overall(left, right, common, rounds, interleaved)
    judged = [as_ratio(figure.widened(drift), margin) if figure else None for figure in overall]
    return Comparison(
        suite=base.suite,
        scale=base.scale,
        base=_side(left),
        contender=_side(right),
        interleaved=interleaved,
        screening=min(base.configuration.rounds, contender.configuration.rounds) < ENOUGH_ROUNDS,
        rounds=min(len(rounds[0]), len(rounds[1])),
        margin=margin,
        drift=drift - 1,
        queries=queries,
        geometric_mean=judged[0],
        total=judged[1],
        counts=_counts(queries),
        compared=len(common),
        detectable=_detectable(left, common, len(rounds[0])),
        without_top=_without_top(queries),
        top_share=_top_share(queries),
        notes=_notes(base, contender, interleaved, stand_in, drift, len(common)),
    )


def _refuse_different(base: Run, contender: Run) -> None:
    reasons = []
    if base.suite != contender.suite:
        reasons.append(f"the suites differ ({base.suite} and {contender.suite})")
    if base.scale != contender.scale:
        reasons.append(f"the scales differ ({base.scale:g} and {contender.scale:g})")
    if different := base.fingerprint.differences(contender.fingerprint):
        reasons.append(f"the data differ ({different[0]})")
    changed = sorted(
        name
        for name in base.query_hashes.keys() | contender.query_hashes.keys()
        if base.query_hashes.get(name) != contender.query_hashes.get(name)
    )
    if changed:
        reasons.append(f"the query texts differ ({', '.join(changed[:5])}{' …' if len(changed) > 5 else ''})")
    if reasons:
        raise UsageError("these runs cannot be compared: " + "; ".join(reasons) + ". Repeat one of them like the other.")


def _series(run: Run, name: str) -> _Series:
    if name not in {subject.name for subject in run.subjects}:
        known = ", ".join(subject.name for subject in run.subjects)
        raise UsageError(f"the run has no subject {name}; it has {known}")
    times: dict[str, dict[int, float]] = {query: {} for query in run.queries}
    unusable = {e.query for e in run.executions if e.subject == name and e.phase is Phase.TIMED and e.status is not Status.VERIFIED}
    for e in run.executions:
        usable = e.subject == name and e.phase is Phase.TIMED and e.query not in unusable
        if usable and e.seconds is not None:
            times[e.query][e.round] = e.seconds
    return _Series(run, name, times)


def _drift(base: Run, contender: Run) -> float:
    """Return the factor by which the machine may have changed speed between two runs, judged by the probes of both.

    It stretches every interval of runs that were not interleaved, so that a faster hour is not taken for a faster design.
    """
    if not base.probes or not contender.probes:
        return 1 + MARGIN
    ratio = hodges_lehmann(base.probes, contender.probes)
    reach = [abs(math.log(value)) for value in (ratio.value, ratio.low, ratio.high) if value is not None]
    return math.exp(max(reach))


def _query(name: str, left: _Series, right: _Series, margin: float, drift: float, stand_in: bool) -> QueryComparison:
    base, contender = list(left.times[name].values()), list(right.times[name].values())
    usable = bool(base and contender) and not stand_in
    ratio = as_ratio(hodges_lehmann(base, contender).widened(drift), margin) if usable else None
    found = [f"{side.name}: {flag}" for side, times in ((left, base), (right, contender)) for flag in flags(times, margin)]
    return QueryComparison(
        query=name,
        base=tuple(base),
        contender=tuple(contender),
        base_median=median(base) if base else None,
        contender_median=median(contender) if contender else None,
        ratio=ratio,
        flags=tuple(found),
        note=None if ratio else _why_not(name, left, right, stand_in),
    )


def _guarded(queries: Sequence[QueryComparison], threshold: float) -> tuple[QueryComparison, ...]:
    """Take back verdicts that chance alone can explain: with many queries, some interval misses its mark."""
    judged = [query for query in queries if query.ratio and query.ratio.verdict in (Verdict.FASTER, Verdict.SLOWER)]
    compared = [query for query in queries if query.ratio]
    stands = benjamini_hochberg([beyond(query.base, query.contender, threshold) for query in compared])
    fallen = {query.query for query, stands_ in zip(compared, stands, strict=True) if not stands_}
    doubtful = {query.query for query in judged} & fallen
    return tuple(_doubted(query, len(compared)) if query.query in doubtful else query for query in queries)


def _doubted(query: QueryComparison, compared: int) -> QueryComparison:
    assert query.ratio is not None
    flag = (
        f"its own interval says {query.ratio.verdict.value}, but among {compared} queries chance does that: more rounds would tell"
    )
    return replace(query, ratio=replace(query.ratio, verdict=Verdict.UNCLEAR), flags=(*query.flags, flag))


def _why_not(name: str, left: _Series, right: _Series, stand_in: bool) -> str:
    if stand_in:
        return "a stand-in's times are not compared"
    sides = []
    for side in (left, right):
        statuses = Counter(
            e.status.value
            for e in side.run.executions
            if (e.subject, e.query) == (side.name, name) and e.phase is Phase.TIMED and e.status is not Status.VERIFIED
        )
        if statuses:
            sides.append(f"{side.name} " + ", ".join(f"{status} {n}×" for status, n in sorted(statuses.items())))
    return "not compared: " + ("; ".join(sides) or "no verified execution")


def timed_seconds(run: Run, subject: str, query: str) -> list[float]:
    """Return the timed seconds of a query on a subject, round by round; none unless all its answers were verified."""
    return list(_series(run, subject).times[query].values())


def as_ratio(interval: Interval, margin: float) -> Ratio:
    """Return the interval of a ratio with its verdict against the practical margin."""
    return Ratio(interval.value, interval.low, interval.high, interval.confidence, judge(interval, margin))


def judge(interval: Interval, margin: float) -> Verdict:
    """Return the verdict of an interval against the practical margin (0.05 is 5 %)."""
    if interval.low is None or interval.high is None:
        return Verdict.UNCLEAR
    if interval.high < 1 / (1 + margin):
        return Verdict.FASTER
    if interval.low > 1 + margin:
        return Verdict.SLOWER
    return Verdict.SAME if interval.low >= 1 / (1 + margin) and interval.high <= 1 + margin else Verdict.UNCLEAR


def _common_rounds(left: _Series, right: _Series, common: Sequence[str], interleaved: bool) -> tuple[list[int], list[int]]:
    """Return the rounds of each side in which every compared query has a time; the same ones if interleaved."""
    sides = []
    for side in (left, right):
        complete = [set(side.times[query]) for query in common]
        sides.append(set.intersection(*complete) if complete else set())
    if interleaved:
        sides = [sides[0] & sides[1]] * 2
    return sorted(sides[0]), sorted(sides[1])


def _overall(
    left: _Series, right: _Series, common: Sequence[str], rounds: tuple[list[int], list[int]], interleaved: bool
) -> tuple[Interval | None, Interval | None]:
    """Return the ratio of geometric means and the ratio of totals over the compared queries."""
    if not common or not all(rounds):
        return None, None
    ratio = paired_ratio if interleaved else unpaired_ratio
    per_round = [
        [[side.times[query][number] for query in common] for number in numbers]
        for side, numbers in zip((left, right), rounds, strict=True)
    ]
    means = [[geometric_mean(times) for times in side] for side in per_round]
    totals = [[sum(times) for times in side] for side in per_round]
    return ratio(means[0], means[1]), ratio(totals[0], totals[1])


def _side(series: _Series) -> Side:
    subject = series.run.subject(series.name)
    medians = [median(times.values()) for times in series.times.values() if times]
    timed = [e for e in series.run.executions if e.subject == series.name and e.phase is Phase.TIMED]
    complete = bool(medians) and all(series.times.values()) and not subject.stand_in
    mean_seconds = geometric_mean(medians) if complete else None
    return Side(
        name=series.name,
        engine=subject.engine,
        engine_version=subject.engine_version,
        layout=subject.layout,
        run=series.run.identity,
        stand_in=subject.stand_in,
        load_seconds=None if subject.stand_in else subject.load_seconds,
        stored_bytes=subject.stored_bytes,
        total_seconds=sum(medians) if complete else None,
        geometric_mean_seconds=mean_seconds,
        power_score=3600 * series.run.scale / mean_seconds if mean_seconds else None,
        verified=sum(e.status is Status.VERIFIED for e in timed),
        executions=len(timed),
    )


def _counts(queries: Sequence[QueryComparison]) -> dict[str, int]:
    found = Counter(query.ratio.verdict if query.ratio else Verdict.NONE for query in queries)
    return {verdict.value: found[verdict] for verdict in Verdict}


def _detectable(side: _Series, common: Sequence[str], rounds: int) -> float | None:
    spreads = [found for query in common if (found := spread(list(side.times[query].values()))) is not None]
    return detectable_ratio(mean(spreads), rounds) if spreads else None


def _ranked(queries: Sequence[QueryComparison]) -> list[tuple[float, float]]:
    """Return (base median, contender median) of the compared queries, the longest first."""
    pairs = [
        (q.base_median, q.contender_median)
        for q in queries
        if q.ratio is not None and q.base_median is not None and q.contender_median is not None
    ]
    return sorted(pairs, key=lambda pair: -max(pair))


def _without_top(queries: Sequence[QueryComparison]) -> float | None:
    rest = _ranked(queries)[_TOP:]
    return geometric_mean([contender / base for base, contender in rest]) if rest else None


def _top_share(queries: Sequence[QueryComparison]) -> float | None:
    ranked = _ranked(queries)
    total = sum(base for base, _ in ranked)
    return sum(base for base, _ in ranked[:_TOP]) / total if total else None


def _notes(base: Run, contender: Run, interleaved: bool, stand_in: bool, drift: float, compared: int) -> tuple[str, ...]:
    notes = []
    if not interleaved:
        notes.append(
            f"Not interleaved: the runs started {base.started} and {contender.started}. "
            f"Every interval is widened by {drift - 1:.1%}, the change of machine speed that the probes of both runs allow."
        )
    if base.environment != contender.environment:
        notes.append("The environments differ: see both runs.")
    if stand_in:
        notes.append("A stand-in server took part: its times are not shown and not compared.")
    if compared < len(base.queries):
        notes.append(f"{compared} of {len(base.queries)} queries are compared: only answers verified on both sides count.")
    return tuple(notes)
