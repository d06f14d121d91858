"""How many bytes a text and how many digits a number needs, and which rule said so."""

from __future__ import annotations

from dataclasses import dataclass

from warehousebench.model.catalog import DataType
from warehousebench.model.profile import ColumnProfile

# UTF-8 needs up to four bytes per character.
BYTES_PER_CHARACTER = 4


@dataclass(frozen=True, slots=True)
class Target:
    """A column's type in a product's words; ``note`` says what the source's type does not."""

    sql: str
    note: str = ""

    @property
    def base(self) -> str:
        """Return the type's name without lengths: ``VARCHAR`` of ``VARCHAR(40)``."""
        return self.sql.partition("(")[0]


def with_headroom(size: int) -> int:
    """Return ``size`` plus 20 %, the room that AWS's ColumnEncodingUtility leaves when it narrows columns."""
    return -(-size * 6 // 5)


def text_bytes(characters: int | None, seen: ColumnProfile | None) -> tuple[int | None, str]:
    """Return the bytes for text of at most ``characters``, and why; None for unbounded text that nobody looked at."""
    observed = seen.maximum_width if seen else 0
    if characters is None:
        return (with_headroom(observed), f"{observed:,} bytes seen, 20 % headroom") if observed else (None, "unbounded text")
    worst = BYTES_PER_CHARACTER * characters
    if not observed:
        return worst, f"{characters:,} characters of up to 4 bytes"
    # Source lengths are not always enforced, so what was seen may exceed what the declaration could need.
    size = max(observed, min(worst, max(characters, with_headroom(observed))))
    return size, f"{characters:,} characters declared, {observed:,} bytes seen"


def is_one_ascii_character(length: int | None, seen: ColumnProfile | None) -> bool:
    """Tell whether the data proves a fixed one-byte column; wider ones could hide multi-byte characters in short values."""
    return length == 1 and seen is not None and seen.maximum_width <= 1


def declared_digits(type_: DataType) -> tuple[int | None, int | None]:
    """Return precision and scale such that 0 <= scale <= precision, as Oracle's NUMBER(3,5) and NUMBER(5,-2) are not."""
    precision, scale = type_.precision, type_.scale
    if precision is None or scale is None:
        return precision, scale
    return (precision - scale, 0) if scale < 0 else (max(precision, scale), scale)


def number_as_text(precision: int) -> Target:
    """Return the text type for numbers that no exact type holds: digits, sign, point and a zero before it."""
    return Target(f"VARCHAR({precision + 3})", f"{precision} digits fit no exact number: kept as text")


def integer_digits(seen: ColumnProfile | None) -> int | None:
    """Return the most digits seen before the decimal point; None if unknown or not written as plain numbers."""
    texts = [text.lstrip("-").partition(".")[0] for text in (seen.minimum, seen.maximum) if text] if seen else []
    return max(map(len, texts)) if texts and all(text.isdigit() for text in texts) else None
