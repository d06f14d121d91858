"""Vertica's COPY statement, read from its tokens: the dialect's own parser wants the options in one order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from sqlglot.tokens import TokenType

from standins import sql
from standins.errors import ServerError, unsupported
from standins.vertica_text import Format

_NUMBERS_OR_DATA = "COPY LOCAL does not support rejected row numbers with exceptions or rejected data options"


@dataclass(slots=True)
class Copy:
    """A parsed COPY statement."""

    schema: str = "public"
    name: str = ""
    columns: list[str] = field(default_factory=list)
    formats: dict[str, str] = field(default_factory=dict)
    local: bool = False
    paths: list[str] = field(default_factory=list)
    format: Format = field(default_factory=Format)
    parquet: bool = False
    abort: bool = False
    commit: bool = True
    return_rejected: bool = False
    reject_max: int = 0
    reject_table: str = ""
    rejections: str = ""
    exceptions: str = ""
    stream: str = ""


class _Words:
    """The tokens of a COPY, read from the left; texts are told from words."""

    def __init__(self, text: str) -> None:
        found = sql.tokens(text, "vertica")
        self._words = [(each.text, each.token_type in (TokenType.STRING, TokenType.BYTE_STRING)) for each in found]
        self._escaped = [each.token_type is TokenType.BYTE_STRING for each in found]

    def __bool__(self) -> bool:
        return bool(self._words)

    def take(self) -> str:
        if not self._words:
            raise ServerError("42601", "COPY ends too early")
        escaped = self._escaped.pop(0)
        text = self._words.pop(0)[0]
        return text.encode().decode("unicode_escape") if escaped else text

    def accept(self, *words: str) -> bool:
        """Take ``words`` if they come next."""
        found = [text.upper() for text, quoted in self._words[: len(words)] if not quoted]
        if found != list(words):
            return False
        del self._words[: len(words)], self._escaped[: len(words)]
        return True

    def text(self) -> str:
        """Take a quoted text."""
        if not self._words or not self._words[0][1]:
            raise ServerError("42601", "COPY needs a quoted text here")
        return self.take()

    @property
    def quoted(self) -> bool:
        return bool(self._words) and self._words[0][1]


def parse(text: str, schema: str = "public") -> Copy:
    """Return a COPY statement's parts; raises ServerError for an option that is not known here."""
    words = _Words(text)
    words.take()
    copy = Copy(schema=schema, name=words.take())
    if words.accept("."):
        copy.schema, copy.name = copy.name, words.take()
    if words.accept("("):
        while not words.accept(")"):
            if words.accept("FORMAT"):
                copy.formats[copy.columns[-1].lower()] = words.text().lower()
            else:
                copy.columns += [] if words.accept(",") else [words.take()]
    if not words.accept("FROM"):
        raise ServerError("42601", "COPY needs FROM")
    copy.local = words.accept("LOCAL")
    if not words.accept("STDIN"):
        copy.paths.append(words.text())
        while words.accept(","):
            copy.paths.append(words.text())
    while words:
        if not any(words.accept(*names) and (use(copy, words), True)[1] for names, use in _OPTIONS):
            raise unsupported(f"the option {words.take().upper()} of COPY")
    if copy.return_rejected and (copy.rejections or copy.exceptions or copy.reject_table):
        raise ServerError("42601", _NUMBERS_OR_DATA)
    return copy


def _skip_as(words: _Words) -> str:
    words.accept("AS")
    return words.text()


def _rejected(copy: Copy, words: _Words) -> None:
    words.accept("DATA")
    if words.accept("AS", "TABLE"):
        copy.reject_table = words.take()
    else:
        copy.rejections = _skip_as(words)


def _set(name: str, value: object) -> Callable[[Copy, _Words], None]:
    return lambda copy, _: setattr(copy, name, value)


def _format(name: str, take: Callable[[_Words], object]) -> Callable[[Copy, _Words], None]:
    return lambda copy, words: setattr(copy.format, name, take(words))


_OPTIONS: tuple[tuple[tuple[str, ...], Callable[[Copy, _Words], None]], ...] = (
    (("PARQUET",), _set("parquet", True)),
    (("ON", "ANY", "NODE"), lambda _copy, _words: None),
    (("UNCOMPRESSED",), lambda _copy, _words: None),
    (("DELIMITER",), _format("delimiter", _skip_as)),
    (("TRAILING", "NULLCOLS"), _format("trailing_nulls", lambda _: True)),
    (("NULL",), _format("null", _skip_as)),
    (("NO", "ESCAPE"), _format("escape", lambda _: "")),
    (("ESCAPE",), _format("escape", _skip_as)),
    (("ENCLOSED", "BY"), _format("enclosed", lambda words: words.text())),
    (("ENCLOSED",), _format("enclosed", lambda words: words.text())),
    (("RECORD", "TERMINATOR"), _format("terminator", lambda words: words.text())),
    (("SKIP",), _format("skip", lambda words: int(words.take()))),
    (("ENFORCELENGTH",), _format("enforce_length", lambda _: True)),
    (("REJECTMAX",), lambda copy, words: setattr(copy, "reject_max", int(words.take()))),
    (("REJECTED",), _rejected),
    (("EXCEPTIONS",), lambda copy, words: setattr(copy, "exceptions", words.text())),
    (("RETURNREJECTED",), _set("return_rejected", True)),
    (("ABORT", "ON", "ERROR"), _set("abort", True)),
    (("NO", "COMMIT"), _set("commit", False)),
    (("STREAM", "NAME"), lambda copy, words: setattr(copy, "stream", words.text())),
)
