"""Files in S3: sent once, sent again only if they changed, named by a manifest; failures that say what to do."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from redshift_cases import SALES, Make, write_sales
from standins import s3

from warehousebench.engines.redshift import parquet, stage
from warehousebench.engines.redshift.settings import Settings, settings
from warehousebench.engines.redshift.stage import Bucket, manifest_url, upload
from warehousebench.errors import EngineError, TransientError, UsageError
from warehousebench.model.catalog import Table


@pytest.fixture
def place(configured: Settings) -> Iterator[Bucket]:
    made = Bucket(configured)
    yield made
    made.close()


def keys(service: s3.Bucket, bucket: str) -> list[str]:
    return [url.partition("//")[2].partition("/")[2] for url in service.names(f"s3://{bucket}/")]


def test_the_manifest_names_every_piece_with_its_length(
    place: Bucket, s3_service: s3.Bucket, bucket: str, configured: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet, "SMALLEST", 1)
    staged = upload(place, SALES, None, [write_sales(tmp_path)], 4)
    entries = json.loads(s3_service.read(staged.manifest))["entries"]
    assert staged.manifest == manifest_url(configured, SALES) == f"s3://{bucket}/loads/tpch/sales/manifest.json"
    assert [entry["url"].rpartition("/")[2] for entry in entries] == [f"0000{n}-of-00004.parquet" for n in (1, 2, 3, 4)]
    for entry in entries:
        assert entry["mandatory"] is True
        assert entry["meta"] == {"content_length": len(s3_service.read(entry["url"]))}
    assert (staged.rows, staged.kept) == (1000, 0)
    assert sorted(staged.keys) == keys(s3_service, bucket)
    assert staged.bytes == sum(entry["meta"]["content_length"] for entry in entries)


def test_an_upload_that_is_repeated_sends_only_what_is_missing_or_other(
    place: Bucket, s3_service: s3.Bucket, bucket: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet, "SMALLEST", 1)
    first = upload(place, SALES, None, [write_sales(tmp_path)], 4)
    s3_service.client.delete_object(Bucket=bucket, Key=first.keys[0])
    damaged = s3_service.client.get_object(Bucket=bucket, Key=first.keys[1])["Body"].read()
    s3_service.client.put_object(Bucket=bucket, Key=first.keys[1], Body=bytes(len(damaged)))  # same size, other bytes
    again = upload(place, SALES, None, [write_sales(tmp_path)], 4)
    assert again.kept == 2
    assert s3_service.read(f"s3://{bucket}/{first.keys[1]}") == damaged
    assert upload(place, SALES, None, [write_sales(tmp_path)], 4).kept == 4


def test_large_files_go_in_parts(
    place: Bucket, s3_service: s3.Bucket, bucket: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stage, "PART_BYTES", 5 << 20)
    path = tmp_path / "large"
    path.write_bytes(bytes(range(256)) * (12 << 12))
    assert place.put_file("large", path)
    assert s3_service.client.head_object(Bucket=bucket, Key="large")["ETag"].rstrip('"').endswith("-3")
    assert s3_service.read(f"s3://{bucket}/large") == path.read_bytes()
    assert not place.put_file("large", path)


def test_any_table_has_a_folder_of_its_own(configured: Settings) -> None:
    names = ["sales", 'a"; drop table b; --', "a'; drop table b; --", "Größe", "grosse", "a/../b", "x" * 127, "select"]
    urls = [manifest_url(configured, Table(name, ())) for name in names]
    assert len(set(urls)) == len(names)
    assert all(url.isascii() and not set(url) & set("'\" ;%?#\\") and ".." not in url for url in urls)


def test_what_is_deleted_is_gone_and_may_be_deleted_again(place: Bucket, s3_service: s3.Bucket, bucket: str) -> None:
    place.put("a", b"1")
    place.put("b", b"2")
    place.delete(["a"])
    place.delete(["a", "nowhere"])
    assert keys(s3_service, bucket) == ["b"]


@pytest.mark.parametrize(
    ("options", "says", "kind"),
    [
        ({"s3": "s3://no-such-bucket-here/x"}, "Create the bucket, or correct the option s3", EngineError),
        ({"profile": "no-such-profile"}, "Give AWS credentials", EngineError),
        ({"endpoint_url": "http://127.0.0.1:1"}, "what is uploaded is kept", TransientError),
    ],
)
def test_failures_say_what_to_do(
    target: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: dict[str, str], says: str, kind: type[Exception]
) -> None:
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    path = write_sales(tmp_path)
    with pytest.raises(kind, match=says) as caught:
        upload(Bucket(settings(target(**options))), SALES, None, [path], 4)
    assert s3.SECRET not in str(caught.value)
    assert isinstance(caught.value, TransientError) is (kind is TransientError)


def test_without_a_place_nothing_begins(target: Make) -> None:
    with pytest.raises(UsageError, match=r"no s3 is configured. Give s3://bucket/prefix"):
        Bucket(settings(target(s3=None)))
