"""Title and date that the name of a file gives to a note."""

import re
from datetime import date
from pathlib import PurePosixPath
from urllib.parse import unquote

from reader.text import clean, one_line

NOTE_SUFFIX = re.compile(r"\.(?:md|markdown)$", re.IGNORECASE)
_LANG_SUFFIX = re.compile(r"\.[a-z]{2}(?:[-_][A-Za-z]{2})?$")
_DATED = re.compile(r"((?:19|20)\d\d)([-_.]?)(\d\d)\2(\d\d)(?!\d)(?:[-_ .]+|$)")
_DATED_FOLDERS = re.compile(r"(?:^|/)((?:19|20)\d\d)/(\d\d)/(\d\d)/")
_NUMBERED = re.compile(r" [0-9a-f]{32}$")
_FOLDER_NOTES = frozenset(("index", "_index", "readme"))
_SPACED = str.maketrans("-_", "  ")


def _stem(origin: str) -> str:
    """Return the name without its endings; for an index that of its folder."""
    path = PurePosixPath(origin)
    stem = _LANG_SUFFIX.sub("", NOTE_SUFFIX.sub("", path.name))
    if stem.lower() in _FOLDER_NOTES and path.parent.name:
        stem = path.parent.name
    return unquote(stem) if "%20" in stem else stem


def title_of_name(origin: str) -> str:
    """Return a file's name as a title: "fees fall" for `2025-09-01-fees-fall.md`."""
    stem = _NUMBERED.sub("", _stem(origin))
    dated = _DATED.match(stem)
    name = stem[dated.end() :] if dated else stem
    if " " not in name:
        name = name.translate(_SPACED)
    return clean(one_line(name) or stem)


def date_of_name(origin: str) -> str:
    """Return a date as ISO 8601, of `2025-09-01-fees-fall.md` or of the folders `2025/09/01/`.

    Empty if neither has one.
    """
    found = _DATED.match(_stem(origin))
    year, month, day = (found[1], found[3], found[4]) if found else ("", "", "")
    if not found and (folders := _DATED_FOLDERS.search(origin)):
        year, month, day = folders.groups()
    try:
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return ""
