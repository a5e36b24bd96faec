"""Ctrl-C while SQLite calls functions of ours: the statement ends, and nothing is lost of it.

SQLite takes an exception in such a function for an error of the statement, `KeyboardInterrupt`
included, and that error would be taken for damage of the file.
"""

import signal
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def interruptible(db: sqlite3.Connection) -> Iterator[Callable[[], None]]:
    """Raise KeyboardInterrupt behind the statement that a Ctrl-C ends.

    What is yielded raises it between statements, too. Where Ctrl-C means something else, or in
    another thread than the main one, nothing is changed.
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
