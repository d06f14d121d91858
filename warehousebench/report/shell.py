"""What every page shares: head with its policy, contents, sections, alarms and folds of script; it loads nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from importlib.resources import files

from warehousebench.report import svg
from warehousebench.report.markup import Markup, escape, items, join, tag
from warehousebench.report.prose import Alarm

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:"

Section = tuple[str, str, Markup]


def document(title: str, header: Sequence[str], sections: Sequence[Section], footer: str, styles: Sequence[str] = ()) -> str:
    """Return a whole page: ``header`` is followed by the contents, ``styles`` are style sheets beside page.css."""
    links = tag("nav", *(tag("a", name, href=f"#{key}") for key, name, _ in sections), aria_label="Contents")
    parts = (tag("section", tag("h2", name), content, id=key) for key, name, content in sections)
    top, script = tag("header", *header, links), _asset("script", "table.js")
    body = tag("body", svg.definitions(), top, tag("main", *parts), footer, script)
    return f"<!doctype html>\n{tag('html', _head(title, ('page.css', *styles)), body, lang='en')}\n"


def _head(title: str, styles: Iterable[str]) -> Markup:
    return tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("meta", http_equiv="Content-Security-Policy", content=_POLICY),
        tag("link", rel="icon", href="data:,"),
        tag("title", title),
        *(_asset("style", name) for name in styles),
    )


def _asset(element: str, name: str) -> Markup:
    return tag(element, Markup(files("warehousebench.report").joinpath(name).read_text(encoding="utf-8")))


def alarm_box(alarm: Alarm) -> Markup:
    """Return an alarm in its box."""
    sign = tag("strong", ("✖ " if alarm.grave else "! ") + alarm.title)
    text = [tag("p", alarm.text)] if alarm.text else []
    return tag("div", sign, *text, items(alarm.lines), class_="alarm grave" if alarm.grave else "alarm", role="note")


def facts(pairs: Iterable[tuple[str, str]]) -> Markup:
    """Return labelled facts side by side."""
    return tag("dl", *(tag("div", tag("dt", name), tag("dd", text)) for name, text in pairs), class_="facts")


def terms(pairs: Iterable[tuple[str, str]]) -> Markup:
    """Return names with a paragraph each."""
    return tag("dl", *(join((tag("dt", escape(name)), tag("dd", text))) for name, text in pairs), class_="method")


def key(shape: str, class_: str, text: str) -> Markup:
    """Return an entry of a chart's legend."""
    return tag("span", svg.sample(shape, class_), f" {text}")
