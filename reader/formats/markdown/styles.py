"""Styled pieces of a line. Knows neither HTML nor the signs of Markdown."""

from enum import Enum, auto
from typing import NamedTuple


class Style(NamedTuple):
    """The style of a piece of text. href: the address that it links to, empty if none."""

    strong: bool = False
    em: bool = False
    strike: bool = False
    code: bool = False
    href: str = ""


PLAIN = Style()


def strengthened(style: Style) -> Style:
    """Return the style with strong emphasis."""
    return Style(True, style.em, style.strike, style.code, style.href)


def emphasised(style: Style) -> Style:
    """Return the style with emphasis."""
    return Style(style.strong, True, style.strike, style.code, style.href)


def linked(style: Style, address: str) -> Style:
    """Return the style with a link to an address."""
    return Style(style.strong, style.em, style.strike, style.code, address)


class Kind(Enum):
    """The kind of a run."""

    TEXT = auto()
    BREAK = auto()
    """The end of a line."""
    RAW = auto()
    """Text that is Markdown already, such as an image."""


class Run(NamedTuple):
    """A piece of a line in one style."""

    text: str
    style: Style = PLAIN
    kind: Kind = Kind.TEXT


BREAK = Run("", PLAIN, Kind.BREAK)
