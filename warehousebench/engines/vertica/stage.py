"""Files put where the nodes of Vertica read them: a folder that all of them and this machine share, or S3."""

from __future__ import annotations

import contextlib
import shutil
import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from warehousebench.errors import EngineError, TransientError, UsageError


def addresses(place: str, table: str, files: Sequence[Path], load: str = "load") -> tuple[str, ...]:
    """Return where the files would lie under ``place``; numbered, since files of two folders may share a name."""
    folder = f"{place.rstrip('/')}/warehousebench-{load}"
    return tuple(f"{folder}/{_plain(table)}-{number:04d}.parquet" for number in range(len(files)))


@contextlib.contextmanager
def staged(place: str, table: str, files: Sequence[Path]) -> Iterator[tuple[str, ...]]:
    """Put ``files`` under ``place`` for a ``with`` block and yield their addresses; they are taken away afterwards.

    Raises EngineError if they cannot be put there, UsageError for a place that is neither a folder nor s3://bucket/….
    """
    found = addresses(place, table, files, uuid.uuid4().hex[:12])
    if place.startswith("s3://"):
        with _on_s3(found, files):
            yield found
    elif place.startswith("/"):
        with _in_folder(found, files):
            yield found
    else:
        raise UsageError(f"the stage {place!r} is neither a folder such as /shared/stage nor s3://bucket/folder. Correct it")


@contextlib.contextmanager
def _in_folder(places: Sequence[str], files: Sequence[Path]) -> Iterator[None]:
    folder = Path(places[0]).parent if places else None
    try:
        try:
            for place, file in zip(places, files, strict=True):
                Path(place).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file, place)
        except OSError as error:
            remedy = "Make it writable here and readable on every node of Vertica, or leave the stage out"
            raise EngineError(f"cannot write to the stage: {error.strerror or error} ({error.filename}). {remedy}") from error
        yield
    finally:
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def _on_s3(places: Sequence[str], files: Sequence[Path]) -> Iterator[None]:
    import boto3
    from boto3.exceptions import Boto3Error
    from botocore.exceptions import BotoCoreError, ClientError

    client = boto3.client("s3")
    put: list[str] = []
    try:
        try:
            for place, file in zip(places, files, strict=True):
                bucket, key = _bucket_and_key(place)
                put.append(place)
                client.upload_file(str(file), bucket, key)
        except (Boto3Error, BotoCoreError, ClientError) as error:
            remedy = "Check the bucket and the AWS credentials here (AWS_PROFILE), or leave the stage out"
            raise TransientError(f"cannot write to the stage: {' '.join(str(error).split())}. {remedy}") from error
        yield
    finally:
        for place in put:
            _delete(client, place)


def _delete(client: Any, place: str) -> None:
    bucket, key = _bucket_and_key(place)
    with contextlib.suppress(Exception):  # a leftover object costs little, and the load's own outcome counts
        client.delete_object(Bucket=bucket, Key=key)


def _bucket_and_key(place: str) -> tuple[str, str]:
    parts = urlsplit(place)
    return parts.netloc, parts.path.lstrip("/")


def _plain(name: str) -> str:
    """Return a table's name as part of a file's, which COPY takes for no pattern."""
    return "".join(character if character.isascii() and character.isalnum() else "_" for character in name)
