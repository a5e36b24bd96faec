"""Go from heading to heading of the open article. Imported when a key asks for it."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import Literal

from reader.i18n import _
from reader.ui.prose.headings import Heading
from reader.ui.reading.pane import ReadingPane
from reader.ui.screen.host import Host
from reader.ui.screen.keys import NOT_OPEN
from reader.ui.screen.open_article import OpenArticle
from reader.ui.screen.panes import Panes

NO_HEADINGS = _("this article has no headings; {read_on} reads on")


def step(host: Host, article: OpenArticle, step: Literal[1, -1]) -> None:
    """Go to the next heading, or (-1) the previous one, and say which it is."""
    pane, headings = article.pane, _headings(host, article)
    if pane is None or not headings:
        return
    places = [each.place for each in headings]
    at = pane.position
    number = bisect_right(places, at) if step > 0 else bisect_left(places, at) - 1
    if not 0 <= number < len(headings):
        following = _("no next heading in this article")
        host.say(following if step > 0 else _("no previous heading in this article"))
        return
    _go(host, pane, headings, number)


def choose(host: Host, article: OpenArticle, panes: Panes) -> None:
    """Show the headings in a box and go to the one that is chosen."""
    pane, headings = article.pane, _headings(host, article)
    if pane is None or not headings:
        return
    from reader.ui.modals.outline import OutlineScreen

    places = [each.place for each in headings]

    def chosen(place: int | None) -> None:
        if place is not None:
            panes.show_article()
            _go(host, pane, headings, places.index(place))

    current = max(0, bisect_right(places, pane.position) - 1)
    host.app.push_screen(OutlineScreen(headings, current), chosen)


def _headings(host: Host, article: OpenArticle) -> Sequence[Heading]:
    """Return the headings at their places in the pane; say so where there are none."""
    if article.pane is None or article.article is None:
        host.say(NOT_OPEN.format(open=host.key("sidebar.open")))
        return ()
    headings = article.pane.headings
    if not headings:
        host.say(NO_HEADINGS.format(read_on=host.key("reader.read-on")))
    return headings


def _go(host: Host, pane: ReadingPane, headings: Sequence[Heading], number: int) -> None:
    pane.go_to(headings[number].place)
    said = _("heading {number} of {count}: {text}")
    host.say(said.format(number=number + 1, count=len(headings), text=headings[number].text))
