"""What ``doctor`` looks at before anything is run on Vertica; nothing is written there and no cache is cleared.

Sources: Vertica documentation, system tables NODES, SYSTEM, HOST_RESOURCES, USERS, GRANTS and QUERY_CONSUMPTION.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from importlib import metadata, util

from warehousebench.engines.base import Check, CheckStatus
from warehousebench.engines.targets import Target
from warehousebench.engines.vertica import client
from warehousebench.engines.vertica.client import Session
from warehousebench.engines.vertica.settings import CONNECT_SECONDS, connect_options, tls_mode
from warehousebench.engines.vertica.types import text
from warehousebench.errors import EngineError, UsageError

CLOCK_SECONDS = 5.0
FREE_SHARE = 0.2  # ours
_SKIPPED = "the rest was not looked at"

_OK, _WARN, _FAIL = CheckStatus.OK, CheckStatus.WARN, CheckStatus.FAIL


def examine(target: Target) -> Iterator[Check]:
    """Yield the checks in order; a failed one ends them where the rest would make no sense."""
    for first in (_driver, _configuration, _reachable):
        check = first(target)
        yield check
        if check.status is _FAIL:
            return
    try:
        session = client.open_session(target)
    except EngineError as error:
        yield Check("login", _FAIL, str(error), _SKIPPED)
        return
    try:
        yield Check("login", _OK, f"as {target.options.get('user') or 'the owner of the token'}")
        for each in (_tls, _version, _nodes, _safety, _privileges, _system_tables, _caches, _clock, _disk):
            yield _guarded(each, session, target)
    finally:
        session.close()


def _driver(target: Target) -> Check:  # noqa: ARG001
    if util.find_spec("vertica_python") is None:
        return Check("driver", _FAIL, "vertica_python is not installed", "Install it: pip install vertica-python")
    return Check("driver", _OK, f"vertica-python {metadata.version('vertica-python')}")


def _configuration(target: Target) -> Check:
    try:
        connect_options(target)
    except UsageError as error:
        return Check("configuration", _FAIL, str(error), "Correct it; nothing was tried with it")
    found = [f"{key} from {origin}" for key, origin in sorted(target.origins.items()) if target.options.get(key) != ""]
    return Check("configuration", _OK, ", ".join(found) or "defaults only")


def _reachable(target: Target) -> Check:
    options = connect_options(target)
    places = [(options["host"], options["port"]), *options["backup_server_node"]]
    refused: list[str] = []
    for host, port in places:
        try:
            socket.create_connection((host, port), timeout=CONNECT_SECONDS).close()
        except OSError as error:
            refused.append(f"{host}:{port} ({error.strerror or error})")
    if len(refused) == len(places):
        return Check("reachability", _FAIL, f"no answer from {', '.join(refused)}", "Check host, port, VPN and firewall")
    if refused:
        return Check("reachability", _WARN, f"no answer from {', '.join(refused)}", "Correct backup_nodes or start those nodes")
    return Check("reachability", _OK, ", ".join(f"{host}:{port}" for host, port in places))


def _guarded(check: Callable[[Session, Target], Check], session: Session, target: Target) -> Check:
    """Return the check's outcome; what a user may not ask is a warning, since only parts of the work need it."""
    try:
        return check(session, target)
    except EngineError as error:
        name = check.__name__.removeprefix("_").replace("_", " ")
        said = str(error).partition("). ")[0]  # what to do about a query is not what to do about this
        remedy = "Log in as a user who may see it, such as one with the role sysmonitor"
        return Check(name, _WARN, f"cannot be told: {said})", remedy)


def _tls(session: Session, target: Target) -> Check:
    mode = tls_mode(target)
    if not session.encrypted:
        return Check("TLS", _WARN, "the connection is not encrypted", "Set tls to verify-full, and tls_ca to the authority's file")
    if not mode.startswith("verify"):
        remedy = "Set tls to verify-full, or somebody between could pose as the server"
        return Check("TLS", _WARN, f"encrypted, but {mode} trusts any certificate", remedy)
    return Check("TLS", _OK, f"encrypted, certificate checked ({mode})")


def _version(session: Session, target: Target) -> Check:  # noqa: ARG001
    version, stand_in = client.identity(session)
    if stand_in:
        return Check("version", _WARN, version, "It stands in for Vertica: answers can be checked on it, times mean nothing")
    return Check("version", _OK, version)


