"""How figures and verdicts are written: three significant digits, thin spaces before units, one sign per verdict."""

from __future__ import annotations

import math
import re

from warehousebench.model.comparison import Ratio, Verdict
from warehousebench.model.run import Status

THIN = "\u202f"
NOTHING = "—"

SIGNS = {Verdict.FASTER: "▲", Verdict.SLOWER: "▼", Verdict.SAME: "≈", Verdict.UNCLEAR: "?", Verdict.NONE: "–"}
VERDICTS = {
    Verdict.FASTER: "faster",
    Verdict.SLOWER: "slower",
    Verdict.SAME: "same",
    Verdict.UNCLEAR: "unclear",
    Verdict.NONE: "no verdict",
}
STATUSES = {
    Status.VERIFIED: "verified",
    Status.MISMATCH: "wrong answer",
    Status.UNVERIFIED: "not verified",
    Status.FAILED: "failed",
    Status.TIMEOUT: "over the time limit",
    Status.SKIPPED: "skipped",
}


def significant(value: float, digits: int = 3) -> str:
    """Return ``value`` with ``digits`` significant digits, thousands grouped, and never in scientific notation."""
    rounded = float(f"{value:.{digits - 1}e}")
    if rounded == 0:
        return "0"
    return f"{rounded:,.{max(0, digits - 1 - math.floor(math.log10(abs(rounded))))}f}"


def with_unit(value: float, unit: str) -> str:
    """Return the number with its unit after a thin space."""
    return f"{significant(value)}{THIN}{unit}"


def seconds(value: float | None) -> str:
    """Return a duration in µs, ms or s, whichever reads best."""
    if value is None:
        return NOTHING
    if value >= 0.9995:
        return with_unit(value, "s")
    return with_unit(value * 1e3, "ms") if value >= 0.9995e-3 else with_unit(value * 1e6, "µs")


def byte_size(value: float | None) -> str:
    """Return bytes in decimal units."""
    if value is None:
        return NOTHING
    for unit in ("B", "kB", "MB", "GB"):
        if value < 999.5:
            return with_unit(value, unit)
        value /= 1000
    return with_unit(value, "TB")


def percent(share: float) -> str:
    """Return a share such as 0.05 as ``5 %``."""
    return with_unit(share * 100, "%").replace(f".00{THIN}", THIN).replace(f".0{THIN}", THIN)


def interval(ratio: Ratio | None) -> str:
    """Return ``low–high``, or a dash where the rounds were too few for an interval."""
    if ratio is None or ratio.low is None or ratio.high is None:
        return NOTHING
    return f"{significant(ratio.low)}–{significant(ratio.high)}"


def verdict(value: Verdict) -> str:
    """Return the sign and the word, so that neither colour nor sign carries the meaning alone."""
    return f"{SIGNS[value]} {VERDICTS[value]}"


def change(ratio: float) -> str:
    """Return what a ratio of times means, in words: ``29 % less time``, ``2.40 times the time``."""
    if ratio >= 2:
        return f"{significant(ratio)} times the time"
    direction = "less" if ratio < 1 else "more"
    return f"{significant(abs(1 - ratio) * 100, 2)}{THIN}% {direction} time"


def count(number: int, singular: str, plural: str = "") -> str:
    """Return ``1 query`` or ``22 queries``; ``plural`` defaults to an appended s."""
    return f"{number:,} {singular if number == 1 else plural or singular + 's'}"


def bare(script: str) -> str:
    """Return SQL without its comments: beside the reasons a report already gives they would say everything twice."""
    lines = (line if "'" in line else line.partition("  -- ")[0] for line in script.splitlines() if not line.startswith("--"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
