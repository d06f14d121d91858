"""What decides between products: uses that differ by product, each with what this schema, its rows and its queries show.

Nobody wins here: a use either matters to the reader or does not, and only the reader knows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from warehousebench.assess.objects import target_of
from warehousebench.assess.offers import Offers
from warehousebench.engines.common.counterparts import Counterparts
from warehousebench.engines.common.sources import is_array
from warehousebench.errors import DesignError
from warehousebench.model.assessment import Answer, DataSize, Outcome, ProductOutcome, UseCase, Verdict
from warehousebench.model.catalog import Catalog, Column, Table, TypeKind
from warehousebench.model.loss import Loss
from warehousebench.model.profile import Profile
from warehousebench.model.workload import Role, Workload

_FILTERS = (Role.EQUALITY, Role.RANGE)


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that the answers rest on; what was not given is None or empty."""

    catalog: Catalog
    profile: Profile | None
    workload: Workload | None
    size: DataSize | None
    offers: Offers
    products: Mapping[str, Counterparts]
    outcomes: Sequence[ProductOutcome]

    def columns(self) -> Iterator[tuple[Table, Column]]:
        """Yield every column with its table."""
        return ((table, column) for table in self.catalog for column in table.columns)

    def losses(self, product: Counterparts) -> dict[Loss | None, list[str]]:
        """Return loss -> the columns that have it on a product, as table.column; None is for columns without any type there."""
        found: dict[Loss | None, list[str]] = {}
        for table, column in self.columns():
            known = target_of(column, product, self.profile.tables.get(table.name) if self.profile else None)
            found.setdefault(None if isinstance(known, DesignError) else known.loss, []).append(f"{table.name}.{column.name}")
        return found


def use_cases(evidence: Evidence) -> tuple[UseCase, ...]:
    """Return the uses that this schema has something to say about, each with an answer per product."""
    return tuple(case for use in _USES if (case := use(evidence)) is not None)


def _case(evidence: Evidence, title: str, shown: str, answer: Callable[[str, Counterparts], tuple[Verdict, str]]) -> UseCase:
    answers = (Answer(engine, *answer(engine, product)) for engine, product in evidence.products.items())
    return UseCase(title, shown, tuple(answers))


def _yes(holds: bool) -> Verdict:
    return Verdict.FITS if holds else Verdict.NOT


def _count(number: int, word: str) -> str:
    return f"{number:,} {word}{'' if number == 1 else 's'}"


def _some(names: Sequence[str], most: int = 3) -> str:
    more = f" and {len(names) - most:,} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def byte_size(size: float) -> str:
    """Return bytes in decimal units, as a sentence says them."""
    for unit in ("B", "kB", "MB", "GB"):
        if size < 999.5:
            return f"{size:.3g} {unit}"
        size /= 1000
    return f"{size:,.3g} TB"


def _share(share: float) -> str:
    return "less than 1 %" if share < 0.01 else f"{share:,.0%}".replace("%", " %")


# How it is run and paid


def _unattended(evidence: Evidence) -> UseCase:
    def answer(_: str, product: Counterparts) -> tuple[Verdict, str]:
        return _yes(product.traits.managed), "a managed service" if product.traits.managed else "you install, watch and upgrade it"

    return _case(evidence, "Nobody here runs servers", "", answer)


def _own_machines(evidence: Evidence) -> UseCase:
    def answer(_: str, product: Counterparts) -> tuple[Verdict, str]:
        held = product.traits.self_run
        return _yes(held), "runs on machines of your own or in any cloud" if held else "runs in its vendor's cloud alone"

    return _case(evidence, "The data stay on our own machines, or in another cloud", "", answer)


def _now_and_then(evidence: Evidence) -> UseCase:
    def answer(_: str, product: Counterparts) -> tuple[Verdict, str]:
        held = product.traits.metered
        return _yes(
            held
        ), "serverless capacity is paid for while queries run" if held else "machines and licence are paid for all the time"

    return _case(evidence, "Queries run now and then, and idle hours cost nothing", "", answer)


