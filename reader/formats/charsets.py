"""Names of text encodings, as servers and documents write them."""

import codecs
import re

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:+-]{0,39}")
_NOT_OF_DOCUMENTS = frozenset(
    ("idna", "mbcs", "oem", "punycode", "raw-unicode-escape", "undefined", "unicode-escape")
)
"""Encodings that Python decodes text with; no documents are written in them, some are slow."""


def text_encoding(name: str) -> str:
    """Return the name if Python can decode text with it, else an empty string."""
    if not _NAME.fullmatch(name):
        return ""
    try:
        known = codecs.lookup(name)
        b"x".decode(name, "replace")  # a codec from bytes to bytes raises LookupError
    except (LookupError, UnicodeError):
        return ""
    return "" if known.name.replace("_", "-") in _NOT_OF_DOCUMENTS else name
