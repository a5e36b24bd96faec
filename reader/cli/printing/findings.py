"""Printing what `doctor` found, for people."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from reader.i18n import _, pgettext

if TYPE_CHECKING:
    from reader.doctor import Finding, State


def print_findings(findings: "Iterable[Finding]") -> "set[State]":
    """Print a line per finding, then what was done and what to do; return the states."""
    from reader.safety.redaction import redacted
    from reader.text import clean_line

    names = _check_names()
    width = max(map(len, names.values()))
    states = set()
    for what, text, state, advice, repair in findings:
        states.add(state)
        name = names.get(what, what)
        print(state, f"{name:<{width}}", clean_line(redacted(text)), flush=True)
        for line in filter(None, (repair, advice)):
            print(" " * (width + 2), clean_line(redacted(line)), flush=True)
    return states


def _check_names() -> Mapping[str, str]:
    """Return what `doctor` checks, by its name for programs."""
    return {
        "program": _("program"),
        "settings": _("settings"),
        "privacy": _("privacy"),
        "data": _("data"),
        "log": _("log"),
        "left over": _("left over"),  # not shown: JSON
        "sources": _("sources"),
        "source": _("source"),
        "key": pgettext("of an API", "key"),
        "full text": _("full text"),  # not shown: JSON
        "browser": _("browser"),
        "orphans": _("orphans"),
        "rows": _("rows"),
        "twins": _("twins"),
        "dates": _("dates"),
        "facets": _("facets"),
        "search": _("search"),
        "set aside": _("set aside"),  # not shown: JSON
    }
