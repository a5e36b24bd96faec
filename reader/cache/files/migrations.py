"""The schemas of the two files: their append-only migrations, and how these are applied."""

import sqlite3
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from reader.cache.files.checksums import bitmap_sum, row_sum
from reader.cache.files.connections import transaction
from reader.cache.files.damage import sql_errors as sql_errors
from reader.cache.files.marks_migrations import MARKS_MIGRATIONS
from reader.cache.values.facet_rows import FACETS
from reader.query.folding import folded, is_kept

FULLTEXT_OPTIONS = (
    "title, description, body, "  # not shown: SQL
    "tokenize = 'unicode61 remove_diacritics 2', "
    "columnsize = 0"  # lengths are for ranking, and hits come by date
)

_CACHE_1 = f"""
CREATE TABLE meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO meta VALUES ('version', 0), ('marks', 0), ('run', 0);

CREATE TABLE articles (
    id INTEGER PRIMARY KEY,
    source TEXT NOT NULL,
    external TEXT NOT NULL,
    lang TEXT NOT NULL,
    published INTEGER NOT NULL, -- milliseconds since 1970
    updated INTEGER NOT NULL,
    category TEXT NOT NULL,
    sentiment TEXT NOT NULL,
    pinned INTEGER NOT NULL,
    draft INTEGER NOT NULL,
    flagged INTEGER NOT NULL,
    origin TEXT NOT NULL,
    run INTEGER NOT NULL,       -- the import that brought it first
    title TEXT NOT NULL
);
CREATE UNIQUE INDEX articles_identity ON articles (external, lang, source);
CREATE INDEX articles_published ON articles (published);

CREATE TABLE documents (
    id INTEGER PRIMARY KEY,
    digest BLOB NOT NULL,       -- of fields and body, to notice damage
    fields TEXT NOT NULL,       -- the front matter as JSON
    body TEXT NOT NULL
);

CREATE VIEW searchable AS
    SELECT articles.id, title, fields ->> 'description' AS description, body
    FROM articles JOIN documents USING (id);
CREATE VIRTUAL TABLE fulltext USING fts5 (
    {FULLTEXT_OPTIONS}, content = 'searchable', content_rowid = 'id'
);
-- The memory that gathers new words before they are written: more of it, fewer merges.
INSERT INTO fulltext (fulltext, rank) VALUES ('hashsize', 16777216);

CREATE TABLE facets (
    key INTEGER PRIMARY KEY,
    field TEXT NOT NULL,
    value TEXT NOT NULL,
    label TEXT NOT NULL,
    size INTEGER NOT NULL DEFAULT 0,
    UNIQUE (field, value)
);
CREATE INDEX facets_size ON facets (field, size DESC);
CREATE TABLE chunks (
    id INTEGER PRIMARY KEY,     -- facets.key and number of the chunk, as _CACHE_6 has it
    version INTEGER NOT NULL,   -- meta.version of the change that wrote it
    ids BLOB NOT NULL           -- a Roaring bitmap
);
CREATE INDEX chunks_version ON chunks (version);

CREATE TABLE files (
    location BLOB PRIMARY KEY,   -- a path as the file system has it, which may be no text
    size INTEGER NOT NULL,
    mtime INTEGER NOT NULL,     -- nanoseconds
    digest BLOB NOT NULL        -- of its bytes
) WITHOUT ROWID;
"""

_CACHE_2 = """
-- Grows with every change of a text, where `version` grows with marks too.
INSERT INTO meta VALUES ('texts', 0);
"""

_CACHE_3 = """
-- Ids were seconds until here and are slots from here on: an import brings the articles in anew.
-- And a facet is also kept as a whole, so that a start reads one row of it and not ninety.
DELETE FROM articles;
DELETE FROM documents;
DELETE FROM facets;
DELETE FROM chunks;
DELETE FROM files;
INSERT INTO fulltext (fulltext) VALUES ('rebuild');
UPDATE meta SET value = value + 1 WHERE name IN ('version', 'texts');
UPDATE meta SET value = -1 WHERE name = 'marks';
-- What the list showed when the reader was left; it holds while `version` does.
CREATE TABLE answers (query TEXT PRIMARY KEY, version INTEGER NOT NULL, answer TEXT NOT NULL)
    WITHOUT ROWID;
ALTER TABLE facets ADD newer TEXT NOT NULL DEFAULT ''; -- numbers of the chunks that `wholes` lacks
CREATE TABLE wholes (
    key INTEGER PRIMARY KEY REFERENCES facets ON DELETE CASCADE,
    ids BLOB NOT NULL           -- a Roaring bitmap
);
-- Segments of the index are merged when there are 16 of one size, and from 8 on in idle time
-- (`Upkeep.tidy`). By default a fourth is merged on the way: an import of 100,000 articles took a
-- fifth longer, and adding 50 wrote twice as much now and then. Searches take the same.
INSERT INTO fulltext (fulltext, rank) VALUES ('automerge', 0);
INSERT INTO fulltext (fulltext, rank) VALUES ('usermerge', 8);
"""

