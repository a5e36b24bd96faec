"""The line of tags in the header of an article, with the cover image: always one line.

Pure: spans with names of styles; no widget, colour or clock.
"""

from collections.abc import Sequence

from reader.article import Cover
from reader.i18n import _, ngettext
from reader.ui.prose.wrap import Span, width_of

_NO_COVER: tuple[list[Span], ...] = ([],)


def chips(tags: Sequence[str], cover: Cover | None, width: int) -> list[Span]:
    """Return at most `width` cells: tags, how many do not fit, and where the cover is.

    The target of a span in the style `tag` is the tag, in the styles `cover` and `host` the URL.
    """
    covers = _covers(cover)
    shortest = covers[-1]
    room = width - (width_of(shortest) + 2 if shortest else 0)
    line = _tags(tags, room if room > 0 else width)
    left = width - width_of(line) - (2 if line else 0)
    shown = next((each for each in covers if each and width_of(each) <= left), [])
    return [*line, *([Span("  ", ())] if line and shown else []), *shown]


def _tags(tags: Sequence[str], room: int) -> list[Span]:
    """Return the first tags that fit, and the number of the others."""
    line: list[Span] = []
    for place, tag in enumerate(tags):
        chip = [*([Span(" ", ())] if line else []), *_chip(tag)]
        rest = len(tags) - place - 1
        more = width_of([_more(rest)]) if rest else 0
        if width_of(line) + width_of(chip) + more > room:
            left = len(tags) - place
            return [*line, _more(left)] if line else [Span(_some(left)[:room], ("meta",))]
        line += chip
    return line


def _some(count: int) -> str:
    return ngettext("{number} tag", "{number} tags", count).format(number=count)


def _more(count: int) -> Span:
    return Span(f" +{count}", ("meta",))


def _chip(tag: str) -> list[Span]:
    return [
        Span("▐", ("tag-edge",), tag),
        Span(tag.replace(" ", "\xa0"), ("tag",), tag),
        Span("▌", ("tag-edge",), tag),
    ]


def _covers(cover: Cover | None) -> tuple[list[Span], ...]:
    """Return the ways to name the cover, longest first."""
    from reader.browser import UrlRefused, host

    if cover is None or not cover.best:
        return _NO_COVER
    try:
        where = host(cover.best)
    except UrlRefused:
        where = _("an address that cannot be opened")
    key = Span("i", ("cover", "key"), cover.best)
    name = Span("  " + _("cover image"), ("cover",), cover.best)
    return (
        [key, name, Span("  ", ()), Span(where, ("host",), cover.best)],
        [key, name],
        [key, Span(" " + _("cover"), ("cover",), cover.best)],
    )
