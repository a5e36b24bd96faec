"""What is said of articles whose mark was set or removed. A whole sentence for each mark."""

from collections.abc import Callable
from typing import NamedTuple

from reader.cache.marks.kinds import AnyMark, Mark
from reader.i18n import _, grouped, ngettext, pgettext


class _Said(NamedTuple):
    """What is said of one article, of many, and of many that had or lacked the mark before."""

    of_one: str
    of_many: Callable[[int], str]
    already: Callable[[int], str]


_SAID = {
    (Mark.READ, True): _Said(
        pgettext("marked", "read"),
        lambda n: ngettext("{number} article read", "{number} articles read", n),
        lambda n: ngettext("already read: {number} article", "already read: {number} articles", n),
    ),
    (Mark.READ, False): _Said(
        pgettext("marked", "unread"),
        lambda n: ngettext("{number} article unread", "{number} articles unread", n),
        lambda n: ngettext(
            "already unread: {number} article", "already unread: {number} articles", n
        ),
    ),
    (Mark.FAVOURITE, True): _Said(
        pgettext("marked", "favourite"),
        lambda n: ngettext(
            "{number} article made a favourite", "{number} articles made favourites", n
        ),
        lambda n: ngettext(
            "already a favourite: {number} article",
            "already made favourites: {number} articles",
            n,
        ),
    ),
    (Mark.FAVOURITE, False): _Said(
        pgettext("marked", "no favourite"),
        lambda n: ngettext(
            "{number} article no longer a favourite",
            "{number} articles no longer favourites",
            n,
        ),
        lambda n: ngettext(
            "already no favourite: {number} article",
            "already no longer favourites: {number} articles",
            n,
        ),
    ),
    (Mark.LATER, True): _Said(
        _("to read later"),
        lambda n: ngettext(
            "{number} article put aside to read later",
            "{number} articles put aside to read later",
            n,
        ),
        lambda n: ngettext(
            "already put aside to read later: {number} article",
            "already put aside to read later: {number} articles",
            n,
        ),
    ),
    (Mark.LATER, False): _Said(
        _("not to read later"),
        lambda n: ngettext(
            "{number} article no longer to read later",
            "{number} articles no longer to read later",
            n,
        ),
        lambda n: ngettext(
            "already no longer to read later: {number} article",
            "already no longer to read later: {number} articles",
            n,
        ),
    ),
}

_TAGGED = _Said(
    _("tagged #{tag}"),
    lambda n: ngettext("{number} article tagged #{tag}", "{number} articles tagged #{tag}", n),
    lambda n: ngettext(
        "already tagged #{tag}: {number} article", "already tagged #{tag}: {number} articles", n
    ),
)
_UNTAGGED = _Said(
    _("no longer tagged #{tag}"),
    lambda n: ngettext(
        "{number} article no longer tagged #{tag}",
        "{number} articles no longer tagged #{tag}",
        n,
    ),
    lambda n: ngettext(
        "already no longer tagged #{tag}: {number} article",
        "already no longer tagged #{tag}: {number} articles",
        n,
    ),
)


def of_one(mark: AnyMark, value: bool) -> str:
    """Return what is said of one article: "favourite", "no longer tagged #trading"."""
    return _filled(_said(mark, value).of_one, mark, 1)


def of_many(mark: AnyMark, value: bool, number: int) -> str:
    """Return what is said of so many articles: "3 articles read"."""
    return _filled(_said(mark, value).of_many(number), mark, number)


def already(mark: AnyMark, value: bool, number: int) -> str:
    """Return what is said where nothing has changed: "already read: 3 articles"."""
    return _filled(_said(mark, value).already(number), mark, number)


def of_step(label: str, mark: AnyMark, value: bool) -> str:
    """Return what is said of a step of the undo journal: "“Fees fall” read", "3 articles read"."""
    from reader.cache.marks import labels

    told = labels.told(label)
    if told is None:
        return label
    if told.title is not None and mark is Mark.READ and value:
        return _("“{title}” read").format(title=told.title)
    if told.number is not None:
        return of_many(mark, value, told.number)
    if mark is Mark.READ:
        return _("article read") if value else _("article unread")
    return of_one(mark, value)


def _said(mark: AnyMark, value: bool) -> _Said:
    if isinstance(mark, Mark):
        return _SAID[mark, value]
    return _TAGGED if value else _UNTAGGED


def _filled(text: str, mark: AnyMark, number: int) -> str:
    return text.format(number=grouped(number), tag="" if isinstance(mark, Mark) else mark.name)