_CACHE_4 = """
CREATE TABLE sources (
    url TEXT PRIMARY KEY,
    permanent TEXT NOT NULL,
    etag TEXT NOT NULL,
    last_modified TEXT NOT NULL,
    digest BLOB NOT NULL,
    pending TEXT NOT NULL,      -- a JSON array of seconds since 1970
    failures INTEGER NOT NULL,
    next_try INTEGER NOT NULL,  -- seconds since 1970
    last_ok INTEGER NOT NULL,
    last_error TEXT NOT NULL
) WITHOUT ROWID;

-- Of articles that came live, to know one that is published again under another id.
CREATE TABLE versions (
    source TEXT NOT NULL,
    lang TEXT NOT NULL,
    title BLOB NOT NULL,        -- a digest
    published INTEGER NOT NULL, -- milliseconds since 1970
    external TEXT NOT NULL,
    PRIMARY KEY (title, published, external, source, lang)
) WITHOUT ROWID;
CREATE INDEX versions_external ON versions (external);
"""

_CACHE_5 = """
-- How asking a source ended, for advice on what to do to be there after a restart.
ALTER TABLE sources ADD last_status TEXT NOT NULL DEFAULT '';
ALTER TABLE sources ADD last_failed INTEGER NOT NULL DEFAULT 0; -- seconds since 1970
"""

_CACHE_6 = f"""
-- Chunks were in the order of facets: adding 50 articles wrote a page for each of 150 tags.
CREATE TABLE turned (
    id INTEGER PRIMARY KEY,     -- number of the chunk * {FACETS} + facets.key
    version INTEGER NOT NULL,
    ids BLOB NOT NULL
);
INSERT INTO turned SELECT id % 4096 * {FACETS} + id / 4096, version, ids FROM chunks ORDER BY 1;
DROP TABLE chunks;
ALTER TABLE turned RENAME TO chunks;
CREATE INDEX chunks_version ON chunks (version);
"""

_CACHE_7 = """
-- Full text is indexed as `reader.folding` writes it: what it writes otherwise is indexed anew.
-- What an article's text has been damaged to is noticed when it is opened, not here.
CREATE TEMP VIEW texts AS
    SELECT articles.id, CAST(title AS BLOB) AS title, CAST(body AS BLOB) AS body,
        iif(json_valid(fields), CAST(fields ->> 'description' AS BLOB), '') AS description
    FROM articles JOIN documents USING (id);
CREATE TEMP TABLE changed (id INTEGER PRIMARY KEY);
INSERT INTO changed
    SELECT id FROM texts WHERE NOT (is_kept(title) AND is_kept(description) AND is_kept(body));
-- Where that is most of them, an index begun anew is smaller than one with so much deleted.
CREATE TEMP TABLE most AS
    SELECT 1 WHERE (SELECT 2 * count(*) FROM changed) > (SELECT count(*) FROM articles);
INSERT INTO fulltext (fulltext, rowid, title, description, body)
    SELECT 'delete', id, CAST(title AS TEXT), CAST(description AS TEXT), CAST(body AS TEXT)
    FROM changed CROSS JOIN texts USING (id) WHERE NOT EXISTS (SELECT 1 FROM most) ORDER BY id;
INSERT INTO fulltext (fulltext) SELECT 'delete-all' FROM most;
INSERT OR IGNORE INTO changed SELECT id FROM articles CROSS JOIN most;
INSERT INTO fulltext (rowid, title, description, body)
    SELECT id, folded(title), folded(description), folded(body)
    FROM changed CROSS JOIN texts USING (id) ORDER BY id;
DROP TABLE changed;
DROP TABLE most;
DROP VIEW texts;
UPDATE meta SET value = value + 1 WHERE name = 'texts';
"""

