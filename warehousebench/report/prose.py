"""What a report says in words: the verdict, the caveats, the alarms and the method."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from warehousebench.model.comparison import Comparison, Ratio, Verdict
from warehousebench.model.run import Execution, Status
from warehousebench.report.view import View, label, query_names, sides, stand_ins
from warehousebench.report.words import STATUSES, byte_size, change, count, interval, percent, seconds, significant

VERDICT, SUMMARY = "Verdict", "Summary"
LISTED = 12  # lines of an alarm before it refers to the details

_DERIVED = {"tpch": "TPC-H", "tpcds": "TPC-DS"}
# Vertica: the licence clause as quoted in ClickBench's vertica/README.md.  Redshift: AWS Service Terms, section 1.8.
_PUBLICATION = {
    "vertica": "Before you publish: Vertica's licence agreement restricts disclosing performance results to third parties. "
    "Check yours.",
    "redshift": "Before you publish: the AWS Service Terms (section 1.8) allow disclosing benchmarks together with all that is "
    "needed to repeat them: the run file, the design and its script.",
}
_ADVICE = {
    Status.MISMATCH: "Fast and wrong is wrong: these executions are in no ratio.",
    Status.FAILED: "They are in no ratio, and no time was made up for them.",
    Status.TIMEOUT: "They are in no ratio, and no time was made up for them.",
    Status.UNVERIFIED: "Nobody compared these answers with a reference; do not rely on the times.",
    Status.SKIPPED: "They did not run at all.",
}


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something the reader must not miss; ``grave`` ones cast doubt on the answers, the others on the precision."""

    title: str
    text: str
    lines: tuple[str, ...] = ()
    grave: bool = False


@dataclass(frozen=True, slots=True)
class Headline:
    """The first sentence of a report, its explanation, and the verdict that colours it."""

    sentence: str
    text: str
    verdict: Verdict | None = None


def title(view: View) -> str:
    """Return the heading: who against whom, or what was measured."""
    if view.comparison:
        return f"{label(view, view.comparison.contender)} against {label(view, view.comparison.base)}"
    return ", ".join(subject.name for subject in view.run.subjects) or "A run without subjects"


def introduction(view: View) -> str:
    """Return what was done, for somebody who has never seen such a page."""
    run, queries = view.run, count(len(query_names(view)), "query", "queries")
    rounds = count(run.configuration.rounds, "round")
    what = f"{queries} of the suite {run.suite} at scale {run.scale:g}, each timed in {rounds}"
    if not view.comparison:
        return f"This page shows how long {what}, took, and whether the answers were right."
    base, contender = view.comparison.base, view.comparison.contender
    return (
        f"This page compares two ways to hold the same data. The contender is {label(view, contender)} ({contender.engine} "
        f"{contender.engine_version}, layout {contender.layout}); the base is {label(view, base)} ({base.engine} "
        f"{base.engine_version}, layout {base.layout}). Both were given {what}."
    )


def identity(view: View) -> tuple[tuple[str, str], ...]:
    """Return what was measured, on which data, where and when."""
    run, made = view.run, view.run.environment
    tables = count(len(run.fingerprint.tables), "table")
    return (
        ("Suite", f"{run.suite}, scale {run.scale:g}"),
        ("Data", f"{run.fingerprint.generator}, {tables} identified by checksum"),
        ("Machine", f"{made.cpu}, {count(made.cores, 'core')}, {byte_size(made.memory_bytes)}"),
        ("Measured", f"{run.started[:16].replace('T', ' ')}, run {run.identity}"),
    )


def headline(view: View) -> Headline:
    """Return the verdict in one sentence."""
    if view.comparison is None:
        return _run_headline(view)
    comparison = view.comparison
    fake = [label(view, side) for side in sides(view) if side.stand_in]
    if fake:
        text = "A stand-in speaks a product's language but is not the product: its answers count, its times are not shown."
        return Headline(f"No verdict on speed: {' and '.join(fake)} is a stand-in.", text)
    overall = comparison.geometric_mean
    if overall is None:
        text = "No query ended with a usable time on both sides. The alarms and the details of each query say why."
        return Headline("No verdict: nothing could be compared.", text, Verdict.NONE)
    return Headline(_sentence(view, comparison, overall), _explanation(comparison, overall), overall.verdict)


