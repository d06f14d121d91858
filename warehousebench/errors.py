"""The one error tree; every message says what to do next.

::

    WarehouseBenchError          exit 1
    ├── UsageError               exit 2   wrong options, files that do not belong together
    ├── SourceError              exit 1   a schema, data file or document that cannot be read
    ├── DesignError              exit 1   a physical design that breaks a rule of its product
    ├── EngineError              exit 1   an engine refused or failed
    │   ├── TransientError                worth repeating
    │   ├── TimeLimitError               stopped by the clock we set
    │   └── UnsupportedError              the engine cannot do it, and why
    └── VerificationError        exit 3   an answer differs from the reference
        └── PartialLoadError              some tables arrived, others did not
"""

from __future__ import annotations

from collections.abc import Mapping


class WarehouseBenchError(Exception):
    """Anything that goes wrong in a way we understand and can explain."""

    exit_code = 1


class UsageError(WarehouseBenchError):
    """Options or files that cannot be used together."""

    exit_code = 2


class SourceError(WarehouseBenchError):
    """A schema, a data file or a document that cannot be read."""


class DesignError(WarehouseBenchError):
    """A physical design that breaks a rule of the product it is for."""


class EngineError(WarehouseBenchError):
    """An engine refused a statement or failed while running it."""


class TransientError(EngineError):
    """A failure that may not happen again, such as a dropped connection."""


class TimeLimitError(EngineError):
    """A statement that ran longer than the limit and was interrupted."""


class UnsupportedError(EngineError):
    """Something an engine cannot do, with the reason."""


class VerificationError(WarehouseBenchError):
    """At least one answer differs from the reference."""

    exit_code = 3


class PartialLoadError(VerificationError):
    """Some tables did not arrive: ``failures`` maps each to the reason; all others are there whole."""

    def __init__(self, failures: Mapping[str, str], tables: int, *, stand_in: bool = False) -> None:
        self.failures, self.stand_in = dict(failures), stand_in
        rest = f" ({len(failures)} of {tables} tables did not arrive: {', '.join(failures)})" if len(failures) > 1 else ""
        super().__init__(f"{next(iter(failures.values()))}{rest}")
