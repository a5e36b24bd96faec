"""The program's one log: a bounded file in the user's log folder, for reports of failures.

It records what the program did and where it failed, never what it read: no text of an article, no
address, no value. Nothing is written while nothing fails, except with `--debug`. The standard
library's `logging` would cost its import at every start, follows links, and has no bound that two
processes can share.
"""

import os
import re
import stat
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import NoReturn

try:
    from fcntl import LOCK_EX, LOCK_NB, flock
except ImportError:  # Windows: no lock; two processes may rotate at once
    HAS_FLOCK = False
else:
    HAS_FLOCK = True

LOGS, DEBUG = "CRYPTOREAD_LOGS", "CRYPTOREAD_DEBUG"
"""Environment variables: the folder of the log, and whether to write more."""

NAME, OLD = "cryptoread.log", "cryptoread.log.1"
HEADER = b"cryptoread log\n"
"""First line of each file: a file that begins otherwise is not ours and is left alone."""

MOST_BYTES = 512 * 1024
"""Maximum size of one file; there are two."""

_MOST_RECORD = 16 * 1024
_MOST_FRAMES = 40
_MOST_CAUSES = 8
_MOST_MESSAGE = 200

_MADE_BY_PYTHON = (
    *(ArithmeticError, AttributeError, ImportError, MemoryError, NameError, RuntimeError),
    *(TypeError, AssertionError),
)
"""Errors whose text names types and attributes only; the text of others quotes input."""

_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
_NAME = re.compile(r"['\"][A-Za-z_][\w.]{0,40}['\"]", re.ASCII)
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{0,30}://\S+")


def log_folder() -> Path:
    """Return the folder of the log, which may not exist: CRYPTOREAD_LOGS, else the platform's."""
    if chosen := os.environ.get(LOGS):
        return Path(chosen).expanduser()
    import platformdirs

    return platformdirs.user_log_path("cryptoread", appauthor=False)


def begin_debug() -> None:
    """Write more from now on, also in processes that this one starts."""
    os.environ[DEBUG] = "1"


def note(text: str) -> None:
    """Record what was done, with `--debug` only."""
    if os.environ.get(DEBUG, "0") not in ("", "0"):
        write("DEBUG", text)


def warn(text: str) -> None:
    """Record what a user was told."""
    write("WARNING", text)


def note_error(error: BaseException, elsewhere: Path) -> Path | None:
    """Record where an error was raised, without values. Return the file, None if none is writable.

    elsewhere: the folder to use if the log folder cannot be written.
    """
    return write("ERROR", _described(error), elsewhere)


def write(level: str, text: str, elsewhere: Path | None = None) -> Path | None:
    """Append a record. Return its file, None if it could not be written."""
    when = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
    lines = redacted(text[:_MOST_RECORD]).rstrip().replace("\n", "\n    ")
    record = f"{when} {level} {os.getpid()} {lines}\n".encode("utf-8", "replace")
    for folder in (log_folder(), elsewhere):
        if folder is not None:
            with suppress(OSError, RuntimeError):  # no home folder
                _append(folder, record)
                return folder / NAME
    return None


def redacted(text: str) -> str:
    """Return the text without addresses and without anything that may be secret or was read."""
    from reader.safety.redaction import redacted as without_secrets

    return without_secrets(_ADDRESS.sub("(address)", text))


def noted_errors(elsewhere: Path) -> Path | None:
    """Return the log with an unexpected error, None if there is none."""
    for folder in (log_folder(), elsewhere):
        with suppress(OSError, RuntimeError):
            file = _open(folder / NAME, os.O_RDONLY)
            with os.fdopen(file, "rb") as log:
                if b" ERROR " in log.read(2 * MOST_BYTES):
                    return folder / NAME
    return None


def _append(folder: Path, record: bytes) -> None:
    """Append a record to the file. Raises OSError."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = _open(folder / NAME, os.O_RDWR | os.O_APPEND | os.O_CREAT)
    try:
        if os.fstat(file).st_size > MOST_BYTES and _is_locked(file):
            file = _rotated(folder, file)
        if os.fstat(file).st_size > 2 * MOST_BYTES:  # another process rotates it, and is slow
            return
        begun = HEADER if not os.fstat(file).st_size else b""
        os.write(file, begun + record)
    finally:
        os.close(file)


def _open(path: Path, flags: int) -> int:
    """Open a regular file of this program; no link, pipe or device. Raises OSError."""
    safe = os.O_CLOEXEC | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    file = os.open(path, flags | safe, 0o600)
    try:
        found = os.fstat(file)
        if not stat.S_ISREG(found.st_mode) or found.st_nlink > 1:
            _refuse(path, "is not a regular file")  # not shown
        if hasattr(os, "geteuid") and found.st_uid != os.geteuid():
            _refuse(path, "belongs to another user")  # not shown
        if found.st_size and os.pread(file, len(HEADER), 0) != HEADER:
            _refuse(path, "was not made by cryptoread")  # not shown
    except BaseException:
        os.close(file)
        raise
    return file


def _refuse(path: Path, reason: str) -> NoReturn:
    raise OSError(f"{path} {reason}")


def _is_locked(file: int) -> bool:
    """Return whether this process got the lock for rotating, until it closes the file."""
    if not HAS_FLOCK:
        return True
    try:
        flock(file, LOCK_EX | LOCK_NB)
    except OSError:
        return False
    return True


def _rotated(folder: Path, file: int) -> int:
    """Start a new file and rename the former one; return the new descriptor, close the old."""
    path, old = folder / NAME, folder / OLD
    if os.lstat(path).st_ino != os.fstat(file).st_ino:  # another process has rotated it
        again = _open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT)
        os.close(file)
        return again
    try:
        os.close(_open(old, os.O_RDONLY))
    except FileNotFoundError:
        pass
    except OSError:  # the other file is not ours: keep it
        os.ftruncate(file, 0)
        return file
    path.rename(old)
    new = _open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT)
    os.close(file)
    return new


def _described(error: BaseException) -> str:
    """Return the error and its causes, each with where it was raised."""
    parts: list[str] = []
    waiting: list[BaseException | None] = [error]
    seen: set[int] = set()
    while waiting and len(parts) < _MOST_CAUSES:
        each = waiting.pop(0)
        if each is None or id(each) in seen:
            continue
        seen.add(id(each))
        parts.append(f"{_told(each)}\n{_frames(each.__traceback__)}")
        waiting += [each.__cause__, each.__context__]
        if isinstance(each, BaseExceptionGroup):
            waiting += each.exceptions
    return "\nbecause of ".join(parts)  # not shown


def _frames(traceback: TracebackType | None) -> str:
    from traceback import format_tb

    return "Traceback (most recent call last):\n" + "".join(  # not shown
        format_tb(traceback, -_MOST_FRAMES)
    )


def _told(error: BaseException) -> str:
    """Return the type, and the text if it cannot contain what was read."""
    kind = type(error).__name__
    if isinstance(error, OSError):
        return f"{kind}: {error.strerror or 'no reason'} ({error.errno})"  # not shown
    if not isinstance(error, _MADE_BY_PYTHON) and type(error).__module__ != "sqlite3":
        return kind

    def elided(quoted: re.Match[str]) -> str:
        return quoted[0] if _NAME.fullmatch(quoted[0]) else "'…'"

    return f"{kind}: {_QUOTED.sub(elided, str(error))[:_MOST_MESSAGE]}"
