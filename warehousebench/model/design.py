"""Why a choice was made: shared by the designs of all products."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Evidence:
    """A figure behind a choice: what was measured, the number, its unit and where it comes from."""

    what: str
    value: float | int | str
    unit: str = ""
    source: str = ""

    def __str__(self) -> str:
        number = (
            f"{self.value:,.4g}"
            if isinstance(self.value, float)
            else f"{self.value:,}"
            if isinstance(self.value, int)
            else self.value
        )
        return f"{self.what} {number}{' ' + self.unit if self.unit else ''}{f' ({self.source})' if self.source else ''}"


@dataclass(frozen=True, slots=True)
class Reason:
    """One choice explained: a stable code, what it is about, a sentence and its evidence.

    ``subject`` names what was chosen (``distribution``, ``sort``, ``encoding:l_shipdate``, …).
    """

    code: str
    subject: str
    sentence: str
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class DesignChoice:
    """What a product's design says about one table or projection, ready for a report: labelled facts and reasons."""

    name: str
    facts: tuple[tuple[str, str], ...]
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class DesignSummary:
    """One product's design as a report shows it: its choices and the script that creates it."""

    product: str
    basis: str
    choices: tuple[DesignChoice, ...]
    script: str
