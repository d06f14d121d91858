"""What Vertica itself says of a query: its own time and resources, without the client's fetching.

Sources: Vertica documentation, system tables QUERY_CONSUMPTION and QUERY_PROFILES.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from warehousebench.engines.vertica.types import text
from warehousebench.errors import EngineError

Run = Callable[[str], list[tuple[Any, ...]]]

# Column of query_consumption -> the figure's name with its unit.
_CONSUMPTION = {
    "duration_ms": "server time (ms)",
    "cpu_cycles_us": "CPU time (us)",
    "data_bytes_read": "read from storage (bytes)",
    "network_bytes_sent": "sent between nodes (bytes)",
    "bytes_spilled": "spilled (bytes)",
    "input_rows": "input rows",
    "peak_memory_kb": "peak memory (kB)",
    "thread_count": "threads",
}
_DURATION = "server time (ms)"
# The collector writes a moment after the query has ended.
_TRIES, _PAUSE_SECONDS = 4, 0.1


def of_query(run: Run, label: str) -> Mapping[str, float]:
    """Return figure -> value for the query with ``label``; empty if the server has none; raises EngineError.

    The duration is the profile's, in microseconds there, where it is known; of several attempts of the server the last counts.
    """
    for attempt in range(_TRIES):
        if attempt:
            time.sleep(_PAUSE_SECONDS)
        found: dict[str, float] = {}
        with suppress(EngineError):  # older servers have no such table; a lost session shows in the next statement
            found = _consumption(run, label)
        found |= _profile(run, label)
        if found:
            return found
    return {}


def _consumption(run: Run, label: str) -> dict[str, float]:
    rows = run(
        f"SELECT {', '.join(_CONSUMPTION)} FROM v_monitor.query_consumption"
        f" WHERE label = {text(label)} ORDER BY end_time DESC LIMIT 1"
    )
    if not rows:
        return {}
    return {name: float(value) for name, value in zip(_CONSUMPTION.values(), rows[0], strict=True) if value is not None}


def _profile(run: Run, label: str) -> dict[str, float]:
    rows = run(
        "SELECT query_duration_us FROM v_monitor.query_profiles"
        f" WHERE identifier = {text(label)} AND NOT is_executing ORDER BY query_start_epoch DESC LIMIT 1"
    )
    return {_DURATION: float(rows[0][0]) / 1000} if rows and rows[0][0] is not None else {}
