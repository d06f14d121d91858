"""What becomes of a value when its type has to change, from nothing to no counterpart."""

from __future__ import annotations

from enum import StrEnum


class Loss(StrEnum):
    """How well a product's type stands for the source's, the better first.

    ``NONE``: every value arrives and means the same.  ``WIDENED``: so it does, and the new type also takes what the source
    refuses.  ``CHECKED``: the new type does not hold all that the declaration allows; the data decide, and the reason says
    what they showed or what to look for.  ``LOSSY``: a part of the value is given up.  ``UNSUPPORTED``: there is no such type,
    and the value is kept as text.
    """

    NONE = "none"
    WIDENED = "widened"
    CHECKED = "checked by data"
    LOSSY = "lossy"
    UNSUPPORTED = "unsupported"

    @property
    def rank(self) -> int:
        """Return the place from 0, for NONE, to 4."""
        return list(Loss).index(self)
