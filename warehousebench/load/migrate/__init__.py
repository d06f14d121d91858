"""From a live database to a loaded warehouse: rows out, checked against the source, loaded, checked again."""
