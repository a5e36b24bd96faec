"""Saved views: queries under a name, which `@name` stands for in any other query. Pure."""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date

from reader.i18n import _, grouped, quoted
from reader.query.language import Field, Hint, Query, parse, parse_typed

LONGEST_NAME = 30
LONGEST_QUERY = 1_000
"""Characters of a view."""

DEEPEST = 8
"""Views within views."""

ROOM = 50_000
"""Characters that the views of one text may take: views of views could grow without end."""

MOST_VIEWS = 50
"""Views of one's own: each is counted whenever anything changes."""

_NAME = r"[^\W_][\w-]*"
# As in the language: a quoted text is one term, whatever is in it.
_WORDS = r'[()]+|(?=\S)(-?)(?:[A-Za-z]+:(?!//))?(?:"(?:[^"]+|"")*+"?\*?|([^\s()]*))'


def built_in(today: date) -> dict[str, str]:
    """Return the queries of the views that are always there, by name."""
    return {
        "all": "",
        "unread": "is:unread",
        "favourites": "is:favourite",
        "later": "is:later",
        "today": f"after:{today.isoformat()}",
    }


def problem(name: str, query: str) -> str | None:
    """Return what is wrong with a view, as a sentence; None if it is valid."""
    if not re.fullmatch(_NAME, name) or len(name) > LONGEST_NAME:
        return _(
            "{name} is not a name of a view: letters, digits, - and _ without spaces, "
            "{number} characters at most"
        ).format(name=quoted(name), number=LONGEST_NAME)
    if len(query) > LONGEST_QUERY:
        return _("the query of view {name} is longer than {number} characters").format(
            name=quoted(name), number=grouped(LONGEST_QUERY)
        )
    return None


def parse_with(text: str, views: Mapping[str, str]) -> Query:
    """Parse a text in which `@name` stands for the view of that name. Never raises.

    The query's hints name views that are unknown, excluded or within themselves: such a word is
    searched for as it is.
    """
    expanded, hints = expand(text, views)
    query = parse(expanded)
    return Query(query.terms, (*hints, *query.hints))


def parse_typed_with(
    text: str, views: Mapping[str, str], is_known: Callable[[Field, str], bool]
) -> Query:
    """Parse a line that is being typed, with views; a name that is half typed counts for nothing.

    is_known: as of `parse_typed`.
    """
    if "@" not in text:
        return parse_typed(text, is_known)
    start, _space, last = text.rpartition(" ")
    if last.startswith("@"):  # what ends a view is not being typed
        is_view = last[1:].casefold() in {name.casefold() for name in views}
        text = f"{start} {last} " if is_view else start
    expanded, hints = expand(text, views)
    query = parse_typed(expanded, is_known)
    return Query(query.terms, (*hints, *query.hints))


def expand(text: str, views: Mapping[str, str]) -> tuple[str, tuple[Hint, ...]]:
    """Return the text with each view in place of its name, and hints as in `parse_with`."""
    if "@" not in text:
        return text, ()
    expanding = _Expanding(views)
    return "".join(expanding.of(text)), tuple(expanding.hints)


class _Expanding:
    """Puts views in place of their names in one text; each view is read once."""

    def __init__(self, views: Mapping[str, str]) -> None:
        self.hints: list[Hint] = []
        self._views = {name.casefold(): query for name, query in views.items()}
        self._done: dict[str, Query] = {}
        self._room = ROOM
        self._told: set[tuple[str, str]] = set()

    def of(self, text: str, within: tuple[str, ...] = ()) -> Iterator[str]:
        """Yield the text in pieces. within: the views that it is part of."""
        end = 0
        for match in re.finditer(_WORDS, text):
            word = match[2] or ""
            if not word.startswith("@") or match[0] != match[1] + word or len(word) < 2:
                continue
            yield text[end : match.start()]
            end = match.end()
            yield self._of_view(match[0], word[1:].casefold(), within)
        yield text[end:]

    def _of_view(self, typed: str, name: str, within: tuple[str, ...]) -> str:
        trouble = self._trouble(name, within, is_excluded=typed.startswith("-"))
        if not trouble:
            if name not in self._done:
                query = parse("".join(self.of(self._views[name], (*within, name))))
                self._done[name] = query
                self.hints += query.hints
            shown = str(self._done[name])  # cannot change what stands around it
            self._room -= len(shown)
            if self._room >= 0:
                return shown
            trouble = _("the query would be too long")
        if (typed, trouble) not in self._told:
            self._told.add((typed, trouble))
            self.hints.append(Hint(typed, trouble))
        return typed

    def _trouble(self, name: str, within: tuple[str, ...], *, is_excluded: bool) -> str:
        """Return why a view cannot stand here, empty if it can."""
        if name not in self._views:
            return _("no view `@{name}`").format(name=name)
        if is_excluded:
            return _("a view cannot be excluded")
        if name in within:
            return _("view `@{name}` is within itself").format(name=name)
        return _("views are nested too deeply") if len(within) >= DEEPEST else ""


def letters(names: list[str]) -> dict[str, str]:
    """Return a key for each name: its first letter or digit that no name before it has.

    Empty for a name whose letters are all taken.
    """
    taken: dict[str, str] = {}
    found: dict[str, str] = {}
    for name in names:
        free = (ch for ch in name.casefold() if ch.isalnum() and ch not in taken)
        found[name] = next(free, "")
        taken[found[name]] = name
    return found
