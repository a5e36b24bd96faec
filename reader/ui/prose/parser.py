"""Import markdown-it with no more than what it is used for: 1.5 MB less, and 8 ms.

It imports a recogniser of bare links, which two parsers would keep and never ask, and makes a table
of all 2,231 named characters of HTML, although texts hardly ever name one.
"""

import sys
from typing import TYPE_CHECKING

from reader.opening.stand_ins import StandIn, import_without

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

_NAMED = "markdown_it.common.entities"


class _Named:
    """The characters that HTML names, by name without `;`. Loaded when one is looked up."""

    def __contains__(self, name: str) -> bool:
        from html.entities import html5

        return f"{name};" in html5

    def __getitem__(self, name: str) -> str:
        from html.entities import html5

        return html5[f"{name};"]


def parser_class() -> "type[MarkdownIt]":
    """Return the class of parsers. Thread-safe."""
    if "markdown_it" not in sys.modules:
        named = StandIn(_NAMED, {"entities": _Named()})
        import_without({_NAMED: named, "linkify_it": None}, ["markdown_it"])
    from markdown_it import MarkdownIt

    return MarkdownIt
