"""Bytes to articles and back. Pure: no files, no network, no database.

Light to import: what parses YAML is loaded by the first text that needs it.
"""

from reader.formats.errors import NotAnArticle
from reader.formats.instants import format_instant, parse_instant
from reader.formats.markdown import MAX_ARTICLE_BYTES, read_article, write_article
from reader.formats.schema import from_fields, to_fields

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
