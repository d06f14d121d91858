"""Redshift's own statements: settings, transactions, tables with their keys, ANALYZE, COPY."""

from __future__ import annotations

import re
from collections.abc import Mapping

import duckdb
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.annotate_types import annotate_types
from sqlglot.optimizer.qualify import qualify

from standins import backend, redshift_copy, redshift_design, redshift_functions, redshift_views, sql, tables
from standins.backend import Applied, Backend, Record
from standins.commands import TRANSACTION_WORDS, Commands
from standins.errors import ServerError, unsupported
from standins.faults import Faults
from standins.s3 import Bucket
from standins.session import Answer, Column

STATES = {
    "missing schema": "3F000",
    "missing relation": "42P01",
    "missing function": "42883",
    "duplicate": "42P07",
    "duplicate schema": "42P06",
}
VERSION = f"PostgreSQL 8.0.2 on a test machine, Redshift stand-in (DuckDB {duckdb.__version__}), not Amazon Redshift"
SERVER_VERSION = "8.0.2+standin"
# What may be set, and what a new session has.
SETTINGS = {
    "enable_result_cache_for_session": "on",
    "query_group": "default",
    "statement_timeout": "0",
    "search_path": "$user, public",
    "timezone": "UTC",
    "datestyle": "ISO, MDY",
    "extra_float_digits": "0",
    "application_name": "",
    "client_encoding": "UTF8",
    "enable_case_sensitive_identifier": "off",
    "analyze_threshold_percent": "10",
    "wlm_query_slot_count": "1",
    "autocommit": "on",
    "session_authorization": "default",
}
_PLAN = Column("QUERY PLAN", "VARCHAR")
_SET = re.compile(r"set\s+(?:session\s+|local\s+)?(time\s+zone|\w+)\s*(?:=|\bto\b)?\s*(.+)", re.IGNORECASE | re.DOTALL)
_MILLISECONDS = re.compile(r"(\d+)\s*(ms|s|min)?", re.IGNORECASE)


