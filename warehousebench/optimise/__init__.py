"""The search over Layouts: distribution, sort order, encodings."""
