"""Pieces of a line that is being written, and their Markdown: text is escaped, code is fenced."""

import re
from collections.abc import Iterator, Sequence

from reader.formats.markdown.escape import Context, escaped_text

_BACKTICKS = re.compile("`+")


class Piece:
    """A piece of a line: Markdown, the mark of a style, or text to escape (see the subclasses)."""

    __slots__ = ("opens", "pair", "text")

    def __init__(self, text: str, pair: "Pair | None" = None, opens: bool = False) -> None:
        self.text, self.pair, self.opens = text, pair, opens


class Text(Piece):
    """Text to escape."""


class Code(Piece):
    """Code, to put between backticks."""


class Pair:
    """The two marks of a style, and their positions among the pieces."""

    __slots__ = ("end", "sign", "start")

    def __init__(self, sign: str) -> None:
        self.sign = sign
        self.start = self.end = -1


def merged(pieces: Sequence[Piece]) -> list[Piece]:
    """Return the pieces with neighbours of one kind joined, and code between backticks."""
    merged: list[Piece] = []
    for piece in pieces:
        if not piece.text:
            continue
        if type(piece) is not Piece and merged and type(merged[-1]) is type(piece):
            piece = type(piece)(merged.pop().text + piece.text)
        merged.append(piece)
    for at, piece in enumerate(merged):
        if isinstance(piece, Code):
            merged[at] = Piece(_code(piece.text))
    return merged


def escaped(pieces: list[Piece], in_cell: bool) -> Iterator[str]:
    """Yield the Markdown of each piece; only signs that would act are escaped."""
    text = "".join(piece.text for piece in pieces)
    context = Context.of(text, in_cell)
    brackets = _links_with_brackets(pieces)
    before = "\n"
    for at, piece in enumerate(pieces):
        after = pieces[at + 1].text[0] if at + 1 < len(pieces) else "\n"
        written = piece.text
        if isinstance(piece, Text):
            written = escaped_text(written, before, after, context, brackets[at])
        elif in_cell and "|" in written:
            written = re.sub(r"(?<!\\)\|", r"\\|", written)
        yield written
        before = piece.text[-1]


def _links_with_brackets(pieces: list[Piece]) -> list[bool]:
    """Return for each piece whether its brackets must be escaped: its label is unbalanced."""
    found = [False] * len(pieces)
    if not any("[" in p.text or "]" in p.text for p in pieces if isinstance(p, Text)):
        return found
    start = -1
    for at, piece in enumerate(pieces):
        if piece.text == "[" and not isinstance(piece, Text):
            start = at
        elif start >= 0 and piece.text.startswith("](") and not isinstance(piece, Text):
            label = "".join(p.text for p in pieces[start + 1 : at] if isinstance(p, Text))
            if not _is_balanced(label):
                found[start:at] = [True] * (at - start)
            start = -1
    return found


def _is_balanced(label: str) -> bool:
    if "](" in label or "][" in label or "]:" in label:
        return False
    depth = 0
    for sign in label:
        depth += (sign == "[") - (sign == "]")
        if depth < 0:
            return False
    return depth == 0


def _code(text: str) -> str:
    if not text.strip(" "):
        return text
    runs = {len(run) for run in _BACKTICKS.findall(text)}
    fence = "`" * next(n for n in range(1, len(runs) + 2) if n not in runs)
    before = text[: len(text) - len(text.lstrip(" "))]
    after = text[len(text.rstrip(" ")) :]
    text = text.strip(" ")
    space = " " * (text[0] == "`" or text[-1] == "`")
    return f"{before}{fence}{space}{text}{space}{fence}{after}"
