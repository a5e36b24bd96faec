"""Colours of lines on a terminal: when to use them, and the sequences that set them."""

import os
import sys
from enum import StrEnum

from reader.cli.streams import is_terminal


class Colour(StrEnum):
    """When lines are coloured."""

    AUTO = "auto"
    ALWAYS = "always"
    NEVER = "never"


class Look(StrEnum):
    """How a part of a line looks: the parameters of its sequence."""

    PLAIN = ""
    DIM = "2"
    BOLD = "1"
    GOOD = "32"
    BAD = "31"
    NAME = "36"


def is_wanted(colour: Colour) -> bool:
    """Return whether stdout gets colours: on a terminal that has them, unless NO_COLOR is set."""
    if colour is not Colour.AUTO:
        return colour is Colour.ALWAYS
    has_colours = os.environ.get("TERM", "") not in ("", "dumb", "unknown")
    return has_colours and is_terminal(sys.stdout) and not os.environ.get("NO_COLOR")


def painted(text: str, look: Look) -> str:
    """Return the text between the sequences of its look."""
    return f"\x1b[{look}m{text}\x1b[0m" if look and text else text
