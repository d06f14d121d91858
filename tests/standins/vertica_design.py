"""Vertica's projections as they were created: columns, encodings, order, segmentation, safety; and the automatic one."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from standins import tables
from standins.errors import ServerError, unsupported

RULES = tables.Rules(
    dialect="vertica",
    default_decimal=(37, 15),
    default_varchar=80,
    names={
        "BIGINT": "int",
        "DOUBLE": "float",
        "FLOAT": "float",
        "DECIMAL": "numeric",
        "VARCHAR": "varchar",
        "CHAR": "char",
        "LONGTEXT": "long varchar",
        "DATETIME": "timestamp",
        "TIMESTAMP": "timestamp",
        "TIMESTAMPTZ": "timestamptz",
    },
)
# The documented default of Vertica's projection parameters: so many leading columns sort and segment by themselves.
_AUTOMATIC_COLUMNS = 8
_HASHES = ("hash", "modularhash")


def projection(tree: exp.Expression, columns: list[dict[str, Any]]) -> dict[str, Any]:
    """Return what CREATE PROJECTION says, over the columns of its table; raises ServerError for a missing column."""
    known = [column["name"] for column in columns]
    query = tree.args["expression"]
    items = _items(query, known)
    named = tree.args.get("columns") or []
    if named and len(named) != len(items):
        raise ServerError("42601", f"the projection names {len(named)} columns and selects {len(items)}")
    body: dict[str, Any] = {"columns": []}
    for number, (name, source) in enumerate(items):
        encoding = named[number].args.get("encoding") if named else None
        shown = named[number].name if named else name
        body["columns"].append({"name": shown, "source": source, "encoding": encoding.name.upper() if encoding else "AUTO"})
    body["order"] = _order(tree.args.get("order"), [*known, *(column["name"] for column in body["columns"])])
    if not body["order"]:
        body["order"] = [column["name"] for column in body["columns"]]
    body |= segmentation(tree.args.get("segmentation"), known)
    body["ksafe"] = int(tree.args["ksafe"].name) if tree.args.get("ksafe") else None
    body["aggregate"] = bool(query.args.get("group"))
    body["super"] = {column["source"].lower() for column in body["columns"]} >= {name.lower() for name in known}
    body["super"] = body["super"] and not body["aggregate"]
    return body


def segmentation(found: exp.Expression | None, known: list[str]) -> dict[str, Any]:
    """Return the columns that rows are segmented by (None: a copy on every node; empty: not said) and the text of it."""
    if found is None:
        return {"segmented_by": [], "segmentation": ""}
    if not found.args.get("segmented"):
        return {"segmented_by": None, "segmentation": ""}
    call = found.this
    if not isinstance(call, exp.Anonymous) or call.name.lower() not in _HASHES:
        raise unsupported(f"segmentation by {call.sql()}")
    names = [column.name for column in call.expressions]
    _check(names, known)
    text = f"{call.name.lower()}({', '.join(names)})"
    if found.args.get("offset"):
        text += f" offset {found.args['offset'].name}"
    return {"segmented_by": names, "segmentation": text}


def automatic(columns: list[dict[str, Any]], table: dict[str, Any]) -> dict[str, Any]:
    """Return the superprojection that Vertica makes by itself when a table without one is loaded."""
    names = [column["name"] for column in columns]
    leading = names[:_AUTOMATIC_COLUMNS]
    body: dict[str, Any] = {
        "columns": [{"name": name, "source": name, "encoding": "AUTO"} for name in names],
        "order": table.get("order") or leading,
        "ksafe": table.get("ksafe"),
        "aggregate": False,
        "super": True,
    }
    body["segmented_by"] = table["segmented_by"] if table.get("segmented_by", []) != [] else leading
    body["segmentation"] = table.get("segmentation") or f"hash({', '.join(leading)})"
    for column, declared in zip(body["columns"], columns, strict=True):
        column["encoding"] = declared["encoding"] or "AUTO"
    return body


def table_properties(tree: exp.Expression, columns: list[dict[str, Any]]) -> dict[str, Any]:
    """Return order, segmentation and safety that CREATE TABLE gives its automatic projection."""
    known = [column["name"] for column in columns]
    body: dict[str, Any] = {"order": [], "segmented_by": [], "segmentation": "", "ksafe": None}
    properties = tree.args.get("properties")
    for found in properties.expressions if properties else ():
        kind = type(found).__name__
        if kind == "Order":
            body["order"] = _order(found, known)
        elif kind == "TableSegmentationProperty":
            body |= segmentation(found.this, known)
        elif kind == "KsafeProperty":
            body["ksafe"] = int(found.this.name) if found.this else None
        elif kind not in ("LocalProperty", "TemporaryProperty", "OnCommitProperty"):
            raise unsupported(f"{kind} in CREATE TABLE")
    return body


def _items(query: exp.Expression, known: list[str]) -> list[tuple[str, str]]:
    """Return (name, column of the table) of a projection's select list; the column is "" for an expression."""
    items: list[tuple[str, str]] = []
    for item in query.expressions:
        if isinstance(item, exp.Star):
            items += [(name, name) for name in known]
            continue
        plain = item.unalias()
        for column in plain.find_all(exp.Column):
            _check([column.name], known)
        items.append((item.alias_or_name, plain.name if isinstance(plain, exp.Column) else ""))
    return items


def _order(order: exp.Expression | None, known: list[str]) -> list[str]:
    names = []
    for item in order.expressions if order else ():
        if isinstance(item, exp.Ordered) and item.args.get("desc"):
            raise ServerError("42601", "a projection is sorted in ascending order only")
        names.append(item.name)
    _check(names, known)
    return names


def _check(names: list[str], known: list[str]) -> None:
    lowered = {name.lower() for name in known}
    for name in names:
        if name.lower() not in lowered:
            raise ServerError("42703", f'Column "{name}" does not exist')
