"""Vertica's own statements: projections, REFRESH and statistics as functions, PROFILE, session settings, COPY.

Two things are as in Vertica and unlike the rest: DDL and a COPY without NO COMMIT commit what is open, and a query sees
what others committed until the session itself has changed something.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

import duckdb
from sqlglot import exp

from standins import backend, sql, tables, vertica_copy, vertica_design, vertica_functions, vertica_views
from standins.backend import Applied, Backend, Record
from standins.commands import TRANSACTION_WORDS, Commands
from standins.errors import ServerError, unsupported
from standins.faults import Faults
from standins.s3 import Bucket
from standins.session import Answer, Column

STATES = {
    "missing schema": "3F000",
    "missing relation": "42V01",
    "missing function": "42883",
    "duplicate": "42710",
    "duplicate schema": "42710",
    "22P02": "22V02",
}
VERSION = f"Vertica Analytic Database stand-in (DuckDB {duckdb.__version__}), not Vertica"
OUTPUT = (Column("OUTPUT", "BIGINT"),)
_DDL = ("CREATE", "DROP", "ALTER", "TRUNCATE", "COMMENT")
_LABEL = re.compile(r"/\*\+.*?label\s*\(\s*['\"]?([^)'\"]+)", re.IGNORECASE | re.DOTALL)
_RUNTIME = re.compile(r"set\s+session\s+runtimecap\s*(?:=|to)?\s*'?(none|\d+)\s*(second|minute)?", re.IGNORECASE)
_AUTOCOMMIT = re.compile(r"set\s+session\s+autocommit\s*(?:=|to)\s*(on|off)", re.IGNORECASE)
_SEARCH_PATH = re.compile(r'set\s+search_path\s*(?:=|to)\s*(\w+|"(?:[^"]|"")*")', re.IGNORECASE)
_PARTS = re.compile(r'"((?:[^"]|"")*)"|([^."]+)')
_UTC = re.compile(r"set\s+(session\s+)?time\s*zone\s*(to\s*)?'?(utc|gmt)'?", re.IGNORECASE)


class Vertica(Commands):
    """A session of the Vertica stand-in; ``client`` holds what it said of itself when it logged in."""

    dialect = "vertica"
    states = STATES
    rules = vertica_design.RULES

    def __init__(
        self, backend: Backend, faults: Faults, client: Mapping[str, str], bucket: Bucket | None, folders: tuple[str, ...]
    ) -> None:
        super().__init__(backend, faults, client.get("user", ""), client.get("database", ""))
        self.client, self.bucket, self.folders = client, bucket, folders
        self.autocommit = client.get("autocommit") == "on"
        self.encrypted = False
        self.parameters: list[tuple[str, str]] = []
        self.transfer: vertica_copy.Transfer | None = None
        self.path = "public"
        self.accepted = self.rejected = 0

    @property
    def name(self) -> str:
        """The session's id as the monitoring tables show it."""
        return f"standin-{self.pid}"

    def cancelled_message(self) -> str:
        """Return what Vertica says to a cancelled statement."""
        return "Execution canceled by operator"

    def relations(self) -> Mapping[str, sql.Relation]:
        """Return the system relations; each is made when a query names it."""
        return vertica_views.relations(self)

    def functions(self) -> Mapping[str, exp.Expression]:
        """Return what only the session knows."""
        numbers = {
            "get_num_accepted_rows": self.accepted,
            "get_num_rejected_rows": self.rejected,
            "current_trans_id": self.transaction,
            "current_statement": self.number,
        }
        texts = {
            "version": VERSION,
            "current_user": self.user,
            "session_user": self.user,
            "current_database": self.database,
            "current_schema": self.schema,
            "current_session": self.name,
        }
        literals: dict[str, exp.Expression] = {name: exp.Literal.number(value) for name, value in numbers.items()}
        literals |= {"clock_timestamp": exp.CurrentTimestamp(), "has_role": exp.true()}
        return literals | {name: exp.Literal.string(value) for name, value in texts.items()}

    def describe(self, text: str, values: Mapping[int, exp.Expression]) -> tuple[Column, ...] | None:
        """Return the columns of a query, and the one column that a change of rows answers with."""
        if self.word(text) in ("INSERT", "UPDATE", "DELETE"):
            self.translated(sql.bind(self.parsed(text), values))
            return OUTPUT
        if self.word(text) == "SELECT" and (action := self._action(text)):
            return (Column(action[0], "VARCHAR"),)
        return super().describe(text, values)

    def parameter_types(self, text: str) -> list[str]:
        """Return DuckDB's types of a statement's parameters: those of the columns of an INSERT, text otherwise."""
        tree = self.parsed(text)
        found = sql.parameters(tree)
        if not isinstance(tree, exp.Insert) or not isinstance(tree.expression, exp.Values):
            return [""] * len(found)
        schema, name = self.target(tree.this)
        kinds = {column.lower(): kind for column, kind in self.table_columns(schema, name)}
        named = [each.name.lower() for each in tree.this.expressions] if isinstance(tree.this, exp.Schema) else list(kinds)
        types = {}
        for row in tree.expression.expressions:
            for column, value in zip(named, row.expressions, strict=False):
                types[id(value)] = kinds.get(column, "")
        return [types.get(id(node), "") for node in found]

    def execute(self, record: Record, text: str, values: Mapping[int, exp.Expression]) -> Answer:
        """Run one statement; one that failed half-way cannot be undone alone here, so the transaction is lost with it."""
        word = self.word(text)
        if self.failed and TRANSACTION_WORDS.get(word) != "ROLLBACK":
            raise unsupported("undoing one statement of a transaction and keeping the others: ROLLBACK first, for that")
        label = _LABEL.search(text)
        record.label = label[1] if label else self.label
        if word in _DDL:
            self.end("COMMIT")
        if word in ("INSERT", "UPDATE", "DELETE", "MERGE") and not self.autocommit:
            self.begin()
        return super().execute(record, text, values)

    def after_error(self) -> None:
        """Keep the transaction where DuckDB does; where it has lost it, forget it if there was nothing to lose."""
        if not self.open:
            return
        try:
            self.query("SELECT 1")
        except ServerError:
            if self.wrote:
                self.failed = True
            else:
                self.end("ROLLBACK")

    def own(self, record: Record, word: str, text: str) -> Answer | None:
        """Run what sqlglot need not see."""
        if word in TRANSACTION_WORDS:
            return self._transaction(TRANSACTION_WORDS[word])
        if word == "SET":
            return self._set(text)
        if word == "COPY":
            return vertica_copy.run(self, record, text)
        if word == "CREATE" and (made := vertica_functions.macro(self, text)):
            return made
        if word == "EXPLAIN":
            return self._explain(text.split(None, 1)[1])
        if word == "PROFILE":
            record.profiled = True
            return self.execute(record, text.split(None, 1)[1], {})
        if word == "SELECT" and (action := self._action(text)):
            name, argument = action
            return Answer("SELECT", (Column(name, "VARCHAR"),), [(_ACTIONS[name](self, argument),)])
        return None

    def own_tree(self, record: Record, tree: exp.Expression) -> Answer | None:  # noqa: ARG002 - the products' common shape
        """Run CREATE TABLE, CREATE and DROP PROJECTION, CREATE LIBRARY and its FUNCTION."""
        if type(tree).__name__ == "CreateLibrary":
            return vertica_functions.library(self, tree)
        if type(tree).__name__ == "CreateUserDefinedExtension":
            return vertica_functions.external(self, tree)
        if type(tree).__name__ == "CreateProjection":
            return self._create_projection(tree)
        if isinstance(tree, exp.Create) and tree.kind == "TABLE":
            return self._create_table(tree)
        if isinstance(tree, exp.Drop) and str(tree.args["kind"]) == "PROJECTION":
            return self._drop_projection(tree)
        return None

    def change(self, tree: exp.Expression, tag: str) -> Answer:
        """Insert, update or delete rows; the answer is a row with their number."""
        answer = super().change(tree, tag)
        self.loaded(*self.target(tree.this))
        return Answer(tag, OUTPUT, [(answer.count,)], answer.count)

    # Settings

    def _transaction(self, word: str) -> Answer:
        if word == "BEGIN":
            self.begin()
        else:
            self.end(word)
        return Answer(word)

    def _set(self, text: str) -> Answer:
        if match := _AUTOCOMMIT.match(text):
            self.autocommit = match[1].lower() == "on"
            self.parameters.append(("auto_commit", match[1].lower()))
        elif match := _RUNTIME.match(text):
            self.timeout = 0.0 if match[1].lower() == "none" else float(match[1]) * (60 if match[2] == "minute" else 1)
        elif match := _SEARCH_PATH.match(text):
            self.path = _names(match[1])[0]
            self.look_for_schemas()
        elif not _UTC.match(text):
            raise unsupported(" ".join(text.split()[:3]))
        return Answer("SET")

    def look_for_schemas(self) -> None:
        """Let unqualified names mean the first schema of the search path if it exists, and else the public one."""
        there = {row[0].lower() for row in self.query("SELECT schema_name FROM duckdb_schemas() WHERE NOT internal")}
        self.schema = self.path if self.path.lower() in there else "public"
        path = f"{sql.quoted(self.schema)},public".replace("'", "''")
        self.query(f"SET search_path = '{path}'")

    def _explain(self, text: str) -> Answer:
        """Show DuckDB's plan under a heading that says whose it is."""
        rows = self.query(f"EXPLAIN {self.translated(self.parsed(text))}")
        lines = ["The plan of the stand-in, not of Vertica:", *(line for row in rows for line in str(row[1]).splitlines())]
        return Answer("EXPLAIN", (Column("QUERY PLAN", "VARCHAR"),), [(line,) for line in lines])

    # Functions that do something

    def _action(self, text: str) -> tuple[str, str] | None:
        """Return name and first argument of a SELECT that only calls a function which does something."""
        form = r"select\s+(\w+)\s*\(\s*(?:(e?)'((?:[^']|'')*)'.*?)?\)\s*;?\s*"
        match = re.fullmatch(form, text.strip(), re.IGNORECASE | re.DOTALL)
        if match is None or match[1].lower() not in _ACTIONS:
            return None
        argument = (match[3] or "").replace("''", "'")
        return match[1].lower(), argument.replace("\\\\", "\\") if match[2] else argument

    def _projections_of(self, table: str) -> list[Applied]:
        """Return the projections of ``schema.table``, of all tables for an empty name; raises ServerError if it is missing."""
        found = backend.applied(self.duck, "projection")
        if not table:
            return found
        schema, name = [self.schema, *_names(table)][-2:]
        self.table_columns(schema, name)
        return [x for x in found if (x.schema.lower(), x.anchor.lower()) == (schema.lower(), name.lower())]

    def refresh(self, table: str) -> str:
        """Fill the projections of a table that already had rows when they were created."""
        for each in self._projections_of(table):
            backend.replace(self.duck, Applied(each.kind, each.schema, each.name, each.anchor, each.body | {"up_to_date": True}))
        return "Refresh completed"

    def analyze(self, table: str) -> str:
        """Note that statistics are those of the rows of now."""
        for each in self._projections_of(table):
            rows = backend.count(self.duck, each.schema, each.anchor)
            backend.replace(self.duck, Applied(each.kind, each.schema, each.name, each.anchor, each.body | {"analyzed": rows}))
        return "0"

    # Definitions

    def _create_table(self, tree: exp.Create) -> Answer:
        schema, name = self.target(tree.this)
        if tree.args.get("exists") and self.design(schema, name):
            return Answer("CREATE TABLE")
        temporary = any(isinstance(each, exp.TemporaryProperty) for each in tree.find_all(exp.Property))
        query = self.translated(tree.expression) if tree.expression else ""
        if query:
            columns = tables.from_query([(each.name, each.type) for each in self.describe_query(query)])
        elif isinstance(tree.this, exp.Schema):
            columns = tables.columns(tree.this, self.rules)
        else:
            raise unsupported("this form of CREATE TABLE")
        given = vertica_design.table_properties(tree, columns)
        self.query(tables.create(schema, name, columns, temporary=temporary))
        if not temporary:
            body = {"columns": columns, "id": self.backend.number(), "created": f"{backend.now()}+00"} | given
            backend.keep(self.duck, Applied("table", schema, name, "", body))
        if query:
            target = sql.quoted(name) if temporary else f"{sql.quoted(schema)}.{sql.quoted(name)}"
            self.query(f"INSERT INTO {target} {query}")
            self.loaded(schema, name)
        return Answer("CREATE TABLE")

    def _create_projection(self, tree: exp.Expression) -> Answer:
        schema, name = self.target(tree.this)
        anchor_schema, anchor = self.target(tree.args["expression"].args["from_"])
        table = self.design(anchor_schema, anchor)
        if table is None:
            raise ServerError("42V01", f'Relation "{anchor}" does not exist')
        if any(x.name.lower() == name.lower() and x.schema == anchor_schema for x in backend.applied(self.duck, "projection")):
            if tree.args.get("exists"):
                return Answer("CREATE PROJECTION")
            raise ServerError("42710", f'Projection "{name}" already exists')
        body = vertica_design.projection(tree, table.body["columns"])
        if schema != anchor_schema:
            raise ServerError("42601", "a projection lies in the schema of its table")
        self._keep_projection(table, name, body, "CREATE PROJECTION")
        return Answer("CREATE PROJECTION")

    def _keep_projection(self, table: Applied, name: str, body: dict, create_type: str) -> None:
        empty = not backend.count(self.duck, table.schema, table.name)
        more = {"id": self.backend.number(), "create_type": create_type, "up_to_date": empty or create_type != "CREATE PROJECTION"}
        backend.keep(self.duck, Applied("projection", table.schema, name, table.name, body | more))

    def loaded(self, schema: str, name: str) -> None:
        """Make the automatic superprojection of a table that got rows and has none."""
        table = self.design(schema, name)
        if table and not any(each.body["super"] for each in self._projections_of(f"{sql.quoted(schema)}.{sql.quoted(name)}")):
            body = vertica_design.automatic(table.body["columns"], table.body)
            self._keep_projection(table, f"{table.name}_super", body, "DELAYED_CREATION")

    def _drop_projection(self, tree: exp.Drop) -> Answer:
        schema, name = self.target(tree.this)
        found = [x for x in backend.applied(self.duck, "projection") if (x.schema, x.name.lower()) == (schema, name.lower())]
        if not found and not tree.args.get("exists"):
            raise ServerError("42V01", f'Projection "{name}" does not exist')
        backend.forget(self.duck, "projection", schema, name)
        return Answer("DROP PROJECTION")

    def forget_table(self, schema: str, name: str) -> None:
        """Forget a table's design and its projections."""
        super().forget_table(schema, name)
        for each in backend.applied(self.duck, "projection"):
            if (each.schema.lower(), each.anchor.lower()) == (schema.lower(), name.lower()):
                backend.forget(self.duck, "projection", each.schema, each.name)


def _names(path: str) -> list[str]:
    """Return the names of a dotted path."""
    return [quoted.replace('""', '"') if quoted else plain for quoted, plain in _PARTS.findall(path)]


_ACTIONS: Mapping[str, Callable[[Vertica, str], str]] = {
    "refresh": Vertica.refresh,
    "start_refresh": lambda session, _: session.refresh(""),
    "analyze_statistics": Vertica.analyze,
    "clear_caches": lambda _session, _argument: "Cleared",
}
