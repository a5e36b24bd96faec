"""The articles that have a word or phrase, from the server's index."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import psycopg
from pyroaring import BitMap

from reader.cache.engines.postgres.articles import TEXTS_AT_ONCE, texts
from reader.cache.engines.postgres.connections import Connection, snapshot
from reader.cache.engines.postgres.sets import ask_for_set, read_set
from reader.cache.engines.postgres.tokens import CUT, Asked, Part, asked, matching, parts_of
from reader.cache.fts5 import phrases, ways
from reader.cache.ids import batches
from reader.cache.values.cancel import Cancel
from reader.cache.values.facet_rows import CHUNK_BITS
from reader.cache.values.stored import Text
from reader.errors import Superseded
from reader.query.folding import folded
from reader.query.language import Field, Term

_FIND = "SELECT id FROM {} WHERE {} @@ %s::tsquery"
_FIND_LONG = "SELECT DISTINCT id FROM {} WHERE long AND words @@ %s::tsquery"
_FIND_LONG_TITLE = f"{_FIND_LONG} AND titles @@ '{CUT}'::tsquery"  # not shown: SQL
_SOME = "(SELECT * FROM cryptoread.words WHERE id = ANY(%s::bigint[]) OFFSET 0) AS few"
"""Reads articles one by one: for a few thousand, that is quicker than the index of all."""
_INSERT = (
    f"INSERT INTO cryptoread.words SELECT new.*, new.id >> {CHUNK_BITS} "
    "FROM unnest(%s::bigint[], %s::integer[], %s::boolean[], %s::tsvector[], %s::tsvector[]) "
    "AS new (id)"
)

PARTS_AT_ONCE = 500

_BY_SEVERAL = "SET LOCAL parallel_setup_cost = 0", "SET LOCAL parallel_tuple_cost = 0"
_BY_ONE = "SET LOCAL parallel_setup_cost = 1000", "SET LOCAL parallel_tuple_cost = 0.1"
"""What the planner takes several processes to cost: it does not know that a phrase takes longer
than a word, as the words of each article are read. Those of `_BY_ONE` are the server's own."""


def found(db: Connection, term: Term, cancel: Cancel, among: BitMap | None) -> BitMap:
    """Return the articles that have a word or phrase, of some or all. Raises Superseded."""
    with cancel.guarding(lambda: db.cancel_safe(timeout=5)):
        try:
            with snapshot(db):
                return _found(db, term, cancel, among)
        except psycopg.errors.QueryCanceled as error:
            if cancel.is_cancelled:
                raise Superseded from error
            raise


def _found(db: Connection, term: Term, cancel: Cancel, among: BitMap | None) -> BitMap:
    bits = BitMap()
    in_title = term.field is Field.TITLE
    words, some = ("cryptoread.words", []) if among is None else (_SOME, [list(among)])
    find = _FIND.format(words, "titles" if in_title else "words")
    find_long = (_FIND_LONG_TITLE if in_title else _FIND_LONG).format(words)
    for (text, prefix), phrase in zip(ways(term), phrases(term), strict=True):
        if (wanted := asked(text, prefix=prefix, in_title=in_title)) is None:
            continue
        with _together(db, wanted):
            exact = ask_for_set(db, find, (*some, wanted.query)) if wanted.query else None
            long = ask_for_set(db, find_long, (*some, wanted.first)) if wanted.first else None
        if exact is not None:
            bits |= read_set(exact)
        if long is not None:
            bits |= _among(read_set(long) - bits, db, phrase, cancel)
    return bits


@contextmanager
def _together(db: Connection, wanted: Asked) -> Iterator[None]:
    """Send both questions for a phrase or title as one; several processes may answer a phrase."""
    if not wanted.first:
        yield  # there is one question
        return
    with db.pipeline():
        for each in _BY_SEVERAL if wanted.is_phrase else ():
            db.execute(each)
        yield
        for each in _BY_ONE if wanted.is_phrase else ():
            db.execute(each)


def _among(left: BitMap, db: Connection, phrase: str, cancel: Cancel) -> BitMap:
    """Return those of some long articles that match, for which their texts are read."""
    matched = BitMap()
    for some in batches(list(left), TEXTS_AT_ONCE):
        if cancel.is_cancelled:
            raise Superseded
        matched.update(matching(_folded(db, some), phrase))
    return matched


def _folded(db: Connection, ids: Sequence[int]) -> Iterator[tuple[int, Text]]:
    for id, title, description, body in texts(db, ids):
        yield id, (folded(title), folded(description or ""), folded(body))


def index(db: Connection, texts: Sequence[tuple[int, str, str, str | bytes]]) -> None:
    """Store the words of articles, which have none yet. texts: folded."""
    for some in batches(texts, PARTS_AT_ONCE):
        put(db, [*parts_of(some)])


def put(db: Connection, parts: Sequence[Part]) -> None:
    """Store parts of the words of articles."""
    for some in batches(parts, PARTS_AT_ONCE):
        db.execute(_INSERT, [[*each] for each in zip(*some, strict=True)])


def forget(db: Connection, ids: Sequence[int]) -> None:
    """Remove the words of articles."""
    if ids:
        db.execute("DELETE FROM cryptoread.words WHERE id = ANY(%s)", (list(ids),))