_CACHE_8 = """
-- With the columns of the key in front: SQLite 3.40 takes others for damage (`quick_check`).
CREATE TABLE turned (
    title BLOB NOT NULL,
    published INTEGER NOT NULL,
    external TEXT NOT NULL,
    source TEXT NOT NULL,
    lang TEXT NOT NULL,
    PRIMARY KEY (title, published, external, source, lang)
) WITHOUT ROWID;
INSERT INTO turned SELECT title, published, external, source, lang FROM versions;
DROP TABLE versions;
ALTER TABLE turned RENAME TO versions;
CREATE INDEX versions_external ON versions (external);

ALTER TABLE articles ADD feed TEXT NOT NULL DEFAULT '';      -- empty for the archive and for APIs
ALTER TABLE articles ADD entry INTEGER NOT NULL DEFAULT 0;   -- of `entries`, 0 for no feed
ALTER TABLE articles ADD came BLOB NOT NULL DEFAULT x'';     -- digest of what a source sent last
ALTER TABLE articles ADD fetched INTEGER NOT NULL DEFAULT 0; -- the body is from the original
DROP INDEX articles_identity;
CREATE UNIQUE INDEX articles_identity ON articles (external, lang, source, feed);
CREATE INDEX articles_entry ON articles (entry) WHERE entry > 0;

-- What tells the items of a feed apart (`sameness`). Names are digests.
CREATE TABLE entries (
    entry INTEGER PRIMARY KEY,
    feed TEXT NOT NULL,
    id BLOB NOT NULL,
    whole BLOB NOT NULL,        -- its link
    base BLOB NOT NULL          -- the same without what follows #
);
CREATE TABLE names (
    feed TEXT NOT NULL,
    name BLOB NOT NULL,
    entry INTEGER NOT NULL,     -- 0: distinct items have had the name
    run INTEGER NOT NULL,       -- that saw it last as a new name
    PRIMARY KEY (feed, name)
) WITHOUT ROWID;
CREATE INDEX names_entry ON names (entry) WHERE entry > 0;
CREATE TABLE tellings (
    telling INTEGER PRIMARY KEY,
    entry INTEGER NOT NULL,
    feed TEXT NOT NULL,
    title BLOB NOT NULL,
    text BLOB NOT NULL,
    published INTEGER,          -- milliseconds since 1970; NULL: undated
    length INTEGER NOT NULL,
    words BLOB NOT NULL,        -- hashes of 32 bits
    title_words BLOB NOT NULL,
    numbers BLOB NOT NULL
);
CREATE INDEX tellings_title ON tellings (feed, title, published);
CREATE INDEX tellings_text ON tellings (feed, text, published);
CREATE INDEX tellings_entry ON tellings (entry);
"""

_CACHE_9 = """
-- Checksums: a facet that is damaged is counted anew from the articles (`checksums`).
ALTER TABLE facets ADD crc INTEGER NOT NULL DEFAULT 0;
ALTER TABLE chunks ADD crc INTEGER NOT NULL DEFAULT 0;
ALTER TABLE wholes ADD crc INTEGER NOT NULL DEFAULT 0;
UPDATE facets SET crc = row_sum(key, field, value, label, size, newer);
UPDATE chunks SET crc = bitmap_sum(id, ids);
UPDATE wholes SET crc = bitmap_sum(key, ids);
DELETE FROM answers; -- which begin with one from here on
"""

_CACHE_10 = """
-- Articles by word or prefix, where FTS5 takes long to find them (`word_sets`).
CREATE TABLE word_sets (
    key INTEGER PRIMARY KEY,
    phrase TEXT NOT NULL UNIQUE, -- in the grammar of FTS5
    texts INTEGER NOT NULL,     -- meta.texts of the version that the set is of
    size INTEGER NOT NULL,
    crc INTEGER NOT NULL
);
CREATE TABLE word_chunks (
    id INTEGER PRIMARY KEY,     -- word_sets.key * 65536 + number of the chunk
    ids BLOB NOT NULL,          -- a Roaring bitmap
    crc INTEGER NOT NULL
);
CREATE TABLE word_starts (      -- first characters of words whose sets were made
    start TEXT PRIMARY KEY,
    texts INTEGER NOT NULL,
    articles INTEGER NOT NULL   -- how many there were
) WITHOUT ROWID;
CREATE TABLE texts_changed (    -- articles that a version of the texts changed
    texts INTEGER PRIMARY KEY,
    ids BLOB NOT NULL,
    crc INTEGER NOT NULL
);
"""

