"""The checks of ``doctor`` that every server has: where its configuration came from, whether it answers, how late its clock is."""

from __future__ import annotations

import socket
from datetime import UTC, datetime

from warehousebench.engines.base import Check, CheckStatus
from warehousebench.engines.targets import Target

REACH_SECONDS = 5
CLOCK_SECONDS = 2.0  # beyond this, times of the server and of this machine cannot be laid side by side


def configuration(target: Target) -> Check:
    """Return which option was found where; secrets are named and not shown."""
    shown = [f"{key}={value} ({target.origins.get(key, 'default')})" for key, value in sorted(target.options.items()) if value]
    shown += [f"{key} ({target.origins.get(key)})" for key in sorted(target.secrets)]
    return Check("configuration", CheckStatus.OK, ", ".join(shown) or "defaults only")


def reachability(host: str, port: int) -> Check:
    """Return whether something listens at ``host`` and ``port``."""
    try:
        socket.create_connection((host, port), REACH_SECONDS).close()
    except OSError as error:
        remedy = "Check host and port, the firewall or security group, and that the server is up."
        return Check("reachability", CheckStatus.FAIL, f"{host}:{port} does not answer: {error.strerror or error}", remedy)
    return Check("reachability", CheckStatus.OK, f"{host}:{port} answers")


def clock(server: datetime) -> Check:
    """Return how far the server's clock is from this machine's; ``server`` is its time just now, with a zone."""
    behind = (datetime.now(UTC) - server).total_seconds()
    found = f"{abs(behind):.1f} s {'behind' if behind > 0 else 'ahead of'} this machine's"
    if abs(behind) <= CLOCK_SECONDS:
        return Check("clock", CheckStatus.OK, found)
    return Check("clock", CheckStatus.WARN, found, "Set both by NTP, or do not lay times of the two side by side.")
