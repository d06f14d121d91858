"""The choice of a codec per column: the smallest measured one among those allowed, unless a product's rule says otherwise."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from warehousebench.model.design import Evidence, Reason
from warehousebench.simulate.codecs.block import blocks
from warehousebench.simulate.codecs.registry import CODECS
from warehousebench.simulate.encoding import encoded_sizes
from warehousebench.simulate.sample import ColumnSample, TableSample

_RUNNERS_UP = 3
_SAMPLED = "encoded slices of the sort order"


@dataclass(frozen=True, slots=True)
class EncodingRules:
    """What a product wants beside small columns.

    ``leading`` is the codec of the first sort column (a block that holds too many rows of it makes its zone map coarse).
    ``runs`` is the codec to take wherever ``run_length`` or more equal values follow each other on average.
    ``preferred`` codecs, in order, win if they are at most ``margin`` larger than the smallest.
    """

    leading: str | None = None
    runs: str | None = None
    run_length: float = 12.0
    preferred: tuple[str, ...] = ()
    margin: float = 0.0


@dataclass(frozen=True, slots=True)
class EncodingChoice:
    """The codec of one column with its estimated bytes, raw bytes, mean run length and the other codecs' bytes, smallest first."""

    column: str
    codec: str
    bytes: float
    raw_bytes: float
    average_run: float
    others: tuple[tuple[str, float], ...]
    reason: Reason


def choose_encodings(
    sample: TableSample,
    order_by: Sequence[str],
    allowed: Mapping[str, Collection[str]],
    rules: EncodingRules | None = None,
    *,
    runs: Mapping[str, int] | None = None,
) -> tuple[EncodingChoice, ...]:
    """Return a choice per column of ``sample``, whose slices must be in the order of ``order_by``.

    ``allowed`` names the codecs each column's type can have; a column without any is left out.  ``runs`` gives counted runs of
    leading sort columns.
    """
    rules = rules or EncodingRules()
    named = {name: codecs for name, codecs in allowed.items() if codecs and name in sample.columns}
    sizes = encoded_sizes(sample, {name: {*codecs, "RAW"} for name, codecs in named.items()}, runs=runs)
    leading = order_by[0] if order_by else None
    chosen = []
    for name, column in sample.columns.items():
        if name in named:
            average = average_run(sample, column, (runs or {}).get(name))
            chosen.append(_choice(name, sizes[name], set(named[name]), rules, average, is_leading=name == leading))
    return tuple(chosen)


def average_run(sample: TableSample, column: ColumnSample, runs: int | None = None) -> float:
    """Return rows per run of equal values in the order of the sample's slices; from ``runs`` if they were counted."""
    if runs:
        return sample.total_rows / runs
    # A slice's first and last run go on outside it: changes between rows tell the length without that error.
    pieces = blocks(column, sample.bounds)
    changes = sum(len(piece.runs[0]) - 1 for piece in pieces)
    return sum(piece.rows - 1 for piece in pieces) / changes if changes else float(sample.total_rows)


def _choice(
    name: str, sizes: Mapping[str, float], allowed: set[str], rules: EncodingRules, average: float, *, is_leading: bool
) -> EncodingChoice:
    ranked = sorted(((size, codec) for codec, size in sizes.items() if codec in allowed))
    codec, code, sentence = _pick(ranked, rules, average, is_leading=is_leading)
    others = tuple((other, size) for size, other in ranked if other != codec)
    evidence = [_evidence(other, sizes[other]) for other in (codec, *(other for other, _ in others[:_RUNNERS_UP]))]
    evidence.append(Evidence("average run", average, "rows", _SAMPLED))
    reason = Reason(code, f"encoding:{name}", sentence, tuple(evidence))
    return EncodingChoice(name, codec, sizes[codec], sizes["RAW"], average, others, reason)


def _pick(ranked: Sequence[tuple[float, str]], rules: EncodingRules, average: float, *, is_leading: bool) -> tuple[str, str, str]:
    """Return codec, reason code and sentence."""
    allowed = {codec for _, codec in ranked}
    if is_leading and rules.leading in allowed:
        sentence = f"{rules.leading}: leads the sort key, and few rows per block keep its zone map sharp"
        return str(rules.leading), "encoding.leading-sort-key", sentence
    if rules.runs in allowed and average >= rules.run_length:
        sentence = f"{rules.runs}: long runs of equal values in this order, each stored once"
        return str(rules.runs), "encoding.runs", sentence
    size, smallest = ranked[0]
    near = {codec for other, codec in ranked if other <= size * (1 + rules.margin)}
    for codec in rules.preferred:
        if codec in near and codec != smallest:
            sentence = f"{codec}: cheaper to read, and at most {rules.margin:.0%} larger than the smallest"
            return codec, "encoding.preferred", sentence
    return smallest, "encoding.smallest", f"{smallest}: the smallest of all codecs measured"


def _evidence(codec: str, size: float) -> Evidence:
    return Evidence(f"size as {codec}", round(size), "bytes", f"{_SAMPLED}, {CODECS[codec].fidelity.value}")
