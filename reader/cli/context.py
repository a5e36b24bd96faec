"""What every command shares: exit codes, the common options, and messages on stderr.

Imports neither click nor the screen, so that the reader starts without them.

Exit codes: 0 done, 1 done but some input was refused, 2 wrong usage, 3 failed, 10 an alert matched,
130 interrupted.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from reader.errors import CacheLocked, CryptoreadError
from reader.i18n import grouped, ngettext
from reader.safety.crash import Broken

if TYPE_CHECKING:
    from reader.library import Library

PROGRAM = "cryptoread"
COMPLETE = "_CRYPTOREAD_COMPLETE"
"""Environment variable that the shell sets while it completes a command line."""

REFUSED, USAGE, FAILED, MATCHED, INTERRUPTED = 1, 2, 3, 10, 130

FEW = 20_000
"""Articles whose stories are decided before a command that needs them, in some two seconds."""

MOST_DAMAGED = 10
"""Damaged articles that are named one by one."""


class Paths(NamedTuple):
    """The common options `--data` and `--config`; None for an option that is not given.

    `given`: a folder, or the address of a shared archive, which is asked only when it is used.
    """

    given: Path | str | None = None
    config: Path | None = None

    @property
    def data(self) -> Path:
        """Return the folder of articles and marks, which may not exist yet. Raises CacheError."""
        from reader.config.paths import address_given, data_folder

        if not (address := address_given(self.given)):
            return data_folder(self.given)
        from reader.cache.shared.folders import folder_of

        return folder_of(address, data_folder())

    @contextmanager
    def library(self) -> Iterator["Library"]:
        """Open the user's library and report what was repaired. Raises CacheError."""
        from reader.library import Library

        with Library(self.data) as library:
            for notice in library.notices:
                say(notice)
                _warn(notice)
            library.tell_of_damage(_few_of_many())
            try:
                yield library
            except (CryptoreadError, OSError):
                raise
            except Exception as error:
                raise Broken(error, library.folder) from error

    @contextmanager
    def held_library(self, *, stories: bool = False) -> Iterator["Library"]:
        """Open the library as of this moment: later writes of other programs are not seen.

        stories: decide those that a large import has left, or say so.
        """
        with self.library() as library:
            if stories and not library.is_only_read:
                _decide_stories(library)
            library.hold()
            yield library


def say(text: str) -> None:
    """Print a line on stderr, without secrets and without control characters."""
    from reader.safety.redaction import redacted
    from reader.text import clean_line

    print(redacted(clean_line(text)), file=sys.stderr)


def _decide_stories(library: "Library") -> None:
    try:
        left = library.deciding.run_if_few(FEW)
    except CacheLocked:
        left = 0  # whatever writes now decides them when it has finished
    if left:
        text = ngettext(
            "the stories of {number} article are not known yet; to find them: {command}",
            "the stories of {number} articles are not known yet; to find them: {command}",
            left,
        )
        say(text.format(number=grouped(left), command=f"{PROGRAM} stories --build"))


def _few_of_many() -> Callable[[str], None]:
    """Return a `say` that prints the first sentences, then only their count as it doubles."""
    count, next_said = 0, MOST_DAMAGED

    def tell(sentence: str) -> None:
        nonlocal count, next_said
        count += 1
        if count <= MOST_DAMAGED:
            say(sentence)
        elif count == 2 * next_said:
            next_said = count
            text = ngettext(
                "{number} article so far was damaged",
                "{number} articles so far were damaged",
                count,
            )
            say(text.format(number=count))

    return tell


def _warn(text: str) -> None:
    from reader.safety.logs import warn

    warn(text)
