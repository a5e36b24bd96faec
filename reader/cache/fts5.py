"""FTS5: terms in its grammar, and the ids that match one."""

import sqlite3
import sys
from array import array

from pyroaring import BitMap

from reader.query.apostrophes import spellings
from reader.query.folding import folded
from reader.query.language import Field, Term


def match_phrase(term: Term) -> str:
    """Return a term in FTS5's grammar: quoted phrases, so that it has no operators.

    More than one if a word of it has an apostrophe, or may have lost one.
    """
    column = "title : " if term.field is Field.TITLE else ""
    ways = spellings(term.value, prefix=term.prefix)
    phrases = dict.fromkeys(_quoted(folded(text), prefix) for text, prefix in ways)
    if len(phrases) == 1:
        return column + next(iter(phrases))
    return f"{column}({' OR '.join(phrases)})"


def _quoted(phrase: str, prefix: bool) -> str:
    return '"' + phrase.replace('"', '""') + '"' + (" *" if prefix else "")


def matches(db: sqlite3.Connection, phrase: str) -> BitMap:
    """Return the ids of the table `fulltext` that match a phrase of `match_phrase`."""
    # One row for all ids, as digits: each row that SQLite returns and each number that Python
    # parses holds the interpreter lock, for which the painting thread would wait.
    every = "SELECT group_concat(printf('%08x', rowid), '') FROM fulltext WHERE fulltext MATCH ?"
    (digits,) = db.execute(every, (phrase,)).fetchone()
    ids = array("I", bytes.fromhex(digits or ""))
    if sys.byteorder == "little":
        ids.byteswap()
    return BitMap(ids)
