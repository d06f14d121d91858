"""What an answer looks like, whatever its values: which order is promised, and what each column is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AnswerShape:
    """The promised order and the kind of each output column.

    ``order_by`` holds the output positions (from 0) of the outermost ORDER BY's keys, up to the first key that is not
    an output column.  ``limited`` tells that ties may decide which rows are in the answer.  ``kinds`` has one of plain,
    count, sum, average, ratio per output column; it ends before a ``*`` over a stored table, whose columns SQL does
    not name.
    """

    order_by: tuple[int, ...]
    limited: bool
    kinds: tuple[str, ...]
