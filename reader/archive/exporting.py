"""Write articles to files: in the archive's layout, `YYYY/MM/slug.LANG.md`, or as JSON lines.

Files go to a folder or a new archive. An imported article is written field for field; no existing
file is overwritten. A book, of HTML or EPUB, is made to be read elsewhere.
"""

import io
import os
import re
import stat
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Literal, Protocol, TypeVar
from unicodedata import normalize

from reader.article import Article
from reader.errors import CryptoreadError, Refusal
from reader.formats import write_article
from reader.formats.json.articles import write_json_article
from reader.i18n import _
from reader.reasons import reason_of
from reader.safety.own_files import create, create_beside, read_own

T = TypeVar("T")

Add = Callable[[str, bytes, datetime], str | None]
"""Writes one file: name, bytes, time of its last change. Returns why it was refused, None if
written."""


class AddToZip(Protocol):
    """Writes one file as `Add` does. packed: compress it."""

    def __call__(
        self, name: str, data: bytes, changed: datetime, /, *, packed: bool = True
    ) -> None:
        """Write the file."""


_TarMode = Literal["w:", "w:gz", "w:xz", "w:bz2"]
_IN_LAYOUT = re.compile(r"\d{4}/\d{2}/\w[\w.+-]*\.md")
_TAR_ENDINGS: dict[str, _TarMode] = {
    ".tar": "w:",
    ".tar.gz": "w:gz",
    ".tgz": "w:gz",
    ".tar.xz": "w:xz",
    ".tar.bz2": "w:bz2",
}
_LINES_ENDINGS = (".jsonl", ".jsonl.gz")
_PAGE_ENDINGS = (".html", ".htm", ".xhtml")
_BOOK_ENDINGS = (*_PAGE_ENDINGS, ".epub")
ENDINGS = (".zip", *sorted(_TAR_ENDINGS), *_LINES_ENDINGS, ".html", ".epub")
_OTHER_FILES = frozenset(
    (".pdf", ".mobi", ".azw3", ".docx", ".odt", ".md", ".txt", ".xml", ".json", ".csv", ".db")
) | frozenset((".7z", ".rar", ".gz", ".xz", ".bz2", ".zst"))
"""Endings of other files: a folder would not be what is meant."""
TAKEN = _("it already exists; choose another name")
READABLE = 0o666
"""Permissions of exported files, before the user's umask."""

_LONGEST = 100
"""Maximum bytes of a name; file systems allow 255, with endings and numbers."""


class ExportError(CryptoreadError):
    """Nothing can be written there."""

    def __init__(self, to: Path, reason: str) -> None:
        super().__init__(_("cannot export to {to}: {reason}").format(to=to, reason=reason))


@dataclass(slots=True, kw_only=True)
class ExportReport:
    """Counts of an export; `str` is its summary."""

    written: int = 0
    refusals: list[Refusal] = field(default_factory=list)
    """Files that already exist with another content."""

    def __str__(self) -> str:
        return _("{written} written, {refused} refused").format(
            written=self.written, refused=len(self.refusals)
        )


def export(
    articles: Iterable[Article],
    to: Path,
    on_refusal: Callable[[Refusal], None],
    title: str = "",
) -> ExportReport:
    """Write the articles below a folder, or to a new archive if `to` is named like one.

    To a new file of one article per line if it is named `.jsonl` or `.jsonl.gz`, and to a new book
    with a title if it is named `.html` or `.epub`. Raises ExportError.
    """
    try:
        if to.name.lower().endswith(_BOOK_ENDINGS):
            return _export_book(articles, to, f"cryptoread: {title}" if title else "cryptoread")
        if to.name.lower().endswith(_LINES_ENDINGS):
            return _export_lines(articles, to)
        return _export_files(articles, to, on_refusal)
    except OSError as error:
        raise ExportError(to, reason_of(error)) from error


def _export_book(articles: Iterable[Article], to: Path, title: str) -> ExportReport:
    from reader.formats.book.book import TooLarge, bound

    if os.path.lexists(to):  # before all articles are read
        raise ExportError(to, TAKEN)
    try:
        book = bound(articles, title)
    except TooLarge as error:
        raise ExportError(to, str(error)) from error
    if to.name.lower().endswith(_PAGE_ENDINGS):
        from reader.formats.book.page import page

        with _archive(to, partial(_lines, packed=False)) as write:
            write(page(book).encode())
    else:
        from reader.formats.book.epub import MIMETYPE, files

        with _archive(to, _zip) as add:
            for name, text in files(book):
                add(name, text.encode(), book.changed, packed=text != MIMETYPE)
    return ExportReport(written=len(book.articles))


def _export_lines(articles: Iterable[Article], to: Path) -> ExportReport:
    report = ExportReport()
    with _archive(to, partial(_lines, packed=to.name.lower().endswith(".gz"))) as write:
        for article in articles:
            write(write_json_article(article).encode() + b"\n")
            report.written += 1
    return report


