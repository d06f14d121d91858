"""How a Redshift target is configured: its options checked once, before anything is connected.

Sources: redshift_connector's connection parameters (an IAM login needs TLS, a region and a cluster or workgroup),
AWS's environment variables, and libpq's where a person moves over from PostgreSQL.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from warehousebench.engines.redshift.types import quote
from warehousebench.engines.targets import Convention, Secret, Target
from warehousebench.errors import DesignError, UsageError

CONVENTION = Convention(
    "redshift",
    variables={
        "host": ("REDSHIFT_HOST", "PGHOST"),
        "port": ("REDSHIFT_PORT", "PGPORT"),
        "database": ("REDSHIFT_DATABASE", "PGDATABASE"),
        "user": ("REDSHIFT_USER", "PGUSER"),
        "schema": ("REDSHIFT_SCHEMA",),
        "sslmode": ("REDSHIFT_SSLMODE", "PGSSLMODE"),
        "iam": ("REDSHIFT_IAM",),
        "profile": ("AWS_PROFILE",),
        "region": ("AWS_REGION", "AWS_DEFAULT_REGION"),
        "cluster": ("REDSHIFT_CLUSTER",),
        "workgroup": ("REDSHIFT_WORKGROUP",),
        "s3": ("REDSHIFT_S3",),
        "iam_role": ("REDSHIFT_IAM_ROLE",),
        "lambda_prefix": ("REDSHIFT_LAMBDA_PREFIX",),
        "endpoint_url": ("AWS_ENDPOINT_URL_S3",),
        "keep_stage": ("REDSHIFT_KEEP_STAGE",),
        "label": ("REDSHIFT_LABEL",),
    },
    secrets={"password": ("REDSHIFT_PASSWORD", "PGPASSWORD")},
    defaults={
        "port": "5439",
        "schema": "warehousebench",
        "sslmode": "verify-full",
        "iam": "false",
        "keep_stage": "false",
        "label": "warehousebench",
    },
)

# libpq's modes that check less are read as the strictest: the driver has no TLS without a check of the certificate.
_TLS = dict.fromkeys(("verify-full", "require", "prefer", "allow"), "verify-full") | {"verify-ca": "verify-ca"}
_NO_TLS = ("off", "disable")
_WORDS = {"true": True, "1": True, "yes": True, "on": True, "false": False, "0": False, "no": False, "off": False}
_STAGE = re.compile(r"s3://(?P<bucket>[a-z0-9][a-z0-9.\-]{1,61}[a-z0-9])(?:/(?P<prefix>[A-Za-z0-9/_.=\-]*))?")
_ROLE = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:role/[A-Za-z0-9+=,.@_/\-]+")
LABEL_CHARACTERS = 320  # of SYS_QUERY_HISTORY.query_label


@dataclass(frozen=True, slots=True)
class Stage:
    """The place in S3 through which rows arrive: a bucket and a prefix without slashes at its ends."""

    bucket: str
    prefix: str

    def url(self, key: str) -> str:
        """Return the address of the object ``key`` of this bucket."""
        return f"s3://{self.bucket}/{key}"

    def key(self, *parts: str) -> str:
        """Return the key under this prefix."""
        return "/".join(part for part in (self.prefix, *parts) if part)


@dataclass(frozen=True, slots=True)
class Settings:
    """A Redshift target, checked; ``sslmode`` is None where TLS was switched off, ``stage`` where no S3 place is given."""

    name: str
    database: str
    schema: str
    port: int
    sslmode: str | None
    iam: bool
    label: str
    keep_stage: bool
    host: str | None = None
    user: str | None = None
    password: Secret | None = field(default=None)
    profile: str | None = None
    region: str | None = None
    cluster: str | None = None
    workgroup: str | None = None
    stage: Stage | None = None
    iam_role: str | None = None
    endpoint_url: str | None = None
    lambda_prefix: str = ""


def settings(target: Target) -> Settings:
    """Return the checked settings of ``target``; raises UsageError that says which option to give or correct."""
    options = target.options
    sslmode, iam = _sslmode(target), _switch(target, "iam")
    found = Settings(
        name=target.name.partition("?")[0],  # a URL's options would fill every message
        database=target.option("database"),
        schema=_schema(target),
        port=_port(target),
        sslmode=sslmode,
        iam=iam,
        label=_label(target),
        keep_stage=_switch(target, "keep_stage"),
        host=options.get("host"),
        user=options.get("user"),
        password=target.secrets.get("password"),
        profile=options.get("profile"),
        region=options.get("region"),
        cluster=options.get("cluster"),
        workgroup=options.get("workgroup"),
        stage=_stage(target),
        iam_role=_role(target),
        endpoint_url=options.get("endpoint_url"),
        lambda_prefix=options.get("lambda_prefix", ""),
    )
    _check_login(found)
    return found


def _check_login(found: Settings) -> None:
    if not found.iam:
        _need(found, "host", "Give it as host, REDSHIFT_HOST or PGHOST.")
        _need(found, "user", "Give it as user, REDSHIFT_USER or PGUSER; or log in by IAM with iam=true.")
        _need(found, "password", "Put it into REDSHIFT_PASSWORD or PGPASSWORD; or log in by IAM with iam=true.")
        return
    if found.sslmode is None:
        raise UsageError(f"{found.name}: an IAM login needs TLS. Leave sslmode out, or set it to verify-full.")
    if not found.host:
        _need(found, "region", "Give it as region or AWS_REGION: the endpoint is looked up there.")
    if not (found.cluster or found.workgroup):
        raise UsageError(
            f"{found.name}: an IAM login needs a cluster identifier or a Serverless workgroup. "
            "Give one as cluster (REDSHIFT_CLUSTER) or workgroup (REDSHIFT_WORKGROUP)."
        )
    if found.cluster and found.workgroup:
        raise UsageError(f"{found.name}: both cluster and workgroup are given. Keep the one that is meant.")
    if found.cluster:
        _need(found, "user", "An IAM login to a cluster names its database user: give it as user or REDSHIFT_USER.")


def _need(found: Settings, option: str, remedy: str) -> None:
    if not getattr(found, option):
        raise UsageError(f"{found.name}: no {option} is configured. {remedy}")


def _sslmode(target: Target) -> str | None:
    mode = target.options.get("sslmode", "verify-full").lower()
    if mode in _NO_TLS:
        return None
    if mode not in _TLS:
        raise UsageError(f"{target.name}: sslmode is {mode}. Write verify-full, verify-ca, or off.")
    return _TLS[mode]


def _switch(target: Target, option: str) -> bool:
    word = target.options.get(option, "false").lower()
    if word not in _WORDS:
        raise UsageError(f"{target.name}: {option} is {word}. Write true or false.")
    return _WORDS[word]


def _port(target: Target) -> int:
    word = target.options.get("port", "5439")
    if not word.isdecimal() or not 0 < int(word) < 65_536:
        raise UsageError(f"{target.name}: the port is {word}. Write a number up to 65535; Redshift listens on 5439.")
    return int(word)


def _schema(target: Target) -> str:
    """Return the schema's name as Redshift keeps it, in lower case."""
    schema = target.options.get("schema", "warehousebench")
    try:
        quote(schema)
    except DesignError as error:
        raise UsageError(f"{target.name}: as a schema, {error}") from error
    return schema.lower()


