"""What a user can set on an article and take back: three marks, and tags of their own."""

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from reader.cache.facets.index import FAVOURITE, LATER, OWN, READ
from reader.cache.ids import Ids
from reader.i18n import _, ngettext
from reader.query.language import Field, Term

if TYPE_CHECKING:
    from reader.cache.values.facet_rows import Facet

LONGEST = 40
"""Characters of an own tag."""

_PREFIX = "tag:"


class Mark(StrEnum):
    """A mark that an article has or has not."""

    READ = "read"
    FAVOURITE = "favourite"
    LATER = "later"

    @property
    def facet(self) -> "Facet":
        """Return the facet of the articles that have it."""
        return _FACETS[self]


_FACETS = {Mark.READ: READ, Mark.FAVOURITE: FAVOURITE, Mark.LATER: LATER}


class OwnTag(str):
    """A tag of the user's own as a mark; as text, `tag:` and its name."""

    __slots__ = ()

    @property
    def name(self) -> str:
        """Return the name, case-folded."""
        return self.removeprefix(_PREFIX)

    @property
    def facet(self) -> "Facet":
        """Return the facet of the articles that have it."""
        return (OWN, self.name)


AnyMark = Mark | OwnTag


class Change(NamedTuple):
    """One step of the undo journal: its label, and which mark became what on how many articles.

    value: what the step made of the mark, also if that is taken back now.
    """

    label: str
    articles: int
    ids: Ids
    mark: AnyMark
    value: bool


def own_tag(typed: str) -> OwnTag:
    """Return the own tag of a typed name: case-folded, with single spaces, without a `#` before it.

    Raises ValueError, with a sentence, for an empty name and for one longer than `LONGEST`.
    """
    try:
        name = Term(Field.MYTAG, typed[: 8 * LONGEST]).value.lstrip("# ")
    except ValueError:
        name = ""
    if not name:
        raise ValueError(_("a tag needs a name"))
    if len(name) > LONGEST or len(typed) > 8 * LONGEST:
        text = ngettext(
            "a tag has at most {number} character", "a tag has at most {number} characters", LONGEST
        )
        raise ValueError(text.format(number=LONGEST))
    return OwnTag(_PREFIX + name)


def mark_of(text: str) -> AnyMark:
    """Return the mark that the text of a mark names. Raises ValueError."""
    if not text.startswith(_PREFIX):
        return Mark(text)
    if text == _PREFIX:
        raise ValueError(_("an own tag without a name"))
    return OwnTag(text)
