"""DuckDB's plans run by hand, operator by operator, for what its own run does not tell."""