def _sentence(view: View, comparison: Comparison, overall: Ratio) -> str:
    contender, base = label(view, comparison.contender), label(view, comparison.base)
    total = len(comparison.queries)
    # A verdict on a part must not read like one on the whole.
    scope = f"On {comparison.compared} of {count(total, 'query', 'queries')}, " if comparison.compared < total else ""
    sentences = {
        Verdict.FASTER: f"{contender} is faster than {base}: it needs {change(overall.value)}.",
        Verdict.SLOWER: f"{contender} is slower than {base}: it needs {change(overall.value)}.",
        Verdict.SAME: f"{contender} and {base} are equally fast, within {percent(comparison.margin)}.",
        Verdict.UNCLEAR: f"{contender} may be faster or slower than {base}: the measurements do not tell.",
        Verdict.NONE: f"{contender} gets no verdict against {base}: the rounds are too few.",
    }
    return scope + sentences[overall.verdict]


def _explanation(comparison: Comparison, overall: Ratio) -> str:
    scope = f"{comparison.compared} of {count(len(comparison.queries), 'query', 'queries')}"
    text = f"Geometric mean of the time ratios of {scope}: {significant(overall.value)}"
    if overall.confidence is None or interval(overall) == "—":
        return f"{text}. There is no interval for it, so it is a hint and not a finding."
    text += (
        f", {percent(overall.confidence)} interval {interval(overall)}. A ratio of 1 means equal, below 1 the contender is faster."
    )
    if overall.verdict is Verdict.UNCLEAR:
        text += " The interval reaches across the practical margin; more rounds would narrow it."
    return text


def _run_headline(view: View) -> Headline:
    total = len(view.run.executions)
    verified = sum(e.status is Status.VERIFIED for e in view.run.executions)
    text = "A run alone has no verdict on speed. Compare it with another one for ratios and intervals."
    if not total:
        return Headline("Nothing was executed.", text)
    if verified == total:
        return Headline(f"All {count(total, 'execution')} gave verified answers.", text)
    return Headline(f"Only {verified:,} of {count(total, 'execution')} gave verified answers.", text)


def caveats(view: View) -> tuple[str, ...]:
    """Return what bounds the meaning of every figure on the page."""
    lines = []
    family = _DERIVED.get(view.run.suite.lower().replace("-", "").split("_")[0])
    if family:
        lines.append(f"The workload is derived from {family}. Its figures are not comparable to published TPC results.")
    lines.append("All figures hold for these queries, this data and this machine. They say nothing about other workloads.")
    engines = {s.engine for s in view.run.subjects if not s.stand_in} | {s.engine for s in sides(view) if not s.stand_in}
    lines += [_PUBLICATION[engine] for engine in sorted(engines) if engine in _PUBLICATION]
    return tuple(lines)


def alarms(view: View) -> tuple[Alarm, ...]:
    """Return all warnings, those about answers first."""
    found = [*_status_alarms(view)]
    if hidden := sorted(stand_ins(view) | {label(view, side) for side in sides(view) if side.stand_in}):
        text = "It speaks the product's language but is not the product. Its answers are shown, its times are not."
        found.append(Alarm(f"Stand-in, not the product: {', '.join(hidden)}", text))
    if view.comparison:
        found += _comparison_alarms(view, view.comparison)
    return tuple(found)


def _status_alarms(view: View) -> Iterator[Alarm]:
    for status in (Status.MISMATCH, Status.FAILED, Status.TIMEOUT, Status.UNVERIFIED, Status.SKIPPED):
        found = [e for e in view.run.executions if e.status is status]
        if found:
            heading = f"{STATUSES[status].capitalize()}: {count(len(found), 'execution')}"
            yield Alarm(heading, _ADVICE[status], _shortened(tuple(_lines(found))), grave=True)


def _lines(found: Iterable[Execution]) -> Iterator[str]:
    ordered = sorted(found, key=lambda e: (e.query, e.subject))
    for (query, subject), group in groupby(ordered, key=lambda e: (e.query, e.subject)):
        members = list(group)
        reasons = dict.fromkeys(e.reason for e in members if e.reason)
        yield f"{query} on {subject}, {count(len(members), 'execution')}" + (f": {'; '.join(reasons)}" if reasons else "")


