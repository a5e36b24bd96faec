"""Compose an article on several lines: its title on two, source and time, its description.

Pure: `rows` composes headings and articles on one line; other modules paint both.
"""

from collections.abc import Iterator

from reader.article import Row
from reader.ui.sidebar.density import WIDE
from reader.ui.sidebar.outline import Heading
from reader.ui.sidebar.rows import Line, Part, Parts, badges, glyph
from reader.ui.textual_compat.cells import cell_len, fit, wrap

INDENT = 5
"""Cells before the title: where the row is marked, unread, and its sentiment."""

_LONGEST_META = 28
"""Cells of source and category beside a title."""


def tall_parts(
    row: Row,
    heading: Heading,
    mark: Part,
    *,
    when: str,
    show_language: bool,
    width: int,
    lines: int,
) -> tuple[list[Line], int]:
    """Return the article in `lines` lines of `width` cells, and the line on which its time is.

    when: its time or date.
    """
    muted = "sidebar--muted"
    style = muted if row.read else ""
    left = _left(row, heading, mark)
    indent = (mark, (" " * (INDENT - 1), ""))
    room = max(1, width - INDENT - 1)
    meta = " ".join(" · ".join(_meta(row, heading)).split())
    right = (*badges(row, heading, show_language=show_language), (f" {when}", muted))
    if width >= WIDE:
        right = ((f"  {fit(meta, min(cell_len(meta), _LONGEST_META))}", muted), *right)
        beside = room - sum(cell_len(text) for text, _ in right)
        title = wrap(row.title, (room, max(1, beside)))
        shown: list[Line] = [(left, (title[0], style), ())]
        shown.append((indent, (title[1] if len(title) > 1 else "", style), right))
    else:
        title = wrap(row.title, (room, room))
        shown = [(left if not k else indent, (text, style), ()) for k, text in enumerate(title)]
        shown.append((indent, (meta, muted), right))
    time_line = len(shown) - 1
    rest = lines - len(shown)
    described = wrap(row.description, (room,) * rest) if row.description and rest else []
    shown += [(indent, (text, muted), ()) for text in described]
    shown += [(indent, ("", ""), ())] * (lines - len(shown))
    return shown, time_line


def _left(row: Row, heading: Heading, mark: Part) -> Parts:
    unread = (" ", "") if row.read else ("•", "sidebar--unread")
    if heading.group.sentiment is not None:
        return (mark, (" " * (INDENT - 3), ""), unread, (" ", ""))
    sign, style = glyph(row.sentiment)
    return (mark, unread, ("~" if row.estimated else " ", style), (sign, style))


def _meta(row: Row, heading: Heading) -> Iterator[str]:
    """Yield source and category, without what the headings say."""
    if row.source and heading.group.key != (row.source,):
        yield row.source
    if heading.group.sentiment is None and heading.group.key != (row.category,):
        yield row.category
