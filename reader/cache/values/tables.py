"""The tables that every engine has, with the same columns, for copying from one to another.

Not among them: facets and words, which are made of these, and states of sources.
"""

from typing import NamedTuple


class Table(NamedTuple):
    """A table. `key`: the columns that it is read in the order of; each column with its kind."""

    name: str
    key: tuple[str, ...]
    columns: dict[str, str]
    """integer, text, or bytes; `utf8` is stored as text by SQLite, and as bytes on a server."""


_I, _T, _B = "integer", "text", "bytes"

ARTICLES = Table(
    "articles",
    ("id",),
    {
        "id": _I,
        "source": _T,
        "external": _T,
        "lang": _T,
        "published": _I,
        "updated": _I,
        "category": _T,
        "sentiment": _T,
        "pinned": _I,
        "draft": _I,
        "flagged": _I,
        "origin": _T,
        "run": _I,
        "title": _T,
        "feed": _T,
        "entry": _I,
        "came": _B,
        "fetched": _I,
        "story": _I,
        "told": _I,
        "arrived": _I,
    },
)
DOCUMENTS = Table("documents", ("id",), {"id": _I, "digest": _B, "fields": "utf8", "body": "utf8"})

ARRIVALS = Table("arrivals", ("texts",), {"texts": _I, "at": _I})

OTHERS = (
    Table("files", ("location",), {"location": _B, "size": _I, "mtime": _I, "digest": _B}),
    ARRIVALS,
    Table("entries", ("entry",), {"entry": _I, "feed": _T, "id": _B, "whole": _B, "base": _B}),
    Table("names", ("feed", "name"), {"feed": _T, "name": _B, "entry": _I, "run": _I}),
    Table(
        "tellings",
        ("telling",),
        {
            "telling": _I,
            "entry": _I,
            "feed": _T,
            "title": _B,
            "text": _B,
            "published": _I,
            "length": _I,
            "words": _B,
            "title_words": _B,
            "numbers": _B,
        },
    ),
)

TABLES = (ARTICLES, DOCUMENTS, *OTHERS)
