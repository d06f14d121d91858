"""Rows become sorted, encoded Parquet, and Parquet becomes tables."""
