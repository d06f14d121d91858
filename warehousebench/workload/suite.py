"""Suites of queries: the built-in ones and a user's folder of SQL files.  Nothing heavy is imported here."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from importlib.util import find_spec
from math import inf
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from warehousebench.errors import SourceError, UsageError

SCALE_PLACEHOLDER = "{scale}"

# Products whose folder beside the queries may hold texts of their own, which win over a translation.
PRODUCTS = ("postgres", "redshift", "spark", "vertica")

T = TypeVar("T")

# What may hold a semicolon that ends nothing: comments, strings, quoted names, dollar-quoted text.
OPAQUE = re.compile(
    r"""--[^\n]*
      | /\*.*?\*/
      | \b[eE]'(?:\\.|''|[^'\\])*'
      | '(?:''|[^'])*'
      | "(?:""|[^"])*"
      | \$(?P<tag>\w*)\$.*?\$(?P=tag)\$
    """,
    re.DOTALL | re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class SuiteQuery:
    """One query in DuckDB's dialect, without a closing semicolon; ``weight`` is how often it runs against the others.

    ``overrides`` are texts written by hand, by product; they win over a translation of ``sql``.
    """

    name: str
    sql: str
    weight: float = 1.0
    overrides: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not 0 < self.weight < inf:
            raise ValueError(f"query {self.name} has the weight {self.weight}; weights are finite and greater than 0")


@dataclass(frozen=True, slots=True)
class Suite:
    """A schema, how its data is generated, and its queries at one scale.

    ``schema_sql`` is DDL text.  ``scales`` are the usual scale factors; others work as well.  ``generator`` is the
    command that makes the data, ``rounding_rule`` the suite's own, looser rule for comparing answers.
    ``fixed_tables`` have the same rows at every scale.
    """

    name: str
    title: str
    schema_sql: str | None
    scales: tuple[float, ...]
    default_scale: float
    generator: tuple[str, ...] | None
    licence_note: str
    rounding_rule: str | None
    queries: tuple[SuiteQuery, ...]
    fixed_tables: tuple[str, ...] = ()


class _Packaged(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Queries among the files of another package: its import name, the folder inside, and the extra of ours that brings it."""

    package: str
    path: str
    extra: str


