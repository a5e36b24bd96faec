"""FTS5: terms in its grammar, and the ids that match one."""

import sqlite3
import sys
from array import array
from collections.abc import Iterator

from pyroaring import BitMap

from reader.query.apostrophes import spellings
from reader.query.folding import folded
from reader.query.language import Field, Term

DIGITS = 8
"""Decimal digits of the ids of articles from 2014 to 2059."""

_FIRST, _LAST = 10 ** (DIGITS - 1), 10**DIGITS - 1

_AT_ONCE = 1 << 15
"""Ids that are converted in one step, some 0.3 ms in which the interpreter lock is held."""

# Two digits of a byte to its value, then values of 100 to those of 10,000, then to 100,000,000.
_PAIRS = bytes((byte >> 4) * 10 + (byte & 15) & 255 for byte in range(256))
_EACH_2ND = b"\x00\xff\x00\xff"
_LOW_HALF = b"\x00\x00\xff\xff"


def phrases(term: Term) -> list[str]:
    """Return a term in FTS5's grammar: quoted phrases, so that it has no operators.

    An article has the term if it matches any of them. More than one if a word of it has an
    apostrophe, or may have lost one.
    """
    column = "title : " if term.field is Field.TITLE else ""
    return [column + quoted(text, prefix) for text, prefix in ways(term)]


def ways(term: Term) -> list[tuple[str, bool]]:
    """Return the folded texts that a term asks for, and whether the last word of each may go on."""
    spelled = spellings(term.value, prefix=term.prefix)
    return list(dict.fromkeys((folded(text), prefix) for text, prefix in spelled))


def match_phrase(term: Term) -> str:
    """Return a term as one expression of FTS5's grammar."""
    return " OR ".join(phrases(term))


def quoted(phrase: str, prefix: bool) -> str:
    """Return a folded phrase in FTS5's grammar. prefix: its last word may go on."""
    return '"' + phrase.replace('"', '""') + '"' + (" *" if prefix else "")


# One row for all ids, as digits: each row that SQLite returns and each number that Python parses
# holds the interpreter lock, for which the painting thread would wait.
_HEX = "SELECT group_concat(printf('%08x', rowid), '') FROM fulltext WHERE fulltext MATCH ?"
# Half the time: SQLite writes a number as decimal digits anyway.
_DECIMAL = "SELECT group_concat(rowid, '') FROM fulltext WHERE fulltext MATCH ?"


def matches(db: sqlite3.Connection, phrase: str, *, are_of_8_digits: bool = False) -> BitMap:
    """Return the ids of the table `fulltext` that match an expression of FTS5.

    are_of_8_digits: all ids of the table have as many decimal digits, which is faster.
    """
    (digits,) = db.execute(_DECIMAL if are_of_8_digits else _HEX, (phrase,)).fetchone()
    ids = array("I")
    if are_of_8_digits:
        for part in _from_decimal(bytes.fromhex(digits or "").translate(_PAIRS)):
            ids.frombytes(part)
    else:
        ids.frombytes(bytes.fromhex(digits or ""))
    if sys.byteorder == "little":
        ids.byteswap()
    return BitMap(ids)


def _from_decimal(pairs: bytes) -> Iterator[bytes]:
    """Yield big-endian numbers of 32 bits. pairs: four bytes below 100 for each number.

    Many numbers are converted by few operations on one large number.
    """
    step = 4 * _AT_ONCE
    for start in range(0, len(pairs), step):
        some = pairs[start : start + step]
        count = len(some) // 4
        number = int.from_bytes(some, "big")
        number -= 156 * (number >> 8 & int.from_bytes(_EACH_2ND * count, "big"))
        number -= 55_536 * (number >> 16 & int.from_bytes(_LOW_HALF * count, "big"))
        yield number.to_bytes(4 * count, "big")


def has_only_8_digits(db: sqlite3.Connection) -> bool:
    """Return whether the ids of all articles have as many decimal digits."""
    ends = "SELECT (SELECT min(id) FROM articles), (SELECT max(id) FROM articles)"
    first, last = db.execute(ends).fetchone()
    return first is not None and first >= _FIRST and last <= _LAST
