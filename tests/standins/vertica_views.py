"""Vertica's system relations by name, with the shapes that VerticaPy's copies and Vertica's reference give them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from standins import backend, sql, vertica_catalog, vertica_monitor

if TYPE_CHECKING:
    from standins.vertica_sql import Vertica

Rows = list[dict[str, Any]]


def _columns(text: str) -> dict[str, str]:
    """Return names and types from ``name`` (text) and ``name:type`` words."""
    kinds = {"i": "BIGINT", "b": "BOOLEAN", "t": "TIMESTAMPTZ", "f": "DOUBLE", "n": "DECIMAL(36,6)"}
    pairs = (word.partition(":") for word in text.split())
    return {name: kinds.get(kind, "VARCHAR") for name, _, kind in pairs}


_SHAPES = {
    "v_catalog.tables": "table_schema_id:i table_schema table_id:i table_name owner_name is_temp_table:b is_system_table:b "
    "partition_expression create_time:t table_definition",
    "v_catalog.columns": "table_id:i table_schema table_name is_system_table:b column_id column_name data_type "
    "data_type_length:i character_maximum_length:i numeric_precision:i numeric_scale:i ordinal_position:i is_nullable:b "
    "column_default is_identity:b",
    "v_catalog.projections": "projection_schema_id:i projection_schema projection_id:i projection_name projection_basename "
    "owner_name anchor_table_id:i anchor_table_name node_name is_prejoin:b create_type verified_fault_tolerance:i "
    "is_up_to_date:b has_statistics:b is_segmented:b segment_expression segment_range is_super_projection:b "
    "has_expressions:b is_aggregate_projection:b aggregate_type",
    "v_catalog.projection_columns": "projection_id:i projection_name projection_column_name column_position:i "
    "sort_position:i column_id data_type encoding_type access_rank:i group_id:i table_schema table_id:i table_name "
    "table_column_id table_column_name statistics_type statistics_updated_timestamp:t is_expression:b is_aggregate:b",
    "v_catalog.nodes": "node_name node_id:i node_state node_address export_address catalog_path is_primary:b",
    "v_catalog.databases": "database_id:i database_name",
    "v_catalog.users": "user_id:i user_name is_super_user:b",
    "v_monitor.system": "current_epoch:i designed_fault_tolerance:i node_count:i node_down_count:i current_fault_tolerance:i",
    "v_catalog.schemata": "schema_id:i schema_name schema_owner is_system_schema:b",
    "v_monitor.projection_storage": "node_name projection_id:i projection_name projection_schema projection_column_count:i "
    "row_count:i used_bytes:i ros_count:i anchor_table_id:i anchor_table_name anchor_table_schema",
    "v_monitor.sessions": "node_name user_name session_id client_pid:i login_timestamp:t client_label client_type "
    "client_version client_os transaction_id:i transaction_description statement_id:i current_statement ssl_state "
    "authentication_method",
    "v_monitor.query_requests": "node_name user_name session_id request_id:i transaction_id:i statement_id:i request_type "
    "request request_label search_path memory_acquired_mb:f success:b error_count:i start_timestamp:t end_timestamp:t "
    "request_duration request_duration_ms:i is_executing:b",
    "v_monitor.query_profiles": "session_id transaction_id:i statement_id:i identifier node_name query query_search_path "
    "schema_name table_name query_duration_us:n query_start_epoch:i query_start query_type error_code:i user_name "
    "processed_row_count:i reserved_extra_memory_b:i is_executing:b",
    "v_monitor.query_consumption": "start_time:t end_time:t session_id user_id:i user_name transaction_id:i statement_id:i "
    "cpu_cycles_us:i network_bytes_received:i network_bytes_sent:i data_bytes_read:i data_bytes_written:i "
    "data_bytes_loaded:i bytes_spilled:i input_rows:i input_rows_processed:i peak_memory_kb:i thread_count:i duration_ms:i "
    "resource_pool output_rows:i request_type label is_retry:b success:b",
    "v_monitor.execution_engine_profiles": "node_name user_id:i user_name session_id transaction_id:i statement_id:i "
    "plan_id:i operator_name operator_id:i baseplan_id:i path_id:i localplan_id:i activity_id:i resource_id:i counter_name "
    "counter_tag counter_value:i is_executing:b",
    "v_internal.dc_query_executions": "node_name session_id user_id:i user_name transaction_id:i statement_id:i request_id:i "
    "execution_step completion_time:t",
    "v_monitor.load_streams": "session_id transaction_id:i statement_id:i stream_name schema_name table_name "
    "accepted_row_count:i rejected_row_count:i is_executing:b",
}


def relations(session: Vertica) -> Mapping[str, sql.Relation]:
    """Return the system relations by lower-case name; without schema too, unless a table of the user's has the name."""
    taken = {each.name.lower() for each in backend.applied(session.duck, "table")}
    made: dict[str, sql.Relation] = {}
    for name, rows in _MAKERS.items():
        shape = _columns(_SHAPES["v_monitor.sessions" if name == "v_monitor.current_session" else name])
        made[name] = lambda shape=shape, rows=rows: _query(shape, rows(session))
    return made | {name.partition(".")[2]: made[name] for name in made if name.partition(".")[2] not in taken}


def _query(shape: Mapping[str, str], rows: Rows) -> Any:
    return sql.rows_as_query(shape, [[row.get(name) for name in shape] for row in rows])


_MAKERS: Mapping[str, Callable[[Vertica], Rows]] = {
    "v_catalog.tables": vertica_catalog.tables,
    "v_catalog.columns": vertica_catalog.columns,
    "v_catalog.projections": vertica_catalog.projections,
    "v_catalog.projection_columns": vertica_catalog.projection_columns,
    "v_catalog.nodes": vertica_catalog.nodes,
    "v_catalog.databases": lambda session: [{"database_name": session.database}],
    "v_catalog.schemata": vertica_catalog.schemata,
    "v_catalog.users": lambda session: [{"user_name": session.user, "is_super_user": True}],
    "v_monitor.system": vertica_catalog.system,
    "v_monitor.projection_storage": vertica_catalog.storage,
    "v_monitor.sessions": vertica_monitor.sessions,
    "v_monitor.current_session": vertica_monitor.sessions,
    "v_monitor.query_requests": vertica_monitor.per_record(vertica_monitor.request),
    "v_monitor.query_profiles": vertica_monitor.per_record(vertica_monitor.profile),
    "v_monitor.query_consumption": vertica_monitor.per_record(vertica_monitor.consumption),
    "v_monitor.execution_engine_profiles": vertica_monitor.per_record(vertica_monitor.counters),
    "v_internal.dc_query_executions": vertica_monitor.per_record(vertica_monitor.steps),
    "v_monitor.load_streams": lambda session: session.backend.loads,
}
