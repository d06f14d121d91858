"""Fixtures for whoever tests a client: servers that are stopped after the test, S3, and real PostgreSQL."""

from __future__ import annotations

import gc
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
import redshift_connector
import vertica_python

from standins import s3
from standins.backend import Backend
from standins.redshift import RedshiftServer
from standins.vertica import VerticaServer

USER, PASSWORD, DATABASE = "tester", "secret", "testdb"


def connect_redshift(server: RedshiftServer, **options: object) -> redshift_connector.Connection:
    """Connect to a Redshift stand-in, with other ``options`` for the driver if wanted."""
    given = {"user": USER, "password": PASSWORD, "database": DATABASE, "ssl": False, "timeout": 10} | options
    return redshift_connector.connect(host=server.host, port=server.port, **given)


def connect_vertica(server: VerticaServer, **options: object) -> vertica_python.Connection:
    """Connect to a Vertica stand-in, with other ``options`` for the driver if wanted."""
    given = {"user": USER, "password": PASSWORD, "database": DATABASE, "tlsmode": "disable", "connection_timeout": 10} | options
    return vertica_python.connect(host=server.host, port=server.port, **given)


@pytest.fixture(scope="session")
def s3_service() -> Iterator[s3.Bucket]:
    """Return an S3 service on loopback for the whole session; make buckets of your own."""
    with s3.server() as bucket:
        yield bucket


@pytest.fixture
def leaky_driver() -> Iterator[None]:
    """Collect the sockets that redshift_connector leaves open when a login fails or a connection dies."""
    yield
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


@pytest.fixture
def backend() -> Iterator[Backend]:
    """Return an empty database behind a stand-in."""
    found = Backend()
    yield found
    found.close()


@pytest.fixture
def redshift_server(backend: Backend, s3_service: s3.Bucket) -> Iterator[RedshiftServer]:
    """Return a running Redshift stand-in; user, password and database are USER, PASSWORD and DATABASE."""
    server = RedshiftServer(backend, bucket=s3_service)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def vertica_server(backend: Backend, s3_service: s3.Bucket, tmp_path: Path) -> Iterator[VerticaServer]:
    """Return a running Vertica stand-in, which reads Parquet from the test's own folder too."""
    server = VerticaServer(backend, bucket=s3_service, folders=(tmp_path,))
    server.start()
    yield server
    server.stop()
