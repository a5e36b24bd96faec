"""Help: the keys that are bound, the query language, where the data lives.

The keys are handed over by who binds them, so that this page cannot lie about them.
"""

from collections.abc import Iterable, Sequence
from itertools import zip_longest
from textwrap import TextWrapper
from typing import ClassVar, NamedTuple

from rich.cells import cell_len, chop_cells
from rich.segment import Segment
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from reader.ui.cells import fit
from reader.ui.modal import Modal
from reader.ui.pick_list import Span


class HelpGroup(NamedTuple):
    """Keys that belong together: pairs of keys, as a user reads them, and what they do."""

    title: str
    rows: Sequence[tuple[str, str]]


QUERY_LANGUAGE = HelpGroup(
    "Query language: an article meets every term",
    (
        ("tag:xrp -tag:market", "has the first tag, not the second"),
        ("category:btc lang:uk source:KEY", "two of one kind mean either"),
        ("sentiment:negative", "or positive, neutral, unrated"),
        ('"spot etf" bitc* title:halving', "phrase, beginning of a word, word of the title"),
        ("after:7d before:2025-11-01", "an age (24h, 7d, 3w) or a date"),
        ("is:unread", "or read, favourite, draft, pinned, estimated"),
    ),
)

Line = list[Span]

_NARROWEST = 34
_COLUMN = 40
_GAP = 4
_KEYS = 14
_EXAMPLES = 31


def lay_out(groups: Sequence[HelpGroup], data: str, width: int) -> list[Line]:
    """The page in lines of at most so many cells; groups in two columns where there is room.

    In less than _NARROWEST cells nothing can be read; the page then stays wider than that.
    """
    width = max(width, _NARROWEST)
    column = (width - _GAP) // 2
    if column < _COLUMN:
        lines = _stacked(groups, width, _KEYS)
    else:
        splits = range(len(groups) + 1)
        halves = [
            (_stacked(groups[:n], column, _KEYS), _stacked(groups[n:], column, _KEYS))
            for n in splits
        ]
        lines = _side_by_side(*min(halves, key=lambda pair: max(map(len, pair))), column)
    lines += _stacked([QUERY_LANGUAGE], width, min(_EXAMPLES, width - 16))
    where: list[Line] = [[(part, "")] for part in chop_cells(data, width)]
    return [*lines, [("Where the data is", "help--title")], *where]


def _stacked(groups: Iterable[HelpGroup], width: int, keys_width: int) -> list[Line]:
    """Each group: its title, its rows, a blank line. Keys and texts are wrapped, never cut."""
    lines: list[Line] = []
    for group in groups:
        lines += [[(part, "help--title")] for part in wrap(group.title, width)]
        for keys, text in group.rows:
            parts = wrap(keys, keys_width), wrap(text, width - keys_width - 2)
            for key, meaning in zip_longest(*parts, fillvalue=""):
                lines.append([(fit(key, keys_width + 2), "help--keys"), (meaning, "")])
        lines.append([])
    return lines


def wrap(text: str, width: int) -> list[str]:
    return TextWrapper(width, break_on_hyphens=False).wrap(text)


def _side_by_side(left: list[Line], right: list[Line], column: int) -> list[Line]:
    lines: list[Line] = []
    nothing: Line = []
    for one, other in zip_longest(left, right, fillvalue=nothing):
        used = sum(cell_len(text) for text, _ in one)
        lines.append([*one, (" " * (column + _GAP - used), ""), *other])
    return lines


class HelpText(ScrollView):
    """The page, which scrolls where it is longer than the screen."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"help--title", "help--keys"}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "scroll_down", "Down", show=False, id="help.down"),
        Binding("k", "scroll_up", "Up", show=False, id="help.up"),
        Binding("g", "scroll_home", "Top", show=False, id="help.top"),
        Binding("G", "scroll_end", "End", show=False, id="help.end"),
        Binding("space,ctrl+d", "page_down", "Page down", show=False, id="help.page_down"),
        Binding("ctrl+u", "page_up", "Page up", show=False, id="help.page_up"),
    ]

    def __init__(self, groups: Sequence[HelpGroup], data: str) -> None:
        super().__init__()
        self._groups = groups
        self._data = data
        self._lines: list[Line] = []

    def lay_out(self, width: int) -> list[Line]:
        return lay_out(self._groups, self._data, width)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002
        return len(self.lay_out(width))

    def on_resize(self) -> None:
        self._lines = self.lay_out(self.scrollable_content_region.width)
        self.virtual_size = Size(0, len(self._lines))
        self.refresh()

    def render_line(self, y: int) -> Strip:
        place, base = self.scroll_offset.y + y, self.rich_style
        spans = self._lines[place] if place < len(self._lines) else []
        segments = [
            Segment(text, base + self.get_component_rich_style(name) if name else base)
            for text, name in spans
        ]
        return Strip(segments).adjust_cell_length(self.size.width, base)


class HelpScreen(Modal[None]):
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark,f1", "dismiss(None)", "Close", id="help.close"),
    ]

    def __init__(self, groups: Sequence[HelpGroup], data: str) -> None:
        """`data`: where the data lives, cleaned for display."""
        super().__init__()
        self._groups = groups
        self._data = data

    def compose(self) -> ComposeResult:
        from textual.containers import Vertical

        with Vertical(classes="modal-box") as box:
            box.border_title = "Help"
            box.border_subtitle = "↑ ↓ scroll · Esc close"
            yield HelpText(self._groups, self._data)
