"""Handle damage that an open store finds: go on, report it, repair it if possible.

A repair never waits for another program: what cannot be done now is left to the next start, which
`suspect` requests.
"""

import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from pyroaring import BitMap

from reader.article import Article, Identity, Row
from reader.cache.engines.sqlite.identities import id_of
from reader.cache.files.connections import transaction
from reader.cache.files.damage import suspect
from reader.cache.files.schema import impatient
from reader.errors import CacheError

if TYPE_CHECKING:
    from reader.cache.engine import View
    from reader.cache.values.facet_rows import Counted, Facet


class Mending:
    """The damage that one store has found. `tell` is called with a sentence for each.

    `damaged`: articles with unreadable text. `unreadable`: ids whose row is unreadable as well.
    """

    def __init__(
        self,
        path: Path,
        changing: Callable[[], AbstractContextManager[sqlite3.Connection]],
        marks_of: "Callable[[View], Mapping[Facet, BitMap]]",
        tell: Callable[[str], None],
    ) -> None:
        """Begin with nothing noted.

        changing: gives a connection to write on. marks_of: returns the facets of the marks.
        """
        self.tell = tell
        self.damaged: set[Identity] = set()
        self.unreadable: set[int] = set()
        self._path = path
        self._changing = changing
        self._marks_of = marks_of
        self._counts_anew = False

    def note_unreadable(self, ids: set[int]) -> None:
        """Report wholly unreadable articles, once: the file itself is damaged."""
        is_first = not self.unreadable
        self.unreadable |= ids
        if ids:
            suspect(self._path)
        if ids and is_first:
            text = f"{self._path} is damaged: some articles cannot be read and are left out"
            self.tell(f"{text}; the next start repairs it")

    def note_broken(self, _id: int) -> None:
        """Request a check at the next start: SQLite could not read the file there."""
        suspect(self._path)

    def agreed(self, row: Row, article: Article) -> tuple[Row, Article]:
        """Return the article with a row rebuilt from it if they differ: the document is right."""
        if (row.title, row.identity) == (article.title, article.identity):
            return row, article
        self.mend_rows([row.identity])
        return row._replace(title=article.title, identity=article.identity), article

    def mend_rows(self, identities: Iterable[Identity]) -> None:
        """Rebuild rows of articles from their documents, if the file is not locked."""
        from reader.cache.engines.sqlite.documents import mend_row

        with suppress(CacheError), self._changing() as db, impatient(db), transaction(db):
            for identity in identities:
                if (id := id_of(db, identity)) is not None:
                    mend_row(db, id)

    def forgotten(self, damaged: Sequence[Row]) -> Sequence[Row]:
        """Let the next import or sync restore damaged articles; return the newly found ones."""
        new = [row for row in damaged if row.identity not in self.damaged]
        if new:
            from reader.cache.engines.sqlite.documents import forget, read_one

            self.damaged |= {row.identity for row in new}
            with suppress(CacheError), self._changing() as db, impatient(db), transaction(db):
                ids = [id_of(db, row.identity) for row in new]
                forget(db, [id for id in ids if id is not None and read_one(db, id) is None])
        return new

    def counted(self, view: "View") -> "Counted":
        """Count every facet from the articles; report once that the facets are damaged."""
        from reader.cache.facets.changes import counted

        if not self._counts_anew:
            self._counts_anew = True
            suspect(self._path)
            self.tell(f"facets of {self._path} are damaged; counting the articles instead")
        return counted(view.facts(), self._marks_of(view))

    def mend_index(self) -> bool:
        """Rebuild a damaged full-text index; return whether a search can be repeated."""
        from reader.cache.engines.sqlite.fulltext import mend_index
        from reader.cache.repair.rebuilding import INDEXED_AT_START, has_damaged_index

        with suppress(CacheError), self._changing() as db, transaction(db):
            (count,) = db.execute("SELECT count(*) FROM articles").fetchone()
            if count <= INDEXED_AT_START and has_damaged_index(db):
                mend_index(db)
                self.tell("the full-text index was damaged and has been rebuilt")
                return True
        return False
