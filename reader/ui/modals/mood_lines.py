"""Lay out the mood: columns up and down from one line, and a table below. Pure functions.

Up and down read without colour: a full cell is `█`, the end of a column an eighth block, which is
painted in reverse where the column hangs down.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from reader.ages import day_name, month_name
from reader.cache.mood import (
    BEFORE,
    FEWEST,
    LATEST,
    By,
    Column,
    Mood,
    Pair,
    now_and_was,
    percent,
    rate,
    sparkline,
    summed,
)
from reader.i18n import _, grouped, ngettext
from reader.ui.modals.page import Line
from reader.ui.textual_compat.cells import cell_len, fit

UP, DOWN, DOWN_END = "mood--up", "mood--down", "mood--down-end"
MUTED, TITLE, CURSOR, CHOSEN = "mood--muted", "mood--title", "mood--cursor", "mood--chosen"

COUNTING = _("Counting…")
NO_LABELS = _("None of these articles is rated as positive or negative.")
NAMES = {"tag": _("Tags"), "source": _("Sources"), "category": _("Categories")}

_EIGHTHS = " ▁▂▃▄▅▆▇█"
_WIDEST = 6
"""Cells of a column with the gap after it."""

_HIGHEST = 10
"""Lines of the longest column on each side."""

_ROWS = 10
_ROOMY = 26
"""Lines from which blank ones separate the parts."""

_SPARKS = 35
_NOW, _WAS = _("now"), _("was")
_NUMBER = max(7, 2 + max(map(cell_len, (_NOW, _WAS))))
_WIDE = 100
"""Cells from which the table has positive and negative numbers, too."""

_LONGEST_NAME = 34


class State(NamedTuple):
    """What is shown. column, row: under the cursors; on_columns: which one moved last."""

    mood: Mood | None = None
    """None until it is counted."""
    column: int = 0
    row: int = 0
    on_columns: bool = False
    of_estimates: bool = False
    empty: str = ""
    """What is shown without articles."""

    @property
    def columns(self) -> Sequence[Column]:
        """Return the columns, oldest first."""
        return self.mood.columns if self.mood else ()

    def pair(self, column: Column) -> Pair:
        """Return the numbers that are drawn."""
        return column.estimates if self.of_estimates else column.labels


class Layout(NamedTuple):
    """Lines, and where columns and rows are, for the mouse."""

    lines: list[Line]
    chart: range = range(0)
    """Lines of the chart."""
    left: int = 0
    """Cell at which the first column begins."""
    cells: int = 1
    """Cells of a column with its gap."""
    first: int = 0
    """Which column is the first in view."""
    visible: int = 0
    """Columns in view."""
    table: range = range(0)
    """Lines of the rows."""
    first_row: int = 0

    def column_at(self, x: int, y: int) -> int | None:
        """Return which column is there."""
        place = (x - self.left) // self.cells
        is_inside = y in self.chart and x >= self.left and place < self.visible
        return self.first + place if is_inside else None

    def row_at(self, y: int) -> int | None:
        """Return which row is there."""
        return self.first_row + y - self.table.start if y in self.table else None


def lay_out(state: State, width: int, height: int) -> Layout:
    """Return lines of at most `width` cells, at most `height` of them."""
    mood = state.mood
    if mood is None or not mood.columns:
        return Layout([[(fit(COUNTING if mood is None else state.empty, width), MUTED)]])
    blanks = 2 if height >= _ROOMY else 0
    room = height - 5 - blanks
    half = max(1, min(_HIGHEST, (room - _ROWS) // 2))
    lines: list[Line] = [_summary(state, width), *([[]] if blanks else [])]
    plan = _planned(state, width)
    chart = range(len(lines), len(lines) + 2 * half + 1)
    lines += _chart(state, plan, 2 * half, width)
    lines.append(_dates(state, plan, width))
    lines.append(_detail(state, width))
    lines += [[]] if blanks or room - 2 * half > _ROWS else []
    rows = max(0, min(len(mood.rows), height - len(lines) - 1))
    first_row = max(0, min(state.row - rows + 1, len(mood.rows) - rows)) if rows else 0
    lines += _table(state, width, range(first_row, first_row + rows))
    table = range(len(lines) - rows, len(lines))
    return plan._replace(lines=lines[:height], chart=chart, table=table, first_row=first_row)


def _planned(state: State, width: int) -> Layout:
    """Return how wide columns are and which are in view."""
    peak = max(max(state.pair(column)) for column in state.columns)
    left = len(grouped(peak)) + 3
    room, columns = max(1, width - left), len(state.columns)
    cells = max(1, min(_WIDEST, room // columns))
    count = min(columns, room // cells)
    first = (
        min(state.column, columns - count) if state.column < columns - count else columns - count
    )
    return Layout([], left=left, cells=cells, first=first, visible=count)


def _summary(state: State, width: int) -> Line:
    columns = state.columns
    mood = state.mood or Mood(By.DAY, None)
    articles = sum(column.articles for column in columns)
    shown, hidden = mood.labels, mood.estimates
    title, other = _("The publisher's label"), _estimates(hidden.total)
    if state.of_estimates:
        shown, hidden = hidden, shown
        title = _("Estimates, not the publisher's label")
        other = _("{number} with a label").format(number=grouped(hidden.total))
    neutral = sum(
        column.neutral_estimates if state.of_estimates else column.neutral for column in columns
    )
    unrated = sum(column.unrated for column in columns)
    parts = [
        rate(shown),
        _neutral(neutral),
        _unrated(unrated),
        other if hidden.total else "",
        f"n {grouped(articles)}",
    ]
    text = " · ".join(filter(None, parts))
    title = f"{title}  " if cell_len(text) + cell_len(title) + 2 <= width else ""
    return [(title, TITLE), (fit(text, width - cell_len(title)), "")]


def _neutral(number: int) -> str:
    """Return how many are neutral; empty for none."""
    text = ngettext("■ {number} neutral", "■ {number} neutral", number)
    return text.format(number=grouped(number)) if number else ""


def _unrated(number: int) -> str:
    return _("{number} unrated").format(number=grouped(number)) if number else ""


def _estimates(number: int) -> str:
    text = ngettext("~ {number} estimate", "~ {number} estimates", number)
    return text.format(number=grouped(number))


def _chart(state: State, plan: Layout, height: int, width: int) -> Iterator[Line]:
    """Yield `height` lines of columns and the axis, both sides to the same scale."""
    shown = range(plan.first, plan.first + plan.visible)
    pairs = [state.pair(state.columns[k]) for k in shown]
    ups, downs = [pair.positive for pair in pairs], [pair.negative for pair in pairs]
    highest, lowest = max(ups), max(downs)
    if not highest + lowest:
        yield from _without_labels(height, width)
        return
    scale, up = min((max(highest / up, lowest / (height - up)), up) for up in range(1, height))
    bar = plan.cells - (plan.cells > 1)
    gap = plan.cells - bar
    for line in range(up, 0, -1):
        yield [(_label("▲", highest, line == up, plan), MUTED), *_up(ups, scale, line, bar, gap)]
    yield [(" " * plan.left, ""), *_axis(state, shown, bar, gap)]
    for line in range(1, height - up + 1):
        label = _label("▼", lowest, line == height - up, plan)
        yield [(label, MUTED), *_down(downs, scale, line, bar, gap)]


def _label(sign: str, peak: int, is_last: bool, plan: Layout) -> str:
    return f"{sign} {grouped(peak):>{plan.left - 3}} " if is_last else " " * plan.left


def _without_labels(height: int, width: int) -> Iterator[Line]:
    for line in range(height + 1):
        yield [(fit(NO_LABELS, width), MUTED)] if line == height // 2 else []


def _up(
    counts: Sequence[int], scale: float, line: int, bar: int, gap: int
) -> Iterator[tuple[str, str]]:
    """Yield one line of all columns. scale: articles a line. line: 1 is next to the axis."""
    for count in counts:
        yield _EIGHTHS[_eighths(count, scale, line)] * bar, UP
        yield " " * gap, ""


def _down(
    counts: Sequence[int], scale: float, line: int, bar: int, gap: int
) -> Iterator[tuple[str, str]]:
    """Yield the same below the axis: where a column ends, the rest of the cell is in reverse."""
    for count in counts:
        eighths = _eighths(count, scale, line)
        if eighths in (0, 8):
            yield _EIGHTHS[eighths] * bar, DOWN
        else:
            yield _EIGHTHS[8 - eighths] * bar, DOWN_END
        yield " " * gap, ""


def _eighths(count: int, scale: float, line: int) -> int:
    """Return how much of a line is filled; at least an eighth next to the axis for an article."""
    whole = max(round(count * 8 / scale), min(count, 1))
    return max(0, min(whole - (line - 1) * 8, 8))


def _axis(state: State, shown: Sequence[int], bar: int, gap: int) -> Iterator[tuple[str, str]]:
    for k in shown:
        if k == state.column:
            yield "━" * bar, CHOSEN if state.on_columns else TITLE
        else:
            yield "─" * bar, MUTED
        yield "─" * gap, MUTED


def _dates(state: State, plan: Layout, width: int) -> Line:
    """Return Mondays, or the months of weeks, below their columns, as far as they fit."""
    columns = state.columns
    by = state.mood.by if state.mood else By.DAY
    shown = range(plan.first, plan.first + plan.visible)
    marked = [
        k
        for k in shown
        if (
            columns[k].first.weekday() == 0
            if by is By.DAY
            else k == 0 or columns[k].first.month != columns[k - 1].first.month
        )
    ]
    text = ""
    for k in marked or shown:
        first = columns[k].first
        month = month_name(first.month)
        label = f"{first.day} {month}" if by is By.DAY else f"{month} {first:%y}"
        start = plan.left + (k - plan.first) * plan.cells
        if start >= len(text) + bool(text) and start + len(label) <= width:
            text = text.ljust(start) + label
    return [(text, MUTED)]


def _detail(state: State, width: int) -> Line:
    """Return the numbers of the column under the cursor."""
    column = state.columns[state.column]
    pair = state.pair(column)
    first, last = column.first, column.last
    end = f"{last.day} {month_name(last.month)} {last:%Y}"
    days = f"{day_name(last.weekday())} {end}"
    if first != last:
        start = f"{first.day} {month_name(first.month)}"
        days = _("{start} to {end}").format(start=start, end=end)
    neutral = column.neutral_estimates if state.of_estimates else column.neutral
    estimates = column.estimates.total
    parts = [
        rate(pair),
        _neutral(neutral),
        _unrated(column.unrated),
        _estimates(estimates) if estimates and not state.of_estimates else "",
        f"n {grouped(column.articles)}",
    ]
    sign = "› " if state.on_columns else "  "
    head = fit(f"{sign}{days}  ", min(width, max(24, 3 + cell_len(days))))
    style = CURSOR if state.on_columns else TITLE
    return [(head, style), (fit(" · ".join(filter(None, parts)), width - cell_len(head)), "")]


def _table(state: State, width: int, shown: range) -> Iterator[Line]:
    mood = state.mood
    assert mood is not None  # noqa: S101 - nothing is laid out before
    sparks = min(_SPARKS, len(mood.columns), max(0, width - 3 * _NUMBER - 8))
    numbers = _NUMBER * (5 if width >= _WIDE else 3)
    name = max(4, min(width - 4 - numbers - sparks, _LONGEST_NAME))
    titles = ["n", *(("▲", "▼") if width >= _WIDE else ()), _NOW, _WAS]
    head = "".join(f"{each:>{_NUMBER}}" for each in titles)
    title = NAMES[mood.per] if mood.per else ""
    all_series = [row.estimates if state.of_estimates else row.labels for row in mood.rows]
    has_shares = any(pair.share is not None for series in all_series for pair in series)
    text = _what_blocks_mean(mood.by) if has_shares else _what_dots_mean(mood.by)
    text = fit(f"  {text}", max(0, width - name - 2 - numbers))
    yield [(fit(f"  {title}", name + 2), TITLE), (head, MUTED), (text, MUTED)]
    for place in shown:
        row = mood.rows[place]
        series = all_series[place]
        total = summed(series)
        now, was = now_and_was(series, mood.by)
        counts = [total.total, *(total if width >= _WIDE else ())]
        cells = "".join(f"{grouped(each):>{_NUMBER}}" for each in counts)
        cells += f"{percent(now):>{_NUMBER}}{percent(was):>{_NUMBER}}"
        is_chosen = place == state.row and not state.on_columns
        line = [
            (f"{'›' if is_chosen else ' '} {fit(row.name, name)}", ""),
            (f"{cells}  ", ""),
            (sparkline(series[-sparks:]) if sparks else "", UP),
        ]
        yield [(each, CURSOR) for each, _look in line] if is_chosen else line


def what_words_mean(by: By) -> str:
    """Return what `now` and `was` in the table are about."""
    latest, before = LATEST[by], BEFORE[by]
    if by is By.DAY:
        text = ngettext(
            "now: the last {latest} day, was: {before} before",
            "now: the last {latest} days, was: {before} before",
            latest,
        )
    else:
        text = ngettext(
            "now: the last {latest} week, was: {before} before",
            "now: the last {latest} weeks, was: {before} before",
            latest,
        )
    return text.format(latest=latest, before=before)


def _what_blocks_mean(by: By) -> str:
    return _("▲ % by day") if by is By.DAY else _("▲ % by week")


def _what_dots_mean(by: By) -> str:
    text = _("·  fewer than {number} a day") if by is By.DAY else _("·  fewer than {number} a week")
    return text.format(number=FEWEST)
