"""The report as one HTML file that needs nothing else: no network, no chart library, readable without JavaScript."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from warehousebench.model.comparison import Comparison, FunctionCost
from warehousebench.model.design import DesignChoice, DesignSummary
from warehousebench.model.run import Run
from warehousebench.report import functions, particulars, prose, tables
from warehousebench.report.charts import forest_chart, storage_chart, strip_chart
from warehousebench.report.embed import run_json
from warehousebench.report.markup import Markup, fold, items, join, paragraphs, table, tag
from warehousebench.report.shell import Section, alarm_box, document, facts, key, terms
from warehousebench.report.svg import SERIES_SHAPES, VERDICT_SHAPES
from warehousebench.report.view import View, all_series, compared_query, executions, query_names
from warehousebench.report.words import SIGNS, VERDICTS, bare, percent, significant

LIMIT = 150_000  # bytes; beyond it the page does without the run's data and then without plans


def render_html(
    run: Run,
    comparison: Comparison | None = None,
    designs: Sequence[DesignSummary] = (),
    sql: Mapping[str, str] | None = None,
    costs: Sequence[FunctionCost] = (),
) -> str:
    """Return the report as one self-contained HTML page; the same input gives the same bytes.

    ``sql`` holds query texts that take precedence over the run's.  Plans and the run's data are part of the page as
    long as it stays below LIMIT bytes.
    """
    view = View(run, comparison, tuple(designs), dict(sql or {}), tuple(costs))
    page = ""
    for plans, data in ((True, True), (True, False), (False, False)):
        page = _document(view, plans=plans, data=data)
        if len(page.encode()) <= LIMIT:
            break
    return page


def _document(view: View, *, plans: bool, data: bool) -> str:
    title = f"{prose.title(view)} · {view.run.suite}"
    styles = ("stacked.css",) if view.costs else ()
    return document(title, list(_header(view)), list(_sections(view, plans=plans)), _footer(view, data=data), styles)


def _header(view: View) -> Iterator[Markup]:
    yield tag("p", "warehousebench report", class_="eyebrow")
    yield tag("h1", prose.title(view))
    yield tag("p", prose.introduction(view), class_="lead")
    yield facts(prose.identity(view))
    yield from map(alarm_box, prose.alarms(view))
    yield items(prose.caveats(view), "caveats")


def _footer(view: View, *, data: bool) -> Markup:
    where = (
        "The run's data is part of this file, as JSON." if data else f"The run's data is in its own file, run {view.run.identity}."
    )
    script = tag("script", Markup(run_json(view)), type="application/json", id="run") if data else Markup("")
    return tag("footer", tag("p", f"Made by warehousebench. This page loads nothing from elsewhere. {where}"), script)


def _functions(view: View) -> Markup:
    grids = join(table(grid, stacked=True) for grid in functions.grids(view))
    return join((items(functions.sentences(view)), grids, paragraphs([functions.LEGEND], "aside")))


def _sections(view: View, *, plans: bool) -> Iterator[Section]:
    yield "verdict", prose.VERDICT if view.comparison else prose.SUMMARY, _verdict(view)
    if chart := forest_chart(view):
        yield "ratios", "Ratio by query", _forest(view, chart)
    if view.costs:
        yield "functions", functions.HEADING, _functions(view)
    yield "queries", "Every query", _queries(view)
    if chart := strip_chart(view):
        yield "runs", "Every run", _strip(view, chart)
    yield "details", "Details by query", _details(view, plans=plans)
    if view.designs:
        yield "designs", "Designs and their reasons", join(_design(design) for design in view.designs)
    yield "method", "Method", terms(prose.method(view))
    grids = (particulars.environment(view), particulars.subjects(view), particulars.data(view))
    yield "environment", "Environment and data", join(table(grid) for grid in grids)


def _verdict(view: View) -> Markup:
    line, comparison = prose.headline(view), view.timed_comparison
    overall = comparison.geometric_mean if comparison else None
    figure = [tag("p", significant(overall.value), tag("span", "× the time"), class_="figure")] if overall else []
    words = tag("div", tag("p", line.sentence, class_="sentence"), tag("p", line.text))
    tone = f"v-{line.verdict}" if line.verdict else "v-none"
    extra = paragraphs(tables.sensitivity(comparison), "aside") if comparison else ""
    tally = _tally(comparison) if comparison else ""
    storage = storage_chart(view)
    figures = tag("figure", tag("figcaption", "Bytes stored"), storage) if storage else ""
    return join((tag("div", *figure, words, class_=f"card {tone}"), tally, table(tables.summary(view)), extra, figures))


def _tally(comparison: Comparison) -> Markup:
    chips = (
        tag("li", tag("b", SIGNS[verdict], class_=f"v-{verdict}"), f" {number} {VERDICTS[verdict]}")
        for verdict, number in tables.verdict_counts(comparison)
    )
    return tag("ul", *chips, class_="tally", aria_label="Queries by verdict")


def _forest(view: View, chart: Markup) -> Markup:
    margin = percent(view.timed_comparison.margin) if view.timed_comparison else ""
    keys = (key(VERDICT_SHAPES[v], f"v-{v}", VERDICTS[v]) for v in VERDICT_SHAPES if v != "none")
    text = f"Contender's time divided by the base's; the line is the interval, the band the practical margin of {margin} around 1."
    return tag("figure", tag("p", *keys, class_="legend"), chart, tag("figcaption", text))


def _queries(view: View) -> Markup:
    note = "Tinted by ratio: the stronger the tint, the larger the difference. Choose a heading to sort."
    plain = "Choose a heading to sort."
    return join((table(tables.queries(view)), tag("p", note if view.timed_comparison else plain, class_="aside sorting")))


def _strip(view: View, chart: Markup) -> Markup:
    shapes = [(SERIES_SHAPES[i % len(SERIES_SHAPES)], i % len(SERIES_SHAPES), s) for i, s in enumerate(all_series(view))]
    keys = [key(shape, f"s{slot}", series.label) for shape, slot, series in shapes]
    kinds = [key("circle", "w", "hollow: warm-up, in no figure"), key("cross", "x", "wrong answer, in no figure")]
    text = "Each mark is one execution. Marks far from their neighbours are outliers: shown, marked in the table, never dropped."
    return tag("figure", tag("p", *keys, *kinds, class_="legend"), chart, tag("figcaption", text))


def _details(view: View, *, plans: bool) -> Markup:
    absent = view.run.plans and not plans
    note = [tag("p", "Plans are left out here to keep the page small; they stand in the run's file.")] if absent else []
    return join((*note, *(_query(view, name, plans=plans) for name in query_names(view))))


def _query(view: View, name: str, *, plans: bool) -> Markup:
    found = executions(view, name)
    alarm = tables.answers(found)
    state = [tag("span", alarm, class_="alarm-text")] if alarm.startswith("✖") else []
    line = tag("span", tables.verdict_line(compared_query(view, name)), class_="figures")
    head = join((tag("b", name), " ", line, " ", *state))
    sql = view.sql.get(name, view.run.queries.get(name))
    content = [items(particulars.findings(view, name)), table(particulars.details(view, name)) if found else ""]
    content += [tag("pre", tag("code", sql.strip()))] if sql else [tag("p", "The text of this query is not in the run.")]
    content += [fold(f"Plan {key}", tag("pre", plan)) for key, plan in particulars.plans(view, name)] if plans else []
    return fold(head, *content, class_="query")


def _design(design: DesignSummary) -> Markup:
    script = fold(f"Script for {design.product}, without its comments", tag("pre", tag("code", bare(design.script))))
    heading = tag("h3", design.product)
    return join((heading, tag("p", design.basis), *(_choice(choice) for choice in design.choices), script))


def _choice(choice: DesignChoice) -> Markup:
    facts = (tag("span", tag("i", name), f" {value}", class_="fact") for name, value in choice.facts)
    head = join((tag("b", choice.name), " ", *facts))
    return fold(
        head,
        table(particulars.reasons(choice, brief=True)) if choice.reasons else tag("p", "No reason was recorded."),
        class_="choice",
    )
