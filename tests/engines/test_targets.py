"""Where an engine's options come from, and that secrets stay unseen."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehousebench.engines import ENGINES, engine
from warehousebench.engines.targets import Convention, Secret, Target, resolve
from warehousebench.errors import UsageError

SAMPLE = Convention(
    "sample",
    variables={"host": ("SAMPLE_HOST",), "port": ("SAMPLE_PORT",), "user": ("SAMPLE_USER",), "database": (), "schema": ()},
    secrets={"password": ("SAMPLE_PASSWORD",)},
    defaults={"port": "1234", "schema": "public"},
    schemes=("smpl",),
)


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """Return a project file and a user file that do not exist yet, in an environment without our variables."""
    for name in ("SAMPLE_HOST", "SAMPLE_PORT", "SAMPLE_USER", "SAMPLE_PASSWORD"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path / "warehousebench.toml", tmp_path / "config.toml"


def found(named: str, files: tuple[Path, Path]) -> Target:
    return resolve(named, {"sample": SAMPLE}, *files)


def test_a_flag_beats_the_environment_beats_the_project_beats_the_user_beats_the_default(
    files: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    project, user = files
    user.write_text('[targets.prod]\nengine = "sample"\nhost = "user"\nuser = "user"\ndatabase = "user"\npassword = "hush"\n')
    project.write_text('[targets.prod]\nengine = "sample"\nhost = "project"\nuser = "project"\n')
    monkeypatch.setenv("SAMPLE_HOST", "environment")
    target = found("prod", files)
    assert target.options == {"host": "environment", "user": "project", "database": "user", "port": "1234", "schema": "public"}
    assert target.origins["host"] == "SAMPLE_HOST"
    assert target.origins["user"] == str(project)
    assert target.origins["password"] == "the user's configuration"
    assert found("smpl://flag/", files).options["host"] == "flag"


def test_a_url_is_taken_apart_and_named_without_its_password(files: tuple[Path, Path]) -> None:
    target = found("sample://me:s%2Fecret@there:99/base?schema=mine", files)
    assert target.options == {"host": "there", "port": "99", "user": "me", "database": "base", "schema": "mine"}
    assert target.secrets["password"].reveal() == "s/ecret"
    assert target.name == "sample://me@there:99/base?schema=mine"
    assert "s/ecret" not in repr(target)
    assert "s%2Fecret" not in repr(target)
    assert found(target.name, files).options == target.options


def test_a_secret_among_a_url_s_options_is_not_part_of_its_name(files: tuple[Path, Path]) -> None:
    target = found("sample://there/?password=hush&schema=mine", files)
    assert target.name == "sample://there/?schema=mine"
    assert target.secrets["password"].reveal() == "hush"


@given(st.text(min_size=1))
def test_no_secret_shows_in_any_form(word: str) -> None:
    secret = Secret(word)
    assert {repr(secret), str(secret), f"{secret}", f"{secret!r}"} == {"***"}
    assert secret == Secret(word)
    assert secret.reveal() == word


def test_the_project_file_may_hold_no_secret(files: tuple[Path, Path]) -> None:
    files[0].write_text('[targets.prod]\nengine = "sample"\npassword = "hush"\n')
    with pytest.raises(UsageError, match="Secrets do not belong there: put it into SAMPLE_PASSWORD") as caught:
        found("prod", files)
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize(
    ("named", "text", "says"),
    [
        ("nowhere", "", "there is no engine or target nowhere. Known are: sample"),
        ("prod", '[targets.prod]\nengine = "other"\n', "for the engine other, which is not known"),
        ("prod", '[targets.prod]\nengine = "sample"\nhots = "x"\n', "no option hots. Known are: database, host"),
        ("prod", "[targets.prod\n", "cannot be read"),
        ("prod", "targets = 3\n", "cannot be read"),
        ("sample://host:port/", "", "the sample URL cannot be read"),
        ("else://host/", "", "there is no engine or target|for the engine else"),
    ],
)
def test_what_cannot_be_resolved_says_why(files: tuple[Path, Path], named: str, text: str, says: str) -> None:
    files[0].write_text(text)
    with pytest.raises(UsageError, match=says):
        found(named, files)


def test_an_option_that_is_missing_says_how_to_give_it(files: tuple[Path, Path]) -> None:
    with pytest.raises(UsageError, match="sample: no host is configured"):
        found("sample", files).option("host")


@pytest.mark.parametrize("name", ENGINES)
def test_every_engine_says_what_it_can_and_why_not_more(name: str) -> None:
    from warehousebench.engines.base import Feature

    assert set(engine(name).capabilities()) == set(Feature)
    assert engine(name).CONVENTION.engine == name