def _for_nothing(evidence: Evidence) -> UseCase:
    size = evidence.size
    shown = f"{byte_size(size.raw_bytes)} as they stand" if size else "the size of the data is not known: give --data or --bytes"

    def answer(engine: str, _: Counterparts) -> tuple[Verdict, str]:
        free = evidence.offers.free.get(engine)
        if free is None:
            return Verdict.OPEN, "no lasting free offer is recorded here; see the facts"
        if size is None:
            return Verdict.OPEN, free.what
        share = size.raw_bytes / free.bytes
        return (Verdict.FITS if share <= 1 else Verdict.NOT), f"{free.what}; the data as they stand are {_share(share)} of that"

    return _case(evidence, "Try all of it without paying", shown, answer)


def _one_node_down(evidence: Evidence) -> UseCase:
    size = evidence.size
    packed = size.packed_bytes if size else None

    def answer(_: str, product: Counterparts) -> tuple[Verdict, str]:
        copies = product.traits.copies
        extra = f"; {copies} × {byte_size(packed)} packed on its disks" if packed is not None and copies > 1 else ""
        return Verdict.FITS, product.traits.survives + extra

    return _case(evidence, "One machine may fail without a stop", "", answer)


# How tables are laid out


def _many_orders(evidence: Evidence) -> UseCase | None:
    filtered = _tables_by(evidence, lambda table: evidence.workload.uses(table, *_FILTERS) if evidence.workload else {})
    return _layouts(evidence, "A table is read by more than one column", ("is filtered by", "are filtered by"), filtered)


def _many_joins(evidence: Evidence) -> UseCase | None:
    joined = _tables_by(
        evidence,
        lambda table: (
            evidence.workload.uses(table, Role.JOIN)
            if evidence.workload
            else dict.fromkeys(key.columns[0] for key in evidence.catalog.table(table).foreign_keys)
        ),
    )
    words = ("is joined by", "are joined by") if evidence.workload else ("has foreign keys on", "have foreign keys on")
    return _layouts(evidence, "A table is joined by more than one key", words, joined)


def _tables_by(evidence: Evidence, columns: Callable[[str], Mapping[str, object]]) -> list[str]:
    return [table.name for table in evidence.catalog if len(columns(table.name)) > 1]


def _layouts(evidence: Evidence, title: str, words: tuple[str, str], tables: Sequence[str]) -> UseCase | None:
    if not tables:
        return None
    shown = f"{_count(len(tables), 'table')} {words[len(tables) > 1]} more than one column: {_some(tables)}"

    def answer(_: str, product: Counterparts) -> tuple[Verdict, str]:
        if product.traits.layouts is None:
            return Verdict.FITS, "a projection for each way, at the cost of storing and loading it"
        return Verdict.PARTLY, "one sort key and one distribution per table serve the most important way"

    return _case(evidence, title, shown, answer)


# What is in the schema


def _types(evidence: Evidence) -> UseCase:
    def answer(_: str, product: Counterparts) -> tuple[Verdict, str]:
        losses = evidence.losses(product)
        kept = sum(len(losses.get(loss, ())) for loss in (Loss.NONE, Loss.WIDENED))
        lost = [name for loss in (Loss.LOSSY, Loss.UNSUPPORTED, None) for name in losses.get(loss, ())]
        checked = losses.get(Loss.CHECKED, [])
        told = [f"{kept:,} of {sum(map(len, losses.values())):,} columns keep every value by their declaration"]
        told += [f"{len(checked):,} are decided by the data"] if checked else []
        told += [f"{len(lost):,} lose a part or become text: {_some(lost)}"] if lost else []
        undecided = Verdict.OPEN if checked and not evidence.profile else Verdict.FITS
        return (Verdict.PARTLY if lost else undecided), "; ".join(told)

    total = _count(sum(len(table.columns) for table in evidence.catalog), "column")
    return _case(evidence, "Types stay what they are", total, answer)


