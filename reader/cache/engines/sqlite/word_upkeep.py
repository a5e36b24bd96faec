"""Make the stored sets of words, and take them to later versions, in idle time.

Words are taken by their first characters (`word_starts`), so that the work can stop and go on: a
million articles take a minute. What costs time is measured, not guessed: a prefix is stored
if FTS5 takes long to find it.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from time import thread_time

from pyroaring import BitMap

from reader.cache.engines.sqlite import word_sets
from reader.cache.engines.sqlite.changed import Changed, Unreadable, changed_since, texts_of
from reader.cache.engines.sqlite.word_sets import MOST_CHANGED
from reader.cache.files.connections import snapshot, transaction
from reader.cache.fts5 import has_only_8_digits, matches, quoted
from reader.cache.ids import batches

LEAST_ARTICLES = 50_000
"""Articles from which sets are made: FTS5 finds any word of fewer in a tenth of a second."""

SLOW_S = 0.06
"""What FTS5 may take for a word or prefix without its set being stored."""

MERGED = 3
"""Prefixes shorter than this are unions of the longer ones, as FTS5 would read each word again for
every letter of it."""

LONGEST = 12
"""Letters of a word that are looked at: a hostile archive may have slow words of any length."""

GROWTH = 1.25
"""Growth of the articles with which other words may be slow."""

CARRIED_FROM, MOST_CARRIED, CARRIED_AT_ONCE = 100, 10_000, 2_000
"""Changed articles from which sets are taken to the present, up to which that is faster than making
them again, and how many are indexed in memory at once."""

SETS_AT_ONCE = 4
"""Sets written in one transaction: some megabytes, written in 20 ms."""

PLAIN = frozenset("abcdefghijklmnopqrstuvwxyz0123456789абвгдежзийклмнопрстуфхцчшщъыьэюяіїєґ")
"""Characters that FTS5 certainly reads in a query as they are in its index."""

_VOCABULARY = (
    "CREATE VIRTUAL TABLE IF NOT EXISTS temp.vocabulary USING fts5vocab (main, fulltext, instance)"
)
_LAST = chr(0x10FFFF)


def keep_sets(db: sqlite3.Connection, slow_s: float = SLOW_S) -> None:
    """Bring the stored sets up to date and make those that are missing. Raises sqlite3.Error.

    What is done stays if the process is killed. slow_s: processor time of FTS5 from which a set is
    stored.
    """
    carry_sets(db)
    if not has_many(db):
        return
    for start in due(db):
        if not _is_made(db, start):  # by another program, since the list was made
            _make(db, start, slow_s)


def is_far_behind(db: sqlite3.Connection) -> bool:
    """Return whether too much has changed for stored sets to be used."""
    with snapshot(db):
        changes = _changes(db).values()
    return any(each is None or len(each) > MOST_CHANGED for each in changes)


def has_many(db: sqlite3.Connection) -> bool:
    """Return whether there are enough articles for searches to be slow."""
    return articles(db) >= LEAST_ARTICLES


def articles(db: sqlite3.Connection) -> int:
    """Return the number of articles, without counting them one by one."""
    row = db.execute("SELECT size FROM facets WHERE field = 'all'").fetchone()
    return row[0] if row and isinstance(row[0], int) else 0


def due(db: sqlite3.Connection) -> list[str]:
    """Return the first characters of words whose sets are still to be made."""
    db.execute(_VOCABULARY)
    with snapshot(db):
        count = articles(db)
        known = "SELECT start, texts, articles FROM word_starts"
        made = {
            start
            for start, texts, before in db.execute(known).fetchall()
            if count <= GROWTH * before and changed_since(db, texts) is not None
        }
        return [start for start in _next_letters(db, "") if start not in made]


def _is_made(db: sqlite3.Connection, start: str) -> bool:
    find = "SELECT 1 FROM word_starts WHERE start = ? AND texts = ? AND articles * ? >= ?"
    with snapshot(db):
        values = (start, texts_of(db), GROWTH, articles(db))
        return db.execute(find, values).fetchone() is not None


# Made from FTS5.


def _make(db: sqlite3.Connection, start: str, slow_s: float) -> None:
    """Make and store the sets of all words that begin with a character."""
    with snapshot(db):
        texts, count = texts_of(db), articles(db)
        making = _Making(db, slow_s)
        making.prefix(start)
    before = [
        phrase
        for (phrase,) in db.execute("SELECT phrase FROM word_sets").fetchall()
        if phrase[1:2] == start and phrase not in making.sets
    ]
    for some in batches([*making.sets.items()], SETS_AT_ONCE):
        with transaction(db):
            word_sets.put(db, texts, dict(some))
    with transaction(db):
        word_sets.remove(db, before)
        done = "INSERT OR REPLACE INTO word_starts (start, texts, articles) VALUES (?, ?, ?)"
        db.execute(done, (start, texts, count))


class _Making:
    """Collects the slow words and prefixes of one version in `sets`, by FTS5's phrases."""

    def __init__(self, db: sqlite3.Connection, slow_s: float) -> None:
        self.sets: dict[str, BitMap] = {}
        self._db = db
        self._slow_s = slow_s
        self._are_of_8_digits = has_only_8_digits(db)

    def prefix(self, start: str) -> tuple[BitMap, float]:
        """Return the articles with words that begin so, and the seconds that FTS5 takes for it."""
        letters = list(_next_letters(self._db, start))
        if len(start) < MERGED and _is_plain(start) and all(map(_is_plain, letters)):
            bits, seconds = self._longer(start, letters)
        else:
            bits, seconds = self._found(quoted(start, prefix=True))
            if seconds >= self._slow_s and len(start) < LONGEST:
                self._longer(start, letters)
        if seconds >= self._slow_s:
            self.sets[quoted(start, prefix=True)] = bits
        return bits, seconds

    def _longer(self, start: str, letters: Iterable[str]) -> tuple[BitMap, float]:
        """Return the union of the word itself and of all longer prefixes."""
        phrase = quoted(start, prefix=False)
        bits, seconds = self._found(phrase)
        if seconds >= self._slow_s:
            self.sets[phrase] = bits
        for letter in letters:
            more, longer = self.prefix(start + letter)
            bits = bits | more
            seconds += longer
        return bits, seconds

    def _found(self, phrase: str) -> tuple[BitMap, float]:
        began = thread_time()
        bits = matches(self._db, phrase, are_of_8_digits=self._are_of_8_digits)
        return bits, thread_time() - began


