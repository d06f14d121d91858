"""What doctor says of a Redshift: one line for everything that can be in the way, and where it stops."""

from __future__ import annotations

import pytest
from redshift_cases import LEAKS, PASSWORD, Make, make_target
from standins import s3
from standins.faults import Fault
from standins.redshift import RedshiftServer

from warehousebench.engines.base import Check, CheckStatus
from warehousebench.engines.redshift import stage
from warehousebench.engines.redshift.engine import examine
from warehousebench.engines.targets import Target

pytestmark = pytest.mark.filterwarnings(LEAKS)


def examined(target: Target) -> dict[str, Check]:
    checks = list(examine(target))
    assert all(check.name and check.found for check in checks)
    assert all(check.remedy for check in checks if check.status is not CheckStatus.OK)
    assert not [check for check in checks if PASSWORD in check.found + check.remedy or s3.SECRET in check.found + check.remedy]
    return {check.name: check for check in checks}


def test_a_target_that_is_well(target: Make) -> None:
    found = examined(target())
    assert [check for check in found.values() if check.status is CheckStatus.FAIL] == []
    assert {name for name, check in found.items() if check.status is CheckStatus.WARN} == {"TLS", "version", "disk"}
    assert list(found) == [
        *("driver", "configuration", "credentials", "reachability", "TLS", "login", "version", "privileges", "system views"),
        *("result cache", "search path", "clock", "disk", "S3", "IAM role"),
    ]
    assert "host=127.0.0.1 (the test)" in found["configuration"].found
    assert found["version"].found.startswith("a stand-in:")
    assert found["privileges"].found == "may create the schema tpch"


def test_nothing_of_the_examination_stays_in_the_bucket(target: Make, s3_service: s3.Bucket, bucket: str) -> None:
    examined(target())
    assert s3_service.names(f"s3://{bucket}/") == []


def test_wrong_options_end_it() -> None:
    found = examined(make_target(host="h", user="me"))
    assert list(found) == ["driver", "configuration", "options"]
    assert found["options"].status is CheckStatus.FAIL
    assert "no database is configured" in found["options"].found


def test_a_host_that_does_not_answer_ends_what_needs_it(target: Make) -> None:
    found = examined(target(port="1"))
    assert found["reachability"].status is CheckStatus.FAIL
    assert list(found)[-2:] == ["S3", "IAM role"]
    assert "login" not in found


@pytest.mark.usefixtures("leaky_driver")
def test_a_refused_login_ends_what_needs_a_session(target: Make, redshift_server: RedshiftServer) -> None:
    redshift_server.faults.arm(Fault.REFUSE_LOGIN)
    found = examined(target())
    assert found["login"].status is CheckStatus.FAIL
    assert "Check user and password" in found["login"].found
    assert "version" not in found
    assert found["S3"].status is CheckStatus.OK


@pytest.mark.parametrize(
    ("options", "name", "status", "says"),
    [
        ({"s3": None}, "S3", CheckStatus.WARN, "no staging place"),
        ({"s3": "s3://no-such-bucket-here"}, "S3", CheckStatus.FAIL, "correct the option s3"),
        ({"iam_role": None}, "IAM role", CheckStatus.WARN, "none is configured"),
        ({"region": "eu-west-3"}, "S3 region", CheckStatus.WARN, "the bucket is in us-east-1, the option region says eu-west-3"),
    ],
)
def test_a_staging_place_that_is_not_well(
    target: Make, options: dict[str, str | None], name: str, status: CheckStatus, says: str
) -> None:
    check = examined(target(**options))[name]
    assert check.status is status
    assert says in check.found


@pytest.mark.usefixtures("leaky_driver")
def test_missing_aws_credentials_are_told_before_a_login_by_iam(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nonexistent")
    stage._session.cache_clear()
    options = {"database": "dev", "user": "me", "iam": "true", "cluster": "c1", "region": "eu-west-1"}
    checks = {check.name: check for check in examine(make_target(None, **options))}
    assert checks["credentials"].status is CheckStatus.FAIL
    assert checks["credentials"].found == "no AWS credentials"
    assert checks["login"].status is CheckStatus.FAIL
    assert "no IAM login to the endpoint of c1" in checks["login"].found
