"""Everything that knows a product's name, one folder each; this is the list of them."""

from __future__ import annotations

from importlib import import_module
from typing import cast

from warehousebench.engines.base import Designer

# Products we design for: the name on the command line -> the module that speaks for it.
DESIGNERS = {
    "redshift": "warehousebench.engines.redshift.designer",
    "vertica": "warehousebench.engines.vertica.designer",
}


def designer(name: str) -> Designer:
    """Return the designer of a product, imported now; raises KeyError for an unknown name."""
    return cast(Designer, import_module(DESIGNERS[name]))
