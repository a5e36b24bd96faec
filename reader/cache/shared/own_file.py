"""`own.db`: the sets of articles that a user has marked in a shared archive, and the last answers.

It can be rebuilt from `marks.db`, which keeps the marks by identity.
"""

import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from pyroaring import BitMap

from reader.cache.files.checksums import bitmap_sum, text_sum
from reader.cache.files.connections import transaction
from reader.cache.files.migrations import Schema
from reader.cache.files.pool import Pool
from reader.cache.values.facet_rows import Facet
from reader.errors import CacheGone

_OWN_1 = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
-- The versions of texts and marks that the sets are of.
INSERT INTO meta VALUES ('texts', -1), ('marks', 0), ('sets', 0), ('version', 0), ('left', 0);
CREATE TABLE sets (
    field TEXT NOT NULL,
    value TEXT NOT NULL,
    ids BLOB NOT NULL,          -- a Roaring bitmap
    crc INTEGER NOT NULL,
    PRIMARY KEY (field, value)
) WITHOUT ROWID;
-- What the list showed when the reader was left; it holds while `version` does.
CREATE TABLE answers (query TEXT PRIMARY KEY, version INTEGER NOT NULL, answer TEXT NOT NULL)
    WITHOUT ROWID;
"""

OWN = Schema(application_id=0x63724F31, migrations=(_OWN_1,), synchronous="NORMAL")


class OwnSets(NamedTuple):
    """The articles with each mark, as of versions of the texts and of the marks. Never changed."""

    texts: int
    marks: int
    sets: Mapping[Facet, BitMap]


class OwnFile:
    """Reads and writes `own.db`. Thread-safe."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._pool = Pool(path, OWN, CacheGone)

    @property
    def db(self) -> sqlite3.Connection:
        """Return this thread's connection."""
        return self._pool.of_thread()

    def versions(self) -> tuple[int, int]:
        """Return the versions of texts and marks that the sets are of; -1 for none."""
        found = dict(self.db.execute("SELECT name, value FROM meta"))
        return int(found.get("texts", -1)), int(found.get("marks", 0))

    def read(self) -> OwnSets:
        """Return the sets; those of no version if they are damaged."""
        db = self.db
        texts, marks = self.versions()
        sets: dict[Facet, BitMap] = {}
        for field, value, blob, crc in db.execute("SELECT field, value, ids, crc FROM sets"):
            if not isinstance(blob, bytes) or bitmap_sum(_number(field, value), blob) != crc:
                return OwnSets(-1, marks, {})
            sets[field, value] = BitMap.deserialize(blob)
        is_whole = db.execute(
            "SELECT 1 FROM meta WHERE name = 'sets' AND value = ?", (len(sets),)
        ).fetchone()
        return OwnSets(texts if is_whole else -1, marks, sets)

    def write(self, new: OwnSets, before: OwnSets) -> None:
        """Write sets that differ, within an open transaction."""
        db = self.db
        for facet, bits in new.sets.items():
            if before.texts < 0 or before.sets.get(facet) is not bits:
                blob = bits.serialize()
                row = (*facet, blob, bitmap_sum(_number(*facet), blob))
                db.execute("INSERT OR REPLACE INTO sets VALUES (?, ?, ?, ?)", row)
        for facet in before.sets.keys() - new.sets.keys():
            db.execute("DELETE FROM sets WHERE field = ? AND value = ?", facet)
        counters = [(new.texts, "texts"), (new.marks, "marks"), (len(new.sets), "sets")]
        db.executemany("UPDATE meta SET value = ? WHERE name = ?", counters)

    def follow(self, new: OwnSets, before: OwnSets) -> None:
        """Write sets that were made of those before, unless others have been written since."""
        with transaction(self.db):
            if self.versions() == (before.texts, before.marks) or before.texts < 0:
                self.write(new, before)

    def answer(self, query: str, version: int) -> str | None:
        """Return the stored answer to a query in that version."""
        find = "SELECT answer FROM answers WHERE query = ? AND version = ?"
        row = self.db.execute(find, (query, version)).fetchone()
        return None if row is None else str(row[0])

    def keep_answer(self, query: str, version: int, answer: str) -> None:
        """Store the answer to a query and drop all others, within an open transaction."""
        db = self.db
        db.execute("DELETE FROM answers")
        db.execute("INSERT INTO answers VALUES (?, ?, ?)", (query, version, answer))
        db.execute("UPDATE meta SET value = ? WHERE name = 'version'", (version,))
        # `glance` tells this file from an older copy, and from one that was deleted and made again.
        db.execute("UPDATE meta SET value = random() WHERE name = 'left'")

    def wait_briefly(self) -> None:
        """Wait at most 500 ms for other programs from now on, in this thread."""
        self._pool.wait_briefly()

    def release(self) -> None:
        """Close this thread's connection."""
        self._pool.release()

    def close(self) -> None:
        """Close every connection, whichever thread opened it."""
        self._pool.close()


def _number(field: str, value: str) -> int:
    """Return what the checksum of a set begins with, so that it is wrong in another row."""
    return text_sum(f"{field}\0{value}")
