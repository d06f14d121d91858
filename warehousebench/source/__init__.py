"""The outside world: schemas from databases and DDL files, rows from databases and generators, data sets on disk."""

from __future__ import annotations
