"""Which configurations mean a Redshift, and what is said of those that do not."""

from __future__ import annotations

from pathlib import Path

import pytest
from redshift_cases import PASSWORD, make_target

from warehousebench.engines.redshift.client import login
from warehousebench.engines.redshift.settings import CONVENTION, Settings, Stage, settings
from warehousebench.engines.targets import Target, resolve
from warehousebench.errors import UsageError

HOST = {"host": "h.redshift.amazonaws.com", "database": "dev", "user": "me"}


def made(**options: str | None) -> Settings:
    return settings(make_target(**(HOST | options)))


def test_tls_is_on_unless_it_is_switched_off_in_words() -> None:
    assert made().sslmode == "verify-full"
    assert login(made()) | {"ssl": True, "sslmode": "verify-full"} == login(made())
    assert made(sslmode="prefer").sslmode == "verify-full"
    assert made(sslmode="verify-ca").sslmode == "verify-ca"
    assert made(sslmode="disable").sslmode is None
    assert login(made(sslmode="off"))["ssl"] is False


def test_the_environment_of_postgres_and_of_aws_is_understood(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (name for names in CONVENTION.variables.values() for name in names):
        monkeypatch.delenv(name, raising=False)
    for name, value in {
        "PGHOST": "pg", "REDSHIFT_HOST": "rs", "PGUSER": "me", "PGDATABASE": "dev", "PGPASSWORD": "hush", "AWS_REGION": "eu-west-1",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    target = resolve("redshift", {"redshift": CONVENTION})
    found = settings(target)
    assert (found.host, found.user, found.port, found.region, found.schema) == ("rs", "me", 5439, "eu-west-1", "warehousebench")
    assert found.password is not None
    assert found.password.reveal() == "hush"
    assert "hush" not in repr(found) + repr(target)


def test_a_cluster_by_iam_needs_no_password() -> None:
    found = made(host=None, password=None, iam="true", cluster="c1", region="eu-west-1", profile="work")
    assert login(found) | {
        "iam": True, "cluster_identifier": "c1", "db_user": "me", "region": "eu-west-1", "profile": "work", "ssl": True,
    } == login(found)  # fmt: skip
    assert not {"host", "port", "password", "user", "is_serverless"} & login(found).keys()


def test_serverless_by_iam_needs_neither_user_nor_host() -> None:
    found = made(host=None, user=None, password=None, iam="1", workgroup="w1", region="eu-west-1")
    assert login(found) | {"iam": True, "is_serverless": True, "serverless_work_group": "w1"} == login(found)
    assert not {"host", "cluster_identifier", "db_user"} & login(found).keys()


def test_the_password_leaves_its_wrapping_for_the_driver_alone() -> None:
    assert login(made())["password"] == PASSWORD
    assert PASSWORD not in repr(made())


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"host": None}, "no host is configured. Give it as host, REDSHIFT_HOST or PGHOST"),
        ({"database": None}, "no database is configured"),
        ({"user": None}, "no user is configured"),
        ({"password": None}, "no password is configured. Put it into REDSHIFT_PASSWORD or PGPASSWORD; or log in by IAM"),
        ({"port": "http"}, "the port is http"),
        ({"port": "70000"}, "the port is 70000"),
        ({"sslmode": "maybe"}, "sslmode is maybe. Write verify-full, verify-ca, or off"),
        ({"iam": "perhaps"}, "iam is perhaps. Write true or false"),
        ({"iam": "true", "cluster": "c", "sslmode": "off"}, "an IAM login needs TLS"),
        ({"iam": "true"}, "an IAM login needs a cluster identifier or a Serverless workgroup"),
        ({"iam": "true", "cluster": "c", "workgroup": "w"}, "both cluster and workgroup are given"),
        ({"iam": "true", "cluster": "c", "user": None}, "names its database user"),
        ({"iam": "true", "cluster": "c", "host": None}, "no region is configured"),
        ({"s3": "bucket/prefix"}, "Write s3://bucket/prefix"),
        ({"s3": "s3://bucket/it's"}, "Write s3://bucket/prefix"),
        ({"iam_role": "admin"}, "Write arn:aws:iam::<account>:role/<name>"),
        ({"iam_role": "arn:aws:iam::123456789012:role/x' FORMAT"}, "Write arn:aws:iam::<account>:role/<name>"),
        ({"schema": "x" * 128}, "Redshift names have 1 to 127"),
        ({"label": "x" * 321}, "the label has 321 characters"),
    ],
)
def test_what_cannot_work_is_refused_before_anything_is_connected(options: dict[str, str | None], says: str) -> None:
    with pytest.raises(UsageError, match=says) as caught:
        made(**options)
    assert PASSWORD not in str(caught.value)


def test_the_staging_place_has_no_stray_slashes() -> None:
    assert made(s3="s3://bucket//a/b/").stage == Stage("bucket", "a/b")
    assert Stage("bucket", "").key("x", "y") == "x/y"
    assert made(s3="s3://bucket").stage == Stage("bucket", "")


def test_the_schema_is_named_as_redshift_keeps_it() -> None:
    assert made(schema="TPCH").schema == "tpch"


def test_a_url_carries_the_options() -> None:
    target: Target = resolve("redshift://me:s%2F@h:5440/dev?schema=s&iam_role=default", {"redshift": CONVENTION})
    found = settings(target)
    assert (found.port, found.schema, found.iam_role, found.database) == (5440, "s", "default", "dev")


def test_the_docs_name_every_option_and_its_variables() -> None:
    text = (Path(__file__).parents[3] / "docs" / "engines.md").read_text(encoding="utf-8")
    section = text.partition("## Redshift")[2].partition("\n## ")[0]
    undocumented = {"endpoint_url"}  # for another S3 than AWS's: tests alone
    named = {**CONVENTION.variables, **CONVENTION.secrets}
    words = [word for name, variables in named.items() if name not in undocumented for word in (name, *variables)]
    assert [word for word in words if word not in section] == []
