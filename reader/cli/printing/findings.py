"""Printing what `doctor` found, for people."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reader.doctor import Finding, State


def print_findings(findings: "Iterable[Finding]") -> "set[State]":
    """Print a line per finding, then what was done and what to do; return the states."""
    from reader.doctor import check_names
    from reader.safety.redaction import redacted
    from reader.text import clean_line

    names = check_names()
    width = max(map(len, names.values()))
    states = set()
    for what, text, state, advice, repair in findings:
        states.add(state)
        name = names.get(what, what)
        print(state, f"{name:<{width}}", clean_line(redacted(text)), flush=True)
        for line in filter(None, (repair, advice)):
            print(" " * (width + 2), clean_line(redacted(line)), flush=True)
    return states
