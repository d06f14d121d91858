"""What a product has in place of a source's features: the words in which each product's folder answers an assessment."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from warehousebench.engines.base import Translation
from warehousebench.engines.common.widths import Target
from warehousebench.model.assessment import Effort, Outcome
from warehousebench.model.catalog import Catalog, Column
from warehousebench.model.profile import ColumnProfile


class Feature(StrEnum):
    """A part of a table that is no column's type."""

    KEYS = "keys"
    FOREIGN_KEYS = "foreign keys"
    CHECKS = "checks"
    DEFAULTS = "defaults"
    GENERATED = "generated columns"
    IDENTITY = "identity columns"
    CASELESS = "comparison without case"
    COLLATION = "collation"
    PARTITIONS = "partitions"


@dataclass(frozen=True, slots=True)
class Counterpart:
    """What becomes of a feature or an object: how it gets there, with what work, why, and what to do."""

    outcome: Outcome
    effort: Effort
    reason: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Traits:
    """How a product is had and run; what is not a number here is told with its source in the offers.

    ``layouts`` is how many orders and distributions one table can be stored in, None for any number.  ``enforces`` are the
    constraints that the product can hold rows to.  ``copies`` is how often each byte is stored on the nodes' own disks to
    survive the loss of one.
    """

    managed: bool
    self_run: bool
    metered: bool
    equal_nodes: bool
    layouts: int | None
    enforces: frozenset[Feature]
    languages: tuple[str, ...]
    documents: bool
    copies: int
    survives: str


@dataclass(frozen=True, slots=True)
class Counterparts:
    """A product's types, names, limits and counterparts.

    ``integers`` gives the least and the greatest value of an integer type.  ``refused`` are names that no column may have.
    ``folds`` says what becomes of capitals in names, empty if they stay.  Bytes are the most that one value may have.
    """

    name: str
    target: Callable[[Column, ColumnProfile | None], Target]
    quote: Callable[[str], str]
    translate: Callable[[str, Catalog], Translation]
    reserved: frozenset[str]
    refused: frozenset[str]
    columns: int
    text_bytes: int
    binary_bytes: int
    document_bytes: int | None
    integers: Mapping[str, tuple[int, int]]
    folds: str
    pads: bool
    traits: Traits
    features: Mapping[Feature, Counterpart]
    objects: Mapping[str, Counterpart]
    materialized: Counterpart


def as_is(reason: str, remedy: str = "") -> Counterpart:
    """Return the counterpart of what loaded rows lose nothing by."""
    return Counterpart(Outcome.AS_IS, Effort.NONE, reason, remedy)


def changed(effort: Effort, reason: str, remedy: str) -> Counterpart:
    """Return the counterpart that is another form of the same."""
    return Counterpart(Outcome.CHANGED, effort, reason, remedy)


def by_hand(effort: Effort, reason: str, remedy: str) -> Counterpart:
    """Return the counterpart that somebody has to write."""
    return Counterpart(Outcome.BY_HAND, effort, reason, remedy)


# Objects that both products answer alike.
OBJECTS: dict[str, Counterpart] = {
    "type": as_is("its columns have the type that it stands for; labels and fields are not enforced"),
    "domain": as_is("its columns have the base type; the domain's condition is not enforced", "Test the condition when loading."),
    "sequence": as_is("rows that are loaded bring their numbers", "Number new rows where they are made."),
    "event": by_hand(Effort.SIMPLE, "there is no scheduler for it in the script", "Schedule it where the loads are scheduled."),
    "synonym": changed(Effort.SIMPLE, "there are no synonyms", "Create a view of that name, or use the table's own name."),
    "rule": by_hand(Effort.MEDIUM, "there are no rewrite rules", "Move what it does into the loads."),
    "policy": by_hand(Effort.MEDIUM, "row policies are written in another way", "Write the access policy anew, and test it."),
    "package": by_hand(Effort.SIGNIFICANT, "there are no packages", "Split it into procedures and functions, and move its logic."),
    "aggregate": by_hand(Effort.SIGNIFICANT, "an aggregate of one's own has to be written anew", "Look for a built-in one first."),
    "operator": by_hand(Effort.MEDIUM, "there are no operators of one's own", "Write the function in its place."),
}
UNKNOWN = by_hand(Effort.MEDIUM, "nothing is known of a counterpart", "Decide whether the warehouse needs it.")