def _is_plain(text: str) -> bool:
    """Return whether words that begin so are those that begin so with any next character."""
    return all(map(PLAIN.__contains__, text))


def _next_letters(db: sqlite3.Connection, start: str) -> Iterator[str]:
    """Yield the characters that follow in the words of the index, in the order of its bytes."""
    find = "SELECT term FROM temp.vocabulary WHERE term >= ? LIMIT 1"
    place = len(start)
    after = start + "\0"
    while row := db.execute(find, (after,)).fetchone():
        term = row[0]
        if not term.startswith(start):
            return
        yield term[place]
        if term[place] == _LAST:
            return
        after = start + _following(term[place])


def _following(char: str) -> str:
    code = ord(char) + 1
    return chr(0xE000 if code == 0xD800 else code)


# Taken to a later version.


def carry_sets(db: sqlite3.Connection) -> None:
    """Take sets to the present where much has changed since, and remove those too far behind.

    Raises sqlite3.Error.
    """
    with snapshot(db):
        changes = _changes(db)
    for since, changed in changes.items():
        find = "SELECT phrase FROM word_sets WHERE texts = ?"
        phrases = [phrase for (phrase,) in db.execute(find, (since,)).fetchall()]
        if changed is None or len(changed) > MOST_CARRIED:
            _drop(db, phrases, since)
        elif len(changed) >= CARRIED_FROM:
            _carry(db, phrases, since)


def _changes(db: sqlite3.Connection) -> dict[int, BitMap | None]:
    """Return what has changed since each version that sets are of; None if unknown."""
    find = "SELECT texts FROM word_starts UNION SELECT texts FROM word_sets"
    return {since: changed_since(db, since) for (since,) in db.execute(find).fetchall()}


def _drop(db: sqlite3.Connection, phrases: list[str], since: int) -> None:
    """Remove sets that are too far behind."""
    for some in batches(phrases, SETS_AT_ONCE):
        with transaction(db):
            word_sets.remove(db, some)
    with transaction(db):
        db.execute("DELETE FROM word_starts WHERE texts = ?", (since,))


def _carry(db: sqlite3.Connection, phrases: list[str], since: int) -> None:
    """Take sets from one version to the present."""
    with snapshot(db):
        texts, changed = texts_of(db), changed_since(db, since)
        if changed is None:
            return
        try:
            found = _found_among(db, changed, phrases)
        except Unreadable:
            return
    for some in batches(phrases, SETS_AT_ONCE):
        with transaction(db):
            for phrase in some:
                word_sets.carry(db, phrase, since, texts, changed, found[phrase])
    with transaction(db):
        db.execute("UPDATE word_starts SET texts = ? WHERE texts = ?", (texts, since))


def _found_among(db: sqlite3.Connection, ids: BitMap, phrases: list[str]) -> Mapping[str, BitMap]:
    """Return those of the articles that match each phrase. Raises Unreadable."""
    found: dict[str, BitMap] = defaultdict(BitMap)
    for some in batches(list(ids), CARRIED_AT_ONCE):
        index = Changed(db, BitMap(some))
        try:
            for phrase in phrases:
                found[phrase] |= index.matches(phrase)
        finally:
            index.close()
    return found