def _shortened(lines: tuple[str, ...]) -> tuple[str, ...]:
    rest = len(lines) - LISTED
    return lines if rest <= 0 else (*lines[:LISTED], f"and {rest} more, listed with each query below")


def _comparison_alarms(view: View, comparison: Comparison) -> Iterator[Alarm]:
    for side in sides(view):
        missing = side.executions - side.verified
        if missing > 0 and side.run != view.run.identity:
            text = "The executions are in the side's own run file."
            yield Alarm(f"{label(view, side)}: {count(missing, 'execution')} without a verified answer", text, grave=True)
    if comparison.compared < len(comparison.queries):
        left = [query.query for query in comparison.queries if query.ratio is None]
        text = "The overall figures cover only queries with verified answers on both sides."
        lines = (f"left out: {', '.join(left)}",) if left else ()
        yield Alarm(f"Compared: {comparison.compared} of {count(len(comparison.queries), 'query', 'queries')}", text, lines)
    if comparison.screening:
        text = "Fewer than 4 rounds cannot give a 95 % interval per query. Read differences as hints and repeat with more rounds."
        yield Alarm(f"Screening run: {count(comparison.rounds, 'round')}", text)
    if not comparison.interleaved:
        text = "The sides were measured in separate runs, so drift of the machine between them is not controlled. "
        yield Alarm("Not interleaved", text + f"Every interval is widened by {percent(comparison.drift)} for it.")
    if comparison.notes:
        yield Alarm("Notes on this comparison", "", comparison.notes)


def method(view: View) -> tuple[tuple[str, str], ...]:
    """Return how the figures came about, as pairs of heading and text."""
    run = view.run.configuration
    common = (
        (
            "Rounds",
            "A round opens a fresh connection to every subject and runs all queries once, in an order drawn from the seed and "
            f"equal for all. Each query first runs {count(run.warmups, 'warm-up')}, recorded and shown but in no figure, then "
            f"the timed execution. A query is stopped after {seconds(run.timeout)}.",
        ),
        (
            "Answers",
            "Every answer that has a reference is compared with it, value by value and outside the clock; "
            f"floating-point numbers may differ by {view.run.float_tolerance:g}. Failures and wrong answers are reported, "
            "never replaced by a guess.",
        ),
    )
    return common if view.comparison is None else (*common, *_comparison_method(view.comparison))


def _comparison_method(comparison: Comparison) -> tuple[tuple[str, str], ...]:
    order = (
        "Both sides ran in the same rounds, the first place alternating (ABBA), so slow drift of the machine falls on both alike."
        if comparison.interleaved
        else "The sides ran in separate runs. Drift between them cannot be told from a difference, so every interval is widened "
        f"by an allowance of {percent(comparison.drift)}."
    )
    form = "Student's t over the rounds" if comparison.interleaved else "Welch's t on the rounds of both runs"
    margin = percent(comparison.margin)
    return (
        ("Order", order),
        (
            "Ratio of a query",
            "Contender's time divided by the base's: the median of all pairwise ratios of the rounds (Hodges–Lehmann), with the "
            "interval that inverts the exact Mann–Whitney test. Rounds are few, so the confidence reached differs from 95 % "
            "and is printed with each query. Each interval stands for its query alone.",
        ),
        (
            "All queries together",
            "Each round gives a geometric mean over the queries on both sides; the ratio of these means is the figure, its "
            f"interval {form}. The total time is treated the same way. The interval covers the noise of measuring these "
            "queries here, and nothing else.",
        ),
        (
            "Verdicts",
            f"Faster or slower: the whole interval lies beyond the practical margin of {margin}. Same: it lies inside. Unclear: "
            "it reaches across. Among many queries some interval misses by chance, so a query's verdict of faster or slower "
            "must also survive the Benjamini–Hochberg procedure over all queries at 5 %, or it becomes unclear and says so."
            + _detectable(comparison),
        ),
        ("Outliers", "Outliers and unstable series are marked and stay in every figure."),
    )


def _detectable(comparison: Comparison) -> str:
    if comparison.detectable is None:
        return ""
    found = percent(comparison.detectable - 1)
    return f" With these rounds and this noise, a true difference of about {found} in one query would be found four times in five."
