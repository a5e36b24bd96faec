"""Bytes of articles: from folders, files and archives. No SQL, no screen, no parsing."""

import os
from collections.abc import Iterator
from pathlib import Path
from stat import S_ISDIR, S_ISREG

from reader.errors import Refusal, SourceError
from reader.i18n import _
from reader.sources.local.archives import ARCHIVE_SUFFIXES, members
from reader.sources.local.files import (
    ARTICLE_SUFFIXES,
    MAX_FILE_BYTES,
    NOT_REGULAR,
    Entry,
    cannot_be_read,
    file_entry,
    is_article_name,
    read_whole,
    walk,
)
from reader.sources.local.json_files import JSON_SUFFIXES, json_blocks
from reader.text import display_name

__all__ = [
    "MAX_FILE_BYTES",
    "Entry",
    "is_archive",
    "is_json",
    "json_blocks",
    "read_whole",
    "resolve",
    "scan",
    "stamp",
]

_NO_ARTICLE = _("is neither an article ({articles}) nor an archive ({archives})").format(
    articles=", ".join((*ARTICLE_SUFFIXES, *JSON_SUFFIXES)), archives=", ".join(ARCHIVE_SUFFIXES)
)


def scan(path: Path) -> Iterator[Entry | Refusal]:
    """Yield every article of a folder, an archive or a file, and every refusal, in order.

    The path may be a link: its entries are known by its target. Raises SourceError, with the reason
    alone, if nothing is at that path.
    """
    resolved = resolve(path)
    status = _look_at(resolved)
    where = str(resolved)
    if S_ISDIR(status.st_mode):
        return walk(where)
    if not S_ISREG(status.st_mode):
        return iter([Refusal(where=display_name(where), reason=NOT_REGULAR)])
    if is_archive(path):
        return members(where)
    if is_article_name(path.name):
        return iter([file_entry(where, path.name, status)])
    return iter([Refusal(where=display_name(where), reason=_NO_ARTICLE)])


def resolve(path: Path) -> Path:
    """Return the absolute path without links under which the path's entries are known."""
    return Path(os.path.realpath(path.expanduser()))


def is_archive(path: Path) -> bool:
    """Return whether the path is read as an archive: by its name, unless it is a folder."""
    return path.name.lower().endswith(ARCHIVE_SUFFIXES) and not path.is_dir()


def is_json(path: Path) -> bool:
    """Return whether the path is read as JSON articles: by its name, unless it is a folder."""
    return path.name.lower().endswith(JSON_SUFFIXES) and not path.is_dir()


def stamp(path: Path) -> tuple[int, int]:
    """Return the size in bytes and the time of the last change in ns. Raises SourceError."""
    status = _look_at(path)
    return status.st_size, status.st_mtime_ns


def _look_at(path: Path) -> os.stat_result:
    try:
        return path.stat()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise SourceError(_("there is no such file or folder")) from error
    except OSError as error:
        raise SourceError(cannot_be_read(error)) from error
