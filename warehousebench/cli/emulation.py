"""``advise --emulate``: queries run on segmented DuckDB databases, predicted bytes against counted ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from warehousebench.cli.console import step
from warehousebench.cli.tables import size, table
from warehousebench.errors import UsageError
from warehousebench.model.layout import Layout
from warehousebench.simulate.emulate import CountedMotion, Emulation, Verdict, emulate

NOTE = (
    "Each query ran on {nodes} DuckDB databases that hold the segmented rows; the bytes of rows that changed node were counted.\n"
    "within chance: more than 1 % off, but no more than three standard deviations over all hash functions (the figure after ±).\n"
    "Groups of two-phase aggregates were counted per node for the prediction; where the search, which takes rows to lie at\n"
    "random, reckons more than 1 % more or less, its figure stands in the remark."
)


def emulated(
    wanted: Sequence[str], queries: Mapping[str, str], relations: Mapping[str, str], layout: Layout, nodes: int, title: str
) -> str:
    """Return a table of every motion of the ``wanted`` queries (``all`` for all); raises UsageError for an unknown one."""
    unknown = sorted(set(wanted) - queries.keys() - {"all"})
    if unknown:
        raise UsageError(f"--emulate names {', '.join(unknown)}; the queries are {', '.join(queries)}, or all")
    chosen = {name: sql for name, sql in queries.items() if "all" in wanted or name in wanted}
    with step(f"Emulate {len(chosen)} queries on {nodes} databases", len(chosen)) as advance:
        found = emulate(chosen, relations, layout, nodes, progress=advance)
    rows = [row for each in found for row in _rows(each)]
    equal = sum(each.answer_equal for each in found)
    motions = [motion for each in found for motion in each.motions]
    verdicts = Counter(motion.verdict for motion in motions)
    counted = ", ".join(f"{verdicts[verdict]} {verdict}" for verdict in Verdict)
    verdict = f"{equal} of {len(found)} answers equal to a single node's; of {len(motions)} motions {counted}."
    header = ["query", "step", "motion", "predicted", "counted", "ratio", "remark"]
    return "\n".join([f"{title}: {verdict}", "", table(header, rows, left=3), "", NOTE.format(nodes=nodes)])


def _rows(emulation: Emulation) -> list[list[str]]:
    remark = "; ".join(emulation.remarks) + ("" if emulation.answer_equal or emulation.finding else "ANSWER DIFFERS")
    if emulation.finding or not emulation.motions:
        return [[emulation.query, "", "", "", "", "", emulation.finding or remark or "nothing moves, answer equal"]]
    rows = [_row(motion) for motion in emulation.motions]
    return [[emulation.query if i == 0 else "", *row[:-1], row[-1] or (remark if i == 0 else "")] for i, row in enumerate(rows)]


def _row(motion: CountedMotion) -> list[str]:
    ratio = f"{motion.counted_bytes / motion.predicted_bytes:.4f}" if motion.predicted_bytes else "–"
    return [motion.operator, motion.motion.value, size(motion.predicted_bytes), size(motion.counted_bytes), ratio, _remark(motion)]


def _remark(motion: CountedMotion) -> str:
    bound = f" (± {size(motion.bound_bytes)})" if motion.verdict is Verdict.CHANCE else ""
    causes = f": {', '.join(motion.causes)}" if motion.causes else ""
    search = f"; the search reckons {size(motion.random_bytes)}" if motion.misjudged and motion.random_bytes is not None else ""
    return f"{motion.verdict}{bound}{causes}{search}"
