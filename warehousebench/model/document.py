"""Read and write the flow's JSON documents: versioned, strict, atomic.

Every document is a frozen dataclass with the fields ``format`` and ``version``.  A document is written
beside its target and renamed over it, so a reader sees the old file or the new one and never half of it.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol, TypeVar

import msgspec

from warehousebench.errors import SourceError

PREFIX = "warehousebench."


class Document(Protocol):
    """What every file of the flow has: the name of its format and an integer version."""

    @property
    def format(self) -> str: ...

    @property
    def version(self) -> int: ...


D = TypeVar("D", bound=Document)


def to_json(document: Document) -> str:
    """Return ``document`` as indented JSON, format and version first, ending with a newline."""
    fields = msgspec.to_builtins(document)
    header = {key: fields.pop(key) for key in ("format", "version")}
    return msgspec.json.format(msgspec.json.encode(header | fields), indent=2).decode() + "\n"


def from_json(text: str | bytes, kind: type[D], name: str = "document") -> D:
    """Return the document in ``text``; ``name`` is what error messages call it.

    Raises SourceError for anything but a document of this kind in a version that we know: other formats, newer
    versions, unknown or missing fields and values of another type, each with its place (``$.tables[0].name``).
    """
    raw = _parse(text, kind, name)
    _check_header(raw, kind, name)
    try:
        document = msgspec.convert(raw, kind)
    except (msgspec.ValidationError, ValueError) as error:
        raise SourceError(f"{name} is not valid: {error}. {_remedy(kind)}") from error
    unknown = _unknown_field(raw, msgspec.to_builtins(document), "$")
    if unknown:
        raise SourceError(f"{name} is not valid: unknown field {unknown}. {_remedy(kind)}")
    return document


def read(path: Path, kind: type[D]) -> D:
    """Return the document in the file ``path``; raises SourceError if it cannot be read."""
    try:
        text = path.read_bytes()
    except OSError as error:
        raise SourceError(f"cannot read {path}: {error.strerror or error}. {_remedy(kind)}") from error
    return from_json(text, kind, str(path))


def write(path: Path, document: Document) -> Path:
    """Write ``document`` to ``path`` atomically and return ``path``."""
    return write_text(path, to_json(document))


def write_text(path: Path, text: str) -> Path:
    """Write ``text`` to ``path`` atomically (beside it, synced, renamed) and return ``path``."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, beside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as stream:
                stream.write(text)
                stream.flush()
                os.fsync(stream.fileno())
            os.chmod(beside, 0o666 & ~_umask())
            os.replace(beside, path)
        except BaseException:
            with suppress(OSError):
                os.unlink(beside)
            raise
    except OSError as error:
        raise SourceError(
            f"cannot write {path}: {error.strerror or error}. Free some space or choose another folder; nothing was changed."
        ) from error
    return path


def _umask() -> int:
    current = os.umask(0o022)
    os.umask(current)
    return current


def _parse(text: str | bytes, kind: type[D], name: str) -> Any:
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise SourceError(f"{name} is not JSON: {error}. {_remedy(kind)}") from error


def _check_header(raw: Any, kind: type[D], name: str) -> None:
    expected, known = _header(kind)
    found = raw.get("format") if isinstance(raw, dict) else None
    if found != expected:
        raise SourceError(f"{name} is a {found or 'file without a format'}, not a {expected}. {_remedy(kind)}")
    version = raw.get("version")
    if not isinstance(version, int) or version < 1:
        raise SourceError(f"{name} has no usable version ({version!r}). {_remedy(kind)}")
    if version > known:
        raise SourceError(
            f"{name} is {expected} version {version}; this warehousebench reads up to version {known}. Upgrade warehousebench."
        )


def _header(kind: type[D]) -> tuple[str, int]:
    fields: Mapping[str, Any] = kind.__dataclass_fields__  # type: ignore[attr-defined]
    return fields["format"].default, fields["version"].default


def _remedy(kind: type[D]) -> str:
    return f"Make it again with: {getattr(kind, 'made_by', 'warehousebench')}"


def _unknown_field(raw: Any, known: Any, place: str) -> str | None:
    """Return the place of the first field of ``raw`` that did not survive the reading."""
    if isinstance(raw, dict) and isinstance(known, dict):
        for key, value in raw.items():
            if key not in known:
                return f"{place}.{key}"
            if found := _unknown_field(value, known[key], f"{place}.{key}"):
                return found
    elif isinstance(raw, list) and isinstance(known, list | tuple):
        for index, (left, right) in enumerate(zip(raw, known, strict=False)):
            if found := _unknown_field(left, right, f"{place}[{index}]"):
                return found
    return None
