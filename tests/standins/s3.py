"""S3 on loopback: a server of moto's for a test session, and the one door through which stand-ins read objects."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

KEY, SECRET, REGION = "standin-access-key", "standin-secret-key", "us-east-1"


@dataclass(frozen=True, slots=True)
class Bucket:
    """An S3 service and the keys to it."""

    endpoint: str

    @property
    def client(self) -> S3Client:
        """A boto3 client that talks to the service."""
        import boto3

        keys: dict[str, Any] = {"aws_access_key_id": KEY, "aws_secret_access_key": SECRET, "region_name": REGION}
        return boto3.client("s3", endpoint_url=self.endpoint, **keys)

    def read(self, url: str) -> bytes:
        """Return an object's bytes; raises FileNotFoundError."""
        bucket, key = split(url)
        try:
            return self.client.get_object(Bucket=bucket, Key=key)["Body"].read()
        except Exception as error:
            raise FileNotFoundError(url) from error

    def names(self, url: str) -> list[str]:
        """Return the addresses of all objects whose key begins like ``url``'s."""
        bucket, key = split(url)
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=key)
        return [f"s3://{bucket}/{each['Key']}" for page in pages for each in page.get("Contents", [])]


def split(url: str) -> tuple[str, str]:
    """Return bucket and key of an s3:// address."""
    bucket, _, key = url.removeprefix("s3://").partition("/")
    return bucket, key


@contextmanager
def local_copy(data: bytes) -> Iterator[Path]:
    """Put ``data`` into a file for as long as the block runs."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "object.parquet"
        path.write_bytes(data)
        yield path


@contextmanager
def server() -> Iterator[Bucket]:
    """Run moto's S3 on a free port of 127.0.0.1."""
    from moto.server import ThreadedMotoServer

    service = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    service.start()
    try:
        host, port = service.get_host_and_port()
        yield Bucket(f"http://{host}:{port}")
    finally:
        service.stop()
