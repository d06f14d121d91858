"""Runs, comparisons and designs built by hand for the report's tests."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from warehousebench.model.comparison import Comparison, QueryComparison, Ratio, Side, Verdict
from warehousebench.model.data import Fingerprint
from warehousebench.model.design import DesignChoice, DesignSummary, Evidence, Reason
from warehousebench.model.run import Configuration, Environment, Execution, Phase, Run, Status, Subject

QUERIES = Path(__file__).parents[2] / "queries" / "tpch"
ENVIRONMENT = Environment(
    cpu="AMD EPYC 7763",
    cores=2,
    memory_bytes=25_233_391_616,
    system="Linux 6.1",
    python="3.11.7",
    packages={"duckdb": "2.0.0", "pyarrow": "26.0.1", "warehousebench": "0.1.0"},
    git_commit="c54d3d4",
)
FINGERPRINT = Fingerprint(
    generator="tpchgen-cli 4.0.0",
    checksum_method="sum of 64-bit row hashes",
    tables={"lineitem": "6001215 rows, 8c1f9a", "orders": "1500000 rows, 02bb71", "part": "200000 rows, 77e0d4"},
)
PLAIN = Subject("plain", "duckdb", "2.0.0", "plain", settings={"threads": "2"}, load_seconds=9.87, stored_bytes=268_435_456)
ADVISED = replace(PLAIN, name="advised", layout="advised", load_seconds=14.2, stored_bytes=231_735_296)


def query_texts() -> dict[str, str]:
    """Return the suite's 22 queries."""
    return {path.stem: path.read_text(encoding="utf-8") for path in sorted(QUERIES.glob("*.sql"))}


def noise(query: int, turn: int) -> float:
    """Return a factor near 1 that is the same on every machine and in every Python."""
    return 1 + ((query * 37 + turn * 61) % 23 - 11) / 400


def turns(subject: str, query: str, seconds: list[float], *, warmup: float = 1.3) -> list[Execution]:
    """Return a warm-up and a verified execution per round."""
    found = []
    for number, value in enumerate(seconds, 1):
        for phase, factor in ((Phase.WARMUP, warmup), (Phase.TIMED, 1.0)):
            found.append(
                Execution(
                    subject, query, number, 1, phase, Status.VERIFIED, round(value * factor, 6), 10, f"{query}5e8c1f9a77e0d402"
                )
            )
    return found


def run_of(executions: list[Execution], queries: dict[str, str], *subjects: Subject) -> Run:
    """Return a run of these executions."""
    return Run(
        identity="7f3a9c",
        suite="tpch",
        scale=1,
        started="2026-08-24T09:12:41+00:00",
        finished="2026-08-24T09:20:03+00:00",
        configuration=Configuration(rounds=5, warmups=1, timeout=300, seed=1, threads=2),
        environment=ENVIRONMENT,
        fingerprint=FINGERPRINT,
        queries=queries,
        query_hashes={name: f"{name}aa" for name in queries},
        subjects=subjects,
        executions=tuple(executions),
        probes=(0.0412, 0.0409, 0.0415, 0.0411, 0.041),
    )


def side_of(subject: Subject, run: str = "7f3a9c", **figures: float) -> Side:
    """Return a subject as a side of a comparison."""
    side = Side(subject.name, subject.engine, subject.engine_version, subject.layout, run, subject.stand_in)
    return replace(side, load_seconds=subject.load_seconds, stored_bytes=subject.stored_bytes, **figures)  # type: ignore[arg-type]


def judged(value: float, reach: float = 1.03, margin: float = 0.05) -> Ratio:
    """Return a ratio with an interval of ``reach`` to both sides and its verdict."""
    low, high = value / reach, value * reach
    clear = Verdict.FASTER if high < 1 / (1 + margin) else Verdict.SLOWER if low > 1 + margin else Verdict.UNCLEAR
    inside = low >= 1 / (1 + margin) and high <= 1 + margin
    return Ratio(value, low, high, 0.968, Verdict.SAME if inside else clear)


def whole_workload() -> tuple[Run, Comparison]:
    """Return 22 queries on two layouts in five rounds, and their comparison."""
    texts, executions, queries = query_texts(), [], []
    for index, name in enumerate(texts):
        centre = 0.02 * 1.19 ** (index * 7 % 22)
        value = (0.42, 0.55, 0.61, 0.7, 0.78, 0.86, 0.93, 0.98, 1.0, 1.02, 1.09, 1.31)[index * 5 % 12]
        base = [centre * noise(index, turn) for turn in range(5)]
        contender = [centre * value * noise(index + 3, turn) for turn in range(5)]
        executions += turns("plain", name, base) + turns("advised", name, contender)
        ratio = judged(value, 1.02 + index % 4 * 0.02)
        flags = ("advised: unstable: rounds vary by 12%",) if index == 4 else ()
        queries.append(QueryComparison(name, tuple(base), tuple(contender), base[2], contender[2], ratio, flags))
    run = run_of(executions, texts, PLAIN, ADVISED)
    return run, comparison_of(queries)


