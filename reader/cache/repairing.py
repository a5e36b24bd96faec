"""Check everything in the two files that can be verified, and repair it.

For `doctor`. A check reads a few hundred articles at a time and keeps only sets of ids.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from reader.article import LAST_INSTANT, Identity, reference
from reader.cache.engines.sqlite import word_sets
from reader.cache.engines.sqlite.documents import DERIVED, derived, forget, mend_row, read
from reader.cache.files import copies
from reader.cache.files.connections import transaction
from reader.cache.files.damage import rows_of, sql_errors, suspect
from reader.cache.files.migrations import CACHE
from reader.cache.files.schema import IDENTITY, check_version, connect
from reader.cache.repair import findings, marks_repair, rebuilding
from reader.cache.repair.checking import check_cache, check_marks
from reader.cache.repair.faults import facets_fault, index_fault
from reader.cache.repair.preparing import prepare
from reader.cache.values.incoming import Incoming
from reader.cache.values.instants import milliseconds
from reader.errors import CacheDamaged
from reader.i18n import _

DEEP_AT_MOST = 20_000
"""Maximum articles that are compared with derived data by default, in ten seconds."""

NAMED = 5

STORED_AT_ONCE = 5_000


class Check(NamedTuple):
    """The result of one check. `advice`: what the user can do. `repair`: what was done."""

    check: str
    finding: str
    is_well: bool = True
    advice: str = ""
    repair: str = ""


REPAIR = _("`cryptoread doctor --repair` repairs it")

IMPORT = _("import and sync again to bring them back")


def checks(folder: Path, *, repair: bool = False, deep: bool = False) -> Iterator[Check]:
    """Yield what was found in `cache.db`. Raises CacheTooNew and other CacheErrors.

    repair: repair what can be; a check that is then well says what was done. deep: compare every
    article, however many there are. Raises FileNotFoundError without a file.
    """
    path = folder / "cache.db"
    if not path.exists():
        raise FileNotFoundError(path)
    done = ""
    if repair:
        try:
            check_cache(folder)
        except CacheDamaged:
            suspect(path)
        done = prepare(path, CACHE) or ""
    try:
        count = check_cache(folder)
    except CacheDamaged as error:
        yield Check("cache.db", str(error).partition(";")[0], False, REPAIR)
        return
    deep = deep or repair or count <= DEEP_AT_MOST
    if repair:
        yield from _set_aside(folder)
    yield from _Cache(path, count, repair=repair, deep=deep, done=done).checks()


def _set_aside(folder: Path) -> Iterator[Check]:
    """Copy the articles of damaged files that were too large to salvage at a start."""
    from reader.cache.repair.salvaging import AT_START

    for aside in sorted(folder.glob("cache.db.damaged-*")):
        if aside.name.endswith(("-wal", "-shm")) or aside.stat().st_size <= AT_START:
            continue
        brought = _bring_over(folder, aside)
        done = findings.recovered(brought) if brought else ""
        text = _("{file} was damaged and renamed").format(file=aside.name)
        yield Check("set aside", text, repair=done)  # not shown: of JSON


def _bring_over(folder: Path, aside: Path) -> int:
    """Copy articles that the cache lacks from a renamed file; return how many."""
    from reader.cache.answers import Outcome
    from reader.cache.repair.salvaging import articles_of
    from reader.cache.store import Store

    articles, brought = articles_of(aside), 0
    with Store(folder) as store:
        run = store.intake.begin_run()
        while some := list(islice(articles, STORED_AT_ONCE)):
            with store.intake.writing(run) as writer:
                outcomes = [writer.put_new(Incoming.of(each)) for each in some]
            brought += outcomes.count(Outcome.NEW)
    return brought


def marks_checks(folder: Path, *, repair: bool = False) -> Iterator[Check]:
    """Yield what was found in `marks.db` and its copies. Raises as `checks`."""
    found = marks_repair.check(folder)
    done = marks_repair.repair(folder) if repair and found else []
    if done:
        found = marks_repair.check(folder)
    for sentence in found:
        yield Check("marks.db", sentence, False, REPAIR, "; ".join(done))
    if found:
        suspect(folder / "marks.db")  # the next start checks all of it
    else:
        yield Check("marks.db", findings.with_marks(check_marks(folder)), True, "", "; ".join(done))


class _Cache:
    """A file that SQLite can read whole."""

    def __init__(self, path: Path, count: int, *, repair: bool, deep: bool, done: str) -> None:
        self._path = path
        self._count = count
        self._repair = repair
        self._deep = deep
        self._done = done

    def checks(self) -> Iterator[Check]:
        with closing(connect(self._path, CACHE)) as db, sql_errors(self._path):
            if check_version(db, self._path, CACHE) < len(CACHE.migrations):
                yield self._documents(db, is_earlier=True)
                return
            yield self._orphans(db)
            yield self._documents(db)
            if self._deep:
                yield self._rows(db)
            yield self._twins(db)
            yield self._dates(db)
            yield self._facets(db)
            yield self._index(db)

    @property
    def _may_write(self) -> bool:
        return copies.is_writable(self._path) and not copies.is_only_read(self._path)

    def _documents(self, db: sqlite3.Connection, *, is_earlier: bool = False) -> Check:
        """Check whether each text is as it was written."""
        damaged: list[int] = []
        for some in rebuilding.batches(db):
            found = read(db, some)
            damaged += [id for id, document in found.items() if document is None]
        if not damaged:
            return Check("cache.db", findings.undamaged(self._count), repair=self._done)
        empty = db.execute("SELECT count(*) FROM documents WHERE digest = x''").fetchone()[0]
        is_forgotten = self._repair or empty == len(damaged)
        if self._repair:
            with transaction(db):
                forget(db, damaged)
                _remove_replaced(db, damaged)
        names = references(db, damaged[:NAMED], has_feeds=not is_earlier)
        shown = ", ".join(map(str, names)) + (", …" if len(damaged) > NAMED else "")
        text = findings.changed(len(damaged), self._count, shown)
        done = _("the next import or sync brings it in again") if self._repair else ""
        return Check("cache.db", text, False, IMPORT if is_forgotten else REPAIR, done)

    def _orphans(self, db: sqlite3.Connection) -> Check:
        """Look for rows without a document and documents without a row."""
        texts = _ids(
            db,
            "SELECT documents.id FROM documents LEFT JOIN articles USING (id) "
            "WHERE articles.id IS NULL",
        )
        rows = _ids(
            db,
            "SELECT articles.id FROM articles LEFT JOIN documents USING (id) "
            "WHERE documents.id IS NULL",
        )
        if not texts and not rows:
            return Check("orphans", _("every article has its text"))
        text = findings.orphans(len(rows), len(texts))
        if not self._repair:
            return Check("orphans", text, False, REPAIR)
        with transaction(db):
            restored = sum(_restored(db, id) for id in texts)
            lost = [id for id in rows if _exists(db, id)]
            forget(db, lost)
            for id in lost:
                db.execute("DELETE FROM articles WHERE id = ?", (id,))
            rebuilding.mend_facets(db, rebuilding.marks_shown(db, db))
            rebuilding.mend_index(db)
        return Check("orphans", text, True, "", findings.restored(restored, len(lost)))

    def _rows(self, db: sqlite3.Connection) -> Check:
        """Check whether the rows of the list say what the articles say."""
        wrong = []
        for some in rebuilding.batches(db):
            found = read(db, some)
            failed: list[int] = []
            stored = {
                id: tuple(values)
                for id, *values in rows_of(
                    db, f"SELECT id, {DERIVED} FROM articles WHERE id IN", some, failed.append
                )
            }
            for id, document in found.items():
                if document is None:
                    continue
                if stored.get(id) != derived(Incoming.of(document.article())):
                    wrong.append(id)
        if not wrong:
            return Check("rows", _("every title and date agrees with its article"))
        text = findings.differing(len(wrong))
        if not self._repair:
            return Check("rows", text, False, REPAIR)
        with transaction(db):
            mended = sum(mend_row(db, id) for id in wrong)
        done = findings.rewritten(mended)
        return Check("rows", text, mended == len(wrong), "", done)

    def _twins(self, db: sqlite3.Connection) -> Check:
        """Check whether any article is stored twice: under one identity, or as one item."""
        alike = db.execute(
            "SELECT max(id) FROM articles NOT INDEXED "
            "GROUP BY external, feed, iif(feed = '', source, ''), iif(feed = '', lang, '') "
            "HAVING count(*) > 1"
        ).fetchall()
        items = db.execute(
            "SELECT entry FROM articles NOT INDEXED WHERE entry > 0 "
            "GROUP BY entry HAVING count(*) > 1"
        ).fetchall()
        if not alike and not items:
            return Check("twins", _("no article is stored twice"))
        text = findings.stored_twice(len(alike) + len(items))
        if not self._repair:
            return Check("twins", text, False, REPAIR)
        with transaction(db):
            for (id,) in alike:
                db.execute("DELETE FROM articles WHERE id = ?", (id,))
                db.execute("DELETE FROM documents WHERE id = ?", (id,))
            for (entry,) in items:
                db.execute(
                    "UPDATE articles SET entry = 0 WHERE entry = ? AND id != "
                    "(SELECT max(id) FROM articles WHERE entry = ?)",
                    (entry, entry),
                )
            db.execute("REINDEX articles")
            if alike:
                rebuilding.mend_facets(db, rebuilding.marks_shown(db, db))
                rebuilding.mend_index(db)
        return Check("twins", text, True, "", findings.removed(len(alike)))

    def _dates(self, db: sqlite3.Connection) -> Check:
        """Check whether every date is possible and ids are in the order of dates."""
        (impossible,) = db.execute(
            "SELECT count(*) FROM articles WHERE typeof(published) != 'integer' "
            "OR typeof(updated) != 'integer' OR published > ?",
            (milliseconds(LAST_INSTANT),),
        ).fetchone()
        (disordered,) = db.execute(
            "SELECT count(*) FROM (SELECT published < lag(published) OVER (ORDER BY id) AS wrong "
            "FROM articles) WHERE wrong"
        ).fetchone()
        if not impossible and not disordered:
            text = _("every date is possible, and articles are in the order of dates")
            return Check("dates", text)
        if impossible:
            text = findings.impossible(impossible)
            advice = _("export, move cache.db away, import again; marks are kept")
            return Check("dates", text, False, advice)
        text = findings.disordered(disordered)
        if not self._repair:
            return Check("dates", text, False, REPAIR)
        with transaction(db):
            rebuilding.put_in_order(db)
        return Check("dates", text, True, "", _("the articles were put in order"))

    def _facets(self, db: sqlite3.Connection) -> Check:
        """Check whether the facets agree with the articles."""
        fault = facets_fault(db, deep=self._deep)
        if not fault:
            (count,) = db.execute("SELECT count(*) FROM facets").fetchone()
            return Check("facets", findings.agreeing(count))
        if not self._repair:
            return Check("facets", fault, False, REPAIR)
        with transaction(db):
            rebuilding.mend_facets(db, rebuilding.marks_shown(db, db))
        return Check("facets", fault, True, "", _("all facets were recounted from the articles"))

    def _index(self, db: sqlite3.Connection) -> Check:
        """Check whether the full-text index finds the words of articles."""
        fault = ""
        if self._may_write and rebuilding.has_damaged_index(db):
            fault = _("the full-text index is damaged")
        fault = fault or index_fault(db)
        if not fault and word_sets.are_damaged(db):
            return self._words(db)
        if not fault:
            return Check("search", _("the full-text index finds the words of the articles"))
        if not self._repair:
            return Check("search", fault, False, REPAIR)
        with transaction(db):
            rebuilding.mend_index(db)
        return Check("search", fault, True, "", _("the full-text index was rebuilt"))

    def _words(self, db: sqlite3.Connection) -> Check:
        text = _("stored sets of words are damaged, and not used")
        if not self._repair:
            return Check("search", text, False, REPAIR)
        with transaction(db):
            word_sets.empty(db)
        return Check("search", text, True, "", _("removed; they are made again in idle time"))


def references(
    db: sqlite3.Connection, ids: Sequence[int], *, has_feeds: bool = True
) -> Iterator[int]:
    """Yield the references by which a user names articles."""
    columns = IDENTITY if has_feeds else "source, external, lang"  # not shown
    for id, *parts in rows_of(db, f"SELECT id, {columns} FROM articles WHERE id IN", ids, _skip):
        with suppress(TypeError):
            yield reference(id, Identity(*parts))


def _skip(_id: int) -> None:
    """Skip an article that cannot be read."""


def _ids(db: sqlite3.Connection, find: str, *values: object) -> list[int]:
    return [id for (id,) in db.execute(find, values)]


def _exists(db: sqlite3.Connection, id: int) -> bool:
    return db.execute("SELECT 1 FROM articles WHERE id = ?", (id,)).fetchone() is not None


def _remove_replaced(db: sqlite3.Connection, damaged: Sequence[int]) -> None:
    """Remove damaged articles that came again under a new identity, as theirs was damaged."""
    find = (
        "SELECT other.id FROM articles one JOIN articles other USING (published, origin) "
        "WHERE one.id = ? AND other.id != one.id"
    )
    gone = []
    for id in damaged:
        others = read(db, _ids(db, find, id)).values()
        if any(other is not None for other in others):
            gone.append(id)
    for table in ("articles", "documents"):
        db.executemany(f"DELETE FROM {table} WHERE id = ?", [(id,) for id in gone])
    if gone:
        rebuilding.mend_facets(db, rebuilding.marks_shown(db, db))
        rebuilding.mend_index(db)


def _restored(db: sqlite3.Connection, id: int) -> bool:
    """Restore the row of a document; remove a damaged or duplicate document."""
    from reader.cache.values.stored import Document

    row = db.execute(
        "SELECT digest, CAST(fields AS BLOB), CAST(body AS BLOB) FROM documents WHERE id = ?", (id,)
    ).fetchone()
    document = Document("", *row)
    if document.is_whole:
        new = Incoming.of(document.article())
        values = derived(new)
        half = db.execute(
            "SELECT articles.id, origin, run, entry, came, fetched FROM articles "
            "LEFT JOIN documents USING (id) WHERE documents.id IS NULL "
            "AND external = ? AND feed = ? AND (feed != '' OR source = ? AND lang = ?)",
            (values[1], values[3], values[0], values[2]),
        ).fetchone()
        if half is not None:
            db.execute("DELETE FROM articles WHERE id = ?", (half[0],))
        kept = half[1:] if half is not None else ("", 0, 0, b"", 0)
        places = ", ".join("?" * (1 + len(kept) + len(values)))
        with suppress(sqlite3.IntegrityError):
            db.execute(
                f"INSERT INTO articles (id, origin, run, entry, came, fetched, {DERIVED}) "
                f"VALUES ({places})",
                (id, *kept, *values),
            )
            return True
    db.execute("DELETE FROM documents WHERE id = ?", (id,))
    return False
