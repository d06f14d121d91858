"""What an emulation found."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from warehousebench.simulate.motion import Motion

TOLERANCE = 0.01
# Below this both figures are a handful of rows, where one row more is many per cent.
FLOOR_BYTES = 1000.0
# How far chance may carry a count before something else must be wrong, in standard deviations.
_FAR = 4.0


class Cause(StrEnum):
    """Why a motion differs from its prediction by more than a hundredth.

    Partial groups that the formula for rows at random gets wrong; rows wider or narrower than their table's mean text
    says; few keys, with which a hash is lucky or not; rows that a like key (such as one of the same values) had placed
    where they were to go; none of these.
    """

    GROUPS = "groups per node"
    WIDTH = "bytes per row"
    CHANCE = "chance of the hash"
    PLACED = "rows already in place"
    UNEXPLAINED = "unexplained"


@dataclass(frozen=True, slots=True)
class CountedMotion:
    """One motion of a query: what the model predicts and what was counted, in bytes.

    ``measured_bytes`` is the prediction with the partial groups of each node counted instead of reckoned by the formula for
    rows that lie at random; None for motions without such a formula.  ``expected_bytes`` are those of the very rows that
    moved under an average hash function, and ``chance_bytes`` the standard deviation over hash functions (0 for a
    broadcast): figures that a hash function cannot change for the better or worse.
    """

    operator: str
    motion: Motion
    predicted_bytes: float
    counted_bytes: float
    measured_bytes: float | None
    expected_bytes: float
    chance_bytes: float

    @property
    def within(self) -> bool:
        """Return whether the count is within 1 % of the prediction, or both are below 1 kB."""
        small = max(self.predicted_bytes, self.counted_bytes) < FLOOR_BYTES
        return small or abs(self.counted_bytes - self.predicted_bytes) <= TOLERANCE * self.predicted_bytes

    @property
    def causes(self) -> tuple[Cause, ...]:
        """Return what carried the count away from the prediction; nothing for a motion that is within."""
        if self.within:
            return ()
        reckoned = self.predicted_bytes if self.measured_bytes is None else self.measured_bytes
        luck = self.counted_bytes - self.expected_bytes
        # Rows are checked apart, so that widths are all that is left between the reckoned and the expected bytes.
        parts = {
            Cause.GROUPS: reckoned - self.predicted_bytes,
            Cause.WIDTH: self.expected_bytes - reckoned,
            self._chance(luck): luck,
        }
        # More than the tolerance in all: at least one of three parts has more than a third of it.
        return tuple(cause for cause, part in parts.items() if abs(part) > TOLERANCE * self.predicted_bytes / len(parts))

    def _chance(self, luck: float) -> Cause:
        """Return what to call bytes above (or below) those expected: too few mean that the rows were placed by a like key."""
        if abs(luck) <= _FAR * self.chance_bytes:
            return Cause.CHANCE
        return Cause.PLACED if luck < 0 else Cause.UNEXPLAINED


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
