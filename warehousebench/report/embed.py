"""The run as it may be passed on inside a report: no plans, and no times of stand-ins."""

from __future__ import annotations

from dataclasses import replace

import msgspec

from warehousebench.model.document import to_json
from warehousebench.model.run import Execution, Subject
from warehousebench.report.view import View, stand_ins


def run_json(view: View) -> str:
    """Return the run as compact JSON that is safe inside a <script> element."""
    hidden = stand_ins(view)
    subjects = tuple(_without_load(s) if s.name in hidden else s for s in view.run.subjects)
    executions = tuple(_without_times(e) if e.subject in hidden else e for e in view.run.executions)
    shared = replace(view.run, plans={}, subjects=subjects, executions=executions)
    compact = msgspec.json.format(to_json(shared).encode(), indent=-1).decode()
    # "</script>" and "<!--" would end or bend the element; JSON may spell the character as an escape.
    return compact.replace("<", "\\u003c")


def _without_load(subject: Subject) -> Subject:
    return replace(subject, load_seconds=None)


def _without_times(execution: Execution) -> Execution:
    return replace(execution, seconds=None, metrics={})
