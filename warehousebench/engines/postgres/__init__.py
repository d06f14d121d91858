"""PostgreSQL, the row-store baseline: what a columnar engine gains over it."""
