"""The program's one log: a bounded file in the user's log folder, to report what fails.

It holds what the program did and where it failed, never what it read: no text of an article, no
address, no value. Nothing is written while all is well, unless `--debug` asks for it. The standard
library's `logging` would cost every start its import, follow links and know nothing of a bound that
two processes share.
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
except ImportError:  # Windows: no lock, so that two processes may rotate at once
    flock = None  # type: ignore[assignment]

LOGS, DEBUG = "CRYPTOREAD_LOGS", "CRYPTOREAD_DEBUG"
"""Environment: the folder to use, and whether to write more."""

NAME, OLD = "cryptoread.log", "cryptoread.log.1"
HEADER = b"cryptoread log\n"
"""First line of each file: what begins with anything else is not ours, and is left alone."""

MOST_BYTES = 512 * 1024
"""Of one file, of which there are two."""

_MOST_RECORD = 16 * 1024
_MOST_FRAMES = 40
_MOST_CAUSES = 8
_MOST_MESSAGE = 200

_MADE_BY_PYTHON = (
    *(ArithmeticError, AttributeError, ImportError, MemoryError, NameError, RuntimeError),
    *(TypeError, AssertionError),
)
"""Errors whose text names types and attributes; that of others quotes what was read."""

_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
_NAME = re.compile(r"['\"][A-Za-z_][\w.]{0,40}['\"]", re.ASCII)
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{0,30}://\S+")


def log_folder() -> Path:
    """Where the log is: CRYPTOREAD_LOGS, else the platform's place. It need not exist."""
    if chosen := os.environ.get(LOGS):
        return Path(chosen).expanduser()
    import platformdirs

    return platformdirs.user_log_path("cryptoread", appauthor=False)


def begin_debug() -> None:
    """Write more from now on, in processes that this one starts as well."""
    os.environ[DEBUG] = "1"


def note(text: str) -> None:
    """Write down what was done, where `--debug` asks for it."""
    if os.environ.get(DEBUG, "0") not in ("", "0"):
        write("DEBUG", text)


def warn(text: str) -> None:
    """Write down what a user had to be told."""
    write("WARNING", text)


def note_error(error: BaseException, elsewhere: Path) -> Path | None:
    """Write down where it was raised, without values; the file, or None where none can be written.

    elsewhere: the folder to use where the log folder cannot be.
    """
    return write("ERROR", _described(error), elsewhere)


def write(level: str, text: str, elsewhere: Path | None = None) -> Path | None:
    """Append a record; the file that it is in, None where it could not be written."""
    when = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
    lines = redacted(text[:_MOST_RECORD]).rstrip().replace("\n", "\n    ")
    record = f"{when} {level} {os.getpid()} {lines}\n".encode("utf-8", "replace")
    for folder in (log_folder(), elsewhere):
        if folder is not None:
            with suppress(OSError, RuntimeError):  # no home
                _append(folder, record)
                return folder / NAME
    return None


def redacted(text: str) -> str:
    """Return the text without what may be secret or was read: addresses, whole."""
    from reader.redaction import redacted as without_secrets

    return without_secrets(_ADDRESS.sub("(address)", text))


def noted_errors(elsewhere: Path) -> Path | None:
    """Return the log that holds an unexpected error, None where there is none."""
    for folder in (log_folder(), elsewhere):
        with suppress(OSError, RuntimeError):
            file = _open(folder / NAME, os.O_RDONLY)
            with os.fdopen(file, "rb") as log:
                if b" ERROR " in log.read(2 * MOST_BYTES):
                    return folder / NAME
    return None


def _append(folder: Path, record: bytes) -> None:
    """Raises OSError."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = _open(folder / NAME, os.O_RDWR | os.O_APPEND | os.O_CREAT)
    try:
        if os.fstat(file).st_size > MOST_BYTES and _is_locked(file):
            file = _rotated(folder, file)
        if os.fstat(file).st_size > 2 * MOST_BYTES:  # another rotates it, and takes long
            return
        begun = HEADER if not os.fstat(file).st_size else b""
        os.write(file, begun + record)
    finally:
        os.close(file)


def _open(path: Path, flags: int) -> int:
    """A file of ours, and nothing else: no link, no pipe, no device. Raises OSError."""
    safe = os.O_CLOEXEC | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    file = os.open(path, flags | safe, 0o600)
    try:
        found = os.fstat(file)
        if not stat.S_ISREG(found.st_mode) or found.st_nlink > 1:
            _refuse(path, "is not a regular file")
        if hasattr(os, "geteuid") and found.st_uid != os.geteuid():
            _refuse(path, "belongs to another user")
        if found.st_size and os.pread(file, len(HEADER), 0) != HEADER:
            _refuse(path, "was not made by cryptoread")
    except BaseException:
        os.close(file)
        raise
    return file


def _refuse(path: Path, reason: str) -> NoReturn:
    raise OSError(f"{path} {reason}")


def _is_locked(file: int) -> bool:
    """Whether this process is now the one that rotates it, for as long as it is open."""
    if flock is None:
        return True
    try:
        flock(file, LOCK_EX | LOCK_NB)
    except OSError:
        return False
    return True


def _rotated(folder: Path, file: int) -> int:
    """Begin a new file; the former one takes the place of the one before. It is closed."""
    path, old = folder / NAME, folder / OLD
    if os.lstat(path).st_ino != os.fstat(file).st_ino:  # another has done it meanwhile
        again = _open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT)
        os.close(file)
        return again
    try:
        os.close(_open(old, os.O_RDONLY))
    except FileNotFoundError:
        pass
    except OSError:  # whatever is there stays
        os.ftruncate(file, 0)
        return file
    path.rename(old)
    new = _open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT)
    os.close(file)
    return new


def _described(error: BaseException) -> str:
    """The error and its causes, each with where it was raised."""
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
    return "\nbecause of ".join(parts)


def _frames(traceback: TracebackType | None) -> str:
    from traceback import format_tb

    return "Traceback (most recent call last):\n" + "".join(format_tb(traceback, -_MOST_FRAMES))


def _told(error: BaseException) -> str:
    """The type, and its text as far as that can hold nothing that was read."""
    kind = type(error).__name__
    if isinstance(error, OSError):
        return f"{kind}: {error.strerror or 'no reason'} ({error.errno})"
    if not isinstance(error, _MADE_BY_PYTHON) and type(error).__module__ != "sqlite3":
        return kind

    def elided(quoted: re.Match[str]) -> str:
        return quoted[0] if _NAME.fullmatch(quoted[0]) else "'…'"

    return f"{kind}: {_QUOTED.sub(elided, str(error))[:_MOST_MESSAGE]}"
