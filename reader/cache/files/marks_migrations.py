"""The append-only migrations of `marks.db`."""

_MARKS_1 = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO meta VALUES ('counter', 0);

CREATE TABLE marks (
    external TEXT NOT NULL,
    lang TEXT NOT NULL,
    source TEXT NOT NULL,
    read INTEGER NOT NULL DEFAULT 0,
    favourite INTEGER NOT NULL DEFAULT 0,
    position REAL NOT NULL DEFAULT 0,
    PRIMARY KEY (external, lang, source)
) WITHOUT ROWID;

CREATE TABLE steps (
    step INTEGER PRIMARY KEY,
    label TEXT NOT NULL,
    mark TEXT NOT NULL,         -- 'read' or 'favourite'
    value INTEGER NOT NULL,
    undone INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE step_articles (
    step INTEGER NOT NULL REFERENCES steps ON DELETE CASCADE,
    external TEXT NOT NULL,
    lang TEXT NOT NULL,
    source TEXT NOT NULL,
    PRIMARY KEY (step, external, lang, source)
) WITHOUT ROWID;

CREATE TABLE state (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
"""

_MARKS_2 = """
-- Which feed stands at an address, so that it keeps its articles when it moves or is renamed.
CREATE TABLE feeds (
    address TEXT PRIMARY KEY,   -- without its scheme
    feed TEXT NOT NULL,
    name TEXT NOT NULL          -- of the subscription, folded
) WITHOUT ROWID;
CREATE INDEX feeds_name ON feeds (name);
CREATE TABLE joined (
    feed TEXT NOT NULL,
    former TEXT NOT NULL,       -- which was a feed of its own until both moved to one address
    PRIMARY KEY (feed, former)
) WITHOUT ROWID;
"""

_MARKS_3 = """
ALTER TABLE marks ADD COLUMN later INTEGER NOT NULL DEFAULT 0;

-- A step of the journal names an own tag as `tag:` and its name.
CREATE TABLE tagged (
    external TEXT NOT NULL,
    lang TEXT NOT NULL,
    source TEXT NOT NULL,
    tag TEXT NOT NULL,          -- the user's own, case-folded
    PRIMARY KEY (external, lang, source, tag)
) WITHOUT ROWID;
CREATE INDEX tagged_tag ON tagged (tag);
"""

MARKS_MIGRATIONS = (_MARKS_1, _MARKS_2, _MARKS_3)
