"""How each live source is doing, and what to do about one that fails.

It shows what it is given. Asking the sources is the affair of `r`, and of the library.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from shlex import quote
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from textual.binding import Binding, BindingType

from reader.text import clean_line
from reader.ui.article_header import age
from reader.ui.cells import fit
from reader.ui.page import Line, Page, PageScreen, wrap

if TYPE_CHECKING:
    from reader.cache.live import SourceState
    from reader.subscriptions import SourceResult, Subscription

NOBODY_CHOSE = (
    "No subscriptions yet. The first sync (r; on the samples quit and run: cryptoread sync) "
    "subscribes to ten sources of crypto news. To choose your own, quit and run: "
    "cryptoread subscribe URL"
)
NOTHING_FOLLOWED = "No subscriptions. To follow a feed, quit and run: cryptoread subscribe URL"

_INDENT = "    "
_NARROW = 50
"""Cells below which name and state stand on two lines."""


class Entry(NamedTuple):
    """One source, all of it cleaned for display. `error`: why it fails, empty where it does not."""

    name: str
    url: str
    state: str
    last: str
    """When it last answered as it should."""
    error: str = ""
    advice: str = ""


def entries(
    followed: "Sequence[Subscription]",
    states: "Mapping[str, SourceState]",
    results: "Mapping[str, SourceResult]",
    now: datetime,
) -> list[Entry]:
    """One a subscription, in their order; results: of this session, by name."""
    return [_entry(each, states.get(each.url), results.get(each.name), now) for each in followed]


def _entry(
    followed: "Subscription",
    state: "SourceState | None",
    result: "SourceResult | None",
    now: datetime,
) -> Entry:
    last_ok = state.last_ok if state else 0
    last = f"answered {age(datetime.fromtimestamp(last_ok, UTC), now)}" if last_ok else ""
    error = advice = ""
    if result and result.status.is_problem:
        # What is stored is the trouble itself; a result may only name the rest from it.
        error, advice = (state.last_error if state else "") or result.error, result.advice
    elif state and state.last_error:
        error, advice = state.last_error, "r asks it again"
    how = "well" if last_ok or result else "not asked yet"
    if error:
        how = "failing" if not state or state.failures < 2 else f"failed {state.failures} times"
    if state and error and state.next_try > now.timestamp():
        how, until = "resting", datetime.fromtimestamp(state.next_try)
        rests = f"it rests until {until:%Y-%m-%d %H:%M}; quit and name it to ask it before: "
        advice = f"{_unless_paused(result)}{rests}cryptoread sync {quote(followed.name)}"
    return Entry(*map(clean_line, (followed.name, followed.url, how, last, error, advice)))


def _unless_paused(result: "SourceResult | None") -> str:
    from reader.subscriptions import Status

    if result is None or not result.advice or result.status is Status.PAUSED:
        return ""
    return f"{result.advice}; "


def lay_out(rows: Sequence[Entry], is_chosen: bool, width: int) -> list[Line]:
    """The page in lines of at most so many cells, a blank one at the end of each entry."""
    if not rows:
        return [
            [(part, "")] for part in wrap(NOTHING_FOLLOWED if is_chosen else NOBODY_CHOSE, width)
        ]
    failing = sum(bool(row.error) for row in rows)
    title = f"{len(rows)} followed" + (f", {failing} in trouble" if failing else "")
    lines: list[Line] = [[(fit(title, width), "page--title")], []]
    for row in rows:
        lines += _entry_lines(row, width)
    return lines


def _entry_lines(row: Entry, width: int) -> Iterator[Line]:
    glyph = "! " if row.error else ("✓ " if row.last else "· ")
    state = " · ".join(filter(None, (row.state, row.last)))
    room = width - len(glyph)
    style = "page--error" if row.error else "page--keys"
    if width < _NARROW:
        yield [(glyph, style), (fit(row.name, room), "")]
        yield from _wrapped(state, width, "page--muted")
    else:
        half = room // 2
        state = fit(state, room - half)
        yield [(glyph, style), (fit(row.name, half - 2) + "  ", ""), (state, "page--muted")]
    if row.error:
        for text, name in ((row.error, "page--error"), (row.advice, ""), (row.url, "page--muted")):
            yield from _wrapped(text, width, name)
        yield []


def _wrapped(text: str, width: int, style: str) -> Iterator[Line]:
    for part in wrap(text, max(width - len(_INDENT), 1)):
        yield [(_INDENT + part, style)]


class SourcesText(Page):
    def __init__(self, rows: Sequence[Entry], *, is_chosen: bool) -> None:
        super().__init__()
        self._rows = rows
        self._is_chosen = is_chosen

    def lay_out(self, width: int) -> list[Line]:
        return lay_out(self._rows, self._is_chosen, max(width, 1))


class SourcesScreen(PageScreen):
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,S", "dismiss(None)", "Close", id="sources.close"),
    ]

    def __init__(self, rows: Sequence[Entry], *, is_chosen: bool) -> None:
        """is_chosen: somebody has said what to follow, if only nothing."""
        super().__init__("Sources", SourcesText(rows, is_chosen=is_chosen))
