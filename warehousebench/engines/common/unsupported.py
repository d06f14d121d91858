"""What no engine but DuckDB has, or what no two runs answer alike: refused with a reason."""

from __future__ import annotations

from sqlglot import exp

_NESTED = "lists and structs have no common form"
_CLOCK = "its answer depends on the clock, so it cannot be compared"
_CHANCE = "its answer depends on chance, so it cannot be compared"

UNSUPPORTED: dict[type[exp.Expr], str] = {
    exp.Pivot: "PIVOT and UNPIVOT have no common form",
    exp.Lambda: _NESTED,
    exp.Array: _NESTED,
    exp.Struct: _NESTED,
    exp.Bracket: _NESTED,
    exp.Unnest: _NESTED,
    exp.Lateral: "LATERAL has no common form",
    exp.TableSample: _CHANCE,
    exp.Rand: _CHANCE,
    exp.CurrentDate: _CLOCK,
    exp.CurrentTime: _CLOCK,
    exp.CurrentTimestamp: _CLOCK,
    exp.Localtimestamp: _CLOCK,
    exp.TryCast: "a cast that gives NULL on failure has no common form",
    exp.Placeholder: "it has parameters without values",
    exp.Parameter: "it has parameters without values",
}
