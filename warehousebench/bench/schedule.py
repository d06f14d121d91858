"""Who runs when: rounds of fresh sessions, subjects in ABBA order, queries shuffled alike for all subjects."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pass:
    """One subject's turn in one round: every query once, in this order, on a fresh session."""

    round: int
    subject: str
    queries: tuple[str, ...]


def make_schedule(subjects: Sequence[str], queries: Sequence[str], rounds: int, seed: int) -> tuple[Pass, ...]:
    """Return the passes of ``rounds`` rounds (numbered from 1).

    Two subjects take turns AB BA BA AB, so that a steady drift of the machine falls on both alike; more rotate as well.
    """
    passes = []
    for number in range(1, rounds + 1):
        order = list(queries)
        random.Random(f"{seed}/{number}").shuffle(order)
        passes += [Pass(number, subject, tuple(order)) for subject in _turns(subjects, number)]
    return tuple(passes)


def _turns(subjects: Sequence[str], number: int) -> list[str]:
    shift = (number - 1) // 2 % len(subjects)
    turned = [*subjects[shift:], *subjects[:shift]]
    return turned if number % 2 else turned[::-1]
