"""What a live database's own catalog says, before it is put together."""

from __future__ import annotations

from dataclasses import dataclass, field

from warehousebench.model.catalog import SourceObject, View
from warehousebench.source.draft import Draft


@dataclass(slots=True)
class Live:
    """Tables without row counts, views and other objects of one schema; ``findings`` what a person should know about them."""

    drafts: list[Draft] = field(default_factory=list)
    views: list[View] = field(default_factory=list)
    objects: list[SourceObject] = field(default_factory=list)
    findings: list[str] = field(default_factory=list)
