"""The checks of ``doctor`` on a PostgreSQL server."""

from __future__ import annotations

from collections.abc import Iterator

from warehousebench.engines.base import Check, CheckStatus
from warehousebench.engines.common.examine import clock, configuration, reachability
from warehousebench.engines.postgres.client import PostgresClient, connect, translated
from warehousebench.engines.targets import Target
from warehousebench.errors import EngineError, UnsupportedError

_OLDEST = 12
_SMALL = 256  # MB of shared_buffers: below, PostgreSQL has hardly been told how much memory it may use


def examine(target: Target) -> Iterator[Check]:
    """Yield the checks; a failed one ends them where the rest would make no sense."""
    try:
        with translated():
            yield Check("driver", CheckStatus.OK, "psycopg is installed")
    except UnsupportedError as error:
        yield Check("driver", CheckStatus.FAIL, str(error), "pip install 'warehousebench[postgres]'")
        return
    yield configuration(target)
    host = target.options.get("host", "")
    if host and not host.startswith("/"):
        reached = reachability(host, int(target.options.get("port", "5432")))
        yield reached
        if reached.status is CheckStatus.FAIL:
            return
    try:
        client = connect(target)
    except EngineError as error:
        yield Check("login", CheckStatus.FAIL, str(error), "Check user, password (PGPASSWORD or ~/.pgpass) and pg_hba.conf.")
        return
    try:
        yield from _server(client)
    finally:
        client.close()


def _server(client: PostgresClient) -> Iterator[Check]:
    ((user, database, version, number, now),) = client.rows(
        "SELECT current_user, current_database(), current_setting('server_version'), "
        "current_setting('server_version_num')::int / 10000, clock_timestamp()"
    )
    yield Check("login", CheckStatus.OK, f"{user} on database {database}")
    yield from _tls(client)
    yield _version(str(version), int(number))
    ((may,),) = client.rows("SELECT has_database_privilege(current_database(), 'CREATE')")
    remedy = f"GRANT CREATE ON DATABASE {database} TO {user};"
    yield Check(
        "privileges", CheckStatus.OK if may else CheckStatus.FAIL, f"may {'' if may else 'not '}create schemas", remedy * (not may)
    )
    ((megabytes,),) = client.rows("SELECT pg_size_bytes(current_setting('shared_buffers')) / 1048576")
    small = int(megabytes) < _SMALL
    remedy = "Raise shared_buffers (a quarter of the memory is usual) before you time a row store against others."
    yield Check("cache", CheckStatus.WARN if small else CheckStatus.OK, f"shared_buffers is {megabytes} MB", remedy * small)
    yield clock(now)
    ((size,),) = client.rows("SELECT pg_size_pretty(pg_database_size(current_database()))")
    yield Check("disk", CheckStatus.OK, f"the database takes {size}; PostgreSQL does not tell how much is free")


def _tls(client: PostgresClient) -> Iterator[Check]:
    rows = client.rows("SELECT ssl, version FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
    if rows and rows[0][0]:
        yield Check("TLS", CheckStatus.OK, str(rows[0][1]))
    else:
        yield Check("TLS", CheckStatus.WARN, "the session is not encrypted", "Set sslmode=verify-full unless the server is local.")


def _version(version: str, number: int) -> Check:
    if number >= _OLDEST:
        return Check("version", CheckStatus.OK, f"PostgreSQL {version}")
    return Check(
        "version", CheckStatus.WARN, f"PostgreSQL {version}", f"Tested with {_OLDEST} and later; upgrade if a query fails."
    )