def comparison_of(queries: list[QueryComparison]) -> Comparison:
    """Return the comparison of ``advised`` with ``plain`` over these queries."""
    verdicts = [query.ratio.verdict if query.ratio else Verdict.NONE for query in queries]
    figures = {"total_seconds": 4.21, "geometric_mean_seconds": 0.1287, "power_score": 27972.0, "verified": 110, "executions": 110}
    better = figures | {"total_seconds": 3.4, "geometric_mean_seconds": 0.1034, "power_score": 34816.2}
    return Comparison(
        suite="tpch",
        scale=1,
        base=side_of(PLAIN, **figures),
        contender=side_of(ADVISED, **better),
        interleaved=True,
        screening=False,
        rounds=5,
        margin=0.05,
        drift=0.0,
        queries=tuple(queries),
        geometric_mean=Ratio(0.8034, 0.7912, 0.8158, 0.95, Verdict.FASTER),
        total=Ratio(0.8076, 0.781, 0.8351, 0.95, Verdict.FASTER),
        counts={verdict.value: verdicts.count(verdict) for verdict in Verdict},
        compared=sum(query.ratio is not None for query in queries),
        detectable=1.106,
        without_top=0.8121,
        top_share=0.412,
    )


def troubled() -> tuple[Run, Comparison]:
    """Return four queries: one faster, one unclear, one with wrong answers, one over the time limit."""
    texts = {
        "q1": "SELECT count(*)\nFROM lineitem\nWHERE l_quantity < 24 AND l_shipmode <> '<b>'",
        "q2": "SELECT 2",
        "q3": "SELECT avg(x) FROM t",
        "q4": "SELECT 4",
    }
    executions = turns("plain", "q1", [0.1, 0.101, 0.099, 0.1, 0.102]) + turns("advised", "q1", [0.06, 0.061, 0.059, 0.06, 0.35])
    executions += turns("plain", "q2", [0.0031, 0.003, 0.0032, 0.0029, 0.003]) + turns("advised", "q2", [0.0030] * 5)
    executions += turns("plain", "q3", [0.2] * 5) + [
        replace(e, status=Status.MISMATCH, reason="row 1: 25.5 instead of 25.52") for e in turns("advised", "q3", [0.12] * 5)
    ]
    executions += turns("plain", "q4", [1.5] * 5) + [
        replace(e, status=Status.TIMEOUT, seconds=None, rows=None, result_hash=None, reason="stopped after 300 s")
        for e in turns("advised", "q4", [1.0] * 5)
    ]
    queries = [
        QueryComparison("q1", (0.1,) * 5, (0.06,) * 5, 0.1, 0.06, judged(0.6), ("advised: outlier in round 5",)),
        QueryComparison(
            "q2", (0.003,) * 5, (0.003,) * 5, 0.003, 0.003, judged(0.99, 1.2), ("plain: too short: median below 5 ms",)
        ),
        QueryComparison("q3", (0.2,) * 5, (), 0.2, None, None, (), "not compared: advised mismatch 5×"),
        QueryComparison("q4", (1.5,) * 5, (), 1.5, None, None, (), "not compared: advised timeout 5×"),
    ]
    broken = {"verified": 10, "executions": 20, "total_seconds": None, "geometric_mean_seconds": None, "power_score": None}
    comparison = comparison_of(queries)
    troubled = replace(comparison, contender=replace(comparison.contender, **broken))  # type: ignore[arg-type]
    run = run_of(executions, texts, PLAIN, ADVISED)
    return run, replace(troubled, notes=("The environments differ: see both runs.",), without_top=None)


def designs() -> tuple[DesignSummary, ...]:
    """Return a small design for each product."""
    return (design("Redshift", "distribution style"), design("Vertica", "segmentation"))


def design(product: str, distribution: str) -> DesignSummary:
    """Return two tables' choices with reasons, one of them without evidence."""
    evidence = (Evidence("rows joined", 6_001_215, "rows", "query 03"), Evidence("skew", 1.0312, "", "hash of 1500000 keys"))
    reasons = (
        Reason("dist.collocate-join", "distribution", "Joins with orders stay on their slice, so no row has to move.", evidence),
        Reason("sort.range-filter", "sort", "Range filters on l_shipdate then skip most blocks.", evidence[:1]),
        Reason("encode.by-type", "encoding:l_comment", "Text of high cardinality is compressed byte by byte."),
    )
    facts = ((distribution, "hash of l_orderkey"), ("sort key", "l_shipdate, l_orderkey"))
    choices = (DesignChoice("lineitem", facts, reasons), DesignChoice("region", ((distribution, "replicated"),), reasons[2:]))
    basis = "4 nodes, 2 slices each; profile of all rows; 22 queries of equal weight."
    return DesignSummary(product, basis, choices, f"CREATE TABLE lineitem (l_orderkey BIGINT) -- {product}\n;")


def large_designs() -> tuple[DesignSummary, ...]:
    """Return two designs of the size that 8 tables with 61 columns give."""
    small = design("Redshift", "distribution style").choices[0]
    choices = []
    for table, columns in enumerate((16, 9, 9, 8, 7, 5, 4, 3)):
        encodings = tuple(
            Reason(
                "encoding.measured-smallest",
                f"encoding:column_{table}_{number}",
                "Smallest of the codecs tried on the sample in sort order.",
                (
                    Evidence("bytes per value", 1.37 + number, "B", "sample of 200,000 rows"),
                    Evidence("distinct", 2526, "", "profile"),
                ),
            )
            for number in range(columns)
        )
        choices.append(replace(small, name=f"table_{table}", reasons=small.reasons[:2] + encodings))
    script = "\n".join(f"    column_{number} BIGINT NOT NULL ENCODE az64," for number in range(61))
    return tuple(DesignSummary(product, "4 nodes", tuple(choices), script) for product in ("Redshift", "Vertica"))
