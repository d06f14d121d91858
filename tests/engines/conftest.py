"""The TPC-H inputs that both products' advice is tested with."""

from __future__ import annotations

import pytest
from engine_cases import Inputs, tpch_inputs


@pytest.fixture(scope="session")
def tpch() -> Inputs:
    """Return TPC-H's catalog, profile and workload; see :func:`engine_cases.tpch_inputs`."""
    return tpch_inputs()
