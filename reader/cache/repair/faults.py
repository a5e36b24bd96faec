"""Find faults in the data derived from articles: facets and the full-text index.

Changes nothing; `repairing` repairs them.
"""

import re
import sqlite3
from collections.abc import Iterator, Sequence

from reader.cache.engines.sqlite.documents import read
from reader.cache.engines.sqlite.view import SqliteView
from reader.cache.facets.index import OWN, Facets
from reader.cache.files.damage import is_damage, rows_of
from reader.cache.ids import NONE
from reader.cache.marks.kinds import Mark
from reader.cache.repair import rebuilding
from reader.cache.values.facet_rows import Damaged
from reader.i18n import _, grouped, ngettext
from reader.query.folding import folded

SAMPLE, WORDS = 200, 3
"""Number of articles to look up in the full-text index, and of words of each."""

_WORD = re.compile(r"(?<!\S)[A-Za-zА-Яа-я0-9]{4,30}(?![^\s.,;:!?])")

_TEXT = (
    "SELECT id, CAST(title AS BLOB), CAST(body AS BLOB) "
    "FROM articles JOIN documents USING (id) WHERE articles.id IN "
)


def facets_fault(db: sqlite3.Connection, *, deep: bool) -> str:
    """Return what is wrong with the facets, empty if nothing. deep: recount the articles."""
    if rebuilding.has_damaged_facets(db):
        return _("facets have wrong checksums")
    if not deep:
        return ""
    truth = rebuilding.counted(db, {})
    known, view = Facets(), SqliteView(db)
    known.refresh(view)
    stored = {(field, value) for field, value in db.execute("SELECT field, value FROM facets")}
    of_marks = {*(mark.facet for mark in Mark), *(each for each in stored if each[0] == OWN)}
    differ = 0
    for facet in (stored | truth.ids.keys()) - of_marks:
        try:
            bits = known.get(view, facet)
        except Damaged:
            return _("facets have wrong checksums")
        differ += bits != truth.ids.get(facet, NONE)
    text = ngettext(
        "{number} facet differs from the articles",
        "{number} facets differ from the articles",
        differ,
    )
    return text.format(number=grouped(differ)) if differ else ""


def index_fault(db: sqlite3.Connection) -> str:
    """Return what is wrong with the full-text index, by words of a sample of articles."""
    find = "SELECT 1 FROM fulltext WHERE fulltext MATCH ? AND rowid = ?"
    ghosts = (
        "SELECT count(*) FROM (SELECT rowid FROM fulltext WHERE fulltext MATCH ?) hits "
        "LEFT JOIN articles ON articles.id = hits.rowid WHERE articles.id IS NULL"
    )
    missing = found_gone = 0
    try:
        for id, words in _sample(db):
            phrases = [f'"{word}"' for word in words]
            missing += sum(db.execute(find, (each, id)).fetchone() is None for each in phrases)
            for each in phrases[:1]:
                found_gone += db.execute(ghosts, (each,)).fetchone()[0]
    except sqlite3.Error as error:
        if not is_damage(error):
            raise
        return _("the full-text index is damaged")
    if missing:
        return ngettext(
            "the full-text index misses {number} word of a sample of articles",
            "the full-text index misses {number} words of a sample of articles",
            missing,
        ).format(number=grouped(missing))
    return _("the full-text index finds articles that are gone") if found_gone else ""


def _sample(db: sqlite3.Connection) -> Iterator[tuple[int, Sequence[str]]]:
    """Yield articles all over the archive, and some of their longest words."""
    (count,) = db.execute("SELECT count(*) FROM articles").fetchone()
    step = max(1, count // SAMPLE)
    every = "SELECT id FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM articles) "
    found = db.execute(f"{every} WHERE n % {step} = 0 LIMIT {2 * SAMPLE}")
    ids = [id for (id,) in found]
    for start in range(0, len(ids), rebuilding.BATCH):
        some = ids[start : start + rebuilding.BATCH]
        for id, *texts in rows_of(db, _TEXT, some, lambda _id: None):
            text = " ".join(each.decode(errors="replace") for each in texts if each is not None)
            words = sorted(set(_WORD.findall(folded(text))), key=lambda word: (-len(word), word))
            if read(db, [id]).get(id) is not None:
                yield id, words[:WORDS]