def _documents(evidence: Evidence) -> UseCase | None:
    found = [f"{t.name}.{c.name}" for t, c in evidence.columns() if c.type.kind is TypeKind.JSON or is_array(c.type)]
    if not found:
        return None

    def answer(_: str, product: Counterparts) -> tuple[Verdict, str]:
        if product.traits.documents:
            return Verdict.FITS, f"a type of its own, up to {product.document_bytes:,} bytes each"
        return Verdict.PARTLY, "kept as text by the script; arrays and rows have types that you may choose instead"

    return _case(evidence, "Queries look into documents and arrays", f"{_count(len(found), 'column')}: {_some(found)}", answer)


def _long_text(evidence: Evidence) -> UseCase | None:
    least = min(product.text_bytes for product in evidence.products.values())
    found = [f"{t.name}.{c.name}" for t, c in evidence.columns() if _may_exceed(evidence, t, c, least)]
    if not found:
        return None

    def answer(_: str, product: Counterparts) -> tuple[Verdict, str]:
        fits = product.text_bytes > least or len(evidence.products) == 1
        return (Verdict.FITS if fits else Verdict.PARTLY), f"a text has {product.text_bytes:,} bytes at most"

    words = "hold" if evidence.profile else "may hold"
    return _case(evidence, "Long texts are kept whole", f"{_some(found)} {words} more than {least:,} bytes", answer)


def _may_exceed(evidence: Evidence, table: Table, column: Column, most: int) -> bool:
    if column.type.kind is not TypeKind.TEXT or column.type.labels:
        return False
    seen = evidence.profile.tables.get(table.name) if evidence.profile else None
    if seen:
        return column.name in seen.columns and seen.columns[column.name].maximum_width > most
    return column.type.length is None or column.type.length * (column.type.character_bytes or 4) > most


def _enforced(evidence: Evidence) -> UseCase | None:
    keys = sum(bool(table.primary_key) + len(table.unique_keys) for table in evidence.catalog)
    checks = sum(len(table.checks) for table in evidence.catalog)
    if not keys + checks:
        return None

    def answer(_: str, product: Counterparts) -> tuple[Verdict, str]:
        held = product.traits.enforces
        if not held:
            return Verdict.NOT, "NOT NULL alone is enforced"
        return Verdict.FITS, f"{' and '.join(sorted(each.value for each in held))} can be enabled, which loads pay for"

    shown = f"{_count(keys, 'key')} and {_count(checks, 'check')} declared; foreign keys are enforced by no product"
    return _case(evidence, "The warehouse itself refuses bad rows", shown, answer)


def _functions(evidence: Evidence) -> UseCase:
    own = [each.name for each in evidence.catalog.objects if each.kind in ("function", "procedure", "package")]
    shown = f"{_count(len(own), 'routine')} in the source: {_some(own)}" if own else "no routine was seen in the source"

    def answer(_: str, product: Counterparts) -> tuple[Verdict, str]:
        return Verdict.FITS, f"written in {', '.join(product.traits.languages)}"

    return _case(evidence, "Functions of our own run beside the data", shown, answer)


def _queries(evidence: Evidence) -> UseCase | None:
    by_engine = {outcome.engine: outcome.queries for outcome in evidence.outcomes}
    total = max((len(queries) for queries in by_engine.values()), default=0)
    if not total:
        return None

    def answer(engine: str, _: Counterparts) -> tuple[Verdict, str]:
        kept, noted, refused = (sum(query.outcome is each for query in by_engine[engine]) for each in Outcome)
        text = f"{kept:,} translate as they are, {noted:,} with notes, {refused:,} not"
        return (Verdict.PARTLY if refused else Verdict.FITS), text

    return _case(evidence, "The queries stay what they are", f"{total:,} {'query' if total == 1 else 'queries'}", answer)


_USES: tuple[Callable[[Evidence], UseCase | None], ...] = (
    *(_unattended, _own_machines, _now_and_then, _for_nothing, _one_node_down),
    *(_many_orders, _many_joins),
    *(_types, _documents, _long_text, _enforced, _functions, _queries),
)
