"""Caches of what was painted stay small, and what is painted next is the same."""

from rich.cells import cached_cell_len, cell_len
from rich.color import ColorSystem
from rich.style import Style
from textual.strip import Strip

from reader.ui.textual_compat.painted_texts import MOST_KEPT, forget_painted


def test_caches_that_a_long_session_fills_are_cleared() -> None:
    for n in range(MOST_KEPT + 1):
        cell_len(f"Überschrift {n}")
        style = Style(bold=True, meta={"clicked": ("link", f"https://news.example/{n}")})
        Strip.render_ansi(style, ColorSystem.TRUECOLOR)
    forget_painted()
    assert cached_cell_len.cache_info().currsize == 0
    assert Strip.render_ansi.cache_info().currsize == 0
    assert cell_len("Überschrift 日本") == 16
    assert Strip.render_ansi(style, ColorSystem.TRUECOLOR) == "1"
    forget_painted()
    assert cached_cell_len.cache_info().currsize == 1, "a few entries stay"