def _export_files(
    articles: Iterable[Article], to: Path, on_refusal: Callable[[Refusal], None]
) -> ExportReport:
    report = ExportReport()
    taken: set[str] = set()
    with _target(to) as add:
        for article in articles:
            name = _free_name(layout_path(article), taken)
            reason = add(name, write_article(article).encode(), article.updated)
            if reason is None:
                report.written += 1
                continue
            refusal = Refusal(where=name, reason=reason)
            report.refusals.append(refusal)
            on_refusal(refusal)
    return report


def layout_path(article: Article) -> str:
    """Return the article's path in an archive: its original one, else one from date and title."""
    if _IN_LAYOUT.fullmatch(article.origin) and len(article.origin.encode()) <= _LONGEST:
        return article.origin
    stem = PurePosixPath(article.origin).name.removesuffix(".md").removesuffix(f".{article.lang}")
    slug = _slug(stem) or _slug(article.title) or "article"
    when = article.published
    return f"{when.year:04}/{when.month:02}/{slug}.{_slug(article.lang)}.md"


def _slug(text: str) -> str:
    """Return letters, digits and dashes, short enough for any file system."""
    words = re.sub(r"[\W_]+", "-", normalize("NFKC", text).lower()).strip("-")
    return words.encode()[:_LONGEST].decode(errors="ignore").rstrip("-")


def _free_name(name: str, taken: set[str]) -> str:
    """Return a name that is not taken: two archives may have used the same path."""
    stem, dot, ending = name.partition(".")
    free, number = name, 1
    while free in taken:
        number += 1
        free = f"{stem}-{number}{dot}{ending}"
    taken.add(free)
    return free


def _target(to: Path) -> AbstractContextManager[Add]:
    name = to.name.lower()
    if name.endswith(".zip"):
        return _archive(to, _zip)
    for ending, mode in sorted(_TAR_ENDINGS.items(), key=lambda item: -len(item[0])):
        if name.endswith(ending):
            return _archive(to, partial(_tar, mode=mode))
    if to.suffix.lower() in _OTHER_FILES and not to.is_dir():
        raise ExportError(
            to, _("no such format; end the name in {endings}").format(endings=", ".join(ENDINGS))
        )
    return _folder(to)


@contextmanager
def _folder(to: Path) -> Iterator[Add]:
    def add(name: str, data: bytes, _changed: datetime) -> str | None:
        path = to / name
        for folder in list(path.relative_to(to).parents)[-2::-1]:
            if (to / folder).is_symlink():
                return _(
                    "{folder} is a link, which is not followed; export to an empty folder"
                ).format(folder=folder)
            (to / folder).mkdir(exist_ok=True)
        try:
            with os.fdopen(create(path, READABLE), "wb") as file:
                file.write(data)
        except FileExistsError:
            if not _is_same(path, data):
                return _("already exists with other content; export to an empty folder")
        return None

    to.mkdir(parents=True, exist_ok=True)
    yield add


@contextmanager
def _archive(to: Path, write: Callable[[BinaryIO], AbstractContextManager[T]]) -> Iterator[T]:
    """Give a function that writes to a new file, which gets its name when it is complete."""
    if os.path.lexists(to):
        raise ExportError(to, TAKEN)
    descriptor, part = create_beside(to, READABLE)
    try:
        with os.fdopen(descriptor, "wb") as file, write(file) as add:
            yield add
        _take_name(part, to)
    finally:
        part.unlink(missing_ok=True)


def _take_name(part: Path, to: Path) -> None:
    """Give the file its name, unless that is taken. Raises ExportError, OSError."""
    try:
        os.link(part, to, follow_symlinks=False)
    except FileExistsError as error:
        raise ExportError(to, TAKEN) from error
    except OSError:  # a file system without hard links
        if os.path.lexists(to):
            raise ExportError(to, TAKEN) from None
        part.rename(to)


def _is_same(path: Path, data: bytes) -> bool:
    """Return whether a regular file with that content exists."""
    found = path.lstat()
    if not stat.S_ISREG(found.st_mode) or found.st_size != len(data):
        return False
    return read_own(path, len(data)) == data


_FIRST_OF_ZIP = (1980, 1, 1, 0, 0, 0)
"""ZIP has no earlier date; the date in the file itself counts"""


@contextmanager
def _zip(file: BinaryIO) -> Iterator[AddToZip]:
    import zipfile

    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:

        def add(name: str, data: bytes, changed: datetime, *, packed: bool = True) -> None:
            member = zipfile.ZipInfo(name, max(changed.timetuple()[:6], _FIRST_OF_ZIP))
            member.compress_type = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
            member.external_attr = 0o644 << 16
            archive.writestr(member, data)

        yield add


@contextmanager
def _tar(file: BinaryIO, mode: _TarMode) -> Iterator[Add]:
    import tarfile

    with tarfile.open(None, mode, file) as archive:

        def add(name: str, data: bytes, changed: datetime) -> None:
            member = tarfile.TarInfo(name)
            member.size = len(data)
            member.mtime = changed.timestamp()
            archive.addfile(member, io.BytesIO(data))

        yield add


@contextmanager
def _lines(file: BinaryIO, packed: bool) -> Iterator[Callable[[bytes], object]]:
    if not packed:
        yield file.write
        return
    import gzip

    # Without name and time: the same articles give the same file.
    with gzip.GzipFile("", "wb", fileobj=file, mtime=0) as stream:
        yield stream.write
