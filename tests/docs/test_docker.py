"""The compose file, as far as it can be read without an engine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

yaml = pytest.importorskip("yaml", reason="PyYAML comes with moto and is not installed")
COMPOSE: dict[str, Any] = yaml.safe_load((Path(__file__).parents[2] / "docker" / "compose.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", COMPOSE["services"])
def test_no_server_starts_unasked_listens_beyond_this_machine_or_has_a_password_of_ours(name: str) -> None:
    service = COMPOSE["services"][name]
    assert name in service["profiles"] or service["profiles"][0] in ("s3",)
    assert all(port.startswith("127.0.0.1:") for port in service["ports"])
    secrets = [value for key, value in service.get("environment", {}).items() if "PASSWORD" in key]
    assert all(value.startswith("${") and ":?" in value for value in secrets)


def test_vertica_s_image_is_the_user_s() -> None:
    assert COMPOSE["services"]["vertica"]["image"].startswith("${VERTICA_IMAGE:?")


def test_named_volumes_are_declared() -> None:
    used = {volume.partition(":")[0] for service in COMPOSE["services"].values() for volume in service["volumes"]}
    assert {name for name in used if not name.startswith(".")} == set(COMPOSE["volumes"])
