"""Measure text in terminal cells, where a letter may take two and a mark none."""

from collections.abc import Sequence

from rich.cells import cell_len as any_cell_len
from rich.cells import set_cell_size

_JOINER = "\N{ZERO WIDTH JOINER}"


def cell_len(text: str) -> int:
    """Return how many cells the text takes.

    Rich's function keeps the last 4,096 texts in memory. Where each letter is one cell, this is as
    fast without.
    """
    return len(text) if text.isascii() and text.isprintable() else any_cell_len(text)


def fit(text: str, cells: int) -> str:
    """Return the text in exactly `cells` cells: padded with spaces, or cut with an ellipsis."""
    if cells <= 0:
        return ""
    if cell_len(text) > cells:
        # A joiner at the end would swallow what follows it.
        text = set_cell_size(text, cells - 1).rstrip(_JOINER) + "…"
    text = text.rstrip(_JOINER)
    return text + " " * (cells - cell_len(text))


def wrap(text: str, rooms: Sequence[int]) -> list[str]:
    """Return the text in at most as many lines as there are rooms, wrapped at words.

    rooms: cells of each line, at least one. A longer word is cut. The last line has all that is
    left, however long; at least one line is returned.
    """
    words = text.split()
    lines: list[str] = []
    place = 0
    for room in rooms[:-1]:
        line = ""
        while place < len(words):
            longer = f"{line} {words[place]}" if line else words[place]
            if cell_len(longer) > room:
                break
            line, place = longer, place + 1
        if not line and place < len(words):
            line, words[place] = _cut(words[place], room)
        if not line:
            break
        lines.append(line)
    if place < len(words) or not lines:
        lines.append(" ".join(words[place:]))
    return lines


def _cut(word: str, cells: int) -> tuple[str, str]:
    """Return the beginning of a word in so many cells, at least one letter, and the rest."""
    first = set_cell_size(word[: 4 * cells], cells).rstrip(" ")
    shared = next((k for k, (a, b) in enumerate(zip(first, word, strict=False)) if a != b), None)
    end = max(1, len(first) if shared is None else shared)
    return word[:end], word[end:]
