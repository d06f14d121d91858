"""What the docs say is what the code does."""

from __future__ import annotations

import dataclasses
import re
import typing
from pathlib import Path

import pytest

from warehousebench.cli import COMMANDS
from warehousebench.engines.redshift.design import RedshiftDesign
from warehousebench.engines.vertica.design import VerticaDesign
from warehousebench.model.advice import Advice, Costs
from warehousebench.model.assessment import Assessment
from warehousebench.model.catalog import Catalog
from warehousebench.model.comparison import Comparison
from warehousebench.model.data import DataSet
from warehousebench.model.load import Loaded
from warehousebench.model.migration import Extraction, Migration
from warehousebench.model.profile import Profile
from warehousebench.model.run import Run
from warehousebench.model.workload import Workload

ROOT = Path(__file__).parents[2]
FORMATS = (ROOT / "docs/formats.md").read_text(encoding="utf-8")


def fields(kind: object) -> set[str]:
    """Return the field names of a dataclass and of all dataclasses in it."""
    if not dataclasses.is_dataclass(kind):
        return {name for part in typing.get_args(kind) for name in fields(part)}
    hints = typing.get_type_hints(kind)
    own = {field.name for field in dataclasses.fields(kind)}
    return own.union(*(fields(hints[name]) for name in own)) - {"format", "version"}


@pytest.mark.parametrize(
    "document",
    [
        Catalog,
        DataSet,
        Profile,
        Workload,
        Assessment,
        RedshiftDesign,
        VerticaDesign,
        Advice,
        Costs,
        Loaded,
        Extraction,
        Migration,
        Run,
        Comparison,
    ],
)
def test_every_field_of_every_document_is_described(document: type) -> None:
    header = {field.name: field.default for field in dataclasses.fields(document)}
    assert f"{header['format']} {header['version']}" in FORMATS
    described = set(re.findall(r"`(\w+)`", FORMATS))
    assert fields(document) <= described


def test_every_command_is_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert all(f"| `{name}` |" in readme for name in COMMANDS)
    assert len(readme.splitlines()) <= 150


def test_links_between_pages_lead_somewhere() -> None:
    for page in [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]:
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_every_room_is_on_the_map() -> None:
    page = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    rooms = {path.parent.name for path in (ROOT / "warehousebench").glob("*/__init__.py")}
    assert all(f"`{room}/`" in page for room in rooms)
