"""The schema of a shared archive: its append-only migrations, and how these are applied.

All tables are in the schema `cryptoread`, so that they stand beside whatever else a database has.
The id of an article is its slot of time. What grows with the articles has the number of its chunk
of ids in every unique key, so that it can be partitioned, or distributed, by time. All else is
small, or looked up by digests.
"""

from collections.abc import Sequence

from reader.cache.values.facet_rows import CHUNK_BITS, FACETS

_PARTITION_BITS = 21
"""A partition of documents has 2**21 ids: 388 days."""
_PARTITIONS = range(4, 24)
"""Partitions of their own: 2013 to 2034. All else is in the default one."""

_ARCHIVE_1 = (
    """
CREATE TABLE cryptoread.archive (
    is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
    id text NOT NULL,           -- names the archive, wherever it is moved
    migrations integer NOT NULL
);
CREATE TABLE cryptoread.meta (name text PRIMARY KEY, value bigint NOT NULL);
INSERT INTO cryptoread.meta VALUES
    ('version', 0), ('texts', 0), ('run', 0), ('stories', 0), ('decided', -1);

CREATE TABLE cryptoread.articles (
    id bigint PRIMARY KEY,
    source text NOT NULL,
    external text NOT NULL,
    lang text NOT NULL,
    published bigint NOT NULL,  -- milliseconds since 1970
    updated bigint NOT NULL,
    category text NOT NULL,
    sentiment text NOT NULL,
    pinned smallint NOT NULL,
    draft smallint NOT NULL,
    flagged smallint NOT NULL,
    origin text NOT NULL,
    run bigint NOT NULL,        -- the import that brought it first
    title text NOT NULL,
    feed text NOT NULL,         -- empty for files and APIs
    entry bigint NOT NULL,      -- of `entries`, 0 for no feed
    came bytea NOT NULL,        -- digest of what a source sent last
    fetched smallint NOT NULL,  -- the body is from the original
    story bigint NOT NULL,
    told integer NOT NULL,
    arrived bigint NOT NULL     -- the version of the texts that brought it first
);
-- Digests, as an address may be longer than an index takes.
CREATE UNIQUE INDEX articles_identity ON cryptoread.articles (
    md5(external), md5(lang || chr(31) || source || chr(31) || feed));
CREATE INDEX articles_origin ON cryptoread.articles (md5(origin)) WHERE feed = '';
CREATE INDEX articles_published ON cryptoread.articles (published, id);
CREATE INDEX articles_entry ON cryptoread.articles (entry) WHERE entry > 0;
CREATE INDEX articles_story ON cryptoread.articles (story, id) WHERE story > 0;
CREATE INDEX articles_arrived ON cryptoread.articles (arrived) WHERE arrived > 0;

CREATE TABLE cryptoread.documents (
    id bigint PRIMARY KEY,
    digest bytea NOT NULL,      -- of fields and body, to notice damage
    fields bytea NOT NULL,      -- the front matter as JSON
    body bytea NOT NULL
) PARTITION BY RANGE (id);
"""
    + "".join(
        f"CREATE TABLE cryptoread.documents_{n} PARTITION OF cryptoread.documents "
        f"FOR VALUES FROM ({n << _PARTITION_BITS}) TO ({(n + 1) << _PARTITION_BITS});\n"
        for n in _PARTITIONS
    )
    + """
CREATE TABLE cryptoread.documents_other PARTITION OF cryptoread.documents DEFAULT;

-- The words of an article as FTS5 reads them; more than one part if it is very long. They are kept
-- beside the table, so that a search for a frequent word reads few pages of it.
CREATE TABLE cryptoread.words (
    id bigint NOT NULL,
    part integer NOT NULL,
    long boolean NOT NULL,      -- a phrase may cross its parts, or a word was cut
    titles tsvector NOT NULL,
    words tsvector NOT NULL,    -- of the title, too
    PRIMARY KEY (id, part)
) WITH (toast_tuple_target = 128);
CREATE INDEX words_words ON cryptoread.words USING gin (words);
CREATE INDEX words_titles ON cryptoread.words USING gin (titles);
CREATE INDEX words_long ON cryptoread.words USING gin (words) WHERE long;

CREATE TABLE cryptoread.facets (
    key bigint PRIMARY KEY,
    field text NOT NULL,
    value text NOT NULL,
    label text NOT NULL,
    size bigint NOT NULL DEFAULT 0,
    newer text NOT NULL DEFAULT '', -- numbers of the chunks that `wholes` lacks
    crc bigint NOT NULL DEFAULT 0
);
CREATE SEQUENCE cryptoread.facet_keys OWNED BY cryptoread.facets.key;
CREATE UNIQUE INDEX facets_value ON cryptoread.facets (field, md5(value));
CREATE INDEX facets_size ON cryptoread.facets (field, size DESC, key);
CREATE INDEX facets_newer ON cryptoread.facets (key) WHERE newer != '';
CREATE TABLE cryptoread.chunks (
    id bigint PRIMARY KEY,      -- number of the chunk and key of the facet
    version bigint NOT NULL,    -- of the change that wrote it
    ids bytea NOT NULL,         -- a Roaring bitmap
    crc bigint NOT NULL
);
CREATE INDEX chunks_version ON cryptoread.chunks (version);
CREATE TABLE cryptoread.wholes (
    key bigint PRIMARY KEY,
    ids bytea NOT NULL,         -- a Roaring bitmap
    crc bigint NOT NULL
);

CREATE TABLE cryptoread.files (
    location bytea PRIMARY KEY, -- a path as the file system has it, which may not be text
    size bigint NOT NULL,
    mtime bigint NOT NULL,      -- nanoseconds
    digest bytea NOT NULL       -- of its bytes
);
CREATE INDEX files_digest ON cryptoread.files (digest);
CREATE TABLE cryptoread.sources (url text PRIMARY KEY, state text NOT NULL); -- as JSON
CREATE TABLE cryptoread.leases (
    url text PRIMARY KEY,       -- of a source
    holder text NOT NULL,       -- the machine that has asked it last
    until bigint NOT NULL       -- seconds since 1970, by the server's clock
);
CREATE TABLE cryptoread.texts_changed (
    texts bigint PRIMARY KEY,
    ids bytea NOT NULL,         -- a Roaring bitmap of the articles that it changed
    crc bigint NOT NULL
);
CREATE TABLE cryptoread.arrivals (
    texts bigint PRIMARY KEY,
    at bigint NOT NULL          -- milliseconds since 1970
);
INSERT INTO cryptoread.arrivals VALUES (0, 0);

-- What tells the items of a feed apart (`sameness`). Names are digests.
CREATE TABLE cryptoread.entries (
    entry bigint PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY,
    feed text NOT NULL,
    id bytea NOT NULL,
    whole bytea NOT NULL,       -- its link
    base bytea NOT NULL         -- the same without what follows #
);
CREATE TABLE cryptoread.names (
    feed text NOT NULL,
    name bytea NOT NULL,
    entry bigint NOT NULL,      -- 0: distinct items have had the name
    run bigint NOT NULL,        -- that saw it last as a new name
    PRIMARY KEY (name, feed)
);
CREATE INDEX names_feed ON cryptoread.names (feed);
CREATE INDEX names_entry ON cryptoread.names (entry) WHERE entry > 0;
CREATE TABLE cryptoread.tellings (
    telling bigint PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY,
    entry bigint NOT NULL,
    feed text NOT NULL,
    title bytea NOT NULL,
    text bytea NOT NULL,
    published bigint,           -- milliseconds since 1970; NULL: undated
    length bigint NOT NULL,
    words bytea NOT NULL,       -- hashes of 32 bits
    title_words bytea NOT NULL,
    numbers bytea NOT NULL
);
CREATE INDEX tellings_title ON cryptoread.tellings (title, published);
CREATE INDEX tellings_text ON cryptoread.tellings (text, published);
CREATE INDEX tellings_entry ON cryptoread.tellings (entry);
"""
)


