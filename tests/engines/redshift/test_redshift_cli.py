"""The whole way on the command line, password in the URL: nothing that is printed or written may hold it."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

import pytest
from click.testing import CliRunner, Result
from redshift_cases import LEAKS
from standins import s3
from standins.backend import Backend
from standins.faults import Fault
from standins.redshift import RedshiftServer
from standins.wire import Login

from warehousebench.cli import main

PASSWORD = "hush-hush/9f3"
pytestmark = [pytest.mark.filterwarnings(LEAKS), pytest.mark.usefixtures("leaky_driver")]


def invoke(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments], catch_exceptions=False)


def test_no_secret_is_printed_or_written(
    backend: Backend, s3_service: s3.Bucket, bucket: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    server = RedshiftServer(backend, login=Login(users={"tester": PASSWORD}), bucket=s3_service)
    server.start()
    options = f"sslmode=off&s3=s3://{bucket}/x&iam_role=default&region={s3.REGION}&endpoint_url={s3_service.endpoint}"
    url = f"redshift://tester:{quote(PASSWORD, safe='')}@127.0.0.1:{server.port}/testdb?{options}"
    data, queries, run = tmp_path / "data", tmp_path / "queries", tmp_path / "run.json"
    queries.mkdir()
    (queries / "q.sql").write_text("SELECT count(*) AS n, sum(s_acctbal) AS s FROM supplier", encoding="utf-8")
    (queries / "wrong.sql").write_text("SELECT no_such_column FROM supplier", encoding="utf-8")
    try:
        assert invoke("generate", "--scale", "0.001", "--out", data).exit_code == 0
        asked = [invoke("load", "--data", data, "--to", url, "-o", tmp_path / "layout")]
        asked += [invoke("load", "--data", data, "--to", url, "-o", tmp_path / "layout", "--execute")]
        asked += [invoke("run", "--data", data, "--queries", queries, "--engine", url, "--rounds", "1", "-o", run)]
        asked += [invoke("doctor", url, "--format", "json")]
        server.faults.arm(Fault.REFUSE_LOGIN, times=2)
        asked += [invoke("doctor", url), invoke("load", "--data", data, "--to", url, "-o", tmp_path / "other", "--execute")]
    finally:
        server.stop()
    assert [each.exit_code for each in asked] == [0, 0, 0, 0, 1, 1], [each.output[-500:] for each in asked]
    assert "STANDS IN" in asked[1].output
    assert '"verified"' in run.read_text(encoding="utf-8")
    words = [PASSWORD, quote(PASSWORD, safe=""), s3.SECRET]
    said = [each.output + each.stderr for each in asked] + [caplog.text]
    assert [word for word in words for text in said if word in text] == []
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert [path for path in files for word in words if word.encode() in path.read_bytes()] == []
