"""One family of errors, each a sentence that a user can act on.

The text is shown as it is: no traceback, no jargon. Causes are chained with `raise … from`.
"""

from datetime import date
from pathlib import Path
from typing import NamedTuple

from reader.i18n import _, ngettext


class CryptoreadError(Exception):
    """Base of all errors that cryptoread reports itself."""


class CacheError(CryptoreadError):
    """The cache or the marks cannot be used."""


class CacheLocked(CacheError):
    """Another program holds the write lock. path: of the file, or what names the archive."""

    def __init__(self, path: Path | str) -> None:
        text = _("{file} is in use by another program; try again when it has finished")
        super().__init__(text.format(file=path))


class CacheTooNew(CacheError):
    """The file has the schema of a newer version."""

    def __init__(self, path: Path | str) -> None:
        text = _(
            "{file} was written by a newer cryptoread; update cryptoread, "
            "or choose another folder with --data"
        )
        super().__init__(text.format(file=path))


class CacheUnwritable(CacheError):
    """The file system refuses to write."""

    def __init__(self, path: Path, reason: str | OSError) -> None:
        if isinstance(reason, OSError):
            from reader.reasons import reason_of

            reason = reason_of(reason)
        text = _(
            "{file} cannot be written ({reason}); free some space or make the folder writable, "
            "or choose another folder with --data"
        )
        super().__init__(text.format(file=path, reason=reason))


class CacheFull(CacheError):
    """No id is left after the latest possible date."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "too many articles have so late a date; correct the dates, "
                "or choose another folder with --data"
            )
        )


class NoRoom(CryptoreadError):
    """An archive has too many articles of a time for one more; others can be stored.

    narrower: the width of slots with which there would be room, empty if there is none.
    """

    def __init__(self, day: date, narrower: str) -> None:
        if narrower:
            text = _(
                "the archive has room for no more articles of about {day}; copy it into one with "
                "narrower slots (`cryptoread archive init --slots {width}`, "
                "`cryptoread archive copy`), then bring them in there"
            )
        else:
            text = _(
                "the archive has room for no more articles of about {day}; "
                "bring them into another archive"
            )
        super().__init__(text.format(day=f"{day:%Y-%m-%d}", width=narrower))


class CacheDamaged(CacheError):
    """A database file is damaged. reason: what was found, without advice."""

    def __init__(self, path: Path | str, reason: str, advice: str = "") -> None:
        self.reason = reason
        advice = advice or _("the next start repairs it; `cryptoread doctor` shows details")
        text = _("{file} is damaged ({reason}); {advice}")
        super().__init__(text.format(file=path, reason=reason, advice=advice))


class SearchAgain(CacheError):
    """A search met a damaged index, which has been rebuilt."""

    def __init__(self) -> None:
        super().__init__(_("the full-text index was damaged and has been rebuilt; search again"))


class ArticleDamaged(CacheError):
    """The stored text of one article cannot be read; others can."""

    def __init__(self, reference: int, title: str) -> None:
        text = _(
            "article {id} (“{title}”) was damaged on disk; import or sync again to bring it back"
        )
        super().__init__(text.format(id=reference, title=title))


class CacheGone(CacheError):
    """The file was deleted while it was open."""

    def __init__(self, path: Path) -> None:
        text = _("{file} is gone; quit, then import or sync again")
        super().__init__(text.format(file=path))


class MarksDamaged(CacheDamaged):
    """The marks cannot be read."""

    def __init__(self, path: Path, reason: str) -> None:
        text = _("{file} is damaged ({reason}); run `cryptoread doctor --repair` to repair it")
        CacheError.__init__(self, text.format(file=path, reason=reason))


class MarksGone(CacheError):
    """The marks were deleted while they were open."""

    def __init__(self, path: Path) -> None:
        super().__init__(_("{file} is gone; the next mark creates it again").format(file=path))


class MarkNotShown(CacheError):
    """The mark is stored, but the cache could not be updated."""

    def __init__(self, error: CacheError) -> None:
        text = _("the mark is stored, but cannot be shown yet: {error}")
        super().__init__(text.format(error=error))


class MarksNotKept(CacheError):
    """The screen was closed before marks could be written."""

    def __init__(self, count: int, reason: str) -> None:
        text = ngettext(
            "the last mark was not kept: {reason}",
            "the last {number} marks were not kept: {reason}",
            count,
        )
        super().__init__(text.format(number=count, reason=reason))


class ArticleNotFound(CryptoreadError):
    """No article has the given id."""

    def __init__(self, wanted: str) -> None:
        text = _("no article {id}; `cryptoread list` shows the ids")
        super().__init__(text.format(id=wanted))


class ArticleAmbiguous(CryptoreadError):
    """Several articles have this external id. candidates: references to them."""

    def __init__(self, wanted: str, candidates: tuple[int, ...]) -> None:
        self.candidates = candidates
        ids = ", ".join(map(str, candidates))
        text = _("{id} is the external id of several articles; choose one of {ids}")
        super().__init__(text.format(id=wanted, ids=ids))


class Superseded(CryptoreadError):
    """A newer question cancelled this one."""

    def __init__(self) -> None:
        super().__init__(_("cancelled by a newer search"))


class SourceError(CryptoreadError):
    """A path or an address gives no articles at all."""


class Refusal(NamedTuple):
    """One piece of input that was refused, and why."""

    where: str
    """The path, with `archive!member` for a member of an archive; cleaned for display."""
    reason: str
    line: int | None = None

    def __str__(self) -> str:
        place = f"{self.where}:{self.line}" if self.line else self.where
        return f"{place}: {self.reason}"
