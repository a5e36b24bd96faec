"""The program `cryptoread`: from its arguments to its exit code.

Exit codes: 0 done, 1 done but some input was refused, 2 wrong usage, 3 failed, 130 interrupted.
A pipe that is closed at its other end (`| head`) ends a command quietly, with 0.
Without arguments there is nothing to parse, and the reader opens without loading what parses them.
"""

import gc
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, NoReturn

from reader.crash import Broken
from reader.errors import CryptoreadError
from reader.streams import OutputFailed, is_terminal, prepare, settle
from reader.zone import usable_zone

if TYPE_CHECKING:
    from reader.config import Settings
    from reader.library import Library
    from reader.query import Query

PROGRAM = "cryptoread"
COMPLETE = "_CRYPTOREAD_COMPLETE"
"""Set by the shell while it completes a command line."""

SWITCH_S = 0.0005
"""How long a thread that paints keeps one waiting that writes; Python's own is ten times that."""

MOST_DAMAGED = 10
"""Damaged articles that are named."""

REFUSED, USAGE, FAILED, INTERRUPTED = 1, 2, 3, 130


class NoTerminal(CryptoreadError):
    """There is nothing to open a screen on."""

    def __init__(self) -> None:
        super().__init__(
            "the reader needs a terminal for input, output and error output; "
            "in a pipe or a script use `cryptoread list`"
        )


class Paths(NamedTuple):
    """What the common options say."""

    data: Path | None = None
    config: Path | None = None

    @contextmanager
    def library(self) -> Iterator["Library"]:
        """The user's library; what had to be put right is said. Raises CacheError."""
        from reader.config import data_folder
        from reader.library import Library

        with Library(data_folder(self.data)) as library:
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
    def held_library(self) -> Iterator["Library"]:
        """The library as of this moment, whatever other programs write meanwhile."""
        with self.library() as library:
            library.hold()
            yield library


def open_reader(paths: Paths, query: "Query | None" = None) -> None:
    """Show the reader until it is left: on the sample articles where the library is empty."""
    if not _on_terminal():
        raise NoTerminal
    # What start-up makes stays: looking through it for garbage would delay the first screen.
    gc.disable()
    # What is written in the background asks for the interpreter at every statement.
    sys.setswitchinterval(SWITCH_S)
    # Textual paints on a clock. At 60 ticks a second a key would wait for it longer than for us.
    os.environ.setdefault("TEXTUAL_FPS", "500")
    # A lone Escape is told from the beginning of another key by the time that passes behind it.
    os.environ.setdefault("ESCDELAY", "50")
    from reader.config import ConfigError, config_file, read_settings
    from reader.library import Library

    config = config_file(paths.config)
    settings = read_settings(config)
    if fault := settings_fault(settings):
        raise ConfigError(config, fault)
    with paths.library() as library:
        from reader.ui.app import run

        if library.is_empty:
            with Library.of_samples() as samples:
                samples.home = library.folder
                is_filled = run(samples, settings, query, config)
            if not is_filled:
                return
        run(library, settings, query, config)


def settings_fault(settings: "Settings") -> str | None:
    """What the screen finds wrong with settings that can be read, as a sentence."""
    if not settings.theme and not settings.keys:
        return None
    from reader.ui.checked_settings import fault

    return fault(settings)


def _on_terminal() -> bool:
    """Return whether there are keys to read and a screen to paint, which Textual does on stderr."""
    usable = os.environ.get("TERM", "") not in ("", "dumb", "unknown")
    return usable and all(map(is_terminal, (sys.stdin, sys.stdout, sys.stderr)))


def say(text: str) -> None:
    """A line on stderr, without secrets, and of which no part acts on the terminal."""
    from reader.redaction import redacted
    from reader.text import clean_line

    print(redacted(clean_line(text)), file=sys.stderr)


def _few_of_many() -> Callable[[str], None]:
    """Say the first few sentences, and after them how many others there are, as they double."""
    count, next_said = 0, MOST_DAMAGED

    def tell(sentence: str) -> None:
        nonlocal count, next_said
        count += 1
        if count <= MOST_DAMAGED:
            say(sentence)
        elif count == 2 * next_said:
            next_said = count
            say(f"{count} articles so far were damaged")

    return tell


def main() -> NoReturn:
    """The command `cryptoread`."""
    prepare()
    if notice := usable_zone():
        say(notice)
    sys.exit(_ended(lambda: _run(sys.argv[1:])))


def _ended(run: Callable[[], int]) -> int:
    """Run it; its exit code, whatever happens. What went wrong is said in one sentence."""
    try:
        code = _code(run)
        settle()
    except NoTerminal as error:
        _say_anywhere(f"cryptoread: {error}")
        code = USAGE
    except CryptoreadError as error:
        say(f"cryptoread: {error}")
        code = FAILED
    except KeyboardInterrupt:
        _ignore_ctrl_c()
        say("interrupted; what was reported is kept")
        code = INTERRUPTED
    except BrokenPipeError:  # whoever read has seen enough
        code = 0
    except Exception as error:
        from reader.config import data_folder

        say(f"cryptoread: {Broken(error, data_folder())}")
        code = FAILED
    _ignore_ctrl_c()
    with suppress(OutputFailed, BrokenPipeError):
        settle()
    return code


def _ignore_ctrl_c() -> None:
    """Let nothing interrupt the end: all is done, and Python would print a traceback."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _code(run: Callable[[], int]) -> int:
    try:
        return run()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0


def _warn(text: str) -> None:
    from reader.logs import warn

    warn(text)


def _say_anywhere(text: str) -> None:
    """Say why there is no screen, on stdout where stderr leads away from the terminal."""
    if is_terminal(sys.stdout) and not is_terminal(sys.stderr):
        print(text, flush=True)
    say(text)


def _run(arguments: list[str]) -> int:
    if not arguments and COMPLETE not in os.environ:
        open_reader(Paths())
        return 0
    from reader.cli import run_command

    return run_command(arguments)
