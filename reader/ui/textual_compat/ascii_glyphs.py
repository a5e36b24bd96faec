"""Paint the program's signs in ASCII, for terminals and fonts without them."""

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

_SIGNS = {
    "▲": "^",
    "▼": "v",
    "■": "=",
    "⧉": "&",
    "★": "*",
    "•": "o",
    "▸": "+",
    "▾": "-",
    "⚑": "!",
    "·": ".",
    "…": "~",
    "✓": "+",
    "−": "-",
    "›": ">",
    "◦": "-",
    "▪": "-",
    "🔎": "> ",
}
_ARROWS = dict(zip("←→↑↓", "<>^v", strict=True))
_BARS = dict(zip("▁▂▃▄▅▆▇█", "_.-:=+*#", strict=True))
_LINES = dict(zip("─━═▔│┃║▎▏▊▌▍▐▕", "--=-||||||||||", strict=True))
_CORNERS = dict.fromkeys("┌┐└┘├┤┬┴┼╭╮╯╰┏┓┗┛┣┫╋╺╸╹╻▀", "+")

GLYPHS = str.maketrans(_SIGNS | _ARROWS | _BARS | _LINES | _CORNERS)
"""What stands for each sign; it takes as many cells."""


class AsciiGlyphs(LineFilter):
    """Replaces signs, in what is painted alone."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002
        """Return the segments with other signs of the same width."""
        return [
            segment
            if segment.control or segment.text.isascii()
            else Segment(segment.text.translate(GLYPHS), segment.style)
            for segment in segments
        ]
