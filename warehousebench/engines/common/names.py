"""Names that a product cannot hold or cannot tell apart."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from warehousebench.errors import DesignError


def unusable(quote: Callable[[str], str], names: Iterable[str]) -> Iterator[str]:
    """Yield the message for each of ``names`` that ``quote`` refuses."""
    for name in names:
        try:
            quote(name)
        except DesignError as error:
            yield str(error)


def same_when_folded(what: str, names: Iterable[str]) -> Iterator[str]:
    """Yield a sentence for names that differ in case alone: both products take them for one, quoted or not."""
    folded: dict[str, list[str]] = {}
    for name in sorted(names):
        folded.setdefault(name.casefold(), []).append(name)
    yield from (
        f"{what} {' and '.join(same)} differ in case alone, which is one name here" for same in folded.values() if len(same) > 1
    )
