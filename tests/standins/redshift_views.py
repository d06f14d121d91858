"""Redshift's system relations, made from what was applied and run; what the stand-in cannot know is NULL.

Names and columns as in the Redshift developer guide; sizes, skew and blocks belong to a storage that is not here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from sqlglot import exp

from standins import backend, sql
from standins.redshift_design import shown_diststyle, shown_encoding

if TYPE_CHECKING:
    from standins.redshift_sql import Redshift

_TABLE_INFO = {
    "database": "VARCHAR",
    "schema": "VARCHAR",
    "table_id": "BIGINT",
    "table": "VARCHAR",
    "encoded": "VARCHAR",
    "diststyle": "VARCHAR",
    "sortkey1": "VARCHAR",
    "max_varchar": "INTEGER",
    "sortkey1_enc": "VARCHAR",
    "sortkey_num": "INTEGER",
    "size": "BIGINT",
    "pct_used": "DECIMAL(10,4)",
    "empty": "BIGINT",
    "unsorted": "DECIMAL(5,2)",
    "stats_off": "DECIMAL(5,2)",
    "tbl_rows": "DECIMAL(38,0)",
    "skew_sortkey1": "DECIMAL(19,2)",
    "skew_rows": "DECIMAL(19,2)",
    "estimated_visible_rows": "DECIMAL(38,0)",
    "risk_event": "VARCHAR",
    "vacuum_sort_benefit": "DECIMAL(12,2)",
    "create_time": "TIMESTAMP",
}
_TABLE_DEF = {
    "schemaname": "VARCHAR",
    "tablename": "VARCHAR",
    "column": "VARCHAR",
    "type": "VARCHAR",
    "encoding": "VARCHAR",
    "distkey": "BOOLEAN",
    "sortkey": "INTEGER",
    "notnull": "BOOLEAN",
}
_CLASS_INFO = {"relname": "VARCHAR", "relnamespace": "BIGINT", "releffectivediststyle": "INTEGER"}
_SLICES = {"node": "INTEGER", "slice": "INTEGER", "localslice": "INTEGER", "type": "VARCHAR"}
_STYLES = {"EVEN": 0, "KEY": 1, "ALL": 8, "AUTO(ALL)": 10}
_SLICES_OF_A_NODE = 2
_QUERY_HISTORY = {
    "user_id": "INTEGER",
    "query_id": "BIGINT",
    "query_label": "VARCHAR",
    "transaction_id": "BIGINT",
    "session_id": "INTEGER",
    "database_name": "VARCHAR",
    "query_type": "VARCHAR",
    "status": "VARCHAR",
    "result_cache_hit": "BOOLEAN",
    "start_time": "TIMESTAMP",
    "end_time": "TIMESTAMP",
    "elapsed_time": "BIGINT",
    "queue_time": "BIGINT",
    "execution_time": "BIGINT",
    "error_message": "VARCHAR",
    "returned_rows": "BIGINT",
    "returned_bytes": "BIGINT",
    "query_text": "VARCHAR",
    "redshift_version": "VARCHAR",
    "usage_limit": "VARCHAR",
    "compute_type": "VARCHAR",
    "compile_time": "BIGINT",
    "planning_time": "BIGINT",
    "lock_wait_time": "BIGINT",
    "username": "VARCHAR",
}
_QUERY_DETAIL = {
    "query_id": "BIGINT",
    "child_query_sequence": "INTEGER",
    "stream_id": "INTEGER",
    "segment_id": "INTEGER",
    "step_id": "INTEGER",
    "step_name": "VARCHAR",
    "table_name": "VARCHAR",
    "is_rrscan": "VARCHAR",
    "start_time": "TIMESTAMP",
    "end_time": "TIMESTAMP",
    "duration": "BIGINT",
    "alert": "VARCHAR",
    "input_bytes": "BIGINT",
    "input_rows": "BIGINT",
    "output_bytes": "BIGINT",
    "output_rows": "BIGINT",
    "blocks_read": "BIGINT",
    "blocks_write": "BIGINT",
    "local_read_io": "BIGINT",
    "remote_read_io": "BIGINT",
    "source": "VARCHAR",
    "data_skewness": "INTEGER",
    "time_skewness": "INTEGER",
    "spilled_block_local_disk": "BIGINT",
    "spilled_block_remote_disk": "BIGINT",
    "step_attribute": "VARCHAR",
    "metrics_level": "VARCHAR",
}
LOAD_ERROR = {
    "user_id": "INTEGER",
    "query_id": "BIGINT",
    "transaction_id": "BIGINT",
    "session_id": "INTEGER",
    "database_name": "VARCHAR",
    "table_id": "BIGINT",
    "start_time": "TIMESTAMP",
    "file_name": "VARCHAR",
    "line_number": "BIGINT",
    "column_name": "VARCHAR",
    "column_type": "VARCHAR",
    "column_length": "VARCHAR",
    "position": "INTEGER",
    "error_code": "INTEGER",
    "error_message": "VARCHAR",
}
LOAD_HISTORY = {
    "user_id": "INTEGER",
    "query_id": "BIGINT",
    "transaction_id": "BIGINT",
    "session_id": "INTEGER",
    "database_name": "VARCHAR",
    "status": "VARCHAR",
    "table_name": "VARCHAR",
    "start_time": "TIMESTAMP",
    "end_time": "TIMESTAMP",
    "duration": "BIGINT",
    "data_source": "VARCHAR",
    "loaded_rows": "BIGINT",
    "loaded_bytes": "BIGINT",
    "source_file_count": "INTEGER",
    "error_count": "INTEGER",
    "error_message": "VARCHAR",
}
_UNDONE = {"xact_id": "BIGINT"}


def relations(session: Redshift) -> Mapping[str, sql.Relation]:
    """Return the system relations by lower-case name, with and without pg_catalog."""
    made: dict[str, sql.Relation] = {
        "svv_table_info": lambda: sql.rows_as_query(_TABLE_INFO, _table_info(session)),
        "pg_table_def": lambda: sql.rows_as_query(_TABLE_DEF, _table_def(session)),
        "pg_class_info": lambda: sql.rows_as_query(_CLASS_INFO, _class_info(session)),
        "stv_slices": lambda: sql.rows_as_query(_SLICES, _slices(session)),
        "sys_query_history": lambda: _stored(session, "_history", _QUERY_HISTORY, _history(session)),
        "sys_query_detail": lambda: _stored(session, "_detail", _QUERY_DETAIL, _detail(session)),
        "sys_load_error_detail": lambda: _dicts(LOAD_ERROR, session.backend.load_errors),
        "sys_load_history": lambda: _dicts(LOAD_HISTORY, session.backend.loads),
        "stl_undone": lambda: sql.rows_as_query(_UNDONE, []),
    }
    return made | {f"pg_catalog.{name}": relation for name, relation in made.items()}


def _stored(session: Redshift, name: str, columns: Mapping[str, str], rows: list[list[Any]]) -> exp.Expression:
    """Return a query over ``rows`` handed to DuckDB as they are: as text, a long history would take seconds to parse."""
    turned = list(zip(*rows, strict=True)) or [()] * len(columns)
    session.duck.register(name, pa.table([pa.array(values) for values in turned], names=list(columns)))
    typed = ", ".join(f'CAST("{column}" AS {kind}) AS "{column}"' for column, kind in columns.items())
    return sql.parse(f"SELECT {typed} FROM {name}", "duckdb")


def _dicts(columns: Mapping[str, str], rows: list[dict[str, Any]]) -> exp.Expression:
    return sql.rows_as_query(columns, [[row.get(name) for name in columns] for row in rows])


def _table_info(session: Redshift) -> list[list[Any]]:
    """Tables without rows are absent, as in Redshift."""
    found = []
    for each in backend.applied(session.duck, "table"):
        rows = backend.count(session.duck, each.schema, each.name)
        if not rows:
            continue
        body, sortkey = each.body, each.body.get("sortkey", [])
        first = next((column for column in body["columns"] if sortkey and column["name"] == sortkey[0]), None)
        encoded = "Y" if any(shown_encoding(column, sortkey) != "none" for column in body["columns"]) else "N"
        interleaved = body.get("sortstyle") == "INTERLEAVED"
        found.append(
            [
                *(session.database, each.schema, body["id"], each.name),
                encoded if _encoding_given(body) else f"{encoded}, AUTO(ENCODE)",
                shown_diststyle(body),
                "INTERLEAVED" if interleaved else sortkey[0] if sortkey else "AUTO(SORTKEY)",
                max((column["limit"] for column in body["columns"]), default=0),
                shown_encoding(first, sortkey) if first else None,
                len(sortkey),
                *(None, None, None, None),
                0 if body["analyzed"] == rows else None,
                *(rows, None, None, rows, None, None, body["created"]),
            ]
        )
    return found


def _encoding_given(body: dict[str, Any]) -> bool:
    return any(column["encoding"] for column in body["columns"])


def _table_def(session: Redshift) -> list[list[Any]]:
    """Only tables of schemas in the search path are shown, as in Redshift."""
    path = [each.strip().strip("'\"").lower() for each in session.settings["search_path"].split(",")]
    found = []
    for each in backend.applied(session.duck, "table"):
        if each.schema.lower() not in path:
            continue
        sortkey = each.body.get("sortkey", [])
        for column in each.body["columns"]:
            place = sortkey.index(column["name"]) + 1 if column["name"] in sortkey else 0
            if each.body.get("sortstyle") == "INTERLEAVED" and place % 2 == 0:
                place = -place
            found.append(
                [
                    *(each.schema, each.name, column["name"], column["shown"], shown_encoding(column, sortkey)),
                    *(each.body.get("distkey") == column["name"], place, column["not_null"]),
                ]
            )
    return found


def _class_info(session: Redshift) -> list[list[Any]]:
    """Tables with rows and without."""
    spaces = {row[1]: row[0] for row in session.query("SELECT oid, nspname FROM pg_namespace")}
    tables = backend.applied(session.duck, "table")
    styles = [shown_diststyle(each.body) for each in tables]
    codes = [_STYLES[style if style.startswith("AUTO") else style.split("(")[0]] for style in styles]
    return [[each.name, spaces[each.schema], code] for each, code in zip(tables, codes, strict=True)]


def _slices(session: Redshift) -> list[list[Any]]:
    count = session.backend.nodes * _SLICES_OF_A_NODE
    return [[number // _SLICES_OF_A_NODE, number, number % _SLICES_OF_A_NODE, "D"] for number in range(count)]


def _history(session: Redshift) -> list[list[Any]]:
    return [
        [
            *(100, record.id, record.label, record.transaction, record.session, record.database, record.kind),
            *(record.status, False, record.started, record.ended, record.elapsed, 0, record.execution, record.error),
            *(record.rows, record.bytes, record.text[:4000], "standin", None, "primary"),
            *(0, record.planning, 0, record.user),
        ]
        for record in session.backend.records()
    ]


def _detail(session: Redshift) -> list[list[Any]]:
    """One scan for each table of a statement and one return: the steps of a plan are not known here."""
    found = []
    for record in session.backend.records():
        steps = [("scan", table) for table in record.tables] + [("return", None)]
        for number, (step, table) in enumerate(steps):
            last = step == "return"
            found.append(
                [
                    *(record.id, 1, 0, 0, number, step, table, "f", record.started, record.ended),
                    *(record.execution if last else None, None, None, None),
                    *(record.bytes if last else None, record.rows if last else None),
                    *(None, None, None, None, None, None, None, None, None, None, "step"),
                ]
            )
    return found
