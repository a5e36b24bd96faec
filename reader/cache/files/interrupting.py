"""Handle Ctrl-C while SQLite calls Python functions.

SQLite turns any exception in such a function, `KeyboardInterrupt` included, into an error of the
statement, which would be taken for damage of the file.
"""

import signal
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def interruptible(db: sqlite3.Connection) -> Iterator[Callable[[], None]]:
    """Raise KeyboardInterrupt after the statement that a Ctrl-C ends.

    Yields a function that raises it between statements, too. Does nothing outside of the main
    thread, or if Ctrl-C has another handler.
    """
    if (
        threading.current_thread() is not threading.main_thread()
        or signal.getsignal(signal.SIGINT) is not signal.default_int_handler
    ):
        yield lambda: None
        return
    pressed: list[bool] = []  # an Event has a lock, which a handler must not wait for

    def press(_number: int, _frame: object) -> None:
        pressed.append(True)
        db.interrupt()

    def check() -> None:
        if pressed:
            raise KeyboardInterrupt

    signal.signal(signal.SIGINT, press)
    try:
        yield check
    except BaseException as error:
        if pressed:
            raise KeyboardInterrupt from error
        raise
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    check()
