"""The help page: keys, query language, and the folder of the data.

The keys are passed in by the module that binds them, so that the page is always right.
"""

from collections.abc import Iterable, Sequence
from itertools import count, zip_longest
from typing import ClassVar, NamedTuple

from rich.cells import cell_len, chop_cells
from textual.binding import Binding, BindingType

from reader.i18n import _
from reader.ui.modals.page import Line, Page, PageScreen, wrap
from reader.ui.textual_compat.cells import fit


class HelpGroup(NamedTuple):
    """A title and pairs of keys, as a user reads them, and what they do."""

    title: str
    rows: Sequence[tuple[str, str]]


QUERY_LANGUAGE = HelpGroup(
    _("Query language: an article meets every term"),
    (
        ("tag:xrp -tag:market", _("has the first tag, not the second")),
        (
            "category:btc lang:uk source:KEY",  # not shown in another language: a query
            _("two of one kind mean either"),
        ),
        ("sentiment:negative", _("or positive, neutral, unrated")),
        (
            '"spot etf" bitc* title:halving',  # not shown in another language: a query
            _("phrase, beginning of a word, word of the title"),
        ),
        (
            "(tag:xrp OR tag:eth) /etfs?/",  # not shown in another language: a query
            _("either tag, and a regular expression"),
        ),
        ("after:7d before:2025-11-01", _("an age (24h, 7d, 3w) or a date")),
        ("is:unread", _("or read, favourite, later, draft, pinned")),
        ("mytag:trading -mytag:done", _("has the first of your own tags, not the second")),
        (
            "is:story -is:echo story:NUMBER",  # not shown in another language: a query
            _("told by several, no repetitions, one story"),
        ),
    ),
)

_NARROWEST = 34
_COLUMN, _COLUMN_OF_MANY = 38, 44
_GAP = 4
_KEYS = 10
_EXAMPLES = 31


def lay_out(groups: Sequence[HelpGroup], data: str, width: int) -> list[Line]:
    """Return the page in lines of at most `width` cells, in as many columns as make it shortest.

    The page is at least _NARROWEST cells wide, so that it is readable.
    """
    width = max(width, _NARROWEST)
    is_wide = width >= 2 * _COLUMN + _GAP
    most = (width + _GAP) // (_COLUMN_OF_MANY + _GAP) if is_wide else 1
    lines = min((_in_columns(groups, n, width) for n in range(1, most + 1)), key=len)
    lines += _stacked([QUERY_LANGUAGE], width, min(_EXAMPLES, width - 16))
    where: list[Line] = [[(part, "")] for part in chop_cells(data, width)]
    return [*lines, [(_("Where the data is"), "page--title")], *where]


def _in_columns(groups: Sequence[HelpGroup], columns: int, width: int) -> list[Line]:
    column = (width + _GAP) // columns - _GAP
    every = [_stacked([group], column, _KEYS) for group in groups]
    height = next(n for n in count(1) if len(_filled(every, n)) <= columns)
    return _side_by_side(_filled(every, height), column)


def _stacked(groups: Iterable[HelpGroup], width: int, keys_width: int) -> list[Line]:
    """Return title, rows and a blank line of each group. Keys and texts are wrapped, never cut."""
    lines: list[Line] = []
    for group in groups:
        lines += [[(part, "page--title")] for part in wrap(group.title, width)]
        for keys, text in group.rows:
            parts = wrap(keys, keys_width), wrap(text, width - keys_width - 2)
            for key, meaning in zip_longest(*parts, fillvalue=""):
                lines.append([(fit(key, keys_width + 2), "page--keys"), (meaning, "")])
        lines.append([])
    return lines


def _filled(groups: Sequence[list[Line]], height: int) -> list[list[Line]]:
    """Return the groups in columns of at most that height, but for higher groups."""
    columns: list[list[Line]] = [[]]
    for group in groups:
        if columns[-1] and len(columns[-1]) + len(group) > height:
            columns.append([])
        columns[-1] += group
    return columns


def _side_by_side(columns: Sequence[list[Line]], column: int) -> list[Line]:
    lines: list[Line] = []
    nothing: Line = []
    for row in zip_longest(*columns, fillvalue=nothing):
        line: Line = []
        for place, part in enumerate(row):
            used = sum(cell_len(text) for text, _look in line)
            line += [(" " * (place * (column + _GAP) - used), ""), *part] if place else part
        lines.append(line)
    return lines


class HelpText(Page):
    """The page of the help."""

    def __init__(self, groups: Sequence[HelpGroup], data: str) -> None:
        super().__init__()
        self._groups = groups
        self._data = data

    def lay_out(self, width: int) -> list[Line]:
        """Return the help as lines of this width."""
        return lay_out(self._groups, self._data, width)


class HelpScreen(PageScreen):
    """The box with the help. data: folder of the data, cleaned for display."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark,f1", "dismiss(None)", _("Close"), id="help.close"),
    ]

    def __init__(self, groups: Sequence[HelpGroup], data: str) -> None:
        super().__init__(_("Help"), HelpText(groups, data))
