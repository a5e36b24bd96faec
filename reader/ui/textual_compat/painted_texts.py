"""Forget texts and styles that were painted long ago: caches of Rich and Textual keep thousands.

A style with the address of a link is another style for each link, so that a long session fills
caches of 16,384 entries, which live as long as the program.
"""

from rich.cells import cached_cell_len
from textual.filter import ANSIToTruecolor
from textual.strip import Strip

MOST_KEPT = 1000
"""Entries of a cache that stay; a screen needs some hundred."""


def forget_painted() -> None:
    """Clear the caches that have grown large. Takes a millisecond; thread-safe."""
    for cached in (cached_cell_len, Strip.render_ansi, ANSIToTruecolor.truecolor_style):
        if cached.cache_info().currsize >= MOST_KEPT:
            cached.cache_clear()
