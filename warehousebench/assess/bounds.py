"""What stored types and profiles already prove, so that no row has to be looked at again."""

from __future__ import annotations

import re

from warehousebench.model.profile import ColumnProfile

_BITS = {"TINYINT": 8, "SMALLINT": 16, "INTEGER": 32, "BIGINT": 64}
_DECIMAL = re.compile(r"DECIMAL\((\d+),(\d+)\)")
_YEAR = re.compile(r"(?!0000)\d{4}-\d\d-\d\d(?!.*BC)")


def integers_within(stored: str, seen: ColumnProfile, least: int, greatest: int) -> bool:
    """Tell whether all integers of a column lie within the bounds, by their stored type or by the extremes seen."""
    bits = _BITS.get(stored)
    if bits and least <= -(2 ** (bits - 1)) and 2 ** (bits - 1) - 1 <= greatest:
        return True
    extremes = (seen.minimum, seen.maximum)
    if stored == "VARCHAR" or not all(text and text.lstrip("-").isdigit() for text in extremes):
        return False
    return all(least <= int(text or 0) <= greatest for text in extremes)


def decimals_within(stored: str, digits: int, places: int) -> bool:
    """Tell whether a stored decimal has no more digits before and after the point than one of ``digits`` and ``places``."""
    found = _DECIMAL.fullmatch(stored)
    return found is not None and int(found[2]) <= places and int(found[1]) - int(found[2]) <= digits - places


def years_within(seen: ColumnProfile) -> bool:
    """Tell whether all moments of a column lie in the years 1 to 9999, which infinity does not."""
    return all(text is not None and _YEAR.match(text) for text in (seen.minimum, seen.maximum))
