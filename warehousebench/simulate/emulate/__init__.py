"""Evidence for the network model: queries run on N DuckDB databases that hold the segmented data, and the bytes counted."""

from __future__ import annotations

from warehousebench.simulate.emulate.count import measured_groups
from warehousebench.simulate.emulate.emulate import emulate
from warehousebench.simulate.emulate.model import Cause, CountedMotion, Emulation, Verdict

__all__ = ["Cause", "CountedMotion", "Emulation", "Verdict", "emulate", "measured_groups"]
