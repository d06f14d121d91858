"""What Redshift says of a query that it has run: times, bytes moved between nodes, skew and spill.

Sources: Amazon Redshift Developer Guide, SYS_QUERY_HISTORY (times in microseconds) and SYS_QUERY_DETAIL.  A query is found by
its session and text: the identifier that PG_LAST_QUERY_ID gives is the one of the older STL views.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

Rows = Callable[[str], list[tuple[Any, ...]]]

_TIMES = ("elapsed", "queue", "execution", "compile", "planning", "lock")
_COLUMNS = "elapsed_time, queue_time, execution_time, compile_time, planning_time, lock_wait_time"
_FINISHED = ("success", "failed", "canceled")
# The views are written behind the queries; longer than this they are not waited for.
WAITS = (0.0, 0.1, 0.3, 1.0, 2.0)
_RECENT = 20
_COMPARED = 200
_REMARK = re.compile(r"/\*.*?\*/|--.*?(?:\n|\\n|$)", re.DOTALL)
_BLANK = re.compile(r"\\[nrt]|\s")
_MOVED = {"broadcast": "broadcast bytes", "distribute": "distributed bytes"}


class History:
    """Finds the queries of one session in the system views, each once."""

    def __init__(self, session: int) -> None:
        self._session = session
        self._seen: set[int] = set()

    def figures(self, rows: Rows, sql: str) -> Mapping[str, float]:
        """Return the figures of the newest execution of ``sql``; empty for one that only the leader node saw."""
        for wait in WAITS:
            time.sleep(wait)
            record = self._record(rows, sql)
            if record and str(record[1]).strip() in _FINISHED:
                self._seen.add(int(record[0]))
                return _times(record) | _steps(rows, int(record[0]))
        return {}

    def _record(self, rows: Rows, sql: str) -> tuple[Any, ...] | None:
        wanted = _comparable(sql)
        recent = rows(
            f"SELECT query_id, status, result_cache_hit, {_COLUMNS}, query_text FROM sys_query_history "
            f"WHERE session_id = {self._session} ORDER BY start_time DESC, query_id DESC LIMIT {_RECENT}"
        )
        return next((each for each in recent if int(each[0]) not in self._seen and _comparable(each[-1]) == wanted), None)


def _comparable(sql: object) -> str:
    """Return the start of a text without what the views may write another way: remarks, blanks, line breaks, their escapes."""
    return _BLANK.sub("", _REMARK.sub("", str(sql)))[:_COMPARED]


def _times(record: tuple[Any, ...]) -> dict[str, float]:
    figures = {f"{name} s": float(value) / 1e6 for name, value in zip(_TIMES, record[3:9], strict=True) if value is not None}
    return figures | {"result cache hits": float(bool(record[2]))}


def _steps(rows: Rows, query: int) -> dict[str, float]:
    found = rows(
        "SELECT trim(step_name), count(*), sum(input_bytes), sum(output_bytes), sum(blocks_read), "
        "sum(spilled_block_local_disk), sum(spilled_block_remote_disk), max(data_skewness), max(time_skewness) "
        f"FROM sys_query_detail WHERE query_id = {query} AND metrics_level = 'step' GROUP BY 1"
    )
    of = {str(step[0]): step[1:] for step in found}
    figures = {
        "steps": _sum(step[1] for step in found),
        "scanned bytes": _sum(figure[1] for name, figure in of.items() if name == "scan"),
        "blocks read": _sum(step[4] for step in found),
        "spilled blocks": _sum(spilled for step in found for spilled in step[5:7]),
        "highest data skew": _most(step[7] for step in found),
        "highest time skew": _most(step[8] for step in found),
    }
    moved = {label: _sum([of[name][2]]) if name in of else 0.0 for name, label in _MOVED.items()} if found else {}
    return {name: figure for name, figure in (figures | moved).items() if figure is not None}


def _sum(figures: Iterable[Any]) -> float | None:
    """Return the sum of what is known; None, rather than 0, if nothing is."""
    known = [float(each) for each in figures if each is not None]
    return sum(known) if known else None


def _most(figures: Iterable[Any]) -> float | None:
    return max((float(each) for each in figures if each is not None), default=None)