class _Description(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a suite.toml says; without ``queries`` they lie in queries/<suite>."""

    title: str
    scales: tuple[float, ...]
    default_scale: float
    licence_note: str
    generator: tuple[str, ...] | None = None
    rounding_rule: str | None = None
    fixed_tables: tuple[str, ...] = ()
    weights: dict[str, float] = {}
    queries: _Packaged | None = None


def suite_names() -> tuple[str, ...]:
    """Return the names of the built-in suites, sorted."""
    return tuple(sorted(path.parent.name for path in (_home() / "schemas").glob("*/suite.toml")))


def load_suite(name: str, scale: float) -> Suite:
    """Return the built-in suite ``name`` with its queries at scale factor ``scale``.

    Raises UsageError for an unknown suite, and for one whose queries come with a package that is not installed.
    """
    folder = _suite_folder(name)
    if not 0 < scale < inf:
        raise UsageError(f"the scale factor {scale} makes no data. Give a number greater than 0")
    said = _description(folder / "suite.toml")
    own = queries_folder(name)
    queries = _read_queries(_packaged(name, said.queries) if said.queries else own, own)
    queries = _weighted(queries, said.weights, folder / "suite.toml")
    schema = folder / "schema.sql"
    return Suite(
        name=name,
        title=said.title,
        schema_sql=read_text(schema) if schema.exists() else None,
        scales=said.scales,
        default_scale=said.default_scale,
        generator=said.generator,
        licence_note=said.licence_note,
        rounding_rule=said.rounding_rule,
        fixed_tables=said.fixed_tables,
        queries=tuple(_at_scale(query, scale) for query in queries),
    )


def generator_of(name: str) -> tuple[str, ...] | None:
    """Return the command that makes the data of the built-in suite ``name``, None if it has none; needs no queries."""
    return _description(_suite_folder(name) / "suite.toml").generator


def schema_file(name: str) -> Path:
    """Return the file with the DDL of the built-in suite ``name``; raises UsageError if there is none."""
    file = _suite_folder(name) / "schema.sql"
    if not file.exists():
        raise UsageError(f"the suite {name} has no schema of its own. Give yours with --catalog")
    return file


def queries_folder(name: str) -> Path:
    """Return the folder with the queries of the built-in suite ``name``; they may lie in another package instead."""
    return _home() / "queries" / name


def queries_from(folder: Path) -> tuple[SuiteQuery, ...]:
    """Return the queries of ``folder/*.sql`` in natural order of their names (q2 before q10).

    ``folder/<product>/*.sql`` are texts for one product alone.  Weights come from ``weights.toml`` (name = weight) or the
    table [weights] of ``suite.toml`` beside them.  Raises SourceError for a folder without queries and for a file with
    none or several statements.
    """
    queries = _read_queries(folder, folder)
    for file in (folder / "weights.toml", folder / "suite.toml"):
        if file.exists():
            table = _toml(file)
            weights = table if file.name == "weights.toml" else table.get("weights", {})
            return _weighted(queries, _converted(weights, dict[str, float], file), file)
    return queries


def _home() -> Path:
    """Return the folder of schemas/ and queries/: inside an installed package, or the top of a checkout."""
    package = Path(__file__).resolve().parents[1]
    inside = package / "suites"
    return inside if inside.is_dir() else package.parent


def _suite_folder(name: str) -> Path:
    if name not in suite_names():
        raise UsageError(f"there is no suite {name}. Choose one of: {', '.join(suite_names()) or 'none is installed'}")
    return _home() / "schemas" / name


def _packaged(suite: str, source: _Packaged) -> Path:
    """Return the folder of queries inside an installed package; finding a top-level package does not import it."""
    spec = find_spec(source.package)
    for home in (spec.submodule_search_locations or ()) if spec else ():
        if (folder := Path(home, source.path)).is_dir():
            return folder
    raise UsageError(
        f"the queries of the suite {suite} come with the package {source.package}, which is not installed or lacks them. "
        f"Install it with: pip install 'warehousebench[{source.extra}]'"
    )


def _read_queries(folder: Path, overriding: Path) -> tuple[SuiteQuery, ...]:
    if not folder.is_dir():
        raise SourceError(f"{folder} is not a folder. Give the folder that holds the *.sql files")
    files = sorted((path for path in folder.iterdir() if path.suffix.lower() == ".sql"), key=_natural)
    if not files:
        raise SourceError(f"{folder} holds no *.sql files. Put one query into each file")
    stems = [file.stem for file in files]
    if len(set(stems)) < len(stems):
        raise SourceError(f"{folder} holds the query {max(stems, key=stems.count)} twice. Rename one of the files")
    overrides = _overrides(overriding, frozenset(stems))
    return tuple(SuiteQuery(file.stem, _single_statement(file), overrides=overrides.get(file.stem, {})) for file in files)


def _overrides(folder: Path, names: frozenset[str]) -> dict[str, dict[str, str]]:
    """Return query -> product -> its own text there; raises SourceError for a text of no query."""
    found: dict[str, dict[str, str]] = {}
    for product in PRODUCTS:
        for file in sorted((folder / product).glob("*.sql")):
            if file.stem not in names:
                raise SourceError(f"{file} is a text for the query {file.stem}, and there is no such query. Rename the file")
            found.setdefault(file.stem, {})[product] = _single_statement(file)
    return found


def _natural(path: Path) -> tuple[list[tuple[int, str]], str]:
    """Return a sort key that compares stretches of digits as numbers; the name itself breaks ties (1 and 01)."""
    parts = re.findall(r"(\d+)|(\D+)", path.stem.lower())
    return [(int(digits) if digits else -1, letters) for digits, letters in parts], path.name


def _single_statement(file: Path) -> str:
    """Return the file's only statement with its comments, cut at the closing semicolon."""
    sql = read_text(file)
    # Blanking what is opaque keeps every position, so that the first bare semicolon is where to cut.
    code = blanked(sql)
    first, _, rest = code.partition(";")
    if not first.strip():
        raise SourceError(f"{file} holds no query. Write one SELECT into it or remove the file")
    if rest.replace(";", "").strip():
        raise SourceError(f"{file} holds several statements. Put each query into a file of its own")
    return sql[: len(first)].strip()


def blanked(sql: str) -> str:
    """Return ``sql`` with comments, strings and quoted names blanked out, every position as it was."""
    return OPAQUE.sub(lambda match: _blank(match[0]), sql)


def _blank(opaque: str) -> str:
    """Return as many characters that stand for ``opaque``: nothing for a comment, a word for a string or a name."""
    return (" " if opaque.startswith(("--", "/*")) else "_") * len(opaque)


def _weighted(queries: tuple[SuiteQuery, ...], weights: Mapping[str, float], file: Path) -> tuple[SuiteQuery, ...]:
    unknown = sorted(weights.keys() - {query.name for query in queries})
    if unknown:
        raise SourceError(f"{file} weighs {unknown[0]}, and there is no such query. Names are those of the files, without .sql")
    try:
        return tuple(replace(query, weight=weights.get(query.name, query.weight)) for query in queries)
    except ValueError as error:
        raise SourceError(f"{file}: {error}") from error


def _at_scale(query: SuiteQuery, scale: float) -> SuiteQuery:
    """Return the query with the scale factor as a plain decimal number, as exact on every engine as its sums are."""
    number = format(Decimal(str(scale)).normalize(), "f")
    overrides = {product: sql.replace(SCALE_PLACEHOLDER, number) for product, sql in query.overrides.items()}
    return replace(query, sql=query.sql.replace(SCALE_PLACEHOLDER, number), overrides=overrides)


def _description(file: Path) -> _Description:
    return _converted(_toml(file), _Description, file)


def _converted(raw: Any, kind: type[T], file: Path) -> T:
    try:
        return msgspec.convert(raw, kind)
    except msgspec.ValidationError as error:
        raise SourceError(f"{file} is not valid: {error}") from error


def _toml(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(read_text(file))
    except tomllib.TOMLDecodeError as error:
        raise SourceError(f"{file} is not TOML: {error}") from error


def read_text(file: Path) -> str:
    """Return the file's text in UTF-8, without a byte order mark; raises SourceError."""
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise SourceError(f"{file} is not UTF-8 text. Save it as UTF-8") from error
    except OSError as error:
        raise SourceError(f"cannot read {file}: {error.strerror or error}") from error
