"""Lay out Markdown as lines of text with named styles, and list its links: the package's entry.

Pure: no widget and no colour. All text of a line is literal, never markup. The modules that lay it
out are imported with the first text, as the first screen does without them.
"""

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from reader.ui.prose.wrap import Line

if TYPE_CHECKING:
    from reader.ui.prose.headings import Heading
    from reader.ui.prose.inline import Link
    from reader.ui.prose.layout import Markdown
    from reader.ui.prose.sectioned_lines import Part

STYLES = (
    *("h1", "h2", "h3", "h4", "h5", "h6", "em", "strong", "strike", "code", "link", "image"),
    *("html", "source", "note", "bullet", "quote", "bar", "block", "edge", "head", "rule"),
    "language",
    *("code-comment", "code-keyword", "code-string", "code-number", "code-name"),
)
"""Every name of a style that a line may carry."""


def warm_up() -> None:
    """Import the parser and lay out a line, so that the first article opens fast. Thread-safe."""
    for _ in Prose("*warm* up").lines(80):
        pass


class Prose:
    """A Markdown text, to be laid out at any width."""

    def __init__(self, text: str) -> None:
        self._text = text

    @cached_property
    def _markdown(self) -> "Markdown":
        from reader.ui.prose.layout import Markdown

        return Markdown(self._text)

    def lines(self, width: int) -> Iterator[Line]:
        """Yield lines of at most `width` cells, lazily; their places are offsets in the text."""
        return self._markdown.lines(width)

    def sections(self, width: int) -> "Iterator[Part]":
        """Yield the same lines in parts that can be laid out in any order.

        The text is cut as far as the parts are asked for.
        """
        return self._markdown.sections(width)

    @property
    def size(self) -> int:
        """Return the number of places of the text, the sum of its parts."""
        return self._markdown.size

    def blocks(self, most: int) -> list[int]:
        """Return the places at which blocks begin (paragraphs, headings, items), at most `most`."""
        return self._markdown.blocks(most)

    @cached_property
    def headings(self) -> "list[Heading]":
        """Return the headings that are not within lists or quotes, in order."""
        return list(self._markdown.headings())

    def links(self) -> "list[Link]":
        """Return links in order, each URL once with its first label, then unused definitions.

        Only the first links of an extremely long text are found.
        """
        found: dict[str, Link] = {}
        for link in self._markdown.links():
            found.setdefault(link.url, link)
        return list(found.values())
