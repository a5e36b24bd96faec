"""Copy the articles of an archive into another one that has none, whatever their engines.

Rows are copied as they are, with the stories and the memory of feeds; articles get other ids if the
other archive has slots of another width. Facets are counted and words read again. A copy that was
interrupted goes on where it ended. At the end both are compared.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, Protocol, cast

from reader.cache.facets.changes import counted
from reader.cache.storing.renumbering import Renumbered, Rows
from reader.cache.values.incoming import indexed_of
from reader.cache.values.tables import ARRIVALS, ARTICLES, DOCUMENTS, OTHERS, Table
from reader.digests import blake2b
from reader.errors import CryptoreadError
from reader.i18n import _
from reader.query.folding import folded

if TYPE_CHECKING:
    from reader.cache.engine import Transaction
    from reader.cache.store import Store

AT_ONCE = 2_000
"""Articles that are copied in one transaction."""

ROWS_AT_ONCE = 10_000

_COUNTERS = ("run", "texts", "stories", "decided")


class Target(Protocol):
    """What copying asks of a transaction, besides `engine.Transaction`."""

    def put_rows(self, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
        """Write rows, over those with their keys."""

    def clear(self, table: Table) -> None:
        """Delete all rows of a table."""

    def end_copy(self) -> None:
        """Let numbers that are given next be after those that were copied."""


class NotCopied(CryptoreadError):
    """The articles were not copied."""


@dataclass(slots=True)
class Copied:
    """What a copy did. `found`: articles that an interrupted copy had brought."""

    articles: int = 0
    found: int = 0


def copy(
    source: "Store", to: "Store", on_progress: Callable[[int, int], None] = lambda _done, _all: None
) -> Copied:
    """Copy all articles. Raises NotCopied, NoRoom, CacheError.

    on_progress: articles done, and all.
    """
    with source.session.present() as view, view.snapshot():
        report = Copied()
        count = sum(row.size for row in view.facets_of("all"))
        with to.session.present() as there, there.snapshot():
            if any(row.size for row in there.facets_of("all")):
                text = _("the archive to copy to has articles already; choose an empty one")
                raise NotCopied(text)
            rows = Renumbered(view, cast(Rows, view), there.slots)
            _check_is_beginning(rows, cast(Rows, there))
        _copy_articles(rows, to, report, lambda done: on_progress(done, count))
        with to.session.transaction() as write:
            cast(Target, write).clear(ARRIVALS)  # a new archive has one
        for table in OTHERS:
            _copy_table(rows, to, table)
        with to.session.transaction() as write:
            write.replace_facets(counted(write.facts(), {}), write.count_up("version"))
            for name in _COUNTERS:
                write.set_counter(name, view.counter(name))
            for state in view.sources():
                write.note_source(state)
            cast(Target, write).end_copy()
        _compare(rows, to)
        return report


def _check_is_beginning(rows: Rows, there: Rows) -> None:
    """Check that what the other has are the first articles of this one."""
    last = there.last_key(ARTICLES)
    if last is not None and _digest(rows, ARTICLES, last) != _digest(there, ARTICLES, last):
        raise NotCopied(_("the archive to copy to has a part of another one; choose an empty one"))


def _copy_articles(
    view: Rows, to: "Store", report: Copied, on_progress: Callable[[int], None]
) -> None:
    with to.session.present() as there:
        after = cast(Rows, there).last_key(ARTICLES)
    if after is not None:
        report.found = sum(1 for _row in _rows(view, ARTICLES, until=after))
    documents = _rows(view, DOCUMENTS, after)
    left = next(documents, None)
    articles = _rows(view, ARTICLES, after)
    while some := [*islice(articles, AT_ONCE)]:
        last, texts = some[-1][0], []
        while left is not None and left[0] <= last:
            texts.append(left)
            left = next(documents, None)
        with to.session.transaction() as write:
            _put(write, some, texts)
        report.articles += len(some)
        on_progress(report.found + report.articles)


def _put(
    write: "Transaction", articles: Sequence[tuple[Any, ...]], documents: Sequence[tuple[Any, ...]]
) -> None:
    titles = {row[0]: row[[*ARTICLES.columns].index("title")] for row in articles}
    texts = [
        (
            id,
            folded(titles[id]),
            folded(indexed_of(fields).description),
            folded(body.decode(errors="replace")),
        )
        for id, _digest_of, fields, body in documents
        if id in titles
    ]
    write.expect_many(beside=True)
    with write.indexing(texts) as index:
        target = cast(Target, write)
        target.put_rows(ARTICLES, articles)
        target.put_rows(DOCUMENTS, documents)
        index()


def _copy_table(view: Rows, to: "Store", table: Table) -> None:
    with to.session.present() as there:
        after = cast(Rows, there).last_key(table)
    rows = _rows(view, table, after)
    while some := [*islice(rows, ROWS_AT_ONCE)]:
        with to.session.transaction() as write:
            cast(Target, write).put_rows(table, some)


def _compare(rows: Rows, to: "Store") -> None:
    with to.session.present() as there, there.snapshot():
        for table in (ARTICLES, DOCUMENTS, *OTHERS):
            if _digest(rows, table) != _digest(cast(Rows, there), table):
                text = _("the copy differs in {table}; empty it and copy again")
                raise NotCopied(text.format(table=table.name))


def _digest(view: Rows, table: Table, until: Sequence[Any] | None = None) -> tuple[int, bytes]:
    """Return the number of rows and a checksum of them, up to a key."""
    digest, count = blake2b(digest_size=16), 0
    for row in _rows(view, table, until=until):
        digest.update(repr(row).encode(errors="surrogatepass"))
        count += 1
    return count, digest.digest()


def _rows(
    view: Rows,
    table: Table,
    after: Sequence[Any] | None = None,
    until: Sequence[Any] | None = None,
) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of a table in the order of their key, some at a time."""
    places = [[*table.columns].index(name) for name in table.key]
    size = AT_ONCE if table in (ARTICLES, DOCUMENTS) else ROWS_AT_ONCE
    while some := [*view.rows_after(table, after, size)]:
        for row in some:
            key = tuple(row[place] for place in places)
            if until is not None and key > tuple(until):
                return
            yield row
        after = key
