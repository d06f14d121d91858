"""What becomes of a schema, its rows and its queries on each product, and what decides between them."""

from __future__ import annotations

from warehousebench.assess.assess import Inputs, assess

__all__ = ["Inputs", "assess"]
