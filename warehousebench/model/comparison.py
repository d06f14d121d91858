"""A contender against a base: ratios with intervals, and verdicts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar


class Verdict(StrEnum):
    """What the interval of a ratio says against the practical margin."""

    FASTER = "faster"
    SLOWER = "slower"
    SAME = "same"
    UNCLEAR = "unclear"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Ratio:
    """Contender's time divided by the base's: below 1 the contender is faster.

    ``low`` and ``high`` are None where the rounds are too few for an interval; ``confidence`` is what was achieved.
    """

    value: float
    low: float | None
    high: float | None
    confidence: float | None
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class QueryComparison:
    """One query on both sides; ``base`` and ``contender`` are the timed seconds of its usable rounds."""

    query: str
    base: tuple[float, ...]
    contender: tuple[float, ...]
    base_median: float | None
    contender_median: float | None
    ratio: Ratio | None
    flags: tuple[str, ...] = ()
    note: str | None = None


@dataclass(frozen=True, slots=True)
class FunctionCost:
    """What a query costs on a subject with its functions in one variant, against their SQL written into it.

    ``ratio`` is None, and ``note`` says why, where one of the two has no verified times or the subject is a stand-in.
    """

    subject: str
    query: str
    variant: str
    ratio: Ratio | None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a comparison, as the report names it."""

    name: str
    engine: str
    engine_version: str
    layout: str
    run: str
    stand_in: bool = False
    load_seconds: float | None = None
    stored_bytes: int | None = None
    total_seconds: float | None = None
    geometric_mean_seconds: float | None = None
    power_score: float | None = None
    verified: int = 0
    executions: int = 0


@dataclass(frozen=True, slots=True)
class Comparison:
    """``comparison.json``: the contender against the base, query by query and as a whole."""

    made_by: ClassVar[str] = "warehousebench compare"

    suite: str
    scale: float
    base: Side
    contender: Side
    interleaved: bool
    screening: bool
    rounds: int
    margin: float
    drift: float
    queries: tuple[QueryComparison, ...]
    geometric_mean: Ratio | None
    total: Ratio | None
    counts: Mapping[str, int]
    compared: int
    detectable: float | None = None
    without_top: float | None = None
    top_share: float | None = None
    notes: tuple[str, ...] = ()
    format: str = "warehousebench.comparison"
    version: int = 1
