"""Vertica: types, projections, advice by Vertica's documented rules, and the script that creates them."""