def _nodes(session: Session, target: Target) -> Check:  # noqa: ARG001
    rows = session.run("SELECT node_name, node_state FROM v_catalog.nodes ORDER BY node_name")
    down = [f"{name} is {state}" for name, state in rows if state != "UP"]
    if down:
        return Check("nodes", _WARN, ", ".join(down), "Wait until all nodes are up: what is measured now is another cluster")
    return Check("nodes", _OK, f"{len(rows)} up")


def _safety(session: Session, target: Target) -> Check:  # noqa: ARG001
    designed, current = session.run("SELECT designed_fault_tolerance, current_fault_tolerance FROM v_monitor.system")[0]
    if current < designed:
        return Check("K-safety", _WARN, f"{current}, designed for {designed}", "Bring the missing nodes or buddy projections back")
    return Check("K-safety", _OK, str(current))


def _privileges(session: Session, target: Target) -> Check:
    if _is_superuser(session):
        return Check("privileges", _OK, "superuser")
    schema = target.options["schema"]
    grants = session.run(
        "SELECT object_type, privileges_description FROM v_catalog.grants"
        f" WHERE object_type = 'DATABASE' OR (object_type = 'SCHEMA' AND object_name = {text(schema)})"
    )
    creates = {kind for kind, words in grants if "CREATE" in str(words).upper()}
    if creates:
        return Check("privileges", _OK, f"may create in the {' and the '.join(sorted(each.lower() for each in creates))}")
    remedy = f"To load, have granted: CREATE, USAGE ON SCHEMA {schema}, or CREATE ON DATABASE"
    return Check("privileges", _WARN, f"no grant to create anything in {schema}", remedy)


def _system_tables(session: Session, target: Target) -> Check:  # noqa: ARG001
    session.run("SELECT label FROM v_monitor.query_consumption LIMIT 1")
    if _is_superuser(session) or session.run("SELECT HAS_ROLE('sysmonitor')")[0][0]:
        return Check("system tables", _OK, "server time and resources of queries can be read")
    remedy = "For figures of other users' queries, have granted: the role sysmonitor"
    return Check("system tables", _OK, "server time and resources of your own queries can be read", remedy)


def _caches(session: Session, target: Target) -> Check:
    if target.options["cold"].lower() != "true":
        return Check("caches", _OK, "not cleared (cold = false)")
    if not _is_superuser(session):
        return Check(
            "caches", _WARN, "CLEAR_CACHES needs a superuser", "Runs will say lukewarm; log in as dbadmin, or set cold to false"
        )
    remedy = "Everybody on the cluster feels it; the hosts' own file caches stay as they are"
    return Check("caches", _WARN, "cleared before every query (cold = true)", remedy)


def _clock(session: Session, target: Target) -> Check:  # noqa: ARG001
    before = time.time()
    there = session.run("SELECT CLOCK_TIMESTAMP()")[0][0]
    here = datetime.fromtimestamp((before + time.time()) / 2, UTC)
    apart = abs((there.astimezone(UTC) - here).total_seconds())
    if apart > CLOCK_SECONDS:
        return Check("clock", _WARN, f"{apart:,.0f} s from this machine's", "Set both by NTP, or times in logs do not compare")
    return Check("clock", _OK, f"within {CLOCK_SECONDS:g} s of this machine's")


def _disk(session: Session, target: Target) -> Check:  # noqa: ARG001
    rows = session.run("SELECT host_name, disk_space_free_mb, disk_space_total_mb FROM v_monitor.host_resources")
    shares = {name: free / total for name, free, total in rows if total}
    if not shares:
        return Check("disk", _WARN, "the server does not say", "Look at the hosts' disks before a large load")
    fullest = min(shares, key=lambda name: shares[name])
    found = f"{shares[fullest]:.0%} free on {fullest}, the fullest of {len(shares)}"
    if shares[fullest] < FREE_SHARE:
        return Check("disk", _WARN, found, "Free some before a large load")
    return Check("disk", _OK, found)


def _is_superuser(session: Session) -> bool:
    rows = session.run("SELECT is_super_user FROM v_catalog.users WHERE user_name = CURRENT_USER()")
    return bool(rows and rows[0][0])
