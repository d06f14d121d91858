"""Vertica's door for the rest of the house; see :class:`warehousebench.engines.base.Designer`."""

from __future__ import annotations

from pathlib import Path

from warehousebench.engines.vertica.advise import advise
from warehousebench.engines.vertica.ddl import script, summarise
from warehousebench.engines.vertica.design import Kind, VerticaDesign
from warehousebench.engines.vertica.optimised import layout, product, realise
from warehousebench.model import document
from warehousebench.model.load import CodecFamily, TableLayout

__all__ = ["advise", "layout", "product", "read", "realise", "script", "summarise", "table_layouts"]

_FAMILIES = {
    "RLE": CodecFamily.RUNS,
    "BLOCK_DICT": CodecFamily.DICTIONARY,
    "BLOCKDICT_COMP": CodecFamily.DICTIONARY,
    "AUTO": CodecFamily.COMPRESSED,
    "GZIP_COMP": CodecFamily.COMPRESSED,
    "BZIP_COMP": CodecFamily.COMPRESSED,
    "ZSTD_COMP": CodecFamily.COMPRESSED,
    "ZSTD_FAST_COMP": CodecFamily.COMPRESSED,
    "ZSTD_HIGH_COMP": CodecFamily.COMPRESSED,
}


def read(path: Path) -> VerticaDesign:
    """Return the design in a file; raises SourceError if it is none or breaks a rule."""
    return document.read(path, VerticaDesign)


def table_layouts(design: VerticaDesign) -> dict[str, TableLayout]:
    """Return how each table's rows lie in its superprojection, the first one if there are several (DELTA…: delta)."""
    layouts: dict[str, TableLayout] = {}
    for projection in design.projections:
        if projection.kind is Kind.SUPER and projection.anchor not in layouts:
            families = {column.name: _FAMILIES.get(column.encoding, CodecFamily.DELTA) for column in projection.columns}
            layouts[projection.anchor] = TableLayout(projection.order_by, families)
    return layouts
