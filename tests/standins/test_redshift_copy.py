"""Redshift's COPY from S3 through the driver: manifests, what must not be loaded, and loads that are all or nothing."""

from __future__ import annotations

import io
import json
from collections.abc import Callable

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import redshift_connector

from standins import s3
from standins.fixtures import connect_redshift
from standins.redshift import RedshiftServer

COPY = "COPY sales FROM '{}' IAM_ROLE 'arn:aws:iam::0:role/load' FORMAT PARQUET"
Upload = Callable[..., str]


@pytest.fixture
def upload(s3_service: s3.Bucket, request: pytest.FixtureRequest) -> Upload:
    """Return a function that puts two Parquet files and a manifest into a new bucket and returns the manifest's address."""
    bucket = f"loads-{abs(hash(request.node.name))}"
    client = s3_service.client
    client.create_bucket(Bucket=bucket)

    def put(tables: list[pa.Table], *, length_error: int = 0, entries: list[dict] | None = None) -> str:
        found = []
        for number, table in enumerate(tables):
            sink = io.BytesIO()
            pq.write_table(table, sink)
            client.put_object(Bucket=bucket, Key=f"data/{number}.parquet", Body=sink.getvalue())
            meta = {"content_length": len(sink.getvalue()) + length_error}
            found.append({"url": f"s3://{bucket}/data/{number}.parquet", "mandatory": True, "meta": meta})
        body = json.dumps({"entries": found if entries is None else entries})
        client.put_object(Bucket=bucket, Key="manifest.json", Body=body.encode())
        return f"s3://{bucket}/manifest.json"

    return put


def rows(*ids: int, name: str = "a") -> pa.Table:
    return pa.table({"anything": pa.array(ids, pa.int64()), "else": pa.array([name] * len(ids))})


@pytest.fixture
def connection(redshift_server: RedshiftServer) -> redshift_connector.Connection:
    with connect_redshift(redshift_server) as opened:
        opened.autocommit = True
        opened.cursor().execute("CREATE TABLE sales (id BIGINT NOT NULL, name VARCHAR(5)) SORTKEY (id)")
        yield opened


def run(connection: redshift_connector.Connection, sql: str) -> tuple[list, ...]:
    cursor = connection.cursor()
    cursor.execute(sql)
    return cursor.fetchall() if cursor.description else ()


def test_loads_what_the_manifest_names(connection: redshift_connector.Connection, upload: Upload) -> None:
    manifest = upload([rows(1, 2), rows(3)])
    run(connection, COPY.format(manifest) + " MANIFEST")
    assert run(connection, "SELECT id FROM sales ORDER BY id") == ([1], [2], [3])
    assert run(connection, "SELECT pg_last_copy_count()") == ([3],)
    history = "SELECT loaded_rows, source_file_count, status FROM sys_load_history WHERE query_id = pg_last_copy_id()"
    assert run(connection, history) == ([3, 2, "completed"],)
    run(connection, COPY.format(manifest.replace("manifest.json", "data/")))
    assert run(connection, "SELECT count(*) FROM sales") == ([6],)


@pytest.mark.parametrize(
    ("tables", "change", "message"),
    [
        ([rows(1)], {"length_error": 1}, "meta.content_length says"),
        ([rows(1)], {"entries": [{"url": "s3://nowhere/x.parquet", "meta": {"content_length": 3}}]}, "does not exist"),
        ([rows(1)], {"entries": [{"url": "s3://nowhere/x.parquet"}]}, "manifest is not as it must be"),
        ([rows(1), rows(2, name="too long")], {}, "CHECK constraint"),
        ([rows(1), rows(2).drop_columns("else")], {}, "1 columns, the table 2"),
        ([rows(1).set_column(0, "id", pa.array([1], pa.int32()))], {}, "Incompatible Parquet schema: INTEGER for BIGINT"),
        ([rows(1), rows(2).set_column(0, "id", pa.array([None], pa.int64()))], {}, "NOT NULL"),
    ],
)
def test_refuses_the_whole_load(
    connection: redshift_connector.Connection, upload: Upload, tables: list[pa.Table], change: dict, message: str
) -> None:
    with pytest.raises(redshift_connector.ProgrammingError, match="sys_load_error_detail"):
        run(connection, COPY.format(upload(tables, **change)) + " MANIFEST")
    assert run(connection, "SELECT count(*) FROM sales") == ([0],)
    ((found,),) = run(connection, "SELECT error_message FROM sys_load_error_detail")
    assert message in found


@pytest.mark.parametrize("option", ["MAXERROR 5", "COMPUPDATE ON", "GZIP", "REGION 'us-east-1'"])
def test_refuses_options_that_parquet_does_not_have(connection: redshift_connector.Connection, upload: Upload, option: str) -> None:
    with pytest.raises(redshift_connector.ProgrammingError, match="not supported for PARQUET"):
        run(connection, COPY.format(upload([rows(1)])) + f" MANIFEST {option}")


def test_a_load_in_a_transaction_is_undone_with_it(connection: redshift_connector.Connection, upload: Upload) -> None:
    manifest = upload([rows(1, 2)])
    run(connection, "BEGIN")
    run(connection, COPY.format(manifest) + " MANIFEST")
    run(connection, "ROLLBACK")
    assert run(connection, "SELECT count(*) FROM sales") == ([0],)
