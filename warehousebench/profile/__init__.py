"""Catalog and rows become a Profile: what the data says about each column."""

from __future__ import annotations

from warehousebench.profile.measure import profile_table, profile_tables

__all__ = ["profile_table", "profile_tables"]
