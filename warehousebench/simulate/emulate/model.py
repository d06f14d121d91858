"""What an emulation found."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from warehousebench.simulate.motion import Motion

TOLERANCE = 0.01
# Within how many standard deviations over all hash functions a count is put down to chance: 1 in 370 is further off.
DEVIATIONS = 3.0


class Verdict(StrEnum):
    """Whether a count bears its prediction out: to a hundredth, as far as the chance of one hash function goes, or not."""

    WITHIN = "within 1 %"
    CHANCE = "within chance"
    OFF = "off"


class Cause(StrEnum):
    """Why a motion is off.

    Rows wider or narrower than reckoned; a hash luckier than three deviations; rows that a like key (such as one of the same
    values) had placed where they were to go; none of these.
    """

    WIDTH = "bytes per row"
    CHANCE = "chance of the hash"
    PLACED = "rows already in place"
    UNEXPLAINED = "unexplained"


# Luck beyond this is none.
_FAR = 4.0


@dataclass(frozen=True, slots=True)
class CountedMotion:
    """One motion of a query: what is predicted and what was counted, in bytes.

    ``predicted_bytes`` are the model's for an average hash function; of a two-phase aggregate, for the partial groups that
    each node was counted to hold.  ``random_bytes`` are then what the search reckons, which takes rows to lie at random;
    None for other motions.  ``expected_bytes`` are those of the very rows that moved under an average hash function, and
    ``chance_bytes`` the standard deviation over hash functions: that of a sum of independent keys, each of which finds its
    bytes in place with the chance that its node is the right one (0 for a broadcast).
    """

    operator: str
    motion: Motion
    predicted_bytes: float
    counted_bytes: float
    random_bytes: float | None
    expected_bytes: float
    chance_bytes: float

    @property
    def bound_bytes(self) -> float:
        """Return how far from its prediction chance may carry a count."""
        return DEVIATIONS * self.chance_bytes

    @property
    def verdict(self) -> Verdict:
        """Return whether the count bears the prediction out."""
        if close(self.predicted_bytes, self.counted_bytes):
            return Verdict.WITHIN
        return Verdict.CHANCE if abs(self.counted_bytes - self.predicted_bytes) <= self.bound_bytes else Verdict.OFF

    @property
    def misjudged(self) -> bool:
        """Return whether the search is more than 1 % off, since rows do not lie at random."""
        return self.random_bytes is not None and not close(self.random_bytes, self.predicted_bytes)

    @property
    def causes(self) -> tuple[Cause, ...]:
        """Return what carried the count away from the prediction; nothing for a motion that is not off."""
        if self.verdict is not Verdict.OFF:
            return ()
        luck = self.counted_bytes - self.expected_bytes
        parts = {Cause.WIDTH: self.expected_bytes - self.predicted_bytes, self._chance(luck): luck}
        # More than the tolerance in all: at least one of two parts has more than half of it.
        return tuple(cause for cause, part in parts.items() if abs(part) > TOLERANCE * self.predicted_bytes / len(parts))

    def _chance(self, luck: float) -> Cause:
        """Return what to call bytes above (or below) those expected: too few mean that the rows were placed by a like key."""
        if abs(luck) <= _FAR * self.chance_bytes:
            return Cause.CHANCE
        return Cause.PLACED if luck < 0 else Cause.UNEXPLAINED


def close(reckoned: float, found: float) -> bool:
    """Return whether a figure is within 1 % of what was reckoned."""
    return abs(found - reckoned) <= TOLERANCE * reckoned


@dataclass(frozen=True, slots=True)
class Emulation:
    """One query run on the cluster: whether its answer is that of a single node, and its motions in order.

    ``finding`` says why a query could not be emulated; it has no motions then.  ``remarks`` tell where the run was not what
    the model takes it for: rows that are not as many as DuckDB reported, or do not lie where the trace says.
    """

    query: str
    answer_equal: bool
    motions: tuple[CountedMotion, ...] = ()
    finding: str | None = None
    remarks: tuple[str, ...] = ()
