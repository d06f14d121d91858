"""Files in S3 for COPY to read: uploaded once, named by a manifest, removed when they have served.

Sources: Amazon Redshift Developer Guide, "Using a manifest to specify data files" (meta.content_length is required for
columnar files) and "Permissions to access other AWS resources".
"""

from __future__ import annotations

import hashlib
import json
import re
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from warehousebench.engines.redshift import parquet
from warehousebench.engines.redshift.errors import harmless
from warehousebench.engines.redshift.settings import Settings, Stage
from warehousebench.errors import EngineError, TransientError, UsageError
from warehousebench.model.catalog import Table
from warehousebench.model.profile import TableProfile

PART_BYTES = 16 << 20  # of a multipart upload
_CHECKSUM = "sha256"
_DELETED_AT_ONCE = 1000  # keys of one request
_MANIFEST = "manifest.json"
# S3's and the session services' codes -> what to do.
_REMEDIES = {
    "NoSuchBucket": "Create the bucket, or correct the option s3.",
    "AccessDenied": "Grant s3:PutObject, s3:GetObject, s3:DeleteObject and s3:ListBucket on the bucket.",
    "403": "Grant s3:PutObject, s3:GetObject, s3:DeleteObject and s3:ListBucket on the bucket.",
    "404": "Create the bucket, or correct the option s3.",
    "ExpiredToken": "Log in to AWS again.",
    "InvalidAccessKeyId": "Check the AWS credentials or profile.",
    "SignatureDoesNotMatch": "Check the AWS credentials or profile.",
    "RequestTimeTooSkewed": "Set this machine's clock.",
    "PermanentRedirect": "Set the option region to the bucket's region.",
}
_BUSY = ("SlowDown", "InternalError", "ServiceUnavailable", "RequestTimeout", "500", "502", "503")


@dataclass(frozen=True, slots=True)
class Staged:
    """A table's files in S3: the manifest's address, the keys of all objects, rows and bytes, and how many were there before."""

    manifest: str
    keys: tuple[str, ...]
    rows: int
    bytes: int
    kept: int


class Bucket:
    """The staging place of a target; close it after use."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.stage = place(settings)
        with self._translated():
            from botocore.config import Config

            session = _session(settings.profile, settings.region)
            self._client = session.client("s3", endpoint_url=settings.endpoint_url, config=Config(retries={"mode": "standard"}))

    def put_file(self, key: str, path: Path) -> bool:
        """Upload a file in parts, unless the object is there with the same size and checksum; return whether it was sent."""
        from boto3.s3.transfer import TransferConfig

        checksum = _digest(path)
        if self._has(key, path.stat().st_size, checksum):
            return False
        transfer = TransferConfig(multipart_threshold=PART_BYTES, multipart_chunksize=PART_BYTES)
        with self._translated():
            self._client.upload_file(
                str(path), self.stage.bucket, key, ExtraArgs={"Metadata": {_CHECKSUM: checksum}}, Config=transfer
            )
        return True

    def put(self, key: str, data: bytes) -> None:
        """Write a small object."""
        with self._translated():
            self._client.put_object(Bucket=self.stage.bucket, Key=key, Body=data)

    def delete(self, keys: Sequence[str]) -> None:
        """Remove objects; those that are not there are no error."""
        for start in range(0, len(keys), _DELETED_AT_ONCE):
            objects = [{"Key": key} for key in keys[start : start + _DELETED_AT_ONCE]]
            with self._translated():
                self._client.delete_objects(Bucket=self.stage.bucket, Delete={"Objects": objects, "Quiet": True})

    def region(self) -> str | None:
        """Return the bucket's region, None if the service does not say; raises EngineError if it cannot be reached."""
        with self._translated():
            headers = self._client.head_bucket(Bucket=self.stage.bucket)["ResponseMetadata"]["HTTPHeaders"]
        return str(headers["x-amz-bucket-region"]) if "x-amz-bucket-region" in headers else None

    def close(self) -> None:
        """Let the connections go."""
        self._client.close()

    def _has(self, key: str, size: int, checksum: str) -> bool:
        from botocore.exceptions import ClientError

        with self._translated():
            try:
                found = self._client.head_object(Bucket=self.stage.bucket, Key=key)
            except ClientError as error:
                # Without the right to list, S3 says 403 of an object that is not there.
                if _code(error) in ("404", "403", "NoSuchKey"):
                    return False
                raise
        return bool(found["ContentLength"] == size and found["Metadata"].get(_CHECKSUM) == checksum)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        from boto3.exceptions import Boto3Error
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            yield
        except (ClientError, BotoCoreError, Boto3Error) as error:
            raise _explained(error, self.settings) from error