class Redshift(Commands):
    """A session of the Redshift stand-in."""

    dialect = "redshift"
    states = STATES
    rules = redshift_design.RULES

    def __init__(
        self, backend: Backend, faults: Faults, user: str, database: str, bucket: Bucket | None, lambdas: Mapping[str, str]
    ) -> None:
        super().__init__(backend, faults, user, database)
        self.bucket, self.lambdas = bucket, lambdas
        self.settings = dict(SETTINGS)
        self.label = "default"
        self.last_query = self.last_copy = self.copied = 0
        # As Redshift does, integers are divided without a rest.
        self.query("SET integer_division = true")

    def parsed(self, text: str) -> exp.Expression:
        """Return the tree with identifiers in lower case."""
        return redshift_design.lowered(super().parsed(text))

    def translated(self, tree: exp.Expression) -> str:
        """Return the tree as DuckDB's text; raises ServerError for an AVG that Redshift would cut to its argument's scale."""
        if tree.find(exp.Avg):
            self._check_averages(tree)
        return super().translated(tree)

    def _check_averages(self, tree: exp.Expression) -> None:
        found = backend.applied(self.duck, "table")
        schema = {each.name: {column["name"]: column["duckdb"] for column in each.body["columns"]} for each in found}
        try:
            known = qualify(tree.copy(), schema=schema, dialect=self.dialect, validate_qualify_columns=False)
            known = annotate_types(known, schema=schema, dialect=self.dialect)
        except (SqlglotError, ValueError, AttributeError):
            return  # Types that cannot be told are not judged.
        for average in known.find_all(exp.Avg):
            if average.this.is_type(*exp.DataType.INTEGER_TYPES, exp.DType.DECIMAL):
                raise unsupported(f"AVG of {average.this.type}, which Redshift cuts to the argument's scale,")

    def conflict(self) -> ServerError:
        """Return Redshift's error 1023 under the standard's SQLSTATE."""
        return ServerError("40001", "1023", "Serializable isolation violation on table in the stand-in")

    def relations(self) -> Mapping[str, sql.Relation]:
        """Return the system relations; each is made when a query names it."""
        return redshift_views.relations(self)

    def functions(self) -> Mapping[str, exp.Expression]:
        """Return what only the session knows."""
        numbers = {
            "pg_last_query_id": self.last_query,
            "pg_last_copy_id": self.last_copy,
            "pg_last_copy_count": self.copied,
            "pg_backend_pid": self.pid,
        }
        texts = {
            "version": VERSION,
            "current_user": self.user,
            "session_user": self.user,
            "current_database": self.database,
            "current_schema": self.schema,
        }
        literals = {name: exp.Literal.number(value) for name, value in numbers.items()}
        return literals | {name: exp.Literal.string(value) for name, value in texts.items()}

    def describe(self, text: str, values: Mapping[int, exp.Expression]) -> tuple[Column, ...] | None:
        """Return the columns of a query, of SHOW or of EXPLAIN."""
        if self.word(text) == "SHOW":
            return (Column(text.split()[-1].strip('";').lower(), "VARCHAR"),)
        if self.word(text) == "EXPLAIN":
            return (_PLAN,)
        return super().describe(text, values)

    def execute(self, record: Record, text: str, values: Mapping[int, exp.Expression]) -> Answer:
        """Run one statement, unless the transaction has failed before."""
        word = self.word(text)
        if self.failed and TRANSACTION_WORDS.get(word, "BEGIN") == "BEGIN":
            raise ServerError("25P02", "current transaction is aborted, commands ignored until end of transaction block")
        answer = super().execute(record, text, values)
        if "pg_last" not in text.lower():
            self.last_query = record.id
        return answer

    def own(self, record: Record, word: str, text: str) -> Answer | None:
        """Run what sqlglot need not see."""
        if word in TRANSACTION_WORDS:
            return self._transaction(TRANSACTION_WORDS[word])
        if word in ("SET", "RESET"):
            return self._set(text)
        if word == "SHOW":
            return self._show(text)
        if word == "EXPLAIN":
            return self._explain(text)
        if word in ("ANALYZE", "VACUUM"):
            return self._analyze(word, text)
        if word == "COPY":
            return redshift_copy.run(self, record, text)
        if word == "CREATE" and re.match(r"create\s+(local\s+)?(temp(orary)?\s+)?table\b", text, re.IGNORECASE):
            return self._create(text)
        return redshift_functions.run(self, record, text) if word == "CREATE" else None

    def own_tree(self, record: Record, tree: exp.Expression) -> Answer | None:  # noqa: ARG002 - the products' common shape
        """Redshift has no parsed statement of its own here."""
        return None

    def _transaction(self, word: str) -> Answer:
        if word == "BEGIN":
            self.begin()
        else:
            # Not ROLLBACK for a COMMIT that rolled back: redshift_connector 2.2.0 waits for ever on that tag.
            self.end(word)
        return Answer(word)

    def _set(self, text: str) -> Answer:
        words = text.split()
        if words[0].upper() == "RESET":
            name, value = words[1].strip(";").lower(), SETTINGS.get(words[1].strip(";").lower(), "")
        else:
            match = _SET.fullmatch(text.strip())
            if not match:
                raise ServerError("42601", "syntax error in SET")
            name = "timezone" if match[1].lower().startswith("time ") else match[1].lower()
            value = match[2].strip().strip("'\"")
        if name not in SETTINGS:
            raise unsupported(f'the configuration parameter "{name}"')
        self.settings[name] = value
        if name == "query_group":
            self.label = value[:320]
        if name == "statement_timeout":
            self.timeout = _seconds(value)
        if name == "search_path":
            self.look_for_schemas()
        return Answer("SET" if words[0].upper() == "SET" else "RESET")

    def look_for_schemas(self) -> None:
        """Let unqualified names mean the schemas of the search path that exist; the first takes what is created."""
        path = [name.strip().strip("'\"").lower() for name in self.settings["search_path"].split(",")]
        there = {row[0] for row in self.query("SELECT schema_name FROM duckdb_schemas() WHERE NOT internal")}
        found = [name for name in path if name in there]
        self.schema = (found or path)[0]
        self.query(f"SET search_path = '{','.join(found) or 'main'}'")

    def _show(self, text: str) -> Answer:
        name = text.split()[-1].strip('";').lower()
        if name not in self.settings:
            raise unsupported(f"SHOW {name}")
        return Answer("SHOW", (Column(name, "VARCHAR"),), [(self.settings[name],)])

    def _explain(self, text: str) -> Answer:
        """Show DuckDB's plan, and say so: how Redshift would go about it is not known here."""
        plan = self.query(f"EXPLAIN {self.translated(self.parsed(text.lstrip()[len('EXPLAIN') :]))}")[-1][1]
        return Answer("EXPLAIN", (_PLAN,), [(line,) for line in ["not Redshift's plan but DuckDB's:", *plan.splitlines()]])

    def _analyze(self, word: str, text: str) -> Answer:
        names = [token.text.lower() for token in sql.tokens(text, self.dialect)[1:]]
        if word == "ANALYZE" and "compression" in names:
            raise unsupported("ANALYZE COMPRESSION")
        wanted = names[-1] if names else ""
        found = [each for each in backend.applied(self.duck, "table") if wanted in ("", each.name.lower())]
        if wanted and not found:
            raise ServerError("42P01", f'relation "{wanted}" does not exist')
        for each in found if word == "ANALYZE" else ():
            body = each.body | {"analyzed": backend.count(self.duck, each.schema, each.name)}
            backend.replace(self.duck, Applied("table", each.schema, each.name, "", body))
        return Answer(word)

    def _create(self, text: str) -> Answer:
        head, found, query = redshift_design.split(text)
        tree = self.parsed(f"{head} AS {query}" if query else head)
        schema, name = self.target(tree.this)
        temporary = any(isinstance(each, exp.TemporaryProperty) for each in tree.find_all(exp.Property))
        if tree.args.get("exists") and self.design(schema, name):
            return Answer("CREATE TABLE")
        translated = self.translated(tree.expression) if query else ""
        if query:
            columns = tables.from_query([(each.name, each.type) for each in self.describe_query(translated)])
        elif isinstance(tree.this, exp.Schema):
            columns = tables.columns(tree.this, self.rules)
        else:
            raise unsupported("this form of CREATE TABLE")
        given = redshift_design.attributes(found)
        redshift_design.check(given, columns)
        if query:
            target = sql.quoted(name) if temporary else f"{sql.quoted(schema)}.{sql.quoted(name)}"
            self.query(f"CREATE {'TEMP ' if temporary else ''}TABLE {target} AS {translated}")
        else:
            self.query(tables.create(schema, name, columns, temporary=temporary))
        if not temporary:
            body = {"columns": columns, "id": self.backend.number(), "created": str(backend.now()), "analyzed": None} | given
            backend.keep(self.duck, Applied("table", schema, name, "", body))
        return Answer("CREATE TABLE")


def _seconds(value: str) -> float:
    match = _MILLISECONDS.fullmatch(value)
    if not match:
        raise ServerError("22023", f"invalid value for statement_timeout: {value}")
    return int(match[1]) * {"ms": 0.001, "s": 1, "min": 60}[(match[2] or "ms").lower()]
