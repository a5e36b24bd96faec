"""An article's Markdown as lines of symbolically styled text, and its links.

The door to the modules that do it, which are imported when the first text is laid out: the first
screen has no text yet and does not wait for them. No widget and no colour here: whoever paints a
line turns the names of its styles into looks. All text in it is literal.
"""

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from reader.ui.prose_wrap import Line

if TYPE_CHECKING:
    from reader.ui.prose_inline import Link
    from reader.ui.prose_layout import Markdown
    from reader.ui.sectioned_lines import Part

STYLES = (
    *("h1", "h2", "h3", "h4", "h5", "h6", "em", "strong", "strike", "code", "link", "image"),
    *("html", "source", "note", "bullet", "quote", "bar", "block", "edge", "head", "rule"),
    *("underline", "language"),
)
"""Every name of a style that a line may carry."""


def warm_up() -> None:
    """Imports the parser and lays a line out, so that the first article does not wait for that.

    May run in any thread.
    """
    for _ in Prose("*warm* up").lines(80):
        pass


class Prose:
    """A Markdown text, to be laid out at any width."""

    def __init__(self, text: str) -> None:
        self._text = text

    @cached_property
    def _markdown(self) -> "Markdown":
        from reader.ui.prose_layout import Markdown

        return Markdown(self._text)

    def lines(self, width: int) -> Iterator[Line]:
        """The lines, at most `width` cells wide, lazily: the first ones come at once, however long
        the text is. Their places are offsets in the text."""
        return self._markdown.lines(width)

    def sections(self, width: int) -> "list[Part]":
        """The same lines in parts, each of which can be laid out without those above it."""
        return self._markdown.sections(width)

    def links(self) -> "list[Link]":
        """The links in order, each URL once with its first label; at last those that are defined
        but that no text refers to. Of texts beyond all measure only the first ones."""
        found: dict[str, Link] = {}
        for link in self._markdown.links():
            found.setdefault(link.url, link)
        return list(found.values())