@lru_cache
def _session(profile: str | None, region: str | None) -> Any:
    """Return boto3's session, one for all stores of a target: a new one reads its descriptions of AWS for a third of a second."""
    import boto3

    return boto3.Session(profile_name=profile, region_name=region)


def place(settings: Settings) -> Stage:
    """Return the staging place; raises UsageError if the target names none."""
    if settings.stage is None:
        raise UsageError(f"{settings.name}: no s3 is configured. Give s3://bucket/prefix as s3 or REDSHIFT_S3: rows arrive there.")
    return settings.stage


def manifest_url(settings: Settings, table: Table) -> str:
    """Return the address of the manifest that a load of ``table`` writes."""
    stage = place(settings)
    return stage.url(stage.key(*_folder(settings, table), _MANIFEST))


def upload(bucket: Bucket, table: Table, seen: TableProfile | None, files: Sequence[Path], slices: int) -> Staged:
    """Write the rows of Parquet ``files`` as COPY wants them, upload them, then the manifest; raises EngineError.

    What an interrupted upload left is not sent again.
    """
    rows = parquet.total_rows(files)
    count = parquet.piece_count(sum(path.stat().st_size for path in files), rows, slices)
    folder, stage = _folder(bucket.settings, table), bucket.stage
    entries: list[dict[str, Any]] = []
    sent = 0
    with tempfile.TemporaryDirectory(prefix="warehousebench-") as scratch:
        for piece in parquet.pieces(parquet.reading(table, seen, files), rows, count, Path(scratch)):
            key = stage.key(*folder, f"{piece.place:05}-of-{piece.of:05}.parquet")
            sent += bucket.put_file(key, piece.path)
            entries.append({"url": stage.url(key), "mandatory": True, "meta": {"content_length": piece.path.stat().st_size}})
    key = stage.key(*folder, _MANIFEST)
    bucket.put(key, json.dumps({"entries": entries}, indent=1).encode())
    keys = (*(entry["url"].removeprefix(stage.url("")) for entry in entries), key)
    size = sum(entry["meta"]["content_length"] for entry in entries)
    return Staged(stage.url(key), keys, rows, size, len(entries) - sent)


def _folder(settings: Settings, table: Table) -> tuple[str, str]:
    return _plain(settings.schema), _plain(table.name)


def _plain(name: str) -> str:
    """Return a name for a key: as it is if harmless, otherwise made so and told apart by a digest."""
    if re.fullmatch(r"[a-z0-9_]+", name):
        return name
    return f"{re.sub('[^A-Za-z0-9_]', '_', name)[:40]}-{hashlib.sha256(name.encode()).hexdigest()[:12]}"


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, _CHECKSUM).hexdigest()


def _code(error: BaseException) -> str:
    response = getattr(error, "response", {})
    return str(response.get("Error", {}).get("Code", ""))


def _explained(error: BaseException, settings: Settings) -> EngineError:
    """Return our error for one of boto3's, looking through the wrapping that uploads put around it."""
    from botocore.exceptions import ConnectionError as NoConnection
    from botocore.exceptions import HTTPClientError, NoCredentialsError, ProfileNotFound

    inner = error.__context__ if error.__context__ is not None and not _code(error) and _code(error.__context__) else error
    words, code = harmless(str(error), settings).rstrip(". "), _code(inner)
    line = f"{settings.name}: S3 at {settings.stage.url(settings.stage.prefix) if settings.stage else 'AWS'}: {words}"
    if isinstance(inner, NoCredentialsError | ProfileNotFound):
        return EngineError(f"{line}. Give AWS credentials as AWS_PROFILE, AWS_ACCESS_KEY_ID or by a role; see boto3's credentials.")
    if isinstance(inner, NoConnection | HTTPClientError) or code in _BUSY:
        return TransientError(f"{line}. Check the network and the region, then repeat: what is uploaded is kept.")
    return EngineError(f"{line}. {_REMEDIES.get(code, 'Check bucket, prefix and credentials.')}")
