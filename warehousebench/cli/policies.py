"""What each policy of ``advise`` allows."""

from __future__ import annotations

# If no budget is named: replicated bytes as a share of the raw bytes, and storage times the raw bytes.
POLICIES = {"load": (0.0, 1.0), "balanced": (0.05, 1.0), "query": (0.10, 1.5)}
