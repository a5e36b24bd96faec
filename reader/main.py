"""The program `cryptoread`: from its arguments to its exit code.

Exit codes: 0 done, 1 done but some input was refused, 2 wrong usage, 3 failed, 130 interrupted.
Without arguments there is nothing to parse, and the reader opens without loading what parses them.
"""

import gc
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, NoReturn

from reader.crash import Broken
from reader.errors import CryptoreadError

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
        super().__init__("the reader needs a terminal; in a pipe or a script use `cryptoread list`")


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
    usable = os.environ.get("TERM", "") not in ("", "dumb", "unknown")
    return usable and sys.stdin.isatty() and sys.stdout.isatty()


def say(text: str) -> None:
    """A line on stderr, of which no part acts on the terminal: it may name what the user did."""
    from reader.text import clean_line

    print(clean_line(text), file=sys.stderr)


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


def _never_fail_to_encode() -> None:
    """Print `?` for what the encoding of the terminal or the pipe cannot express."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")


def main() -> NoReturn:
    """The command `cryptoread`."""
    _never_fail_to_encode()
    try:
        code = _run(sys.argv[1:])
        sys.stdout.flush()
    except NoTerminal as error:
        say(f"cryptoread: {error}")
        code = USAGE
    except CryptoreadError as error:
        say(f"cryptoread: {error}")
        code = FAILED
    except KeyboardInterrupt:
        say("interrupted; what was reported is kept")
        code = INTERRUPTED
    except BrokenPipeError:
        # Whoever read has seen enough. Python would complain once more when it flushes.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    sys.exit(code)


def _run(arguments: list[str]) -> int:
    if not arguments and COMPLETE not in os.environ:
        open_reader(Paths())
        return 0
    from reader.cli import run_command

    return run_command(arguments)
