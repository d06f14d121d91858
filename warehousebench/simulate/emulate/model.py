"""What an emulation found."""

from __future__ import annotations

from dataclasses import dataclass

from warehousebench.simulate.motion import Motion


@dataclass(frozen=True, slots=True)
class CountedMotion:
    """One motion of a query: what the model predicts and what was counted, in bytes.

    ``measured_bytes`` is the prediction with the partial groups of each node counted instead of reckoned by the formula for
    rows that lie at random; None for motions without such a formula.
    """

    operator: str
    motion: Motion
    predicted_bytes: float
    counted_bytes: float
    measured_bytes: float | None = None


@dataclass(frozen=True, slots=True)
class Emulation:
    """One query run on the cluster: whether its answer is that of a single node, and its motions in order.

    ``finding`` says why a query could not be emulated; it has no motions then.
    """

    query: str
    answer_equal: bool
    motions: tuple[CountedMotion, ...] = ()
    finding: str | None = None
