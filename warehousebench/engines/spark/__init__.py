"""Spark, the distributed engine for data that outgrow one machine."""
