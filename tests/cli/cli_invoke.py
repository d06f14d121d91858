"""Call the command line as a test does."""

from __future__ import annotations

from click.testing import CliRunner, Result

from warehousebench.cli import main


def invoke(*arguments: object) -> Result:
    """Run the command line in this process and return its result; exceptions of ours are its exit codes."""
    return CliRunner().invoke(main, [str(argument) for argument in arguments], catch_exceptions=False)
