"""DuckDB: the embedded engine, and the reference for every answer."""
