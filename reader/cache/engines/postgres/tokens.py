"""The words of texts as FTS5 reads them, as values of PostgreSQL's full-text search.

FTS5 itself reads them, in memory: so both engines find the same articles, whatever version or
locale the server has. An article is one `tsvector`, or several parts if it is very long.
"""

import re
import sqlite3
import threading
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from reader.cache.files.migrations import FULLTEXT_OPTIONS
from reader.cache.values.stored import Text
from reader.query.folding import is_plain, without_accents

MOST_PLACES = 12_000
"""Words of one part: the server knows 16,383 places in a text, and takes others for the last."""
MOST_OF_ONE = 250
"""Places of one word in a part: the server keeps 255."""
MOST_BYTES = 400_000
"""Bytes of the words of one part: the server refuses a megabyte."""
CUT = "…"
"""Stands in for what a title has besides the words that are stored; FTS5 has no such word."""
MOST_LETTERS = 500
"""Letters of a word that are stored: the server refuses two kilobytes."""

_GAP = 2
"""Places between two texts of an article, so that no phrase goes from one to the next."""

MOST_OF_TITLE = 250
"""Words of a title that are stored beside those of the article."""

_PLAIN_WORD = re.compile(r"[^\W_]+")
_QUICK = re.compile(
    r"[\x00-\x7f\xa0-\xa9\xab-\xb1\xb4\xb6-\xb8\xbb\u0400-\u045f\u0490\u0491"
    r"\u2010-\u2027\u202f-\u205e\u20a0-\u20b9\u2116\u2190-\u21ff]*+"
)
"""Texts whose words Python reads as FTS5 does, if they are plain: Latin, Cyrillic, usual signs."""


class Part(NamedTuple):
    """A part of the words of an article. `is_long`: not all of them can be found in it exactly.

    `titles`: words of its title, which `words` has as well.
    """

    id: int
    part: int
    is_long: bool
    titles: str
    words: str


class _Reader:
    """FTS5 in memory, for one thread."""

    def __init__(self) -> None:
        self.db = sqlite3.connect(":memory:", isolation_level=None)
        self.db.execute(f"CREATE VIRTUAL TABLE fulltext USING fts5 ({FULLTEXT_OPTIONS})")
        self.db.execute("CREATE VIRTUAL TABLE words USING fts5vocab (fulltext, instance)")

    def words(self, texts: Sequence[tuple[int, str, str, str | bytes]]) -> "_Words":
        """Return the words of articles in their order, by article and text."""
        found: _Words = defaultdict(lambda: ([], [], []))
        self.db.execute("BEGIN")
        self.db.executemany(
            "INSERT INTO fulltext (rowid, title, description, body) "
            "VALUES (?, ?, ?, CAST(? AS TEXT))",
            texts,
        )
        columns = {"title": 0, "description": 1, "body": 2}
        for term, id, column, offset in self.db.execute("SELECT term, doc, col, offset FROM words"):
            found[id][columns[column]].append((offset, term))
        self.db.execute("ROLLBACK")
        return found

    def matching(self, texts: Iterable[tuple[int, Text]], phrase: str) -> list[int]:
        """Return those of the articles that match an expression of FTS5."""
        self.db.execute("BEGIN")
        insert = "INSERT INTO fulltext (rowid, title, description, body) VALUES (?, ?, ?, ?)"
        self.db.executemany(insert, ((id, *text) for id, text in texts))
        find = "SELECT rowid FROM fulltext WHERE fulltext MATCH ?"
        found = [id for (id,) in self.db.execute(find, (phrase,))]
        self.db.execute("ROLLBACK")
        return found


_Words = dict[int, tuple[list[tuple[int, str]], list[tuple[int, str]], list[tuple[int, str]]]]
_local = threading.local()


def _reader() -> _Reader:
    reader: _Reader | None = getattr(_local, "reader", None)
    if reader is None:
        _local.reader = reader = _Reader()
    return reader


def words_of(phrase: str) -> list[str]:
    """Return the words of a folded phrase."""
    found = _reader().words([(1, phrase, "", "")])
    return [word for _, word in sorted(found[1][0])]


def matching(texts: Iterable[tuple[int, Text]], phrase: str) -> list[int]:
    """Return those of the articles that match an expression of FTS5. texts: folded."""
    return _reader().matching(texts, phrase)


