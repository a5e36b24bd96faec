"""Empty the write-ahead log after each transaction of an import, so that it stays short."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from queue import Queue
from threading import Thread
from time import monotonic, sleep

from reader.cache import Store

SCREEN_WAIT_S, SCREEN_LOOK_S = 12.0, 0.05
"""How long an import waits for an open screen, which reacts within five seconds; how often it
checks."""


@contextmanager
def emptied_behind(store: Store) -> Iterator[Callable[[], None]]:
    """Give a callback that empties the log in the background after a commit."""
    wanted: Queue[bool] = Queue()

    def work() -> None:
        while wanted.get():
            store.upkeep.empty_log()
            wanted.task_done()
        store.session.release()

    screen = _LogBesideScreen(store)

    def empty_log() -> None:
        if store.presence.is_anybody_here():
            screen.empty_log()  # in this thread, to leave a core free
            return
        wanted.put(True)
        if store.upkeep.has_long_log():
            wanted.join()  # it restarts only when it is empty

    emptying = Thread(target=work)
    emptying.start()
    try:
        yield empty_log
    finally:
        wanted.put(False)
        emptying.join()


class _LogBesideScreen:
    """The log beside an open screen, whose read snapshot keeps the log from restarting.

    A long log restarts when the screen has renewed its snapshot, usually twice: to the latest
    state, then to one outside of the log. If that takes too long (a suspended screen), the log may
    grow to twice its length before the next wait.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._longest = 0

    def empty_log(self) -> None:
        if not self._store.upkeep.has_long_log(self._longest):
            return
        end = monotonic() + SCREEN_WAIT_S
        while not self._store.upkeep.begin_log_anew():
            if monotonic() > end:
                self._longest = 2 * self._store.upkeep.log_bytes()
                return
            sleep(SCREEN_LOOK_S)
