"""Faults that a test arms and a server then commits, each once unless told otherwise."""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass
from enum import StrEnum


class Fault(StrEnum):
    """What goes wrong."""

    REFUSE_LOGIN = "refuse login"
    SLOW = "slow"  # waits before it runs the statement; a cancel request ends the wait
    SERIALIZATION = "serialization"  # refuses the statement as another transaction's victim
    RESET_BEFORE = "reset before"  # the connection dies, the statement did not run
    RESET_AFTER = "reset after"  # the statement ran, and was committed if it should; the connection dies unanswered
    RESET_IN_COPY = "reset in copy"  # the connection dies after so many bytes of the load


@dataclass(slots=True)
class _Armed:
    fault: Fault
    pattern: re.Pattern[str]
    amount: float
    times: int


class Faults:
    """The faults of one server, armed by a test, in the order in which they are to happen."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._armed: list[_Armed] = []
        self.fired: list[Fault] = []

    def arm(self, fault: Fault, pattern: str = "", *, amount: float = 0, times: int = 1) -> None:
        """Let ``fault`` happen to the next ``times`` statements in which ``pattern`` is found.

        ``amount`` is seconds for SLOW and bytes for RESET_IN_COPY.  For REFUSE_LOGIN the pattern is searched in the user's name.
        """
        with self._lock:
            self._armed.append(_Armed(fault, re.compile(pattern, re.IGNORECASE), amount, times))

    def take(self, fault: Fault, text: str) -> float | None:
        """Return the amount of an armed ``fault`` that fits ``text`` and use it up; None if there is none."""
        with self._lock:
            for armed in self._armed:
                if armed.fault is fault and armed.times and armed.pattern.search(text):
                    armed.times -= 1
                    self.fired.append(fault)
                    return armed.amount
        return None
