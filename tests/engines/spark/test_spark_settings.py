"""What a target says about Spark, and which Java is taken, without starting any."""

from __future__ import annotations

from pathlib import Path

import pytest

from warehousebench.engines import target
from warehousebench.engines.spark import java
from warehousebench.engines.spark.settings import read, warehouse
from warehousebench.engines.targets import Target
from warehousebench.errors import UnsupportedError, UsageError


@pytest.fixture(autouse=True)
def _nothing_configured(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SPARK_MASTER", "SPARK_REMOTE", "SPARK_DRIVER_MEMORY"):
        monkeypatch.delenv(name, raising=False)


def spark(**options: str) -> Target:
    found = target("spark")
    return Target("spark", "spark", {**found.options, **options})


@pytest.mark.parametrize(
    ("options", "master", "partitions"),
    [
        ({"master": "local[*]", "threads": "3"}, "local[3]", 6),
        ({"master": "local[5]", "threads": "3"}, "local[5]", 10),
        ({"master": "local", "threads": "3"}, "local[1]", 2),
        ({"master": "local[2]", "shuffle_partitions": "7"}, "local[2]", 7),
        ({"master": "spark://one:7077,two:7077", "threads": "3"}, "spark://one:7077,two:7077", None),
        ({"master": "yarn"}, "yarn", None),
    ],
)
def test_threads_fill_in_where_the_master_leaves_the_choice(options: dict[str, str], master: str, partitions: int | None) -> None:
    found = read(spark(**options))
    assert (found.master, found.shuffle_partitions, found.memory) == (master, partitions, "4g")
    assert found.is_local == master.startswith("local")


@pytest.mark.parametrize(
    ("options", "complaint"),
    [({"memory": "much"}, "memory = much"), ({"shuffle_partitions": "0"}, "shuffle_partitions = 0"), ({"threads": "x"}, "threads")],
)
def test_values_that_spark_would_not_take_are_refused(options: dict[str, str], complaint: str) -> None:
    with pytest.raises(UsageError, match=complaint):
        read(spark(**options))


def test_addresses_of_sparks_own_are_taken_whole_and_shown_without_what_follows() -> None:
    connected = target("sc://me@there:15002/;use_ssl=true;token=hush")
    assert (connected.engine, connected.name) == ("spark", "sc://there:15002")
    assert "hush" not in repr(connected)
    found = read(connected)
    assert found.remote
    assert found.remote.reveal() == "sc://me@there:15002/;use_ssl=true;token=hush"
    assert not found.is_local
    assert read(target("spark://one:7077,two:7077")).master == "spark://one:7077,two:7077"


def test_a_load_needs_a_warehouse() -> None:
    with pytest.raises(UsageError, match="no warehouse is configured"):
        warehouse(read(spark()), spark())


def _java(folder: Path, says: str) -> None:
    (folder / "bin").mkdir(parents=True)
    script = folder / "bin" / "java"
    script.write_text(f"#!/bin/sh\necho '{says}' >&2\n")
    script.chmod(0o755)


@pytest.mark.parametrize(
    ("says", "major"), [('openjdk version "21.0.2" 2024-01-16', 21), ('java version "1.8.0_392"', 8), ("no such thing", None)]
)
def test_java_is_found_by_its_own_words(says: str, major: int | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _java(tmp_path / "jdk", says)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "jdk"))
    found = java.find()
    assert (found.major if found else None) == major
    if major != 21:
        with pytest.raises(UnsupportedError, match=r"Spark needs Java.*Install Java 17 or later"):
            java.require()


def test_without_java_the_remedy_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UnsupportedError, match="none was found"):
        java.require()
