"""Every object of a schema on one product: what becomes of it, with what work, and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from warehousebench.assess.names import name_notes
from warehousebench.engines.common.counterparts import UNKNOWN, Counterpart, Counterparts, Feature
from warehousebench.engines.common.widths import Target
from warehousebench.errors import DesignError
from warehousebench.model.assessment import ConstraintCheck, Effort, Note, ObjectOutcome, Outcome, QueryOutcome, Risk, Status
from warehousebench.model.catalog import Catalog, Column, SourceObject, Table, View
from warehousebench.model.loss import Loss
from warehousebench.model.profile import TableProfile

_OUTCOMES, _EFFORTS = list(Outcome), list(Effort)
# What a loss of meaning asks of a person; a type that the data were checked against asks for nothing more.
_LOSSES = {
    Loss.WIDENED: (Outcome.AS_IS, Effort.NONE, ""),
    Loss.CHECKED: (Outcome.CHANGED, Effort.NONE, "The data decide: give them with --data."),
    Loss.LOSSY: (Outcome.CHANGED, Effort.SIMPLE, "Decide whether the part that is lost matters."),
    Loss.UNSUPPORTED: (Outcome.CHANGED, Effort.MEDIUM, "Rewrite queries that work on such values."),
}


def outcome(kind: str, name: str, notes: Iterable[Note]) -> ObjectOutcome:
    """Return an object whose outcome and effort are the worst of its ``notes``."""
    known = tuple(notes)
    worst = max((note.outcome for note in known), key=_OUTCOMES.index, default=Outcome.AS_IS)
    most = max((note.effort for note in known), key=_EFFORTS.index, default=Effort.NONE)
    return ObjectOutcome(kind, name, worst, most, known)


def target_of(column: Column, product: Counterparts, seen: TableProfile | None) -> Target | DesignError:
    """Return the type of the column's values on the product, or why there is none; how they come about is told elsewhere."""
    try:
        return product.target(replace(column, generated=None, identity=False), seen.columns.get(column.name) if seen else None)
    except DesignError as error:
        return error


def table_notes(table: Table, catalog: Catalog, product: Counterparts, seen: TableProfile | None) -> Iterator[Note]:
    """Yield what a table's declaration asks of a person on one product."""
    yield from name_notes(table, catalog, product)
    if len(table.columns) > product.columns:
        reason = f"{len(table.columns):,} columns, and a table has {product.columns:,} at most"
        yield Note("table.columns", (), Outcome.BY_HAND, Effort.SIGNIFICANT, reason, "Split the table.")
    if not table.primary_key:
        yield _keyless(table, seen)
    yield from _type_notes(table, product, seen)
    for feature, subjects in _features(table):
        if subjects:
            yield _note(f"feature.{feature.replace(' ', '-')}", subjects, product.features[feature])


def data_notes(table: Table, risks: Iterable[Risk], checks: Iterable[ConstraintCheck]) -> Iterator[Note]:
    """Yield what the rows of a table ask of a person: values that do not arrive, constraints that they break."""
    losing = [risk for risk in risks if risk.table == table.name and risk.loses]
    if losing:
        columns = tuple(dict.fromkeys(risk.column for risk in losing))
        kinds = f"{len(losing):,} kind{'' if len(losing) == 1 else 's'}"
        reason = f"{kinds} of values that would not arrive as they are; the commonest counts {max(risk.rows for risk in losing):,}"
        yield Note("data.values", columns, Outcome.BY_HAND, Effort.MEDIUM, reason, "Decide about each kind; see the risks.")
    broken = [check for check in checks if check.table == table.name and check.status is Status.VIOLATED]
    if broken:
        subjects = tuple(f"{check.kind} {check.text}" for check in broken)
        reason = "the rows break what the source declares, and a planner would trust it"
        remedy = "Clean the rows, or leave the constraint out of the script."
        yield Note("data.constraints", subjects, Outcome.BY_HAND, Effort.MEDIUM, reason, remedy)


