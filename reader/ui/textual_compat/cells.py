"""Measure text in terminal cells, where a letter may take two and a mark none."""

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
