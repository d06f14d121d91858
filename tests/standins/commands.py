"""The statements that both products share: queries, changes of rows, schemas, views, keys and comments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlglot import exp

from standins import backend, functions, sql, tables
from standins.backend import Applied, Record, Stopwatch
from standins.errors import ServerError, unsupported
from standins.session import Answer, Column, Session

TRANSACTION_WORDS = {"BEGIN": "BEGIN", "START": "BEGIN", "COMMIT": "COMMIT", "END": "COMMIT"} | dict.fromkeys(
    ("ROLLBACK", "ABORT"), "ROLLBACK"
)
_QUERY = (exp.Select, exp.SetOperation, exp.Subquery)
_CHANGES = {exp.Insert: "INSERT", exp.Update: "UPDATE", exp.Delete: "DELETE"}


@dataclass(frozen=True, slots=True)
class Parameter:
    """A bound value: ``type`` in DuckDB's words, or "" where the place decides; ``text`` is None for NULL."""

    type: str
    text: str | None

    @property
    def expression(self) -> exp.Expression:
        """The value as it stands in the statement: cast to its declared type, or it would be read as another."""
        value = exp.Null() if self.text is None else exp.Literal.string(self.text)
        return exp.cast(value, self.type, dialect="duckdb") if self.type else value


class Commands(Session):
    """A session that runs what both products have; the products add their own statements."""

    rules: tables.Rules

    def relations(self) -> Mapping[str, sql.Relation]:
        """Return the product's system relations by lower-case name."""
        raise NotImplementedError

    def functions(self) -> Mapping[str, exp.Expression]:
        """Return the product's functions that only a session can answer, by lower-case name."""
        raise NotImplementedError

    def own(self, record: Record, word: str, text: str) -> Answer | None:
        """Run a statement that only this product has; None if it is not one."""
        raise NotImplementedError

    def own_tree(self, record: Record, tree: exp.Expression) -> Answer | None:
        """Run a parsed statement that only this product has; None if it is not one."""
        raise NotImplementedError

    # Describing and running

    def parsed(self, text: str) -> exp.Expression:
        """Return the tree of a statement in the product's dialect."""
        return sql.parse(text, self.dialect)

    def word(self, text: str) -> str:
        """Return the first word of a statement in upper case."""
        found = sql.tokens(text, self.dialect)
        return found[0].text.upper() if found else ""

    def describe(self, text: str, values: Mapping[int, exp.Expression]) -> tuple[Column, ...] | None:
        """Return the columns that a statement will give, None if it gives no rows."""
        if self.word(text) not in ("SELECT", "WITH", "("):
            return None
        return self.describe_query(self.translated(sql.bind(self.parsed(text), values)))

    def execute(self, record: Record, text: str, values: Mapping[int, exp.Expression]) -> Answer:
        """Run one statement."""
        watch = Stopwatch()
        word = self.word(text)
        answer = self.own(record, word, text)
        if answer is not None:
            return answer
        tree = sql.bind(self.parsed(text), values)
        record.tables = _tables(tree)
        answer = self.own_tree(record, tree)
        if answer is not None:
            return answer
        if isinstance(tree, _QUERY):
            translated = self.translated(tree)
            record.planning = watch.lap()
            columns, rows = self.stream(translated)
            return Answer("SELECT", columns, rows)
        for kind, tag in _CHANGES.items():
            if isinstance(tree, kind):
                return self.change(tree, tag)
        return self._definition(tree)

    def translated(self, tree: exp.Expression) -> str:
        """Return the tree as DuckDB's text."""
        return sql.to_duckdb(tree, self.relations(), self.functions(), lambda: functions.defined(self))

    def change(self, tree: exp.Expression, tag: str) -> Answer:
        """Insert, update or delete rows."""
        if tree.args.get("returning"):
            raise unsupported("RETURNING")
        ((count,),) = self.query(self.translated(tree))
        self.wrote = True
        return Answer(f"INSERT 0 {count}" if tag == "INSERT" else f"{tag} {count}", count=count)

    def _definition(self, tree: exp.Expression) -> Answer:
        if isinstance(tree, exp.Drop):
            return self.drop(tree)
        if isinstance(tree, exp.Create) and tree.kind in ("SCHEMA", "VIEW"):
            self.query(self.translated(tree))
            self.look_for_schemas()
            return Answer(f"CREATE {tree.kind}")
        if isinstance(tree, exp.TruncateTable):
            self.query(self.translated(tree))
            return Answer("TRUNCATE TABLE")
        if isinstance(tree, exp.Comment):
            self.query(self.translated(tree))
            return Answer("COMMENT")
        if isinstance(tree, exp.Alter):
            return self.alter(tree)
        raise unsupported(f"the statement {type(tree).__name__.upper()}")

    def look_for_schemas(self) -> None:
        """Find the schemas of the search path anew: one of them may just have been made."""

    # Definitions

    def drop(self, tree: exp.Drop) -> Answer:
        """Drop a table with what was applied for it, a view or a schema."""
        kind = str(tree.args["kind"])
        if kind not in ("TABLE", "VIEW", "SCHEMA"):
            raise unsupported(f"DROP {kind}")
        self.query(self.translated(tree))
        if kind == "TABLE":
            for table in [tree.this, *(tree.args.get("expressions") or ())]:
                self.forget_table(*self.target(table))
        if kind == "SCHEMA":
            for each in backend.applied(self.duck, "table"):
                if each.schema.lower() == (tree.this.db or tree.this.name).lower():
                    self.forget_table(each.schema, each.name)
        return Answer(f"DROP {kind}")

    def forget_table(self, schema: str, name: str) -> None:
        """Forget a table's design."""
        backend.forget(self.duck, "table", schema, name)

    def alter(self, tree: exp.Alter) -> Answer:
        """Note a key, which neither product enforces, or rename a table."""
        schema, name = self.target(tree.this)
        known = {column.lower() for column, _ in self.table_columns(schema, name)}
        for action in tree.args["actions"]:
            if isinstance(action, exp.AlterRename):
                self._rename(schema, name, action.this.name)
                continue
            keys = list(action.find_all(exp.ForeignKey, exp.PrimaryKey))
            if not keys:
                raise unsupported(f"ALTER TABLE … {type(action).__name__}")
            for column in (each for key in keys for each in key.expressions):
                if column.name.lower() not in known:
                    raise ServerError("42703", f'column "{column.name}" of relation "{name}" does not exist')
        return Answer("ALTER TABLE")

    def _rename(self, schema: str, name: str, new: str) -> None:
        self.query(f"ALTER TABLE {sql.quoted(schema)}.{sql.quoted(name)} RENAME TO {sql.quoted(new)}")
        found = self.design(schema, name)
        if found:
            backend.forget(self.duck, "table", schema, name)
            backend.keep(self.duck, Applied("table", schema, new, "", found.body))

    def design(self, schema: str, name: str) -> Applied | None:
        """Return what was applied for a table."""
        wanted = schema.lower(), name.lower()
        return next((x for x in backend.applied(self.duck, "table") if (x.schema.lower(), x.name.lower()) == wanted), None)


def _tables(tree: exp.Expression) -> tuple[str, ...]:
    named = {cte.alias_or_name.lower() for cte in tree.find_all(exp.CTE)}
    return tuple(sorted({table.name.lower() for table in tree.find_all(exp.Table)} - named))
