"""Handle damage that an open store finds: go on, report it, repair it if possible.

A repair never waits for another program: what cannot be done now is left to the next start, which
`suspect` requests.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from pyroaring import BitMap

from reader.article import Article, Identity, Row
from reader.errors import CacheError
from reader.i18n import _

if TYPE_CHECKING:
    from reader.cache.engine import Engine, View
    from reader.cache.values.facet_rows import Counted, Facet


class Mending:
    """The damage that one store has found. `tell` is called with a sentence for each.

    `damaged`: articles with unreadable text. `unreadable`: ids whose row is unreadable as well.
    """

    def __init__(
        self,
        engine: "Engine[Any]",
        marks_of: "Callable[[View], Mapping[Facet, BitMap]]",
        tell: Callable[[str], None],
    ) -> None:
        """Begin with nothing noted. marks_of: returns the facets of the marks."""
        self.tell = tell
        self.damaged: set[Identity] = set()
        self.unreadable: set[int] = set()
        self._engine = engine
        self._marks_of = marks_of
        self._counts_anew = False

    def note_unreadable(self, ids: set[int]) -> None:
        """Report wholly unreadable articles, once: the file itself is damaged."""
        is_first = not self.unreadable
        self.unreadable |= ids
        if ids:
            self._engine.suspect()
        if ids and is_first:
            text = _(
                "{file} is damaged: some articles cannot be read and are left out; "
                "the next start repairs it"
            )
            self.tell(text.format(file=self._engine.name))

    def note_broken(self, _id: int) -> None:
        """Request a check at the next start: the engine could not read that article."""
        self._engine.suspect()

    def agreed(self, row: Row, article: Article) -> tuple[Row, Article]:
        """Return the article with a row rebuilt from it if they differ: the document is right."""
        if (row.title, row.identity) == (article.title, article.identity):
            return row, article
        self.mend_rows([row.identity])
        return row._replace(title=article.title, identity=article.identity), article

    def mend_rows(self, identities: Iterable[Identity]) -> None:
        """Rebuild rows of articles from their documents, if the file is not locked."""
        with suppress(CacheError), self._engine.transaction(wait=False) as to:
            to.mend_rows(list(to.ids(list(identities)).values()))

    def forgotten(self, damaged: Sequence[Row]) -> Sequence[Row]:
        """Let the next import or sync restore damaged articles; return the newly found ones."""
        new = [row for row in damaged if row.identity not in self.damaged]
        if new:
            self.damaged |= {row.identity for row in new}
            with suppress(CacheError), self._engine.transaction(wait=False) as to:
                ids = list(to.ids([row.identity for row in new]).values())
                documents = to.documents(ids, lambda _id: None)
                to.forget([id for id in ids if documents.get(id) is None])
        return new

    def counted(self, view: "View") -> "Counted":
        """Count every facet from the articles; report once that the facets are damaged."""
        from reader.cache.facets.changes import counted

        if not self._counts_anew:
            self._counts_anew = True
            self._engine.suspect()
            text = _("facets of {file} are damaged; counting the articles instead")
            self.tell(text.format(file=self._engine.name))
        return counted(view.facts(), self._marks_of(view))

    def mend_index(self) -> bool:
        """Rebuild a damaged full-text index; return whether a search can be repeated."""
        with suppress(CacheError), self._engine.transaction() as to:
            if to.mend_damaged_index():
                self.tell(_("the full-text index was damaged and has been rebuilt"))
                return True
        return False
