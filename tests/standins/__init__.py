"""Stand-ins for Redshift and Vertica: DuckDB behind the two products' wire protocols, for the real drivers to talk to.

They prove that a client speaks to its driver, and the driver to the wire; that what was applied can be read back; and
that faults are handled.  They cannot prove that the vendor accepts a statement, and their timings mean nothing.

A session says what it is, in two places each, so that a client can label what it measured:

=========  ==================================================  ======================
product    text of ``SELECT version()`` and server_version     ParameterStatus
=========  ==================================================  ======================
Redshift   ``… stand-in (DuckDB x.y.z) …``; ``8.0.2+standin``  ``standin`` = ``duckdb``
Vertica    ``… stand-in (DuckDB x.y.z) …``; the same text      ``standin`` = ``duckdb``
=========  ==================================================  ======================

Whatever is not on a list of supported things is refused with SQLSTATE 0A000 and "not supported by this stand-in".
What DuckDB does otherwise than the products, and is neither refused nor hidden, is listed in docs/standins.md.
"""
