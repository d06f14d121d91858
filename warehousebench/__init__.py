"""warehousebench: from a relational schema to a proven columnar warehouse."""

from __future__ import annotations

__version__ = "0.1.0"
