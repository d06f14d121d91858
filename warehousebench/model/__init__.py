"""Frozen, self-validating documents of the flow; imports nothing of ours but the errors."""
