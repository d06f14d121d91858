"""Redshift's door for the rest of the house; see :class:`warehousebench.engines.base.Designer`."""

from __future__ import annotations

from pathlib import Path

from warehousebench.engines.redshift.advise import advise
from warehousebench.engines.redshift.ddl import script, summarise
from warehousebench.engines.redshift.design import RedshiftDesign
from warehousebench.engines.redshift.optimised import layout, product, realise
from warehousebench.model import document
from warehousebench.model.load import CodecFamily, TableLayout

__all__ = ["advise", "layout", "product", "read", "realise", "script", "summarise", "table_layouts"]

_FAMILIES = {
    "RAW": CodecFamily.PLAIN,
    "RUNLENGTH": CodecFamily.RUNS,
    "BYTEDICT": CodecFamily.DICTIONARY,
    "TEXT255": CodecFamily.DICTIONARY,
    "TEXT32K": CodecFamily.DICTIONARY,
    "LZO": CodecFamily.COMPRESSED,
    "ZSTD": CodecFamily.COMPRESSED,
}


def read(path: Path) -> RedshiftDesign:
    """Return the design in a file; raises SourceError if it is none or breaks a rule."""
    return document.read(path, RedshiftDesign)


def table_layouts(design: RedshiftDesign) -> dict[str, TableLayout]:
    """Return how each table's rows lie: by its sort key, each column in its encoding's family (AZ64, DELTA, MOSTLYn: delta)."""
    return {
        name: TableLayout(
            table.sortkey,
            {column: _FAMILIES.get(encoding, CodecFamily.DELTA) for column, encoding in table.encodings.items()} or None,
        )
        for name, table in design.tables.items()
    }
