from __future__ import annotations

import json
import os
import stat
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from every_document import DOCUMENTS
from hypothesis import given, settings
from hypothesis import strategies as st

from warehousebench.errors import SourceError
from warehousebench.model import document
from warehousebench.model.catalog import Catalog, Column, DataType, Table, TypeKind
from warehousebench.model.workload import ColumnUse, Query, Role, Workload

CATALOG = Catalog((Table("t", (Column("a", DataType(TypeKind.DECIMAL, precision=15, scale=2)),), primary_key=("a",)),), "here")


def test_every_kind_of_document_is_tested_here() -> None:
    names = {kind.__name__ for kind in DOCUMENTS}
    assert {"Catalog", "Profile", "Workload", "DataSet", "Loaded", "Run", "Comparison", "RedshiftDesign", "VerticaDesign"} <= names


@pytest.mark.parametrize("kind", DOCUMENTS, ids=lambda kind: kind.__name__)
@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_a_document_survives_its_file(kind: type[Any], data: Any) -> None:
    written = data.draw(DOCUMENTS[kind])
    text = document.to_json(written)
    assert document.from_json(text, kind) == written
    assert document.from_json(text.encode(), kind) == written
    assert document.to_json(document.from_json(text, kind)) == text


@pytest.mark.parametrize("kind", DOCUMENTS, ids=lambda kind: kind.__name__)
def test_a_document_starts_with_its_format_and_says_who_makes_it(kind: type[Any]) -> None:
    with pytest.raises(SourceError, match=kind.made_by) as refusal:
        document.from_json('{"format": "another"}', kind, "a.json")
    expected, version = document._header(kind)
    assert expected.startswith(document.PREFIX)
    assert version >= 1
    assert str(refusal.value).startswith(f"a.json is a another, not a {expected}")


def test_formats_are_not_shared() -> None:
    assert len({document._header(kind)[0] for kind in DOCUMENTS}) == len(DOCUMENTS)


def test_the_header_comes_first_so_that_a_person_sees_it() -> None:
    lines = document.to_json(CATALOG).splitlines()
    assert lines[1:3] == ['  "format": "warehousebench.catalog",', '  "version": 1,']
    assert document.to_json(CATALOG).endswith("}\n")


def changed(path: str, value: Any) -> str:
    """Return the catalog's JSON with ``value`` put at ``path`` (keys and indexes with dots between them)."""
    raw: Any = json.loads(document.to_json(CATALOG))
    *way, last = [int(step) if step.isdigit() else step for step in path.split(".")]
    place = raw
    for step in way:
        place = place[step]
    place[last] = value
    return json.dumps(raw)


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("format", "warehousebench.profile", "is a warehousebench.profile, not a warehousebench.catalog"),
        ("format", None, "file without a format"),
        ("version", 2, "Upgrade warehousebench"),
        ("version", 0, "no usable version"),
        ("version", "1", "no usable version"),
        ("version", 1.0, "no usable version"),
        ("version", None, "no usable version"),
        ("version", True, r"\$.version"),
        ("colour", 1, r"unknown field \$.colour"),
        ("tables.0.colour", 1, r"unknown field \$.tables\[0\].colour"),
        ("tables.0.columns.0.type.colour", None, r"unknown field \$.tables\[0\].columns\[0\].type.colour"),
        ("tables.0.name", 5, r"\$.tables\[0\].name"),
        ("tables.0.name", None, r"\$.tables\[0\].name"),
        ("tables.0.rows", 1.5, r"\$.tables\[0\].rows"),
        ("tables.0.columns.0.nullable", "yes", r"\$.tables\[0\].columns\[0\].nullable"),
        ("tables.0.columns.0.type.kind", "money", r"\$.tables\[0\].columns\[0\].type.kind"),
        ("tables.0.columns.0", [], r"\$.tables\[0\].columns\[0\]"),
        ("tables", {}, r"\$.tables"),
        ("tables.0.primary_key", ["b"], "a key of table t names the column b, which it does not have"),
    ],
)
def test_what_is_no_catalog_is_refused_with_its_place(path: str, value: Any, said: str) -> None:
    with pytest.raises(SourceError, match=said):
        document.from_json(changed(path, value), Catalog, "catalog.json")


def test_a_missing_field_is_refused() -> None:
    raw = json.loads(document.to_json(CATALOG))
    del raw["tables"][0]["columns"]
    with pytest.raises(SourceError, match=r"required field `columns` - at `\$.tables\[0\]`"):
        document.from_json(json.dumps(raw), Catalog)