def _with_chunk(table: str, key: str, chunk: str) -> str:
    """Return SQL that gives a table a column with the number of the chunk, and that in its key."""
    return f"""
ALTER TABLE cryptoread.{table} ADD COLUMN chunk integer NOT NULL
    GENERATED ALWAYS AS (({chunk})::integer) STORED;
ALTER TABLE cryptoread.{table} ALTER COLUMN chunk DROP EXPRESSION;
ALTER TABLE cryptoread.{table} ADD CHECK (chunk = {chunk});
ALTER TABLE cryptoread.{table} DROP CONSTRAINT {table}_pkey;
ALTER TABLE cryptoread.{table} ADD PRIMARY KEY ({key}, chunk);
"""


_ARCHIVE_2 = (
    """
-- The width of a slot in quarters of a second, for as long as the archive exists.
INSERT INTO cryptoread.meta VALUES ('slots', 64);
DROP INDEX cryptoread.articles_identity;
"""
    # A column that is generated once is filled in one pass; one that stays so cannot be in the key
    # of partitions.
    + _with_chunk("articles", "id", f"id >> {CHUNK_BITS}")
    + _with_chunk("documents", "id", f"id >> {CHUNK_BITS}")
    + _with_chunk("words", "id, part", f"id >> {CHUNK_BITS}")  # not shown: SQL
    + _with_chunk("chunks", "id", f"id / {FACETS}")
    + """
CREATE UNIQUE INDEX articles_identity ON cryptoread.articles (
    md5(external), md5(lang || chr(31) || source || chr(31) || feed), chunk);
-- A whole has articles of all times: 0, until one is too large for one row.
ALTER TABLE cryptoread.wholes ADD COLUMN chunk integer NOT NULL DEFAULT 0;
ALTER TABLE cryptoread.wholes DROP CONSTRAINT wholes_pkey;
ALTER TABLE cryptoread.wholes ADD PRIMARY KEY (key, chunk);
"""
)

MIGRATIONS: Sequence[str] = (_ARCHIVE_1, _ARCHIVE_2)
"""Append-only: the n-th takes an archive of version n to n + 1."""