_CACHE_11 = """
-- Which story an article tells (`cache.storing.stories`), 0 until that is decided, and what is
-- known of it: 1 told by several sources, 2 not the first to tell it, 4 told in opposite
-- sentiments.
ALTER TABLE articles ADD story INTEGER NOT NULL DEFAULT 0;
ALTER TABLE articles ADD told INTEGER NOT NULL DEFAULT 0;
CREATE INDEX articles_story ON articles (story) WHERE story > 0;
-- The last story, and the version of the texts up to which stories are decided.
INSERT INTO meta VALUES ('stories', 0), ('decided', -1);
"""

_CACHE_12 = """
-- The version of the texts that brought an article first; 0: before that was noted.
ALTER TABLE articles ADD arrived INTEGER NOT NULL DEFAULT 0;
CREATE INDEX articles_arrived ON articles (arrived) WHERE arrived > 0;
-- When versions of the texts were written, at most one each minute.
CREATE TABLE arrivals (
    texts INTEGER PRIMARY KEY,
    at INTEGER NOT NULL         -- milliseconds since 1970
);
INSERT INTO arrivals SELECT value, 0 FROM meta WHERE name = 'texts';
-- What is known of the story that an article tells: 8 a twin in a language before its own.
UPDATE meta SET value = -1 WHERE name = 'decided';
"""

CACHE_MIGRATIONS = (
    *(_CACHE_1, _CACHE_2, _CACHE_3, _CACHE_4, _CACHE_5, _CACHE_6, _CACHE_7, _CACHE_8),
    *(_CACHE_9, _CACHE_10, _CACHE_11, _CACHE_12),
)


class Schema(NamedTuple):
    """A kind of file. `migrations` is append-only: the n-th takes a file of version n to n + 1.

    `emptied_at`: the version that starts without articles, which the user is told.
    """

    application_id: int
    migrations: Sequence[str]
    synchronous: str
    emptied_at: int = 0


CACHE = Schema(
    application_id=0x63724331,
    migrations=CACHE_MIGRATIONS,
    synchronous="NORMAL",
    emptied_at=3,
)

MARKS = Schema(application_id=0x63724D31, migrations=MARKS_MIGRATIONS, synchronous="FULL")


def apply_all(db: sqlite3.Connection, schema: Schema, version: int) -> None:
    """Apply the migrations that the file lacks to be of that version."""
    from reader.cache.files.interrupting import interruptible

    _add_functions(db)
    (before,) = db.execute("PRAGMA user_version").fetchone()
    with interruptible(db) as check:
        for number in range(before, version):
            check()
            _apply(db, schema, number)


def _add_functions(db: sqlite3.Connection) -> None:
    """Define SQL functions for migrations: `is_kept`, `folded` (even of bad UTF-8), checksums."""

    def text(value: str | bytes | None) -> str:
        return value.decode(errors="replace") if isinstance(value, bytes) else value or ""

    db.create_function("is_kept", 1, lambda value: is_kept(text(value)), deterministic=True)
    db.create_function("folded", 1, lambda value: folded(text(value)), deterministic=True)
    db.create_function("row_sum", 6, row_sum, deterministic=True)
    db.create_function("bitmap_sum", 2, bitmap_sum, deterministic=True)


def _apply(db: sqlite3.Connection, schema: Schema, number: int) -> None:
    """Apply one migration in a transaction, unless another process has applied it meanwhile."""
    with transaction(db):
        if db.execute("PRAGMA user_version").fetchone()[0] == number:
            for statement in _statements(schema.migrations[number]):
                db.execute(statement)
            db.execute(f"PRAGMA application_id = {schema.application_id}")
            db.execute(f"PRAGMA user_version = {number + 1}")


def _statements(script: str) -> Iterator[str]:
    """Yield the statements of a script: `executescript` would commit the open transaction."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
