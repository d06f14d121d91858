"""A Redshift stand-in with an S3 bucket of its own, and targets that mean it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from redshift_cases import Make, make_target
from standins import s3
from standins.redshift import RedshiftServer

from warehousebench.engines.redshift.client import RedshiftClient, connect
from warehousebench.engines.redshift.settings import Settings, settings
from warehousebench.engines.targets import Target


@pytest.fixture
def bucket(s3_service: s3.Bucket, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return the name of an empty bucket, to which boto3's own chain finds the keys."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", s3.KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", s3.SECRET)
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    name = f"stage-{abs(hash(request.node.nodeid))}"
    s3_service.client.create_bucket(Bucket=name)
    return name


@pytest.fixture
def target(redshift_server: RedshiftServer, s3_service: s3.Bucket, bucket: str) -> Make:
    """Return a function that makes the target of the stand-in, with other options if wanted; None leaves one out."""

    def make(**options: str | None) -> Target:
        given: dict[str, str | None] = {
            "host": redshift_server.host,
            "port": str(redshift_server.port),
            "database": "testdb",
            "user": "tester",
            "sslmode": "off",
            "schema": "tpch",
            "region": s3.REGION,
            "s3": f"s3://{bucket}/loads",
            "iam_role": "arn:aws:iam::123456789012:role/load",
            "endpoint_url": s3_service.endpoint,
        }
        return make_target(**(given | options))

    return make


@pytest.fixture
def configured(target: Make) -> Settings:
    """Return the stand-in's settings."""
    return settings(target())


@pytest.fixture
def client(configured: Settings) -> Iterator[RedshiftClient]:
    """Return a session on the stand-in."""
    opened = connect(configured)
    yield opened
    opened.close()
