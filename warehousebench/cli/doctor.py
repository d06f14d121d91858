"""``doctor``: whether an engine can be worked with from here, and what to do if not."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence

import click
import msgspec

from warehousebench.cli.options import format_option
from warehousebench.cli.tables import table
from warehousebench.engines import ENGINES, engine, target
from warehousebench.engines.base import Check, CheckStatus
from warehousebench.engines.targets import Target
from warehousebench.errors import EngineError, WarehouseBenchError

_MARKS = {CheckStatus.OK: "ok", CheckStatus.WARN: "warn", CheckStatus.FAIL: "FAIL"}


@click.command("doctor")
@click.argument("named", metavar="[TARGET]", required=False)
@format_option
def command(named: str | None, output: str) -> None:
    """Look at an engine's driver, configuration, reachability, login, privileges and settings; at all engines without TARGET.

    TARGET is an engine, a target of warehousebench.toml, or a URL. Exit code 1 if a check of a named target fails; an
    engine that nobody asked for may be missing.

    \b
    Examples:  warehousebench doctor
               warehousebench doctor vertica://dbadmin@db1:5433/warehouse --format json
    """
    targets = [target(named)] if named else [target(name) for name in ENGINES]
    examined = [(each, tuple(_checks(each))) for each in targets]
    click.echo(_json(examined) if output == "json" else "\n\n".join(_table(*each) for each in examined))
    failed = any(check.status is CheckStatus.FAIL for _, checks in examined for check in checks)
    if named and failed:
        sys.exit(EngineError.exit_code)


def _checks(each: Target) -> Iterator[Check]:
    """Yield the engine's checks; an error that it did not expect is a failed check like any other."""
    try:
        yield from engine(each.engine).examine(each)
    except WarehouseBenchError as error:
        yield Check("examination", CheckStatus.FAIL, str(error), "Correct this and run doctor again.")


def _table(each: Target, checks: Sequence[Check]) -> str:
    rows = [[check.name, _MARKS[check.status], check.found] for check in checks]
    remedies = [f"  {check.name}: {check.remedy}" for check in checks if check.remedy]
    advice = "\n\nWhat to do:\n" + "\n".join(remedies) if remedies else ""
    return f"{each.name}\n" + table(["check", "", "found"], rows, left=3) + advice


def _json(examined: Sequence[tuple[Target, Sequence[Check]]]) -> str:
    found = [
        {"target": each.name, "engine": each.engine, "checks": [msgspec.to_builtins(check) for check in checks]}
        for each, checks in examined
    ]
    return msgspec.json.format(msgspec.json.encode(found), indent=2).decode()