def _label(target: Target) -> str:
    label = target.options.get("label", "warehousebench")
    if not 0 < len(label) <= LABEL_CHARACTERS:
        raise UsageError(f"{target.name}: the label has {len(label)} characters. Give 1 to {LABEL_CHARACTERS}.")
    return label


def _stage(target: Target) -> Stage | None:
    url = target.options.get("s3")
    if not url:
        return None
    matched = _STAGE.fullmatch(url)
    if not matched:
        raise UsageError(f"{target.name}: s3 is {url}. Write s3://bucket/prefix of letters, digits, and / _ . = -")
    return Stage(matched["bucket"], "/".join(part for part in (matched["prefix"] or "").split("/") if part))


def _role(target: Target) -> str | None:
    role = target.options.get("iam_role")
    if role and role != "default" and not all(map(_ROLE.fullmatch, role.split(","))):
        raise UsageError(
            f"{target.name}: iam_role is {role}. Write arn:aws:iam::<account>:role/<name>, several with commas, or default."
        )
    return role or None


def described(found: Settings) -> Mapping[str, str]:
    """Return what every session starts with, in words for a run's record."""
    return {
        "result cache": "off",
        "search_path": found.schema,
        "query_group": found.label,
        "time zone": "UTC",
        "statements": "planned at every execution",
        "tls": found.sslmode or "off",
        "login": "IAM" if found.iam else "password",
    }
