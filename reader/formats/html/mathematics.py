"""Elements of MathML, written on one line: what a child means depends on its position."""

from functools import partial

from selectolax.lexbor import LexborNode

from reader.formats.html.elements import Leave
from reader.formats.html.inline import end_small
from reader.formats.html.reading import Reading
from reader.formats.html.small_signs import lowered, raised

ROLES = {
    "msup": ("", "up"),
    "msub": ("", "down"),
    "msubsup": ("", "down", "up"),
    "munder": ("", "down"),
    "mover": ("", "up"),
    "munderover": ("", "down", "up"),
    "mfrac": ("over", "under"),
}
"""The role of each child of an element, in order; empty for the base."""


def mathematics(reading: Reading, node: LexborNode) -> None:
    """Give each child of a MathML element the role of its position."""
    roles = ROLES[node.tag or ""]
    children = [each for each in node.iter() if each.tag != "-text"]
    for child, role in zip(children, roles, strict=False):
        if role:
            reading.roles[child.mem_id] = role


def root(reading: Reading, _: LexborNode) -> Leave:
    """Write a square root."""
    reading.paragraph.add("√(", reading.style)
    return partial(reading.paragraph.add, ")", reading.style)


def play(reading: Reading, role: str) -> Leave:
    """Write an element by its role: a script, a numerator, or a denominator."""
    mark = reading.paragraph.mark
    if role in ("up", "down"):
        return partial(end_small, reading, mark, raised if role == "up" else lowered, False)
    reading.paragraph.add("(" if role == "over" else "/(", reading.style)
    return partial(reading.paragraph.add, ")", reading.style)
