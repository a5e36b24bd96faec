"""List the headings of a text, without laying it out."""

import re
from collections.abc import Iterable, Iterator
from itertools import islice, pairwise
from typing import NamedTuple

from reader.ui.prose.inline import References, inline_spans, is_too_dense
from reader.ui.prose.source import Piece
from reader.ui.prose.tree import parse

MOST_HEADINGS = 1_000
"""Headings that are listed; a text with more is taken for an attack."""

MOST_PIECES = 20_000
"""Pieces of a text in which headings are looked for."""

MOST_PARSED = 60_000
"""Characters of the pieces that may have a heading, which a hostile text could fill."""

_LONGEST = 300
"""Characters of a heading that are kept."""

_MAY_BE = re.compile(r"^ {0,3}(?:#{1,6}(?:[ \t]|$)|=+[ \t]*$|-+[ \t]*$)", re.MULTILINE)


class Heading(NamedTuple):
    """A heading that is not within a list or a quote. level: 1 to 6. place: offset in the text."""

    level: int
    text: str
    place: int


def headings(pieces: Iterable[Piece], known: References) -> Iterator[Heading]:
    """Yield the headings in order, the first `MOST_HEADINGS`."""
    return islice(_headings(islice(pieces, MOST_PIECES), known), MOST_HEADINGS)


def _headings(pieces: Iterable[Piece], known: References) -> Iterator[Heading]:
    parsed = 0
    for piece in pieces:
        if piece.plain or piece.is_code or not _MAY_BE.search(piece.source):
            continue
        parsed += len(piece.source)
        if parsed > MOST_PARSED:
            return
        tokens = parse(piece.source)
        for opening, inline in pairwise(tokens):
            is_heading = opening.type == "heading_open" and not opening.level
            if is_heading and opening.map and (text := _text(inline.content, known)):
                place = piece.offsets()[opening.map[0]]
                yield Heading(int(opening.tag[1:]), text, place)


def _text(content: str, known: References) -> str:
    """Return the words of a heading on one line, without marks."""
    content = content[: 2 * _LONGEST]
    if not is_too_dense(content):
        content = "".join(span.text for span in inline_spans(content, (), known))
    return " ".join(content.split())[:_LONGEST]
