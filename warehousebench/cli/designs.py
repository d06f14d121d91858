"""Design files, whatever product they are for."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from warehousebench.cli.console import say
from warehousebench.engines import DESIGNERS, designer
from warehousebench.engines import engine as products
from warehousebench.engines.base import Designer, Feature, Support
from warehousebench.errors import SourceError, UsageError
from warehousebench.model.catalog import Catalog
from warehousebench.model.design import DesignSummary
from warehousebench.model.layout import Layout
from warehousebench.model.load import TableLayout

# How the basis of a design begins that an engine has read from a warehouse.
LIVE = "read from "


def read_layouts(path: Path) -> tuple[str, Mapping[str, TableLayout]]:
    """Return the product a design file is for, and what it says about the order and encoding of rows."""
    engine = product_of(path)
    product = designer(engine)
    return f"{engine} design", product.table_layouts(product.read(path))


def design_for(path: Path, engine: str) -> Any:
    """Return the design in a file for ``engine``, None if it cannot apply one; an engine that none is made for gets its orders.

    Raises UsageError for the design of one warehouse on its way to another.
    """
    product = product_of(path)
    if product == engine:
        return designer(product).read(path)
    if engine in DESIGNERS:
        raise UsageError(f"{path} is a design for {product}, not for {engine}. Make one with: warehousebench advise")
    applies = products(engine).capabilities()[Feature.DESIGN].support is Support.YES
    return read_layouts(path)[1] if applies else None


def read_design(path: Path) -> DesignSummary:
    """Return a design file as a report shows it, with the script beside it if there is one."""
    engine = product_of(path)
    product = designer(engine)
    script = path.with_name(f"{engine}.sql")
    return product.summarise(product.read(path), script.read_text(encoding="utf-8") if script.exists() else "")


def product_of(path: Path) -> str:
    """Return the engine that a design file is for; raises SourceError if it is no design."""
    try:
        kind = json.loads(path.read_bytes()).get("format", "")
    except (OSError, ValueError, AttributeError) as error:
        raise SourceError(f"cannot read the design {path}: {error}. Make it again with: warehousebench advise") from error
    engine = str(kind).rpartition(".")[2]
    if engine not in DESIGNERS:
        raise SourceError(f"{path} is no design ({kind or 'no format'}). Make one with: warehousebench advise")
    return engine


def read_designs(paths: Sequence[Path]) -> tuple[Designer, dict[str, Any]]:
    """Return the product that design files are for, and the designs by name; raises UsageError if the products differ."""
    engines = {path: product_of(path) for path in paths}
    if len(set(engines.values())) > 1:
        raise UsageError(
            "these designs are for different products: " + ", ".join(f"{path} ({name})" for path, name in engines.items())
        )
    product = designer(engines[paths[0]])
    designs = {path: product.read(path) for path in paths}
    names = [_name(path, design) for path, design in designs.items()]
    return product, {
        name if names.count(name) == 1 else f"{name} ({path})": design
        for name, (path, design) in zip(names, designs.items(), strict=True)
    }


def _name(path: Path, design: Any) -> str:
    """Return what a design is called beside others: "current" if it was read from a warehouse, else its file's name."""
    return "current" if str(design.basis).startswith(LIVE) else path.stem


def layouts(product: Designer, designs: Mapping[str, Any], catalog: Catalog) -> dict[str, Layout]:
    """Return the layouts of ``designs`` for the tables of ``catalog``; others are said to be left out.

    Raises UsageError if a design names a column that its table does not have.
    """
    for name, design in designs.items():
        if more := sorted(table for table in product.table_layouts(design) if table not in catalog):
            say(f"note: the design {name} also holds {', '.join(more)}, of which there is no data: left out")
    found = {name: product.layout(design, catalog) for name, design in designs.items()}
    for name, layout in found.items():
        for copy in layout.copies:
            known = {column.name for column in catalog.table(copy.table).columns}
            for column in (*copy.columns, *copy.distribution.columns, *copy.order_by):
                if column not in known:
                    raise UsageError(
                        f"the design {name} names {copy.table}.{column}, which the schema does not have. "
                        "Read the schema and the design from the same place."
                    )
    return found
