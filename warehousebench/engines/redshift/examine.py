"""The checks of ``doctor`` on Redshift: from the driver to the S3 bucket, each with what to do if it is not well."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from datetime import UTC
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from warehousebench.engines.base import Check, CheckStatus
from warehousebench.engines.common.examine import clock, configuration, reachability
from warehousebench.engines.redshift.client import RedshiftClient, connect, identity
from warehousebench.engines.redshift.settings import Settings, settings
from warehousebench.engines.redshift.stage import Bucket
from warehousebench.engines.redshift.types import text
from warehousebench.engines.targets import Target
from warehousebench.errors import EngineError, UsageError

OK, WARN, FAIL = CheckStatus.OK, CheckStatus.WARN, CheckStatus.FAIL
_FULL = 0.8  # of the disk: beyond, large sorts and joins have nowhere to spill
_VIEWS = {
    "svv_table_info": "designs and sizes cannot be read back",
    "sys_query_history": "runs have no times of the server",
    "sys_query_detail": "runs have no bytes moved, skew or spill",
    "sys_load_error_detail": "a refused load gives no file, line and column",
}


def examine(target: Target) -> Iterator[Check]:
    """Yield the checks; a failed one ends them where the rest would make no sense."""
    driver = _driver()
    yield driver
    if driver.status is FAIL:
        return
    yield configuration(target)
    try:
        found = settings(target)
    except UsageError as error:
        yield Check("options", FAIL, str(error), "Correct it in the URL, the environment or the configuration file.")
        return
    yield _credentials(found)
    if found.host:
        reached = reachability(found.host, found.port)
        yield reached
        if reached.status is FAIL:
            yield from _stage(found)
            return
    yield from _session(found)
    yield from _stage(found)


def _driver() -> Check:
    try:
        return Check("driver", OK, f"redshift-connector {version('redshift-connector')}, boto3 {version('boto3')}")
    except PackageNotFoundError as error:
        return Check("driver", FAIL, f"{error.name} is not installed", f"pip install {error.name}")


def _credentials(found: Settings) -> Check:
    """Return how the login is proven; the AWS credentials are looked for and not shown."""
    if not found.iam:
        return Check("credentials", OK, f"password of {found.user}")
    from boto3 import Session
    from botocore.exceptions import BotoCoreError

    try:
        held = Session(profile_name=found.profile).get_credentials()
    except BotoCoreError as error:
        return Check("credentials", FAIL, str(error), "Correct the option profile, or AWS_PROFILE.")
    if held is None:
        return Check("credentials", FAIL, "no AWS credentials", "Set AWS_PROFILE or AWS_ACCESS_KEY_ID, or log in to AWS.")
    return Check("credentials", OK, f"AWS credentials from {held.method}")


def _session(found: Settings) -> Iterator[Check]:
    try:
        client = connect(found)
    except EngineError as error:
        yield Check("login", FAIL, str(error), "Correct what the message names, then look again.")
        return
    try:
        yield from _server(client, found)
    except EngineError as error:
        yield Check("session", FAIL, str(error), "Look again; if it stays so, please report it.")
    finally:
        client.close()


def _server(client: RedshiftClient, found: Settings) -> Iterator[Check]:
    if found.sslmode:
        yield Check("TLS", OK, f"encrypted, certificate checked ({found.sslmode})")
    else:
        yield Check("TLS", WARN, "the session is not encrypted", "Leave sslmode out, unless the server is on this machine.")
    ((user, database),) = client.rows("SELECT current_user, current_database()")
    yield Check("login", OK, f"{user} on database {database}")
    name, stand_in = identity(client)
    remedy = "It is for tests: times of it are never compared or printed."
    yield Check("version", WARN, f"a stand-in: {name}", remedy) if stand_in else Check("version", OK, f"Redshift {name}")
    yield from _privileges(client, found)
    yield from _caches(client, found)
    yield _asked(client, "clock", "SELECT sysdate", lambda row: clock(row[0].replace(tzinfo=UTC)))
    yield _disk(client)


def _privileges(client: RedshiftClient, found: Settings) -> Iterator[Check]:
    there = client.rows(f"SELECT 1 FROM pg_namespace WHERE nspname = {text(found.schema)}")
    if there:
        asked = f"has_schema_privilege({text(found.schema)}, 'create')"
        what, grant = f"create tables in the schema {found.schema}", f"GRANT CREATE ON SCHEMA {found.schema} TO the user"
    else:
        asked = "has_database_privilege(current_database(), 'create')"
        what, grant = f"create the schema {found.schema}", "GRANT CREATE ON DATABASE to the user, or name a schema of theirs"
    yield _asked(
        client,
        "privileges",
        f"SELECT {asked}",
        lambda row: Check("privileges", OK, f"may {what}") if row[0] else Check("privileges", FAIL, f"may not {what}", grant),
    )
    refused = {view: lost for view, lost in _VIEWS.items() if not _readable(client, view)}
    if refused:
        remedy = "Ask a superuser to GRANT SELECT on them."
        yield Check("system views", WARN, "; ".join(f"{view} is refused: {lost}" for view, lost in refused.items()), remedy)
    else:
        yield Check("system views", OK, ", ".join(_VIEWS))


def _readable(client: RedshiftClient, view: str) -> bool:
    try:
        client.rows(f"SELECT count(*) FROM {view}")
    except EngineError:
        return False
    return True


def _caches(client: RedshiftClient, found: Settings) -> Iterator[Check]:
    """Yield whether our own settings took: a parameter group or a login trigger could hold against them."""

    def cache(row: tuple[Any, ...]) -> Check:
        if str(row[0]).lower() in ("off", "false"):
            return Check("result cache", OK, "off in our sessions")
        return Check("result cache", FAIL, f"it is {row[0]}", "Nothing can be timed while answers are kept.")

    def path(row: tuple[Any, ...]) -> Check:
        if found.schema in str(row[0]).replace('"', "").lower():
            return Check("search path", OK, str(row[0]))
        return Check("search path", FAIL, f"it is {row[0]}", f"It should be {found.schema}.")

    yield _asked(client, "result cache", "SHOW enable_result_cache_for_session", cache)
    yield _asked(client, "search path", "SHOW search_path", path)


def _disk(client: RedshiftClient) -> Check:
    def check(row: tuple[Any, ...]) -> Check:
        used, capacity = (float(value or 0) for value in row)
        share = used / capacity if capacity else 0.0
        remedy = "Free some space or add nodes: sorts and joins spill to it." if share > _FULL else ""
        return Check("disk", WARN if share > _FULL else OK, f"{share:.0%} used", remedy)

    return _asked(client, "disk", "SELECT sum(used), sum(capacity) FROM stv_partitions", check)


def _asked(client: RedshiftClient, name: str, sql: str, judge: Callable[[tuple[Any, ...]], Check]) -> Check:
    """Return what ``judge`` says of the first row; a question that is refused is a warning, not the end."""
    try:
        rows = client.rows(sql)
    except EngineError as error:
        return Check(name, WARN, f"cannot be seen: {error}", "It needs a superuser, or a cluster that is not Serverless.")
    return judge(rows[0])


def _stage(found: Settings) -> Iterator[Check]:
    if found.stage is None:
        yield Check("S3", WARN, "no staging place is configured", "Give s3://bucket/prefix as s3 or REDSHIFT_S3 before you load.")
        return
    try:
        yield from _bucket(found)
    except EngineError as error:
        yield Check("S3", FAIL, str(error), "Correct what the message names, then look again.")
    if found.iam_role:
        yield Check("IAM role", OK, f"{found.iam_role}; whether it may read the bucket shows at the first COPY")
    else:
        yield Check("IAM role", WARN, "none is configured", "Give its ARN, or default, as iam_role or REDSHIFT_IAM_ROLE.")


def _bucket(found: Settings) -> Iterator[Check]:
    bucket = Bucket(found)
    try:
        region = bucket.region()
        place = bucket.stage.url(bucket.stage.prefix)
        if region and found.region and region != found.region:
            remedy = "COPY from Parquet needs the bucket in the database's region."
            yield Check("S3 region", WARN, f"the bucket is in {region}, the option region says {found.region}", remedy)
        key = bucket.stage.key(f"warehousebench-doctor-{uuid.uuid4()}")
        bucket.put(key, b"")
        bucket.delete([key])
        yield Check("S3", OK, f"{place} can be reached and written")
    finally:
        bucket.close()
