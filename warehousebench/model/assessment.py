"""``assessment.json``: what becomes of a schema, its rows and its queries on each product, and which product fits which use."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar


class Outcome(StrEnum):
    """How an object gets to a product, the better first.

    ``AS_IS``: the generated script holds it, and nobody has to decide anything.  ``CHANGED``: the script holds it in another
    form, which somebody has to agree to.  ``BY_HAND``: somebody has to write or decide something.
    """

    AS_IS = "as is"
    CHANGED = "with a change"
    BY_HAND = "by hand"


class Effort(StrEnum):
    """The work of a person, in the classes that AWS's schema conversion tool uses for data warehouses.

    ``SIMPLE`` is under one hour, ``MEDIUM`` one to four hours, ``SIGNIFICANT`` more than four.
    """

    NONE = "none"
    SIMPLE = "simple"
    MEDIUM = "medium"
    SIGNIFICANT = "significant"


class Status(StrEnum):
    """Whether the rows keep a constraint."""

    HOLDS = "holds"
    VIOLATED = "violated"
    UNCHECKED = "not checked"


class Verdict(StrEnum):
    """Whether a product suits a use."""

    FITS = "fits"
    PARTLY = "fits in part"
    NOT = "does not fit"
    OPEN = "not known here"


@dataclass(frozen=True, slots=True)
class Note:
    """One thing about an object: a stable code, the columns (or other parts) it is about, why, and what to do.

    ``reason`` and ``remedy`` are sentences; the remedy is empty where nothing is to be done.
    """

    code: str
    subjects: tuple[str, ...]
    outcome: Outcome
    effort: Effort
    reason: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class ObjectOutcome:
    """A table, view or other object on one product; outcome and effort are the worst of its notes'."""

    kind: str
    name: str
    outcome: Outcome
    effort: Effort
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class Risk:
    """Values that would not arrive, or not mean the same: ``rows`` of the ``of`` rows there are, and up to three of the values."""

    code: str
    table: str
    column: str
    rows: int
    of: int
    reason: str
    remedy: str
    examples: tuple[str, ...] = ()
    loses: bool = True


@dataclass(frozen=True, slots=True)
class ConstraintCheck:
    """A constraint held against the rows: how many of the ``of`` rows break it, and up to three of the keys that do.

    ``reason`` says why it was not checked, or what the check rests on.
    """

    table: str
    kind: str
    text: str
    status: Status
    rows: int | None = None
    of: int | None = None
    examples: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class QueryOutcome:
    """A query on one product: translated as it is, with notes (``CHANGED``) or not at all (``BY_HAND``), and why.

    ``sql`` is the translation, empty if there is none.
    """

    query: str
    outcome: Outcome
    notes: tuple[str, ...] = ()
    sql: str = ""


@dataclass(frozen=True, slots=True)
class ProductOutcome:
    """Everything about one product; ``engine`` is its name on the command line."""

    engine: str
    product: str
    objects: tuple[ObjectOutcome, ...]
    risks: tuple[Risk, ...] = ()
    queries: tuple[QueryOutcome, ...] = ()


@dataclass(frozen=True, slots=True)
class DataSize:
    """The size of the data: bytes of the values as they are, and an estimate of them packed column by column.

    ``basis`` says what the figures rest on; ``packed_bytes`` is None where nothing was measured.
    """

    rows: int | None
    raw_bytes: float
    packed_bytes: float | None
    basis: str


@dataclass(frozen=True, slots=True)
class Fact:
    """Something about a product that no schema shows; ``verified`` is False for what no page of the vendor's confirmed."""

    engine: str
    topic: str
    text: str
    source: str
    date: str
    verified: bool = True


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether one product suits a use, with the reason."""

    engine: str
    verdict: Verdict
    reason: str


@dataclass(frozen=True, slots=True)
class UseCase:
    """A use that decides, in the words of who has it, what of it this schema shows, and an answer per product."""

    title: str
    evidence: str
    answers: tuple[Answer, ...]


@dataclass(frozen=True, slots=True)
class CostItem:
    """A line of a product's monthly cost, from prices that the user gave; ``working`` shows the multiplication."""

    engine: str
    what: str
    monthly: float
    working: str


@dataclass(frozen=True, slots=True)
class Fit:
    """What decides between the products; it names no winner.  ``prices`` says where the prices are from, empty without any."""

    size: DataSize | None
    use_cases: tuple[UseCase, ...]
    facts: tuple[Fact, ...]
    costs: tuple[CostItem, ...] = ()
    currency: str = ""
    prices: str = ""


@dataclass(frozen=True, slots=True)
class Assessment:
    """``assessment.json``: one product after the other, what the rows say of the constraints, and the fit.

    ``basis`` lists what was looked at, ``unchecked`` what could not be without more, ``findings`` what reading left open.
    """

    made_by: ClassVar[str] = "warehousebench assess"

    source: str
    basis: tuple[str, ...]
    unchecked: tuple[str, ...]
    products: tuple[ProductOutcome, ...]
    constraints: tuple[ConstraintCheck, ...]
    fit: Fit
    findings: tuple[str, ...] = ()
    format: str = "warehousebench.assessment"
    version: int = 1