@pytest.mark.parametrize("text", ["[]", "null", "7", '"warehousebench.catalog"', "{}"])
def test_other_json_is_refused(text: str) -> None:
    with pytest.raises(SourceError, match="file without a format"):
        document.from_json(text, Catalog)


@settings(deadline=None)
@given(st.integers(0, len(document.to_json(CATALOG)) - 3))
def test_a_truncated_document_is_refused(length: int) -> None:
    with pytest.raises(SourceError, match="is not JSON"):
        document.from_json(document.to_json(CATALOG)[:length], Catalog, "catalog.json")


@settings(deadline=None)
@given(st.integers(0, len(document.to_json(CATALOG)) - 1), st.integers(0, 255))
def test_a_damaged_byte_is_read_or_refused_but_never_a_traceback(place: int, byte: int) -> None:
    content = bytearray(document.to_json(CATALOG), "utf-8")
    content[place] = byte
    found: Catalog | str
    try:
        found = document.from_json(bytes(content), Catalog)
    except SourceError as error:
        found = str(error)
    remedies = (f"Make it again with: {Catalog.made_by}", "Upgrade warehousebench.")
    assert isinstance(found, Catalog) or found.endswith(remedies)


def test_files_that_cannot_be_read_say_so(tmp_path: Path) -> None:
    latin = tmp_path / "latin.json"
    latin.write_bytes(document.to_json(replace(CATALOG, source="Größe")).encode("latin-1"))
    with pytest.raises(SourceError, match=r"latin\.json is not JSON"):
        document.read(latin, Catalog)
    with pytest.raises(SourceError, match=r"cannot read .*: Is a directory. Make it again with: warehousebench reflect"):
        document.read(tmp_path, Catalog)
    with pytest.raises(SourceError, match=r"cannot read .*none\.json: No such file"):
        document.read(tmp_path / "none.json", Catalog)


def test_a_file_is_written_whole_into_folders_that_need_not_exist(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "down" / "catalog.json"
    assert document.write(path, CATALOG) == path
    assert document.read(path, Catalog) == CATALOG
    assert os.listdir(path.parent) == ["catalog.json"]


@pytest.mark.parametrize("step", ["fsync", "chmod", "replace"])
@pytest.mark.parametrize("failure", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_a_failing_write_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, failure: BaseException
) -> None:
    path = document.write(tmp_path / "catalog.json", CATALOG)

    def fail(*_: Any) -> None:
        raise failure

    monkeypatch.setattr(document.os, step, fail)
    expected = SourceError if isinstance(failure, OSError) else KeyboardInterrupt
    with pytest.raises(expected, match="No space left on device.*nothing was changed" if expected is SourceError else None):
        document.write(path, replace(CATALOG, source="new"))
    assert document.read(path, Catalog) == CATALOG
    assert os.listdir(tmp_path) == ["catalog.json"]


def test_a_folder_in_the_way_of_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.json").mkdir()
    with pytest.raises(SourceError, match=r"cannot write .*a\.json"):
        document.write(tmp_path / "a.json", CATALOG)
    file = document.write(tmp_path / "b.json", CATALOG)
    with pytest.raises(SourceError, match=r"cannot write .*b\.json/c\.json"):
        document.write(file / "c.json", CATALOG)
    assert sorted(os.listdir(tmp_path)) == ["a.json", "b.json"]


@pytest.mark.parametrize(("umask", "mode"), [(0o022, 0o644), (0o077, 0o600), (0o002, 0o664)])
def test_a_new_file_gets_the_permissions_of_the_umask(tmp_path: Path, umask: int, mode: int) -> None:
    before = os.umask(umask)
    try:
        path = document.write(tmp_path / "catalog.json", CATALOG)
        assert os.umask(umask) == umask
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == mode


@pytest.mark.parametrize("weight", [0.0, -1.0, float("nan")])
def test_a_weight_that_is_no_weight_is_refused(weight: float) -> None:
    with pytest.raises(ValueError, match="weights are greater than 0"):
        Query("q", "SELECT 1", weight)


def test_weights_are_summed_over_queries_and_not_over_places() -> None:
    uses = (ColumnUse("t", "a", Role.RANGE, 3), ColumnUse("t", "a", Role.GROUP), ColumnUse("u", "a", Role.RANGE))
    workload = Workload((Query("1", "", 2.0, uses), Query("2", "", 0.5, uses[1:])), "here")
    assert workload.uses("t", Role.RANGE) == {"a": 2.0}
    assert workload.uses("t", Role.RANGE, Role.GROUP) == {"a": 2.5}
