"""Vertica's catalog: tables, columns, projections and what they store, from what was applied; used bytes are not known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from standins import backend
from standins.backend import Applied

if TYPE_CHECKING:
    from standins.vertica_sql import Vertica

Rows = list[dict[str, Any]]
NODE = "v_standin_node{:04d}"


def tables(session: Vertica) -> Rows:
    """Return the user's tables."""
    return [
        {
            "table_schema": each.schema,
            "table_id": each.body["id"],
            "table_name": each.name,
            "owner_name": session.user,
            "is_temp_table": False,
            "is_system_table": False,
            "create_time": each.body["created"],
        }
        for each in backend.applied(session.duck, "table")
    ]


def columns(session: Vertica) -> Rows:
    """Return the columns of the user's tables."""
    return [
        {
            "table_id": each.body["id"],
            "table_schema": each.schema,
            "table_name": each.name,
            "is_system_table": False,
            "column_id": f"{each.body['id']}-{number}",
            "column_name": column["name"],
            "data_type": column["shown"],
            "ordinal_position": number,
            "is_nullable": not column["not_null"],
            "column_default": column["default"],
            "character_maximum_length": column["limit"] or None,
            "is_identity": False,
        }
        for each in backend.applied(session.duck, "table")
        for number, column in enumerate(each.body["columns"], 1)
    ]


def copies(projection: Applied) -> list[str]:
    """Return the names of the stored copies: a hashed projection with K-safety has buddies _b0, _b1, …"""
    ksafe = projection.body["ksafe"]
    if projection.body["segmented_by"] is None or not ksafe:
        return [projection.name]
    return [f"{projection.name}_b{number}" for number in range(ksafe + 1)]


def projections(session: Vertica) -> Rows:
    """Return one row for each stored copy of each projection."""
    found = []
    for each, table, rows in _with_tables(session):
        body = each.body
        found += [
            {
                "projection_schema": each.schema,
                "projection_id": body["id"],
                "projection_name": name,
                "projection_basename": each.name,
                "owner_name": session.user,
                "anchor_table_id": table.body["id"],
                "anchor_table_name": table.name,
                "is_prejoin": False,
                "create_type": body["create_type"],
                "verified_fault_tolerance": body["ksafe"] or 0,
                "is_up_to_date": body["up_to_date"],
                "has_statistics": body.get("analyzed") == rows,
                "is_segmented": body["segmented_by"] is not None,
                "segment_expression": body["segmentation"] or None,
                "is_super_projection": body["super"],
                "has_expressions": any(not column["source"] for column in body["columns"]),
                "is_aggregate_projection": body["aggregate"],
                "aggregate_type": "GROUPBY" if body["aggregate"] else None,
            }
            for name in copies(each)
        ]
    return found


def projection_columns(session: Vertica) -> Rows:
    """Return the columns of every stored copy, with encodings and places in the sort order."""
    found = []
    for each, table, rows in _with_tables(session):
        types = {column["name"].lower(): column["shown"] for column in table.body["columns"]}
        order = [name.lower() for name in each.body["order"]]
        statistics = "FULL" if each.body.get("analyzed") == rows else "ROWCOUNT"
        for name in copies(each):
            for number, column in enumerate(each.body["columns"]):
                sorted_by = next((x for x in (column["name"].lower(), column["source"].lower()) if x in order), None)
                found.append(
                    {
                        "projection_id": each.body["id"],
                        "projection_name": name,
                        "projection_column_name": column["name"],
                        "column_position": number,
                        "sort_position": order.index(sorted_by) if sorted_by else None,
                        "data_type": types.get(column["source"].lower()),
                        "encoding_type": column["encoding"],
                        "access_rank": 0,
                        "group_id": 0,
                        "table_schema": table.schema,
                        "table_id": table.body["id"],
                        "table_name": table.name,
                        "table_column_name": column["source"] or None,
                        "statistics_type": statistics,
                        "is_expression": not column["source"],
                        "is_aggregate": False,
                    }
                )
    return found


def storage(session: Vertica) -> Rows:
    """A copy on every node has all rows on each; a segmented one is shown on the first node, for nothing is segmented here."""
    found = []
    for each, table, rows in _with_tables(session):
        nodes = range(1, session.backend.nodes + 1) if each.body["segmented_by"] is None else [1]
        for name, node in ((name, node) for name in copies(each) for node in nodes):
            found.append(
                {
                    "node_name": NODE.format(node),
                    "projection_id": each.body["id"],
                    "projection_name": name,
                    "projection_schema": each.schema,
                    "projection_column_count": len(each.body["columns"]),
                    "row_count": rows if each.body["up_to_date"] else 0,
                    "anchor_table_id": table.body["id"],
                    "anchor_table_name": table.name,
                    "anchor_table_schema": table.schema,
                }
            )
    return found


def _with_tables(session: Vertica) -> list[tuple[Applied, Applied, int]]:
    tables = {(each.schema, each.name): each for each in backend.applied(session.duck, "table")}
    counts = {key: backend.count(session.duck, *key) for key in tables}
    found = [(each, (each.schema, each.anchor)) for each in backend.applied(session.duck, "projection")]
    return [(each, tables[key], counts[key]) for each, key in found if key in tables]


def nodes(session: Vertica) -> Rows:
    """Return the nodes that the stand-in says it has."""
    names = [NODE.format(number) for number in range(1, session.backend.nodes + 1)]
    return [{"node_name": name, "node_state": "UP", "node_address": "127.0.0.1", "is_primary": True} for name in names]


def system(session: Vertica) -> Rows:
    """Return the row of the whole database."""
    nodes = session.backend.nodes
    safety = int(nodes >= 3)
    counts = {"node_count": nodes, "node_down_count": 0}
    return [{"designed_fault_tolerance": safety, "current_fault_tolerance": safety} | counts]


def schemata(session: Vertica) -> Rows:
    """Return the user's schemas."""
    found = session.query("SELECT schema_name FROM duckdb_schemas() WHERE database_name = 'memory' AND NOT internal")
    return [{"schema_name": name, "is_system_schema": False} for (name,) in found if not name.startswith("_")]
