"""One family of errors, each a sentence that a user can act on.

The text is shown as it is: no traceback, no jargon. Causes are chained with `raise … from`.
"""

from pathlib import Path
from typing import NamedTuple


class CryptoreadError(Exception):
    """Base of everything that cryptoread itself reports."""


class CacheError(CryptoreadError):
    """The cache or the marks cannot be used."""


class CacheLocked(CacheError):
    def __init__(self, path: Path) -> None:
        super().__init__(f"{path} is in use by another program; try again when it has finished")


class CacheTooNew(CacheError):
    def __init__(self, path: Path) -> None:
        super().__init__(
            f"{path} was written by a newer cryptoread; update cryptoread, "
            "or choose another folder with --data"
        )


class CacheUnwritable(CacheError):
    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(
            f"{path} cannot be written ({reason}); free some space or make the folder writable, "
            "or choose another folder with --data"
        )


class CacheFull(CacheError):
    def __init__(self) -> None:
        super().__init__(
            "there is no room for more articles of so late a date; correct the dates, "
            "or choose another folder with --data"
        )


class CacheDamaged(CacheError):
    """`reason`: what was found, without what to do about it."""

    def __init__(self, path: Path, reason: str, advice: str = "") -> None:
        self.reason = reason
        advice = advice or "the next start sets it right; `cryptoread doctor` says how it stands"
        super().__init__(f"{path} is damaged ({reason}); {advice}")


class SearchAgain(CacheError):
    """A search met a damaged index, which is whole again."""

    def __init__(self) -> None:
        super().__init__("the full-text index was damaged and has been made anew; search again")


class ArticleDamaged(CacheError):
    """The stored text of one article cannot be read; the others can."""

    def __init__(self, reference: int, title: str) -> None:
        super().__init__(
            f"article {reference} (“{title}”) was damaged on disk; "
            "import or sync again to bring it back"
        )


class CacheGone(CacheError):
    def __init__(self, path: Path) -> None:
        super().__init__(f"{path} is gone; quit, then import or sync again")


class MarksDamaged(CacheDamaged):
    def __init__(self, path: Path, reason: str) -> None:
        CacheError.__init__(
            self, f"{path} is damaged ({reason}); run `cryptoread doctor --repair` to mend it"
        )


class MarksGone(CacheError):
    def __init__(self, path: Path) -> None:
        super().__init__(f"{path} is gone; the next mark makes it anew")


class MarkNotShown(CacheError):
    """The mark is stored; only the cache does not know of it yet."""

    def __init__(self, error: CacheError) -> None:
        super().__init__(f"the mark is kept, but cannot be shown yet: {error}")


class MarksNotKept(CacheError):
    """The screen was left before marks could be written."""

    def __init__(self, count: int, reason: str) -> None:
        marks = "the last mark was" if count == 1 else f"the last {count} marks were"
        super().__init__(f"{marks} not kept: {reason}")


class ArticleNotFound(CryptoreadError):
    def __init__(self, wanted: str) -> None:
        super().__init__(f"no article {wanted}; `cryptoread list` shows the ids")


class ArticleAmbiguous(CryptoreadError):
    """`candidates`: references to the articles that the external id may mean."""

    def __init__(self, wanted: str, candidates: tuple[int, ...]) -> None:
        self.candidates = candidates
        ids = ", ".join(map(str, candidates))
        super().__init__(f"{wanted} is the external id of several articles; choose one of {ids}")


class Superseded(CryptoreadError):
    """A question was cut short, because nobody waits for its answer any more."""

    def __init__(self) -> None:
        super().__init__("another search took this one's place")


class SourceError(CryptoreadError):
    """A path or an address gives no articles at all."""


class Refusal(NamedTuple):
    """One piece of input that did not get in; the rest went on."""

    where: str
    """The path, with `archive!member` for what lies in an archive; cleaned for display."""
    reason: str
    line: int | None = None

    def __str__(self) -> str:
        place = f"{self.where}:{self.line}" if self.line else self.where
        return f"{place}: {self.reason}"
