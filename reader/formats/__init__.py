"""Bytes to articles and back. Pure: no files, no network, no database.

Fast to import: the YAML parser is loaded when the first text needs it.
"""

from reader.formats.archive.article_file import MAX_ARTICLE_BYTES, read_article, write_article
from reader.formats.archive.schema import from_fields, to_fields
from reader.formats.dates.instants import format_instant, parse_instant
from reader.formats.errors import NotAnArticle

__all__ = [
    "MAX_ARTICLE_BYTES",
    "NotAnArticle",
    "format_instant",
    "from_fields",
    "parse_instant",
    "read_article",
    "to_fields",
    "write_article",
]
