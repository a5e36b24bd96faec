"""Make the three standard streams usable in any state in which the shell passes them.

Handles closed and full streams, broken pipes, and encodings that lack characters. Other modules
print to the streams.
"""

import errno
import os
import sys
from contextlib import suppress
from io import BufferedReader, BufferedWriter, FileIO, TextIOBase, TextIOWrapper
from typing import TextIO

from reader.errors import CryptoreadError
from reader.i18n import _
from reader.reasons import reason_of

STDIN, STDOUT, STDERR = 0, 1, 2


class OutputFailed(CryptoreadError):
    """Standard output cannot be written."""

    def __init__(self, error: OSError) -> None:
        is_closed = error.errno == errno.EBADF
        reason = _("it is closed") if is_closed else reason_of(error)
        text = _("cannot write to standard output ({reason}); the rest was not printed")
        super().__init__(text.format(reason=reason))


class _Output(TextIOWrapper):
    """Standard output. Raises OutputFailed, and BrokenPipeError for a closed pipe."""

    def write(self, text: str, /) -> int:
        """Write text. Raises OutputFailed, BrokenPipeError."""
        try:
            return super().write(text)
        except BrokenPipeError:
            raise
        except OSError as error:
            raise OutputFailed(error) from error

    def flush(self) -> None:
        """Flush. Raises OutputFailed, BrokenPipeError."""
        try:
            super().flush()
        except BrokenPipeError:
            raise
        except OSError as error:
            raise OutputFailed(error) from error


class _Messages(TextIOWrapper):
    """Standard error. A command does not fail because its messages cannot be written."""

    def write(self, text: str, /) -> int:
        """Write text; ignore errors."""
        try:
            return super().write(text)
        except OSError:
            discard(self.fileno())
            return len(text)

    def flush(self) -> None:
        """Flush; ignore errors."""
        try:
            super().flush()
        except OSError:
            discard(self.fileno())
            super().flush()


def prepare() -> None:
    """Give the program three streams that never raise for an encoding.

    A closed stream stays unusable, but its number stays occupied: a database file with the number
    of standard error would have messages written into it.
    """
    for number, mode in ((STDIN, os.O_WRONLY), (STDOUT, os.O_RDONLY), (STDERR, os.O_WRONLY)):
        _occupy(number, mode)
    if sys.stdin is None:
        reading = BufferedReader(FileIO(STDIN, "r", closefd=False))
        _replace("stdin", TextIOWrapper(reading, "utf-8", "replace"))
    _replace("stdout", _rewrapped(sys.stdout, _Output, STDOUT))
    _replace("stderr", _rewrapped(sys.stderr, _Messages, STDERR))


def _replace(name: str, stream: TextIO) -> None:
    """Set `sys.NAME` and `sys.__NAME__`, on which Textual paints: a buffer has one owner."""
    setattr(sys, name, stream)
    setattr(sys, f"__{name}__", stream)


def _occupy(number: int, mode: int) -> None:
    """Open the null device under a free descriptor number; reading or writing fails by its mode."""
    try:
        os.fstat(number)
    except OSError:
        with suppress(OSError):
            opened = os.open(os.devnull, mode)
            if opened != number:
                os.dup2(opened, number)
                os.close(opened)
            os.set_inheritable(number, True)


def _rewrapped(stream: TextIO | None, kind: type[TextIOWrapper], number: int) -> TextIO:
    if stream is None:
        buffer = BufferedWriter(FileIO(number, "w", closefd=False))
        return kind(buffer, "utf-8", "replace", line_buffering=number == STDERR)
    if not isinstance(stream, TextIOWrapper):  # a stream of a test
        return stream
    encoding, line_buffering = stream.encoding, stream.line_buffering
    write_through = stream.write_through
    return kind(
        stream.detach(),
        encoding,
        "replace",
        line_buffering=line_buffering,
        write_through=write_through,
    )


def settle() -> None:
    """Flush standard output, then keep the exit of Python from failing on it.

    Raises OutputFailed and BrokenPipeError.
    """
    try:
        sys.stdout.flush()
    except (OutputFailed, BrokenPipeError):
        discard(STDOUT)
        raise


def discard(number: int) -> None:
    """Send to the null device what is written from now on, and what is still buffered."""
    with suppress(OSError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, number)
        os.close(nowhere)


def is_terminal(stream: TextIOBase | TextIO | None) -> bool:
    """Return whether the stream is a terminal. False for a closed one."""
    try:
        return stream is not None and stream.isatty()
    except (OSError, ValueError):
        return False