def parts_of(texts: Sequence[tuple[int, str, str, str | bytes]]) -> Iterator[Part]:
    """Yield the words of articles. texts: id, title, description and body, folded."""
    left = []
    for text in texts:
        part = _plain_part(text[0], text[1:])
        if part is None:
            left.append(text)
        elif part.words:
            yield part
    for id, found in _reader().words(left).items() if left else ():
        yield from _parts(id, found)


def _plain_part(id: int, columns: Sequence[str | bytes]) -> Part | None:
    """Return the words of an article as one part; None if only FTS5 can tell them, or several.

    Most texts have no characters but those that Python reads as FTS5 does, which is quicker.
    """
    places: dict[str, str] = {}
    titles = ""
    place = 0
    for column, text in enumerate(columns):
        plain = without_accents(text if isinstance(text, str) else text.decode())
        if not (_QUICK.fullmatch(plain) and is_plain(plain)):
            return None
        words = _PLAIN_WORD.findall(plain.lower())
        for at, word in enumerate(words, place + _GAP + 1):
            if word in places:
                places[word] += f",{at}"
            else:
                places[word] = f"{at}"
        place += _GAP + len(words)
        if column == 0:
            if len(words) > MOST_OF_TITLE:
                return None
            titles = _joined(places)
    if place >= MOST_PLACES or sum(map(len, places)) > MOST_BYTES:
        return None
    if place > MOST_OF_ONE and any(each.count(",") >= MOST_OF_ONE for each in places.values()):
        return None
    if any(len(word) > MOST_LETTERS for word in places):
        return None
    return Part(id, 0, False, titles, _joined(places))


def _joined(places: dict[str, str]) -> str:
    return " ".join([f"'{word}':{its}" for word, its in places.items()])


def _parts(id: int, columns: Sequence[list[tuple[int, str]]]) -> Iterator[Part]:
    parts, titles = [_Part()], _Part()
    titles.place = _GAP
    is_cut = len(columns[0]) > MOST_OF_TITLE
    for _, word in sorted(columns[0])[:MOST_OF_TITLE]:
        titles.add(word[:MOST_LETTERS])
    if is_cut or any(len(word) > MOST_LETTERS for _, word in columns[0]):
        titles.add(CUT)
    for words in columns:
        parts[-1].place += _GAP
        for _, word in sorted(words):
            cut = word[:MOST_LETTERS]
            is_cut = is_cut or cut != word
            if parts[-1].is_full_for(cut):
                parts.append(_Part())
            parts[-1].add(cut)
    is_long = is_cut or len(parts) > 1
    for number, part in enumerate(parts):
        yield Part(id, number, is_long, "" if number else titles.text(), part.text())


class _Part:
    """Words and their places, until they are too many."""

    def __init__(self) -> None:
        self.place = 0
        self._bytes = 0
        self._places: dict[str, list[str]] = {}

    def is_full_for(self, word: str) -> bool:
        known = self._places.get(word, ())
        return (
            self.place >= MOST_PLACES
            or len(known) >= MOST_OF_ONE
            or self._bytes + len(word) > MOST_BYTES
        )

    def add(self, word: str) -> None:
        self.place += 1
        known = self._places.get(word)
        if known is None:
            self._places[word] = known = []
            self._bytes += len(word.encode())
        self._bytes += 2
        known.append(str(self.place))

    def text(self) -> str:
        return " ".join(
            f"{quoted(word)}:{','.join(places)}" for word, places in self._places.items()
        )


def quoted(word: str) -> str:
    """Return a word as the text form of a `tsvector` or `tsquery` has it."""
    escaped = word.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"


class Asked(NamedTuple):
    """A phrase to find. `query`: a `tsquery`; `first`: that of its first word, for long articles.

    `first` is empty if the answer to `query` is exact for them, too; `query`, if only long articles
    may match.
    """

    query: str
    first: str

    @property
    def is_phrase(self) -> bool:
        """Return whether the places of words matter."""
        return "<->" in self.query


def asked(phrase: str, *, prefix: bool, in_title: bool) -> Asked | None:
    """Return how a folded phrase is asked for; None if it has no words. prefix: of its last.

    in_title: of long titles, not all words are stored.
    """
    words = words_of(phrase)
    if not words:
        return None
    cut = [word[:MOST_LETTERS] for word in words]
    terms = [quoted(word) for word in cut]
    if prefix:
        terms[-1] += ":*"
    if cut != words:
        return Asked("", terms[0])
    if len(terms) == 1:
        return Asked(terms[0], terms[0] if in_title else "")
    return Asked(" <-> ".join(terms), terms[0])
