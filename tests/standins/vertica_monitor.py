"""Vertica's monitoring: sessions and what they ran; times are those of DuckDB and say nothing about Vertica."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from standins.backend import Record

if TYPE_CHECKING:
    from standins.vertica_sql import Vertica

Rows = list[dict[str, Any]]
NODE = "v_standin_node0001"


def sessions(session: Vertica) -> Rows:
    """Return the session that asks."""
    return [
        {
            "node_name": NODE,
            "user_name": session.user,
            "session_id": session.name,
            "client_label": session.client.get("client_label"),
            "client_type": session.client.get("client_type"),
            "client_version": session.client.get("client_version"),
            "client_os": session.client.get("client_os"),
            "client_pid": session.client.get("client_pid"),
            "transaction_id": session.transaction,
            "statement_id": session.number,
            "ssl_state": "Server" if session.encrypted else "None",
        }
    ]


def per_record(make: Callable[[Record], Rows]) -> Callable[[Vertica], Rows]:
    """Return what makes rows out of every statement that was run."""

    def rows(session: Vertica) -> Rows:
        found = []
        for record in session.backend.records():
            key = {"session_id": f"standin-{record.session}", "user_name": record.user, "node_name": NODE}
            key |= {"transaction_id": record.transaction, "statement_id": record.number, "is_executing": record.ended is None}
            found += [key | row for row in make(record)]
        return found

    return rows


def request(record: Record) -> Rows:
    """Return a statement's row of QUERY_REQUESTS."""
    success = None if record.ended is None else record.status == "success"
    return [
        {
            "request_id": record.id,
            "request_type": record.kind,
            "request": record.text,
            "request_label": record.label,
            "success": success,
            "error_count": int(success is False),
            "start_timestamp": _zone(record.started),
            "end_timestamp": _zone(record.ended),
            "request_duration_ms": record.elapsed // 1000,
        }
    ]


def profile(record: Record) -> Rows:
    """Return a statement's row of QUERY_PROFILES."""
    return [
        {
            "identifier": record.label,
            "query": record.text,
            "query_duration_us": record.elapsed,
            "query_start": str(record.started),
            "query_type": record.kind,
            "processed_row_count": record.rows,
            "error_code": int(record.status != "success"),
        }
    ]


def consumption(record: Record) -> Rows:
    """Return a statement's row of QUERY_CONSUMPTION."""
    return [
        {
            "start_time": _zone(record.started),
            "end_time": _zone(record.ended),
            "duration_ms": record.elapsed // 1000,
            "output_rows": record.rows,
            "request_type": record.kind,
            "label": record.label,
            "is_retry": False,
            "success": record.status == "success",
            "resource_pool": "general",
        }
    ]


def counters(record: Record) -> Rows:
    """Only a profiled statement leaves counters, and of those only the two that can be known here."""
    if not record.profiled:
        return []
    values = {"execution time (us)": record.execution, "rows produced": record.rows}
    step = {"operator_name": "Root", "operator_id": 1, "path_id": -1}
    return [step | {"counter_name": name, "counter_value": value} for name, value in values.items()]


def steps(record: Record) -> Rows:
    """Return a statement's row of DC_QUERY_EXECUTIONS."""
    return [{"request_id": record.id, "execution_step": "ExecutePlan:Executed", "completion_time": _zone(record.ended)}]


def _zone(moment: object) -> str | None:
    return None if moment is None else f"{moment}+00"
