"""What Spark's own bookkeeping says of a query's stages, and the operating system of the driver's memory."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

# Name with unit here -> accessor of org.apache.spark.status.api.v1.StageData, and what turns its unit into ours.
_STAGE = {
    "executor_run_seconds": ("executorRunTime", 1e-3),
    "executor_cpu_seconds": ("executorCpuTime", 1e-9),
    "gc_seconds": ("jvmGcTime", 1e-3),
    "input_bytes": ("inputBytes", 1.0),
    "shuffle_read_bytes": ("shuffleReadBytes", 1.0),
    "shuffle_write_bytes": ("shuffleWriteBytes", 1.0),
    "memory_spilled_bytes": ("memoryBytesSpilled", 1.0),
    "disk_spilled_bytes": ("diskBytesSpilled", 1.0),
}


def stages(context: Any, group: str) -> dict[str, float]:
    """Return the sums over all stages of the jobs of ``group`` in ``context``, a SparkContext."""
    store = context._jsc.sc().statusStore()
    found = {"jobs": 0.0, "stages": 0.0, "tasks": 0.0} | dict.fromkeys(_STAGE, 0.0)
    for job in context.statusTracker().getJobIdsForGroup(group):
        found["jobs"] += 1
        ids = store.job(job).stageIds()
        for stage in (store.lastStageAttempt(ids.apply(i)) for i in range(ids.size())):
            # A stage whose shuffle files were there already was skipped.
            if stage.status().toString() == "SKIPPED":
                continue
            found["stages"] += 1
            found["tasks"] += stage.numCompleteTasks()
            for name, (accessor, factor) in _STAGE.items():
                found[name] += getattr(stage, accessor)() * factor
    return found


def memory(pid: int | None) -> dict[str, float]:
    """Return the largest resident memory that process ``pid`` has had; nothing where the system does not tell."""
    try:
        text = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    except OSError:
        return {}
    found = re.search(r"VmHWM:\s+(\d+) kB", text)
    return {"jvm_peak_bytes": float(found[1]) * 1024} if found else {}
