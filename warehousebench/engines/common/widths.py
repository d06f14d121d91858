"""How many bytes a text and how many digits a number needs, what that loses, and which rule said so."""

from __future__ import annotations

from dataclasses import dataclass, replace

from warehousebench.model.catalog import DataType, TypeKind
from warehousebench.model.loss import Loss
from warehousebench.model.profile import ColumnProfile

# UTF-8 needs up to four bytes per character.
BYTES_PER_CHARACTER = 4
# PostgreSQL's longest interval, with years, months, days and time all negative, takes 67 characters.
INTERVAL_BYTES = 80
# Digits of a number whose declaration gives none, and how many of them follow the point until the data say better.
OPEN_DIGITS, OPEN_SCALE = 38, 18


@dataclass(frozen=True, slots=True)
class Target:
    """A column's type in a product's words; ``note`` says what the source's type does not, ``reason`` why there is a ``loss``."""

    sql: str
    note: str = ""
    loss: Loss = Loss.NONE
    reason: str = ""

    @property
    def base(self) -> str:
        """Return the type's name without lengths: ``VARCHAR`` of ``VARCHAR(40)``."""
        return self.sql.partition("(")[0]

    @property
    def why(self) -> str:
        """Return the reason of the loss, or else the note."""
        return self.reason or self.note

    @property
    def remark(self) -> str:
        """Return what a script says beside the column: the note, or what is lost."""
        return f"{self.loss}: {self.why}" if self.loss in (Loss.LOSSY, Loss.UNSUPPORTED) else self.note

    def with_loss(self, loss: Loss, reason: str) -> Target:
        """Return this with the worse of both losses, and with both reasons."""
        worse = loss if loss.rank > self.loss.rank else self.loss
        known = self.why if self.loss is not Loss.NONE else self.reason
        return replace(self, loss=worse, reason="; ".join(dict.fromkeys(part for part in (known, reason) if part)))


@dataclass(frozen=True, slots=True)
class Size:
    """The bytes of a text, None if nothing bounds it, and what that rests on."""

    bytes: int | None
    note: str
    loss: Loss = Loss.NONE

    def target(self, sql: str) -> Target:
        """Return ``sql`` as the type for texts of this size."""
        return Target(sql, self.note, self.loss)

    def capped(self, most: int, why: str) -> Size:
        """Return this with ``most`` bytes, which do not hold all that the declaration allows."""
        return Size(most, f"{self.note}: {why}", max(self.loss, Loss.CHECKED, key=lambda loss: loss.rank))


def with_headroom(size: int) -> int:
    """Return ``size`` plus 20 %, the room that AWS's ColumnEncodingUtility leaves when it narrows columns."""
    return -(-size * 6 // 5)


def text_size(type_: DataType, seen: ColumnProfile | None) -> Size:
    """Return the bytes for a text column: of its labels, as observed, or else the most that the declaration allows."""
    observed = seen.maximum_width if seen else 0
    if type_.labels:
        return _labels(type_, observed)
    characters = type_.length
    if characters is None:
        known = Size(with_headroom(observed), f"{observed:,} bytes seen, 20 % headroom", Loss.CHECKED)
        return known if observed else Size(None, "unbounded text", Loss.CHECKED)
    unit = type_.character_bytes or BYTES_PER_CHARACTER
    worst = unit * characters
    if not observed:
        return Size(worst, f"{_counted(characters, 'character')} of up to {_counted(unit, 'byte')}")
    # Source lengths are not always enforced, so what was seen may exceed what the declaration could need.
    least = 0 if type_.kind is TypeKind.TEXT else characters
    size = max(observed, min(worst, max(least, with_headroom(observed))))
    loss = Loss.NONE if size >= worst else Loss.CHECKED
    return Size(size, f"{characters:,} characters declared, {observed:,} bytes seen", loss)


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}{'s' * (number != 1)}"


def _labels(type_: DataType, observed: int) -> Size:
    sizes = [len(label.encode()) for label in type_.labels]
    is_set = type_.native.lower().startswith("set")
    size = sum(sizes) + len(sizes) - 1 if is_set else max(sizes)
    what = "any of" if is_set else "one of"
    return Size(max(size, observed, 1), f"{what} {len(sizes)} labels, which nothing enforces here", Loss.WIDENED)


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
    note = f"{precision} digits fit no exact number: kept as text"
    return Target(f"VARCHAR({precision + 3})", note, Loss.UNSUPPORTED)


def open_number(name: str, type_: DataType, seen: ColumnProfile | None, most_places: int) -> Target:
    """Return the exact type for a number without a declared precision: as the data show, never a product's own default."""
    digits, places = integer_digits(seen), observed_places(seen)
    if digits is not None and places is not None:
        if digits + places > OPEN_DIGITS or places > most_places:
            return number_as_text(digits + places)
        told = f"no precision declared; {digits} digits before and {places} after the point seen"
        return Target(f"{name}({OPEN_DIGITS},{places})", told, Loss.CHECKED)
    scale = min(OPEN_SCALE if type_.scale is None else type_.scale, most_places, max(0, OPEN_DIGITS - (digits or 0)))
    reason = f"no precision declared and no data seen: {OPEN_DIGITS - scale} digits before and {scale} after the point fit"
    return Target(f"{name}({OPEN_DIGITS},{scale})", "the source declares no precision", Loss.CHECKED, reason)


def integer_digits(seen: ColumnProfile | None) -> int | None:
    """Return the most digits seen before the decimal point; None if unknown or not written as plain numbers."""
    texts = [text.lstrip("-").partition(".")[0] for text in (seen.minimum, seen.maximum) if text] if seen else []
    return max(map(len, texts)) if texts and all(text.isdigit() for text in texts) else None


def observed_places(seen: ColumnProfile | None) -> int | None:
    """Return the digits after the point with which all values are stored; None unless the least and the greatest agree."""
    texts = [text.partition(".")[2] for text in (seen.minimum, seen.maximum) if text] if seen else []
    same = len({len(text) for text in texts}) == 1 and all(text.isdigit() or not text for text in texts)
    return len(texts[0]) if same else None
