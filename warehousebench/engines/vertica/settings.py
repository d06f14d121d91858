"""A target's options as the driver wants them."""

from __future__ import annotations

from typing import Any

from warehousebench.engines.targets import Target
from warehousebench.errors import UsageError

CONNECT_SECONDS = 15.0
TLS_MODES = ("disable", "prefer", "require", "verify-ca", "verify-full")
_VSQL_MODES = {"allow": "prefer", "verify_ca": "verify-ca", "verify_full": "verify-full"}


def connect_options(target: Target) -> dict[str, Any]:
    """Return the driver's options; raises UsageError for values that make no sense."""
    token = target.secrets.get("token")
    password = target.secrets.get("password")
    user = target.options.get("user", "") if token else target.option("user", "Set VSQL_USER, or user of the target.")
    given: dict[str, Any] = {
        "host": target.options["host"],
        "port": _port(target, target.options["port"]),
        "user": user,
        "database": target.options.get("database", ""),
        "password": password.reveal() if password else "",
        "oauth_access_token": token.reveal() if token else "",
        "session_label": target.options["label"],
        "tlsmode": tls_mode(target),
        "backup_server_node": [_node(target, each) for each in target.options.get("backup_nodes", "").split(",") if each.strip()],
        "connection_timeout": CONNECT_SECONDS,
        "request_complex_types": False,
    }
    if target.options.get("tls_ca") and given["tlsmode"].startswith("verify"):
        given["tls_cafile"] = target.options["tls_ca"]
    return given


def tls_mode(target: Target) -> str:
    """Return the driver's word for the option ``tls``; raises UsageError for an unknown one."""
    word = target.options["tls"].lower()
    mode = _VSQL_MODES.get(word, word)
    if mode not in TLS_MODES:
        raise UsageError(f"{target.name}: tls is {word!r}. Choose one of: {', '.join(TLS_MODES)}")
    return mode


def flag(target: Target, name: str) -> bool:
    """Return an option that is true or false; raises UsageError for anything else."""
    word = target.options[name].lower()
    if word not in ("true", "false"):
        raise UsageError(f"{target.name}: {name} is {word!r}. Choose true or false")
    return word == "true"


def _port(target: Target, text: str) -> int:
    if not text.isdigit() or not 0 < int(text) < 65_536:
        raise UsageError(f"{target.name}: the port {text!r} is no number from 1 to 65535. Correct it")
    return int(text)


def _node(target: Target, text: str) -> tuple[str, int]:
    host, _, port = text.strip().partition(":")
    return host, _port(target, port or "5433")
