"""Values that a product's type does not hold or takes for something else, counted on the rows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from warehousebench import duck
from warehousebench.assess.bounds import decimals_within, integers_within, years_within
from warehousebench.assess.objects import target_of
from warehousebench.assess.rows import Rows, meant_type
from warehousebench.engines.common.counterparts import Counterparts
from warehousebench.engines.common.widths import Target
from warehousebench.model.assessment import Risk
from warehousebench.model.catalog import FLOATS, INTEGERS, TEMPORALS, Column, TypeKind
from warehousebench.model.profile import ColumnProfile, TableProfile

EXAMPLES = 3
# A wide table's conditions are asked for in several statements: DuckDB plans one of thousands of parts for minutes.
_AT_ONCE = 200
_SHOWN = 60
_SIZED = re.compile(r"(?:LONG )?(?P<name>VARCHAR|CHAR|VARBYTE|VARBINARY)\((?P<bytes>\d+)\)")
_EXACT = re.compile(r"(?:DECIMAL|NUMERIC)\((?P<digits>\d+),(?P<places>\d+)\)")
_ZERO_DATE = r"^\d{4}-(00-\d\d|\d\d-00)"


@dataclass(frozen=True, slots=True)
class Probe:
    """A kind of value to count: the SQL condition, what is wrong with such values, and whether something of them is lost."""

    code: str
    column: str
    condition: str
    reason: str
    remedy: str
    loses: bool = True


def value_risks(
    connection: duck.Connection, rows: Rows, products: Mapping[str, Counterparts], seen: TableProfile
) -> Iterator[tuple[str, Risk]]:
    """Yield (engine, risk) for every kind of value that occurs in a table; raises EngineError if its rows cannot be read.

    What several products mind is counted once.
    """
    asked = [
        (engine, probe)
        for engine, product in products.items()
        for column in rows.table.columns
        if rows.has(column.name)
        for probe in _probes(column, rows, product, seen)
    ]
    counts = _counts(connection, rows, list(dict.fromkeys(probe.condition for _, probe in asked)))
    shown = {probe.condition: _examples(connection, rows, probe) for _, probe in asked if counts[probe.condition]}
    for engine, each in asked:
        if count := counts[each.condition]:
            examples = shown[each.condition]
            yield (
                engine,
                Risk(each.code, rows.table.name, each.column, count, seen.rows, each.reason, each.remedy, examples, each.loses),
            )


def _counts(connection: duck.Connection, rows: Rows, conditions: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for start in range(0, len(conditions), _AT_ONCE):
        part = conditions[start : start + _AT_ONCE]
        counts = ", ".join(f"count(*) FILTER (WHERE {condition})" for condition in part)
        (row,) = duck.rows(connection, f"SELECT {counts} FROM {rows.raw}")
        found |= dict(zip(part, map(int, row), strict=True))
    return found


def _examples(connection: duck.Connection, rows: Rows, probe: Probe) -> tuple[str, ...]:
    shown = f"left({duck.quote(probe.column)}::VARCHAR, {_SHOWN})"
    sql = f"SELECT DISTINCT {shown} AS v FROM {rows.raw} WHERE {probe.condition} ORDER BY v LIMIT {EXAMPLES}"
    return tuple(str(value) for (value,) in duck.rows(connection, sql) if value is not None)


def _probes(column: Column, rows: Rows, product: Counterparts, seen: TableProfile) -> Iterator[Probe]:
    known = target_of(column, product, seen)
    target = known if isinstance(known, Target) else None
    stored, value, figures = rows.kind(column.name), rows.value(column), seen.columns[column.name]
    if stored == "VARCHAR" and meant_type(column):
        yield from _unreadable(column, value)
    elif stored == "VARCHAR":
        yield from _text(column, product, target, figures)
    elif stored == "BLOB":
        yield from _bytes(column, product, target, figures)
    if column.type.kind in TEMPORALS and column.type.kind is not TypeKind.TIME:
        yield from _moments(column, stored, value, figures)
    if _is_number(column):
        yield from _numbers(column, stored, value, product, target, figures)


def _is_number(column: Column) -> bool:
    return column.type.kind in INTEGERS | FLOATS | {TypeKind.DECIMAL}


def _unreadable(column: Column, value: str) -> Iterator[Probe]:
    """Text where the schema declares something else."""
    name, kind = duck.quote(column.name), column.type.kind
    zero = f"regexp_matches({name}, {duck.text(_ZERO_DATE)})"
    dated = kind in TEMPORALS and kind is not TypeKind.TIME
    if dated:
        remedy = "Make them NULL when loading, or a date that stands for none."
        yield Probe("date.zero", column.name, zero, "zero dates, which are no dates on either product", remedy)
    condition = f"{name} IS NOT NULL AND {_no_value(column, value)}" + (f" AND NOT {zero}" if dated else "")
    reason = f"text that is no {kind.value}"
    yield Probe("value.unreadable", column.name, condition, reason, "Correct them in the source, or load the column as text.")
    if kind in TEMPORALS:
        fine = f"regexp_matches({name}, '\\.\\d{{6}}\\d*[1-9]')"
        yield _nanoseconds(column, fine)


def _no_value(column: Column, value: str) -> str:
    """Return the condition for a text that is no value of the declared kind; a number of too many digits is one."""
    name = duck.quote(column.name)
    if column.type.kind in INTEGERS:
        return f"NOT regexp_full_match({name}, '\\s*[-+]?\\d+\\s*')"
    return f"TRY_CAST({name} AS DOUBLE) IS NULL" if _is_number(column) else f"{value} IS NULL"


def _nanoseconds(column: Column, condition: str) -> Probe:
    remedy = "Keep the rest in a column of its own if it matters."
    return Probe("time.nanoseconds", column.name, condition, "finer than the microseconds that both products keep", remedy)


def _text(column: Column, product: Counterparts, target: Target | None, seen: ColumnProfile) -> Iterator[Probe]:
    name = duck.quote(column.name)
    sized = _SIZED.match(target.sql) if target else None
    document = product.document_bytes if target and target.sql == "SUPER" else None
    most = int(sized["bytes"]) if sized else document or product.text_bytes
    if seen.maximum_width > most:
        reason = f"longer than {most:,} bytes, the most that {target.base if target else 'the longest text'} holds here"
        remedy = "Cut them, split them, or leave the column out."
        yield Probe("text.long", column.name, f"strlen({name}) > {most}", reason, remedy)
    nul = "a NUL character, which loads may refuse"
    yield Probe("text.nul", column.name, f"contains({name}, chr(0))", nul, "Take it out when loading.")
    replaced = "the sign for a character that was lost in an earlier conversion"
    remedy = "Export again in the right encoding."
    yield Probe("text.replaced", column.name, f"contains({name}, chr(65533))", replaced, remedy, loses=False)
    if seen.minimum == "":
        empty = "empty text, which is not NULL on either product, and becomes NULL if a load is told so"
        yield Probe("text.empty", column.name, f"{name} = ''", empty, "Load without EMPTYASNULL or NULL AS ''.", loses=False)
    yield from _characters(column, product, seen)


def _characters(column: Column, product: Counterparts, seen: ColumnProfile) -> Iterator[Probe]:
    """What characters and lengths mean: declared ones are not kept by every source, nor counted alike by every product."""
    name, type_ = duck.quote(column.name), column.type
    if type_.length and type_.kind in (TypeKind.CHAR, TypeKind.VARCHAR) and seen.maximum_width > type_.length:
        reason = f"longer than the {type_.length:,} characters declared; the type holds what was seen"
        longer = f"length({name}) > {type_.length}"
        yield Probe("text.declared", column.name, longer, reason, "Correct the declaration.", loses=False)
    if product.pads and type_.kind is TypeKind.CHAR:
        reason = "more than one byte per character, which CHAR refuses: kept as VARCHAR"
        yield Probe("char.multibyte", column.name, f"strlen({name}) <> length({name})", reason, "", loses=False)
    elif product.pads:
        reason = "blanks at the end, which count for nothing in comparisons here"
        yield Probe("text.blanks", column.name, f"ends_with({name}, ' ')", reason, "Trim them, if they are meant.", loses=False)


def _bytes(column: Column, product: Counterparts, target: Target | None, seen: ColumnProfile) -> Iterator[Probe]:
    name = duck.quote(column.name)
    sized = _SIZED.match(target.sql) if target else None
    most = int(sized["bytes"]) if sized else product.binary_bytes
    if seen.maximum_width > most:
        reason = f"longer than {most:,} bytes, the most that the column holds here"
        remedy = "Keep them in files, and their names here."
        yield Probe("binary.long", column.name, f"octet_length({name}) > {most}", reason, remedy)
    if column.type.kind is not TypeKind.BINARY:
        invalid = f"{name} IS NOT NULL AND TRY(decode({name})) IS NULL"
        yield Probe("text.encoding", column.name, invalid, "bytes that are no UTF-8", "Convert from the encoding they are in.")


def _moments(column: Column, stored: str, value: str, seen: ColumnProfile) -> Iterator[Probe]:
    remedy = "Make them NULL, or a far date that queries know."
    if stored == "TIMESTAMP_NS":
        yield _nanoseconds(column, f"epoch_ns({value}) % 1000 <> 0")
    if years_within(seen):
        return
    yield Probe("time.infinite", column.name, f"isinf({value})", "infinity, which not every product takes for a moment", remedy)
    years = f"isfinite({value}) AND (year({value}) < 1 OR year({value}) > 9999)"
    yield Probe("time.years", column.name, years, "years before 1 or after 9999", "Test such dates with your clients.")


def _numbers(
    column: Column, stored: str, value: str, product: Counterparts, target: Target | None, seen: ColumnProfile
) -> Iterator[Probe]:
    name = column.name
    floating = stored in ("FLOAT", "DOUBLE") or column.type.kind in FLOATS
    exact = _EXACT.match(target.sql) if target else None
    if exact and stored == "VARCHAR":
        special = f"isnan(TRY_CAST({duck.quote(name)} AS DOUBLE)) OR isinf(TRY_CAST({duck.quote(name)} AS DOUBLE))"
        yield Probe("number.special", name, special, "NaN or infinity, which no exact number is", "Make them NULL.")
    elif floating:
        reason = "NaN or infinity" + (", which no exact number is" if exact else ", which order and compare differently by product")
        remedy = "Make them NULL." if exact else "Test queries over them, or make them NULL."
        yield Probe("number.special", name, f"isnan({value}) OR isinf({value})", reason, remedy, loses=bool(exact))
    if exact:
        yield from _digits(column, stored, value, int(exact["digits"]), int(exact["places"]))
    if target and target.sql in product.integers and not floating:
        least, greatest = product.integers[target.sql]
        if integers_within(stored, seen, least, greatest):
            return
        reason = f"outside of {target.sql}, which is {least:,} to {greatest:,}"
        yield Probe(
            "number.range", name, f"{value} NOT BETWEEN {least} AND {greatest}", reason, "Load the column as a wider number."
        )


def _digits(column: Column, stored: str, value: str, digits: int, places: int) -> Iterator[Probe]:
    """Digits of decimals and of numbers written as text are counted as written, those of floats by calculation."""
    if stored in ("FLOAT", "DOUBLE"):
        finite = f"isfinite({value})"
        whole, fraction = f"{finite} AND abs({value}) >= 1e{digits - places}", f"{finite} AND {value} <> round({value}, {places})"
    elif stored == "VARCHAR" or (stored.startswith("DECIMAL") and not decimals_within(stored, digits, places)):
        written = f"ltrim({duck.quote(column.name)}::VARCHAR, '-+')"
        whole = f"length(ltrim(split_part({written}, '.', 1), '0')) > {digits - places}"
        fraction = f"length(rtrim(split_part({written}, '.', 2), '0')) > {places}"
        if stored == "VARCHAR":
            plain = f"regexp_full_match({written}, '\\d+(\\.\\d*)?')"
            whole, fraction = f"{plain} AND {whole}", f"{plain} AND {fraction}"
    else:
        return
    yield Probe("number.digits", column.name, whole, f"more than {digits - places} digits before the point", "Declare more digits.")
    yield Probe(
        "number.places",
        column.name,
        fraction,
        f"more than {places} digits after the point, which are rounded",
        "Declare more places.",
    )
