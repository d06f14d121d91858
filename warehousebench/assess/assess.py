"""Put the assessment together: objects, rows, constraints, queries and fit, for every product asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from warehousebench.assess import queries as sql
from warehousebench.assess import sizes
from warehousebench.assess.constraints import constraint_checks
from warehousebench.assess.fit import Evidence, byte_size, use_cases
from warehousebench.assess.objects import data_notes, other_outcome, outcome, table_notes
from warehousebench.assess.objects import view_outcome as view_object
from warehousebench.assess.offers import Offers, costs
from warehousebench.assess.rows import Reading, Rows
from warehousebench.assess.values import value_risks
from warehousebench.engines import counterparts
from warehousebench.engines.common.counterparts import Counterparts
from warehousebench.errors import EngineError
from warehousebench.model.assessment import Assessment, ConstraintCheck, DataSize, Fit, ObjectOutcome, ProductOutcome, Risk
from warehousebench.model.catalog import Catalog
from warehousebench.model.profile import Profile
from warehousebench.model.workload import Workload
from warehousebench.workload.suite import SuiteQuery

_CASELESS = ("mysql", "tsql")


@dataclass(frozen=True, slots=True)
class Inputs:
    """What to assess: a schema, and what else there is: its rows, queries with what they do to columns, prices, raw bytes."""

    catalog: Catalog
    engines: tuple[str, ...]
    offers: Offers
    reading: Reading | None = None
    queries: Sequence[SuiteQuery] = ()
    workload: Workload | None = None
    bytes: float | None = None

    @property
    def rows(self) -> Mapping[str, Rows]:
        """Return the rows by table, as far as they could be read."""
        return self.reading.rows if self.reading else {}

    @property
    def profile(self) -> Profile | None:
        """Return what the rows say of each column."""
        return self.reading.profile if self.reading else None


@dataclass(frozen=True, slots=True)
class _Seen:
    """What the rows show: risks by engine, constraints, and findings of tables that could not be read."""

    risks: Mapping[str, tuple[Risk, ...]]
    checks: tuple[ConstraintCheck, ...]
    findings: tuple[str, ...]


def assess(inputs: Inputs, progress: Callable[[str], None] = lambda _: None) -> Assessment:
    """Return the assessment; ``progress`` hears every table whose rows have been looked at."""
    products = {engine: counterparts(engine) for engine in inputs.engines}
    seen = _look(inputs, products, progress)
    views = sql.view_queries(inputs.catalog)
    outcomes = tuple(_product(inputs, engine, product, seen, views) for engine, product in products.items())
    size = sizes.measured(inputs.profile, inputs.bytes) if inputs.profile else sizes.told(inputs.catalog, inputs.bytes)
    return Assessment(
        inputs.catalog.source,
        tuple(_basis(inputs)),
        tuple(_unchecked(inputs)),
        outcomes,
        seen.checks,
        _fit(inputs, products, outcomes, size),
        (*inputs.catalog.findings, *_doubts(inputs.catalog), *seen.findings),
    )


def _look(inputs: Inputs, products: Mapping[str, Counterparts], progress: Callable[[str], None]) -> _Seen:
    reading = inputs.reading
    if reading is None:
        return _Seen(dict.fromkeys(products, ()), (), ())
    risks: dict[str, list[Risk]] = {engine: list(reading.risks) for engine in products}
    checks: list[ConstraintCheck] = []
    findings = list(reading.findings)
    for name, rows in reading.rows.items():
        known = reading.profile.tables[name]
        try:
            checks += constraint_checks(reading.connection, rows.table, reading.rows, known)
            for engine, risk in value_risks(reading.connection, rows, products, known):
                risks[engine].append(risk)
        except EngineError as error:
            findings.append(f"the rows of {name} cannot be looked at: {error}")
        progress(name)
    return _Seen({engine: tuple(each) for engine, each in risks.items()}, tuple(checks), tuple(findings))


def _product(
    inputs: Inputs, engine: str, product: Counterparts, seen: _Seen, views: Mapping[str, SuiteQuery | str]
) -> ProductOutcome:
    asked = tuple(sql.query_outcome(query, inputs.catalog, product, engine) for query in inputs.queries)
    return ProductOutcome(engine, product.name, tuple(_objects(inputs, engine, product, seen, views)), seen.risks[engine], asked)


def _objects(
    inputs: Inputs, engine: str, product: Counterparts, seen: _Seen, views: Mapping[str, SuiteQuery | str]
) -> Iterator[ObjectOutcome]:
    catalog = inputs.catalog
    for table in catalog:
        known = inputs.profile.tables.get(table.name) if inputs.profile else None
        notes = [*table_notes(table, catalog, product, known), *data_notes(table, seen.risks[engine], seen.checks)]
        yield outcome("table", table.name, notes)
    for view in catalog.views:
        yield view_object(view, sql.view_outcome(view.name, views[view.name], catalog, product), product)
    yield from (other_outcome(each, product) for each in catalog.objects)


def _fit(inputs: Inputs, products: Mapping[str, Counterparts], outcomes: Sequence[ProductOutcome], size: DataSize | None) -> Fit:
    evidence = Evidence(inputs.catalog, inputs.profile, inputs.workload, size, inputs.offers, products, outcomes)
    offers = inputs.offers
    facts = tuple(fact for fact in offers.facts if fact.engine in products)
    priced = tuple(item for engine in products for item in costs(offers, engine, size))
    told = f"{offers.source}, {offers.date}" if offers.prices else ""
    return Fit(size, use_cases(evidence), facts, priced, offers.currency, told)


def _basis(inputs: Inputs) -> Iterator[str]:
    yield f"the schema: {_counted(len(inputs.catalog.tables), 'table')} of {inputs.catalog.source}"
    if inputs.rows:
        total = sum(each.rows for each in inputs.profile.tables.values()) if inputs.profile else 0
        yield f"all {total:,} rows of {_counted(len(inputs.rows), 'table')}"
    if inputs.queries:
        yield f"{len(inputs.queries):,} {'query' if len(inputs.queries) == 1 else 'queries'}"
    if inputs.bytes is not None:
        yield f"{byte_size(inputs.bytes)} of data, as told"


def _unchecked(inputs: Inputs) -> Iterator[str]:
    """Yield what was not looked at, each with what it would take."""
    if inputs.reading is None:
        yield "values that do not fit, keys that the rows break, and the size: give the rows with --data"
    elif without := [table.name for table in inputs.catalog if table.name not in inputs.rows]:
        yield f"rows of {', '.join(without)}: there are no files of them that could be read"
    if not inputs.queries:
        yield "how many queries translate, and how tables are read and joined: give them with --queries"
    if not inputs.offers.prices:
        yield "cost: give your own prices with --prices"
    yield "plain indexes, and unique ones over some rows or over expressions: the schema does not hold them"
    yield "speed: nothing was run on either product; see warehousebench run"


def _counted(number: int, word: str) -> str:
    return f"{number:,} {word}{'' if number == 1 else 's'}"


def _doubts(catalog: Catalog) -> Iterator[str]:
    dialect = sql.source_dialect(catalog)
    if dialect in _CASELESS:
        yield f"{dialect} compares text without case unless told otherwise; both products compare it as it is written"
