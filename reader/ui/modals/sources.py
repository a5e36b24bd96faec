"""The box with the state of each live source, and what to do about one that fails.

It shows states that are passed in and asks no source itself.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from textual.binding import Binding, BindingType

from reader.ages import age_in_words
from reader.i18n import _, grouped, pgettext
from reader.live.health import Health, health
from reader.safety.redaction import redacted_address
from reader.subscriptions import Status
from reader.text import clean_line
from reader.ui.modals.page import Line, Page, PageScreen, wrap
from reader.ui.textual_compat.cells import cell_len, fit

if TYPE_CHECKING:
    from reader.cache.source_states import SourceState
    from reader.insight.firsts import Firsts
    from reader.subscriptions import Subscription

NOT_CHOSEN = _(
    "No subscriptions yet. The first sync ({ask}) "
    "subscribes to ten sources of crypto news. To choose your own, quit and run: "
    "cryptoread subscribe URL"
)
ABOUT_FIRSTS = _(
    "Of the newest stories that several sources told. Chance is how often it would be first if all "
    "of a story's sources were equally fast; behind is the median time behind the first."
)
NOTHING_FOLLOWED = _("No subscriptions. To follow a feed, quit and run: cryptoread subscribe URL")
NO_NETWORK = _(
    "No network: none of the {number} sources can be reached. They are asked again at the next "
    "sync; {ask} asks them now."
)

_INDENT = "    "
_NARROW = 50
"""Cells below which name and state are on two lines."""


class Entry(NamedTuple):
    """One source, cleaned for display. error: why it fails; empty if it does not."""

    name: str
    url: str
    state: str
    last: str
    """When it last answered."""
    error: str = ""
    advice: str = ""
    is_local: bool = False
    is_unreachable: bool = False
    """Whether its server could not be reached last time."""


def entries(
    followed: "Sequence[Subscription]", states: "Mapping[str, SourceState]", now: datetime
) -> list[Entry]:
    """Return an entry for each subscription, in their order."""
    return [_entry(each, health(each, states.get(each.url), now), now) for each in followed]


def _entry(followed: "Subscription", found: Health, now: datetime) -> Entry:
    last = _("answered {age}").format(age=_age(found.last_ok, now)) if found.last_ok else ""
    since = f" ({_age(found.last_failed, now)})" if found.last_failed else ""
    error = f"{found.error}{since}" if found.error else ""
    url = redacted_address(followed.url)
    return Entry(
        name=clean_line(followed.name),
        url=clean_line(url),
        state=clean_line(found.how),
        last=clean_line(last),
        error=clean_line(error),
        advice=clean_line(found.advice),
        is_local=followed.is_local,
        is_unreachable=bool(found.error) and found.status is Status.UNREACHABLE,
    )


def _age(instant: datetime, now: datetime) -> str:
    return age_in_words(instant.timestamp(), now.timestamp())


def lay_out(rows: Sequence[Entry], is_chosen: bool, width: int, ask: str = "r") -> list[Line]:
    """Return the page in lines of at most `width` cells. ask: the key that asks all sources."""
    if not rows:
        nothing = NOTHING_FOLLOWED if is_chosen else NOT_CHOSEN.format(ask=ask)
        return [[(part, "")] for part in wrap(nothing, width)]
    asked = [row for row in rows if not row.is_local]
    is_offline = len(asked) > 1 and all(row.is_unreachable for row in asked)
    failing = sum(bool(row.error) for row in rows)
    title = _("{number} followed, {failing} failing") if failing else _("{number} followed")
    title = title.format(number=len(rows), failing=failing)
    lines: list[Line] = [[(fit(title, width), "page--title")], []]
    if is_offline:
        no_network = NO_NETWORK.format(number=len(asked), ask=ask)
        lines += [[(part, "page--error")] for part in wrap(no_network, width)]
        lines.append([])
    for row in rows:
        lines += _entry_lines(row, width, is_told=is_offline and row.is_unreachable)
    return lines


def firsts_lines(firsts: "Sequence[Firsts]", width: int) -> list[Line]:
    """Return who is first with stories, in lines of at most `width` cells; none without any."""
    if not firsts:
        return []
    notes = wrap(ABOUT_FIRSTS, width)
    lines: list[Line] = [[], [(fit(_("First with a story"), width), "page--title")]]
    lines += [[(note, "page--muted")] for note in notes]
    lines.append([])
    heads = (_("stories"), pgettext("share", "first"), _("chance"), pgettext("time", "behind"))
    room = min(28, max(8, width - sum(map(_column, heads)) - 2))
    head = "".join(f"{name:>{_column(name)}}" for name in heads)
    lines.append([(fit(fit(_("source"), room) + "  " + head, width), "page--muted")])
    for each in firsts:
        cells = (
            grouped(each.stories),
            f"{100 * each.share:.0f} %",
            f"{100 * each.chance:.0f} %",
            each.lag or "–",
        )
        row = "".join(f"{cell:>{_column(name)}}" for cell, name in zip(cells, heads, strict=True))
        name = clean_line(each.source)
        lines.append([(fit(f"{fit(name, room)}  {row}", width), "")])
    return lines


def _column(head: str) -> int:
    return max(cell_len(head), 6) + 2


def _entry_lines(row: Entry, width: int, *, is_told: bool) -> Iterator[Line]:
    """Yield the lines of a source. is_told: why it fails is said above, for all of them."""
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
    if row.error and not is_told:
        for text, name in ((row.error, "page--error"), (row.advice, ""), (row.url, "page--muted")):
            yield from _wrapped(text, width, name)
        yield []


def _wrapped(text: str, width: int, style: str) -> Iterator[Line]:
    for part in wrap(text, max(width - len(_INDENT), 1)):
        yield [(_INDENT + part, style)]


class SourcesText(Page):
    """The page of the sources."""

    def __init__(self, rows: Sequence[Entry], *, is_chosen: bool, ask: str) -> None:
        super().__init__()
        self._ask = ask
        self._rows = rows
        self._is_chosen = is_chosen
        self._firsts: Sequence[Firsts] = ()

    def show_firsts(self, firsts: "Sequence[Firsts]") -> None:
        """Show who is first with stories, below the sources."""
        self._firsts = firsts
        self.refresh(layout=True)
        self.on_resize()

    def lay_out(self, width: int) -> list[Line]:
        """Return the table of sources as lines of this width."""
        width = max(width, 1)
        return lay_out(self._rows, self._is_chosen, width, self._ask) + firsts_lines(
            self._firsts, width
        )


class SourcesScreen(PageScreen):
    """Returns whether to ask all sources now, resting ones too.

    is_chosen: the user has chosen the subscriptions, even if there are none. ask: the key that asks
    them, as the user has bound it.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,S", "dismiss(False)", _("Close"), id="sources.close"),
        Binding("r", "dismiss(True)", _("Ask all"), id="sources.ask"),
    ]

    def __init__(self, rows: Sequence[Entry], *, is_chosen: bool, ask: str = "r") -> None:
        self.text = SourcesText(rows, is_chosen=is_chosen, ask=ask)
        keys = _("{ask} ask all, resting ones too").format(ask=ask)
        super().__init__(_("Sources"), self.text, keys)
