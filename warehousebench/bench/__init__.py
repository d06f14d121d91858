"""Timed, verified runs: schedule, runner, verification, store, comparison."""
