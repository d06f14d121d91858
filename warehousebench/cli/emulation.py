"""``advise --emulate``: queries run on segmented DuckDB databases, predicted bytes against counted ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from warehousebench.cli.console import step
from warehousebench.cli.tables import size, table
from warehousebench.errors import UsageError
from warehousebench.model.layout import Layout
from warehousebench.simulate.emulate import CountedMotion, Emulation, emulate

NOTE = (
    "Each query ran on {nodes} DuckDB databases that hold the segmented rows; the bytes of rows that changed node were counted.\n"
    "within: at most 1 % off, or below 1 kB. A cause is named where it is not: the model's error, or the luck of one hash function."
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
    within = sum(motion.within for motion in motions)
    verdict = f"{equal} of {len(found)} answers equal to a single node's; {within} of {len(motions)} motions within 1 %."
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
    causes = ", ".join(cause.value for cause in motion.causes) or ("within" if motion.within else "")
    return [motion.operator, motion.motion.value, size(motion.predicted_bytes), size(motion.counted_bytes), ratio, causes]
