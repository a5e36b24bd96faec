"""A glance at a data folder: its versions, without opening it as `Store` does.

It takes a millisecond, and imports nothing but SQLite.
"""

import os
import sqlite3

_VERSIONS = """
    SELECT 'schema', user_version FROM pragma_user_version
    UNION ALL SELECT name, value FROM meta
"""
_VIEW = "SELECT name, value FROM state WHERE name IN ('view', 'theme') ORDER BY name"


def glance(folder: str) -> str | None:
    """Return the versions of articles and marks, and the view that was saved, as one line.

    None if the folder has no articles, or is locked, damaged or only readable. Of a shared archive,
    the versions are those that this user has seen last.
    """
    articles, marks = os.path.join(folder, "cache.db"), os.path.join(folder, "marks.db")
    if not os.path.isfile(articles):
        articles = os.path.join(folder, "own.db")
    if not (os.path.isfile(articles) and os.path.isfile(marks) and os.access(folder, os.W_OK)):
        return None
    try:
        return ascii((_rows(articles, _VERSIONS), _rows(marks, _VERSIONS), _rows(marks, _VIEW)))
    except sqlite3.Error:
        return None


def _rows(path: str, question: str) -> list[tuple[str, object]]:
    db = sqlite3.connect(path, timeout=0)
    try:
        return db.execute(question).fetchall()
    finally:
        db.close()