def _keyless(table: Table, seen: TableProfile | None) -> Note:
    reason = "no primary key is declared, so nothing tells two equal rows apart"
    if not seen or not seen.rows:
        return Note("key.none", (), Outcome.AS_IS, Effort.NONE, reason)
    unique = tuple(
        column.name
        for column in table.columns
        if (found := seen.columns.get(column.name)) and found.distinct_exact and not found.nulls and found.distinct == seen.rows
    )
    if not unique:
        return Note("key.none", (), Outcome.AS_IS, Effort.NONE, f"{reason}; no column alone is unique in the data")
    remedy = "Declare it in the catalog if it is a key and not chance: both planners use keys."
    return Note("key.candidate", unique, Outcome.AS_IS, Effort.NONE, "no primary key is declared; unique in the data", remedy)


def _type_notes(table: Table, product: Counterparts, seen: TableProfile | None) -> Iterator[Note]:
    """Yield one note for all columns that lose the same for the same reason."""
    groups: dict[tuple[Loss, str], list[str]] = {}
    for column in table.columns:
        known = target_of(column, product, seen)
        if isinstance(known, DesignError):
            yield Note("type.none", (column.name,), Outcome.BY_HAND, Effort.MEDIUM, str(known))
        elif known.loss is not Loss.NONE:
            reason = f"{known.base}: {known.why}"
            groups.setdefault((known.loss, reason), []).append(column.name)
    for (loss, reason), names in groups.items():
        worst, effort, remedy = _LOSSES[loss]
        if loss is Loss.CHECKED and seen is not None:
            worst, effort, remedy = Outcome.AS_IS, Effort.NONE, "The values seen fit; look again when new ones come."
        yield Note(f"type.{loss.name.lower()}", tuple(names), worst, effort, reason, remedy)


def _features(table: Table) -> Iterator[tuple[Feature, tuple[str, ...]]]:
    columns = table.columns
    keys = [table.primary_key, *table.unique_keys]
    yield Feature.KEYS, tuple(", ".join(key) for key in keys if key)
    yield Feature.FOREIGN_KEYS, tuple(", ".join(key.columns) for key in table.foreign_keys)
    yield Feature.CHECKS, tuple(check.name or check.sql for check in table.checks)
    yield Feature.DEFAULTS, _named(column for column in columns if column.default is not None and not column.identity)
    yield Feature.GENERATED, _named(column for column in columns if column.generated is not None)
    yield Feature.IDENTITY, _named(column for column in columns if column.identity)
    yield Feature.CASELESS, _named(filter(is_caseless, columns))
    yield Feature.COLLATION, _named(column for column in columns if column.collation and not is_caseless(column))
    yield Feature.PARTITIONS, (table.partitioned_by,) if table.partitioned_by else ()


def is_caseless(column: Column) -> bool:
    """Tell whether the source compares this column's text without case, as far as it is declared with the column."""
    words = (column.collation or "").lower().replace("-", "_").split("_")
    return "ci" in words or "nocase" in words or column.type.native.lower().startswith("citext")


def _named(columns: Iterable[Column]) -> tuple[str, ...]:
    return tuple(column.name for column in columns)


def _note(code: str, subjects: Sequence[str], known: Counterpart) -> Note:
    return Note(code, tuple(subjects), known.outcome, known.effort, known.reason, known.remedy)


def view_outcome(view: View, translated: QueryOutcome, product: Counterparts) -> ObjectOutcome:
    """Return a view as its query is translated, a materialized one as the product has them besides."""
    effort = {Outcome.AS_IS: Effort.NONE, Outcome.CHANGED: Effort.SIMPLE, Outcome.BY_HAND: Effort.MEDIUM}[translated.outcome]
    reasons = translated.notes or ("its query is translated as it is",)
    unwritten = (
        "Write its query for the product." if translated.outcome is Outcome.CHANGED else "Write its query anew for the product."
    )
    remedy = f"Create it as: {translated.sql}" if translated.sql else unwritten
    notes = [Note("view.query", (), translated.outcome, effort, reason, remedy) for reason in reasons]
    if view.materialized:
        notes.append(_note("view.materialized", (), product.materialized))
    return outcome("materialized view" if view.materialized else "view", view.name, notes)


def other_outcome(each: SourceObject, product: Counterparts) -> ObjectOutcome:
    """Return an object that is neither table nor view."""
    return outcome(
        each.kind, each.name, [_note(f"object.{each.kind.replace(' ', '-')}", (), product.objects.get(each.kind, UNKNOWN))]
    )
