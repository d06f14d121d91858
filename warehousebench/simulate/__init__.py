"""What a Layout costs for a Workload: bytes moved, blocks read, bytes stored, skew; knows no product by name."""
