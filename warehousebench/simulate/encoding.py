"""Stored bytes of a table's columns under every codec, measured by encoding contiguous slices of its sort order."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np

from warehousebench.errors import UsageError
from warehousebench.simulate.codecs.block import Block, blocks
from warehousebench.simulate.codecs.registry import CODECS, Codec
from warehousebench.simulate.sample import ColumnSample, TableSample

Sizes = Mapping[str, Mapping[str, float]]  # column -> codec -> bytes of the whole table's column

_SLOW_PART = 4  # a slow compressor sees a quarter of one block


@dataclass(frozen=True, slots=True)
class Accuracy:
    """Relative errors of estimated sizes over all columns and codecs, and how often the estimate's choice was right.

    ``good_choices`` counts columns whose estimated best codec is within ``margin`` of the truly smallest size.  ``regret`` is how
    much larger the whole table gets by the estimate's choices than by the best ones.
    """

    median: float
    p90: float
    maximum: float
    worst: tuple[str, str]
    good_choices: int
    columns: int
    margin: float
    regret: float


def encoded_sizes(
    sample: TableSample,
    allowed: Mapping[str, Collection[str]] | None = None,
    *,
    runs: Mapping[str, int] | None = None,
) -> Sizes:
    """Return the estimated bytes of every column of the whole table under each codec.

    ``allowed`` names the codecs to try per column (the product's rules are the caller's); all that suit the kind of values if
    absent.  ``runs`` gives counted runs of leading sort columns, which slices cannot show (:func:`sample.prefix_runs`).
    """
    return {name: _column_sizes(sample, column, allowed, (runs or {}).get(name)) for name, column in sample.columns.items()}


def accuracy(estimated: Sizes, truth: Sizes, *, margin: float = 0.05) -> Accuracy:
    """Return how far ``estimated`` sizes are from ``truth``, both from :func:`encoded_sizes`."""
    pairs = [(column, codec, estimated[column][codec], size) for column, sizes in truth.items() for codec, size in sizes.items()]
    errors = np.array([abs(guess - size) / size if size else float(guess > 0) for _, _, guess, size in pairs])
    worst = pairs[int(errors.argmax())]
    chosen = {column: min(sorted(sizes), key=sizes.__getitem__) for column, sizes in estimated.items()}
    got = {column: truth[column][codec] for column, codec in chosen.items()}
    best = {column: min(truth[column].values()) for column in chosen}
    good = sum(got[column] <= (1 + margin) * best[column] for column in chosen)
    median, p90 = (float(value) for value in np.quantile(errors, [0.5, 0.9]))
    regret = sum(got.values()) / (sum(best.values()) or 1.0) - 1
    return Accuracy(median, p90, float(errors.max()), worst[:2], good, len(chosen), margin, regret)


def _column_sizes(
    sample: TableSample, column: ColumnSample, allowed: Mapping[str, Collection[str]] | None, runs: int | None
) -> Mapping[str, float]:
    pieces = blocks(column, sample.bounds)
    codecs = _suitable(column, None if allowed is None else allowed.get(column.name, ()))
    sizes = {codec.name: sum(_size(codec, piece) for piece in pieces) for codec in codecs if not codec.slow}
    sizes |= _slow_sizes(pieces, [codec for codec in codecs if codec.slow])
    scaled = {name: size * sample.factor for name, size in sizes.items()}
    if runs is not None and pieces:
        scaled |= {codec.name: _counted_runs(codec, pieces, runs) for codec in codecs if codec.name == "RLE"}
    return {codec.name: scaled[codec.name] for codec in codecs}


def _suitable(column: ColumnSample, names: Collection[str] | None) -> list[Codec]:
    unknown = sorted(set(names or ()) - CODECS.keys())
    if unknown:
        raise UsageError(f"no codec is called {unknown[0]}; known are {', '.join(sorted(CODECS))}")
    return [codec for codec in CODECS.values() if column.kind in codec.kinds and (names is None or codec.name in names)]


def _size(codec: Codec, block: Block) -> float:
    return codec.size(block) + (0 if codec.runs else block.null_bytes)


def _slow_sizes(pieces: tuple[Block, ...], codecs: list[Codec]) -> dict[str, float]:
    """Return the sizes of slow codecs: their ratio to zstd on a part of the middle block, times zstd of everything."""
    if not codecs:
        return {}
    if not pieces:
        return {codec.name: 0.0 for codec in codecs}
    yardstick = CODECS["ZSTD"]
    middle = pieces[len(pieces) // 2]
    part = Block(middle.column, middle.start, middle.start + max(1, middle.rows // _SLOW_PART))
    whole, measured = sum(_size(yardstick, piece) for piece in pieces), _size(yardstick, part)
    return {codec.name: _size(codec, part) / measured * whole for codec in codecs}


def _counted_runs(codec: Codec, pieces: tuple[Block, ...], runs: int) -> float:
    """Return the bytes of ``runs`` tokens, each as large as the sampled ones on average."""
    tokens = sum(len(piece.runs[0]) for piece in pieces)
    return sum(codec.size(piece) for piece in pieces) / tokens * runs
