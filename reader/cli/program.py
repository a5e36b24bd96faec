"""From the arguments of the program to its exit code.

A pipe that is closed at its other end (`| head`) ends a command quietly, with 0. Without arguments
the reader opens at once, and the command line parser is not loaded.
"""

import os
import sys
from collections.abc import Callable
from contextlib import suppress

from reader.cli.context import COMPLETE, FAILED, INTERRUPTED, USAGE, Paths, say
from reader.cli.screen import NoTerminal, open_reader
from reader.cli.streams import OutputFailed, is_terminal, prepare, settle
from reader.cli.zone import usable_zone
from reader.errors import CryptoreadError
from reader.opening.cover import uncover
from reader.safety.crash import Broken


def run(arguments: list[str]) -> int:
    """Run a command line and return its exit code. An error is reported in one sentence."""
    prepare()
    if notice := usable_zone():
        say(notice)
    return _ended(lambda: _run(arguments))


def _ended(run: Callable[[], int]) -> int:
    """Call `run` and return the exit code. An error is reported in one sentence."""
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
    except BrokenPipeError:  # the program that read the pipe has ended
        code = 0
    except Exception as error:  # noqa: BLE001 - written to the log, and said in one line
        from reader.config.paths import data_folder

        say(f"cryptoread: {Broken(error, data_folder())}")
        code = FAILED
    _ignore_ctrl_c()
    with suppress(OutputFailed, BrokenPipeError):
        settle()
    return code


def _ignore_ctrl_c() -> None:
    """Ignore ctrl+c from now on: all work is done, and Python would print a traceback."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _code(run: Callable[[], int]) -> int:
    try:
        return run()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0
    finally:
        uncover()  # before anything is said


def _say_anywhere(text: str) -> None:
    """Print why no screen opens: on stderr, and on stdout if only that is a terminal."""
    if is_terminal(sys.stdout) and not is_terminal(sys.stderr):
        print(text, flush=True)
    say(text)


def _run(arguments: list[str]) -> int:
    if not arguments and COMPLETE not in os.environ:
        if os.environ.get("CRYPTOREAD_DATA", "").startswith("postgres"):
            from reader.cli.shared.address import use_environment

            use_environment()
        open_reader(Paths())
        return 0
    from reader.cli.group import run_command

    return run_command(arguments)
