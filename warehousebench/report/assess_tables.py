"""The tables of an assessment, for the page and for Markdown alike, and its objects as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from warehousebench.model.assessment import (
    Answer,
    Assessment,
    ConstraintCheck,
    Effort,
    Fact,
    Note,
    ObjectOutcome,
    Outcome,
    ProductOutcome,
    Risk,
    Status,
    Verdict,
)
from warehousebench.report.assess_words import SIGNS, by_products, of_effort, of_outcome, plural
from warehousebench.report.grid import Cell, Column, Grid
from warehousebench.report.words import NOTHING, significant

_EFFORTS, _OUTCOMES = list(Effort), list(Outcome)
_SUBJECTS = 6
_TONES = {Outcome.AS_IS: "", Outcome.CHANGED: "gain1", Outcome.BY_HAND: "loss2"}
_VERDICT_TONES = {Verdict.FITS: "gain2", Verdict.PARTLY: "gain1", Verdict.NOT: "loss1", Verdict.OPEN: ""}
# What an item is called in the list of work; a code without a title speaks for itself.
_TITLES = {
    "name.length": "Names that are too long",
    "name.refused": "Names that no column may have",
    "name.reserved": "Reserved words",
    "name.collision": "Names that differ in case alone",
    "name.folded": "Names in capitals",
    "table.columns": "Too many columns",
    "key.none": "Tables without a key",
    "key.candidate": "Tables without a declared key",
    "type.widened": "Types that take more than the source's",
    "type.checked": "Types that the data decide",
    "type.lossy": "Types that give up a part",
    "type.unsupported": "Types kept as text",
    "type.none": "Columns without a type",
    "feature.keys": "Keys, not enforced",
    "feature.foreign-keys": "Foreign keys, not enforced",
    "feature.checks": "CHECK constraints",
    "feature.defaults": "Defaults",
    "feature.generated-columns": "Generated columns",
    "feature.identity-columns": "Identity columns",
    "feature.comparison-without-case": "Text compared without case",
    "feature.collation": "Collations",
    "feature.partitions": "Partitions",
    "data.values": "Values that do not fit",
    "data.constraints": "Constraints that the rows break",
    "view.query": "Views",
    "view.materialized": "Materialized views",
}


@dataclass(frozen=True, slots=True)
class Item:
    """A kind of note over all objects of one product: how many objects, the worst outcome, the most work, one thing to do."""

    code: str
    product: str
    objects: int
    outcome: Outcome
    effort: Effort
    remedy: str

    @property
    def title(self) -> str:
        """Return what the kind is called."""
        return _TITLES.get(self.code) or plural(self.code.partition(".")[2].replace("-", " ").capitalize())


def uses(found: Assessment) -> Grid:
    """Return the uses with an answer per product."""
    columns = (Column("Use"), Column("What this schema shows"), *(Column(product.product) for product in found.products))
    rows = tuple(
        (Cell(case.title), Cell(case.evidence or NOTHING), *(_answer(each) for each in case.answers))
        for case in found.fit.use_cases
    )
    return Grid("Uses that differ by product", columns, rows)


def _answer(answer: Answer) -> Cell:
    return Cell(f"{SIGNS[answer.verdict]} {answer.verdict}: {answer.reason}", tone=_VERDICT_TONES[answer.verdict])


def summary(found: Assessment) -> Grid:
    """Return the counts of objects by outcome and by effort."""
    columns = (
        Column("Product"),
        *(Column(str(each).capitalize(), figures=True) for each in Outcome),
        *(Column(f"Work: {each}", figures=True) for each in Effort),
    )
    rows = tuple(
        (
            Cell(product.product),
            *(Cell(f"{of_outcome(product, each):,}") for each in Outcome),
            *(Cell(f"{of_effort(product, each):,}") for each in Effort),
        )
        for product in found.products
    )
    return Grid("Objects by how they convert, and by the work they ask for", columns, rows)


def items(product: ProductOutcome) -> list[Item]:
    """Return the kinds of notes of one product, those that ask for the most work first; every object counts once for each."""
    groups: dict[tuple[str, Outcome, Effort], dict[str, Note]] = {}
    for each in product.objects:
        for note in each.notes:
            groups.setdefault((note.code, note.outcome, note.effort), {})[f"{each.kind} {each.name}"] = note
    found = [
        Item(code, product.product, len(notes), outcome, effort, _remedy(notes.values()))
        for (code, outcome, effort), notes in groups.items()
    ]
    return sorted(found, key=lambda item: (-_EFFORTS.index(item.effort), -_OUTCOMES.index(item.outcome), -item.objects, item.code))


def _remedy(notes: Iterable[Note]) -> str:
    """Return what to do if it is the same for all objects, or else where to look."""
    remedies = {note.remedy for note in notes}
    return remedies.pop() if len(remedies) == 1 else "See each object below."


def _weight(note: Note) -> tuple[int, int]:
    return _EFFORTS.index(note.effort), _OUTCOMES.index(note.outcome)


def work(found: Assessment) -> Grid:
    """Return the kinds of notes that ask for work or a decision, per product."""
    return _items("What somebody has to do or to agree to", found, lambda item: item.outcome is not Outcome.AS_IS)


def known(found: Assessment) -> Grid:
    """Return the kinds of notes that ask for nothing and are worth knowing, per product."""
    return _items("Taken over as it is, and worth knowing", found, lambda item: item.outcome is Outcome.AS_IS)


def _items(caption: str, found: Assessment, chosen: Callable[[Item], bool]) -> Grid:
    rows = (
        (
            Cell(item.title),
            Cell(product.product),
            Cell(f"{item.objects:,}", item.objects),
            Cell(str(item.outcome), _OUTCOMES.index(item.outcome), _TONES[item.outcome]),
            Cell(str(item.effort), _EFFORTS.index(item.effort)),
            Cell(item.remedy or NOTHING),
        )
        for product in found.products
        for item in filter(chosen, items(product))
    )
    heads = (Column("What"), Column("Product"), Column("Objects", figures=True), Column("Converts"), Column("Work each"))
    return Grid(caption, (*heads, Column("What to do")), tuple(rows), sortable=True)


def objects(found: Assessment) -> Grid:
    """Return every object with its outcome and effort per product."""
    columns = (Column("Object"), Column("Kind"), *(Column(product.product) for product in found.products))
    rows = tuple((Cell(same[0].name), Cell(same[0].kind), *(_outcome(each) for each in same)) for same in by_object(found))
    return Grid("How each object converts, and the work it asks for", columns, rows, sortable=True)


def _outcome(each: ObjectOutcome) -> Cell:
    work = "" if each.effort is Effort.NONE else f", {each.effort}"
    key = _OUTCOMES.index(each.outcome) * 10 + _EFFORTS.index(each.effort)
    return Cell(f"{each.outcome}{work}", key, _TONES[each.outcome])


def by_object(found: Assessment) -> Iterator[tuple[ObjectOutcome, ...]]:
    """Yield each object as it is on every product."""
    return zip(*(product.objects for product in found.products), strict=True)


def notes(found: Assessment, same: Sequence[ObjectOutcome]) -> Grid:
    """Return the notes of one object, those that are the same on every product once."""
    told: dict[Note, list[str]] = {}
    for product, each in zip(found.products, same, strict=True):
        for note in each.notes:
            told.setdefault(note, []).append(product.product)
    every = len(found.products)
    rows = tuple(
        (
            Cell(_listed(note.subjects) or NOTHING),
            Cell("every product" if len(names) == every > 1 else ", ".join(names)),
            Cell(str(note.outcome), tone=_TONES[note.outcome]),
            Cell(note.reason),
            Cell(note.remedy or NOTHING),
        )
        for note, names in sorted(told.items(), key=lambda pair: (_weight(pair[0])[0] * -10 - _weight(pair[0])[1], pair[0].code))
    )
    columns = (Column("Columns"), Column("Product"), Column("Converts"), Column("Why"), Column("What to do"))
    return Grid(f"{same[0].kind} {same[0].name}", columns, rows)


def _listed(names: Sequence[str], most: int = _SUBJECTS) -> str:
    return "; ".join(names[:most]) + (f" and {len(names) - most:,} more" if len(names) > most else "")


def risks(found: Assessment) -> Grid:
    """Return the kinds of values that do not arrive or change their meaning, those that lose the most rows first."""
    ordered = sorted(by_products(found).items(), key=lambda pair: (not pair[0].loses, -pair[0].rows, pair[0].table, pair[0].column))
    columns = (
        *(
            Column("Column"),
            Column("Rows", figures=True),
            Column("Share", "%", figures=True),
            Column("Values"),
            Column("For example"),
        ),
        *(Column("Product"), Column("What to do")),
    )
    every = len(found.products)
    rows = tuple(_risk(risk, "every product" if len(names) == every > 1 else ", ".join(names)) for risk, names in ordered)
    return Grid("Values, counted on all rows; those that would be lost come first", columns, rows, sortable=True)


def _risk(risk: Risk, products: str) -> tuple[Cell, ...]:
    share = 100 * risk.rows / risk.of if risk.of else 0.0
    return (
        Cell(f"{risk.table}.{risk.column}"),
        Cell(f"{risk.rows:,}", risk.rows),
        Cell(significant(share), share),
        Cell(("lost: " if risk.loses else "") + risk.reason, tone="loss2" if risk.loses else ""),
        Cell(", ".join(map(_quoted, risk.examples)) or NOTHING),
        Cell(products),
        Cell(risk.remedy or NOTHING),
    )


def _quoted(value: str) -> str:
    """Return a value between marks, with what cannot be seen spelled out."""
    return "‘" + "".join(each if each.isprintable() else f"\\x{ord(each):02x}" for each in value) + "’"


def constraints(found: Assessment, *statuses: Status) -> Grid:
    """Return the constraints in any of these statuses."""
    columns = (Column("Table"), Column("Constraint"), Column("Rows", figures=True), Column("For example"), Column("Remark"))
    rows = tuple(_constraint(check) for check in found.constraints if check.status in statuses)
    return Grid(f"Constraints: {' or '.join(statuses)}", columns, rows, sortable=True)


def _constraint(check: ConstraintCheck) -> tuple[Cell, ...]:
    rows = NOTHING if check.rows is None else f"{check.rows:,} of {check.of:,}"
    tone = "loss2" if check.status is Status.VIOLATED else ""
    examples = "; ".join(check.examples) or NOTHING
    return (
        Cell(check.table),
        Cell(f"{check.kind} {check.text}"),
        Cell(rows, check.rows, tone),
        Cell(examples),
        Cell(check.reason or NOTHING),
    )


def queries(product: ProductOutcome) -> Grid:
    """Return the queries of one product that have notes or no translation."""
    kept = [query for query in product.queries if query.outcome is not Outcome.AS_IS]
    columns = (Column("Query"), Column("Converts"), Column("Notes"))
    rows = tuple((Cell(q.query), Cell(str(q.outcome), tone=_TONES[q.outcome]), Cell("; ".join(q.notes))) for q in kept)
    return Grid(f"Queries for {product.product}", columns, rows)


def facts(found: Assessment) -> Grid:
    """Return the facts by topic, a column per product."""
    columns = (Column("Topic"), *(Column(product.product) for product in found.products))
    topics = dict.fromkeys(fact.topic for fact in found.fit.facts)
    rows = tuple(
        (Cell(topic), *(Cell(_facts(found.fit.facts, topic, product.engine)) for product in found.products)) for topic in topics
    )
    return Grid("What no schema shows, each with its source and date", columns, rows)


def _facts(facts: Iterable[Fact], topic: str, engine: str) -> str:
    own = [fact for fact in facts if (fact.topic, fact.engine) == (topic, engine)]
    return " ".join(f"{'' if fact.verified else 'Unverified: '}{fact.text} [{fact.source}; {fact.date}]" for fact in own) or NOTHING


def costs(found: Assessment) -> Grid:
    """Return the monthly costs by product, with a sum for each."""
    rows: list[tuple[Cell, ...]] = []
    for product in found.products:
        own = [item for item in found.fit.costs if item.engine == product.engine]
        rows += [(Cell(product.product), Cell(item.what), Cell(item.working), Cell(f"{item.monthly:,.2f}")) for item in own]
        if own:
            rows.append(
                (Cell(product.product), Cell("sum"), Cell(""), Cell(f"{sum(item.monthly for item in own):,.2f}", tone="chosen"))
            )
    columns = (Column("Product"), Column("What"), Column("How"), Column("A month", found.fit.currency, figures=True))
    return Grid("Cost of a month, from your prices alone", columns, tuple(rows))


def objects_csv(found: Assessment) -> str:
    """Return a line per product, object and note, for a spreadsheet."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(
        ("product", "kind", "object", "outcome", "effort", "code", "subjects", "note outcome", "note effort", "reason", "remedy")
    )
    for product in found.products:
        for each in product.objects:
            head = (product.engine, each.kind, each.name, each.outcome, each.effort)
            for note in each.notes:
                tail = (note.code, "; ".join(note.subjects), note.outcome, note.effort, note.reason, note.remedy)
                writer.writerow([_cell(text) for text in (*head, *tail)])
            if not each.notes:
                writer.writerow([_cell(text) for text in (*head, *[""] * 6)])
    return stream.getvalue()


def _cell(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else str(text)
