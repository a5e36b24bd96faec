"""Rebuild what is derived from the articles' documents: facets, the full-text index, rows.

All functions work within the caller's open transaction and read a few hundred articles at a time.
"""

import sqlite3
from collections.abc import Mapping

from pyroaring import BitMap

from reader.cache.engines.sqlite import word_sets
from reader.cache.engines.sqlite.facet_tables import write_anew
from reader.cache.engines.sqlite.facts import BATCH as BATCH
from reader.cache.engines.sqlite.facts import batches as batches
from reader.cache.engines.sqlite.facts import facts
from reader.cache.engines.sqlite.fulltext import INDEXED_AT_START
from reader.cache.engines.sqlite.fulltext import has_damaged_index as has_damaged_index
from reader.cache.engines.sqlite.fulltext import mend_index as mend_index
from reader.cache.engines.sqlite.transaction import SqliteTransaction
from reader.cache.engines.sqlite.view import SqliteView
from reader.cache.facets import changes as facet_changes
from reader.cache.facets.index import ALL, Facets, load
from reader.cache.files.damage import is_damage
from reader.cache.ids import batches as in_batches
from reader.cache.repair.marks_shown import kinds_shown
from reader.cache.values.facet_rows import Counted, Damaged, Facet
from reader.i18n import _


def counted(db: sqlite3.Connection, marks: Mapping[Facet, BitMap]) -> Counted:
    """Count every facet from the articles. marks: the facets of the marks."""
    return facet_changes.counted(facts(db), marks)


def mend_facets(db: sqlite3.Connection, marks: Mapping[Facet, BitMap]) -> None:
    """Recount the facets and write them."""
    version = SqliteTransaction(db).count_up("version")
    write_anew(db, counted(db, marks), version)


def marks_shown(old: sqlite3.Connection, db: sqlite3.Connection) -> Mapping[Facet, BitMap]:
    """Return the marks in the facets of `old`, and store their counter in `db`.

    If they are unreadable, the next start takes them from the marks file.
    """
    known, view = Facets(), SqliteView(old)
    try:
        counter = view.counter("marks")
        known.refresh(view)
        found = {kind.facet: known.get(view, kind.facet) for kind in kinds_shown(view)}
    except (sqlite3.Error, Damaged, TypeError):
        counter, found = -1, {}
    db.execute("UPDATE meta SET value = ? WHERE name = 'marks'", (counter,))
    return found


def has_damaged_facets(db: sqlite3.Connection) -> bool:
    """Return whether any row of the facets has a wrong checksum."""
    try:
        check_facets(db)
    except Damaged:
        return True
    except sqlite3.Error as error:
        if not is_damage(error):
            raise
        return True
    return False


def check_facets(db: sqlite3.Connection) -> None:
    """Read every row of the facets. Raises Damaged, sqlite3.Error."""
    view = SqliteView(db)
    every = [id for (id,) in db.execute("SELECT id FROM chunks")]
    for _chunk in view.chunks(every):
        pass
    if not view.facets([ALL]):
        if view.has_articles():
            raise Damaged(_("the facet of all articles is missing"))
        return
    keys = [key for (key,) in db.execute("SELECT key FROM facets NOT INDEXED")]
    for some in in_batches(keys):
        load(view, some, None)


def put_in_order(db: sqlite3.Connection) -> None:
    """Assign new ids to all articles, in the order of their dates.

    The next start takes the facets of the marks from the marks file.
    """
    db.execute(
        "CREATE TEMP TABLE dealt AS SELECT old.id AS old, new.id AS new FROM "
        "(SELECT id, row_number() OVER (ORDER BY published, id) AS place FROM articles) AS old "
        "JOIN (SELECT id, row_number() OVER (ORDER BY id) AS place FROM articles) AS new "
        "USING (place) WHERE old.id != new.id"
    )
    for table in ("articles", "documents"):  # via negative numbers, which are not used as ids
        db.execute(f"UPDATE {table} SET id = -1 - new FROM dealt WHERE id = old")
        db.execute(f"UPDATE {table} SET id = -1 - id WHERE id < 0")
    db.execute("DROP TABLE dealt")
    db.execute("UPDATE meta SET value = -1 WHERE name = 'marks'")
    mend_facets(db, {})
    mend_index(db)


def mend(db: sqlite3.Connection) -> list[str]:
    """Repair faults that show without reading the articles; return a sentence for each."""
    done = []
    if has_damaged_facets(db):
        mend_facets(db, marks_shown(db, db))
        done.append(_("damaged facets were recounted from the articles"))
    if has_damaged_index(db):
        (count,) = db.execute("SELECT count(*) FROM articles").fetchone()
        if count > INDEXED_AT_START:
            done.append(
                _("the full-text index is damaged; `cryptoread doctor --repair` repairs it")
            )
        else:
            mend_index(db)
            done.append(_("the damaged full-text index was rebuilt"))
    if word_sets.are_damaged(db):
        word_sets.empty(db)
        done.append(_("damaged sets of words were removed; they are made again in idle time"))
    return done
