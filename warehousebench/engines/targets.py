"""Where an engine is and how to log in: flag, environment, project file, user file and defaults, in this order.

``warehousebench.toml`` in the working folder describes targets without secrets; the file of the same shape in the user's
configuration folder may hold some.  Secrets never appear in a repr, a message or a document.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from warehousebench.errors import UsageError

PROJECT_FILE = Path("warehousebench.toml")


class Secret:
    """A word that is never printed; only a driver gets to see it."""

    __slots__ = ("_word",)

    def __init__(self, word: str) -> None:
        self._word = word

    def reveal(self) -> str:
        """Return the word itself."""
        return self._word

    def __repr__(self) -> str:
        return "***"

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._word == self._word

    def __hash__(self) -> int:
        return hash(self._word)


@dataclass(frozen=True, slots=True)
class Convention:
    """How an engine is configured: its options and secrets with the environment variables that hold them, and defaults.

    ``variables`` maps an option to the variables to look into, the first that is set counts; so do ``secrets``.
    ``schemes`` are the URL schemes that mean this engine.  A URL of a scheme in ``whole_urls`` is an address of the engine's
    own: it is not taken apart but is, as it stands, the value of the option or secret named there.
    """

    engine: str
    variables: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    secrets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    defaults: Mapping[str, str] = field(default_factory=dict)
    schemes: tuple[str, ...] = ()
    whole_urls: Mapping[str, str] = field(default_factory=dict)

    @property
    def options(self) -> frozenset[str]:
        """Return the names of all options that are no secrets."""
        return frozenset(self.variables) | frozenset(self.defaults)


@dataclass(frozen=True, slots=True)
class Target:
    """One place to work on: the engine, a name that is safe to print, options, secrets, and where each was found."""

    engine: str
    name: str
    options: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, Secret] = field(default_factory=dict)
    origins: Mapping[str, str] = field(default_factory=dict)

    def option(self, name: str, remedy: str = "") -> str:
        """Return an option that has to be there; raises UsageError that says how to give it."""
        if name in self.options:
            return self.options[name]
        raise UsageError(
            f"{self.name}: no {name} is configured. {remedy or f'Give it as {name} of a target in {PROJECT_FILE}, or in the URL.'}"
        )


@dataclass(frozen=True, slots=True)
class _Layer:
    """One place where settings come from."""

    origin: str
    settings: Mapping[str, str]
    may_hold_secrets: bool = True


def resolve(named: str, conventions: Mapping[str, Convention], project: Path = PROJECT_FILE, user: Path | None = None) -> Target:
    """Return the target that ``named`` means: an engine's name, a target of the configuration files, or a URL.

    Raises UsageError for an unknown name, an unknown option, a file that cannot be read, or a secret in the project file.
    """
    files = [
        (str(project), _targets(project), False),
        ("the user's configuration", _targets(user or user_file()), True),
    ]
    if "://" in named:
        engine, name, flag = _from_url(named, conventions)
        described: list[_Layer] = []
    else:
        name, flag = named, {}
        described = [_Layer(origin, targets[named], secret) for origin, targets, secret in files if named in targets]
        engine = next((layer.settings["engine"] for layer in described if "engine" in layer.settings), named)
    if engine not in conventions:
        raise UsageError(_unknown(named, engine, conventions, [name for _, targets, _ in files for name in targets]))
    convention = conventions[engine]
    layers = [_Layer("the URL", flag), *_environment(convention), *described]
    return _merged(convention, name, [*layers, _Layer("the default", convention.defaults)])


def user_file() -> Path:
    """Return the per-user configuration file, whether or not it exists."""
    base = os.environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    return Path(base) / "warehousebench" / "config.toml"


def _merged(convention: Convention, name: str, layers: list[_Layer]) -> Target:
    options: dict[str, str] = {}
    secrets: dict[str, Secret] = {}
    origins: dict[str, str] = {}
    for layer in layers:
        for key, value in layer.settings.items():
            if key == "engine":
                continue
            _check_key(convention, name, layer, key)
            if key in origins:
                continue
            origins[key] = layer.origin
            if key in convention.secrets:
                secrets[key] = Secret(value)
            else:
                options[key] = value
    return Target(convention.engine, name, options, secrets, origins)


def _check_key(convention: Convention, name: str, layer: _Layer, key: str) -> None:
    if key in convention.secrets:
        if not layer.may_hold_secrets:
            raise UsageError(
                f"{layer.origin} holds the {key} of {name}. Secrets do not belong there: put it into "
                f"{' or '.join(convention.secrets[key]) or user_file()} and change it, since others may have read it."
            )
    elif key not in convention.options:
        raise UsageError(f"{layer.origin}: {name} has no option {key}. Known are: {', '.join(sorted(convention.options))}")


def _environment(convention: Convention) -> Iterator[_Layer]:
    """Yield a layer for every variable that is set, the one that counts first."""
    for option, names in [*convention.variables.items(), *convention.secrets.items()]:
        yield from (_Layer(name, {option: os.environ[name]}) for name in names if os.environ.get(name))


def _from_url(url: str, conventions: Mapping[str, Convention]) -> tuple[str, str, dict[str, str]]:
    """Return engine, a name that means the same place but holds no secret, and the settings in ``url``."""
    scheme = url.partition("://")[0].partition("+")[0].lower()
    engine = next((name for name, each in conventions.items() if scheme in (name, *each.schemes, *each.whole_urls)), scheme)
    if engine in conventions and (option := conventions[engine].whole_urls.get(scheme)):
        place = re.split(r"[/;?#]", url.partition("://")[2], maxsplit=1)[0].rpartition("@")[2]
        return engine, f"{scheme}://{place}", {option: url}
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise UsageError(f"the {engine} URL cannot be read ({error}). Write {engine}://user@host:port/database") from error
    given = {"host": host, "port": port, "user": parts.username, "password": parts.password, "database": parts.path.lstrip("/")}
    settings = {key: unquote(str(value)) for key, value in given.items() if value}
    secrets = conventions[engine].secrets if engine in conventions else {"password": ()}
    query = parse_qsl(parts.query)
    settings |= dict(query)
    user = f"{parts.username}@" if parts.username else ""
    place = f"{user}{host or ''}{f':{port}' if port else ''}{parts.path}"
    shown = urlencode([(key, value) for key, value in query if key not in secrets])
    return engine, f"{engine}://{place}{f'?{shown}' if shown else ''}", settings


def _targets(path: Path) -> dict[str, dict[str, str]]:
    """Return the ``[targets.NAME]`` tables of a configuration file; none if there is no file."""
    if not path.exists():
        return {}
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8")).get("targets", {})
        return {name: dict(_settings(table)) for name, table in tables.items()}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, AttributeError) as error:
        raise UsageError(f"{path} cannot be read: {error}. It takes tables such as [targets.prod]") from error


def _settings(table: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for key, value in table.items():
        yield key, str(value).lower() if isinstance(value, bool) else str(value)


def _unknown(named: str, engine: str, conventions: Mapping[str, Convention], targets: list[str]) -> str:
    if engine != named:
        return f"target {named} is for the engine {engine}, which is not known. Choose one of: {', '.join(sorted(conventions))}"
    known = ", ".join(sorted({*conventions, *targets}))
    return f"there is no engine or target {named}. Known are: {known}; or give a URL such as vertica://user@host:5433/database"
