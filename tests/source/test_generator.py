from __future__ import annotations

import stat
from importlib import metadata
from pathlib import Path

import pytest

from warehousebench.errors import SourceError, UsageError
from warehousebench.source import dataset, generator

VERSION = f"tpcgen-cli {metadata.version('tpcgen-cli')}"


@pytest.mark.parametrize("text", ["0", "-1", "abc", "nan", "inf", "", "1e999"])
def test_bad_scale(text: str) -> None:
    with pytest.raises(UsageError, match="not a number above 0"):
        generator.parse_scale(text)


def test_good_scale() -> None:
    assert generator.parse_scale("0.01") == 0.01


def test_generates_all_tables(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "tpch"
    assert generator.generate(("tpcgen-cli", "tpch"), 0.001, folder) == VERSION
    found = dataset.describe(folder, "tpch", 0.001, VERSION)
    assert found.tables["orders"].rows == 1500
    assert len(found.tables) == 8
    assert [path.name for path in folder.parent.iterdir()] == ["tpch"]


def test_some_tables_leave_others_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("kept", encoding="utf-8")
    generator.generate(("tpcgen-cli", "tpch"), 0.001, tmp_path, ["region", "nation"])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine.txt", "nation.parquet", "region.parquet"]


def test_failure_shows_the_last_line_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"tpcgen-cli failed: .*foo.*Nothing was changed"):
        generator.generate(("tpcgen-cli", "tpch"), 0.001, tmp_path / "new", ["foo"])
    assert list(tmp_path.iterdir()) == []


def test_missing_tool(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="pip install no-such-tool"):
        generator.generate(("no-such-tool", "tpch"), 1.0, tmp_path)


def _fake(folder: Path, script: str) -> str:
    path = folder / "fake-gen"
    path.write_text(f"#!/bin/sh\n[ $1 = --version ] && echo fake-gen 1 && exit\n{script}\n", encoding="utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path.name


def test_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    name = _fake(tmp_path, 'echo "write: No space left on device (os error 28)" >&2; exit 1')
    with pytest.raises(SourceError, match="disk is full"):
        generator.generate((name, "tpch"), 1.0, tmp_path / "out")


def test_a_generator_without_files_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    with pytest.raises(SourceError, match="made no files"):
        generator.generate((_fake(tmp_path, "exit 0"), "tpch"), 1.0, tmp_path / "out")


def test_unwritable_place(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(SourceError, match="Choose another folder"):
        generator.generate(("tpcgen-cli", "tpch"), 0.001, tmp_path / "file" / "folder")
