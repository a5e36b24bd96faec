"""Hear of changes as they are made: a hint to look at `version`, which is what counts.

A pooler that lends connections for one transaction passes no hints on, and a replica has none to
give. Then nothing is heard, and the screen asks more often.
"""

import os
import threading
from collections.abc import Callable
from contextlib import closing
from selectors import EVENT_READ, DefaultSelector

import psycopg
from psycopg import sql

from reader.cache.engines.postgres.address import Address
from reader.cache.engines.postgres.connections import Connection, connect, is_lost
from reader.cache.engines.postgres.setup import check_on
from reader.errors import CacheError, CacheGone

RETRY_S = 5
"""How long after a loss to connect again. Meanwhile nothing is heard."""


class Listener:
    """A thread with a connection of its own, which waits for notifications.

    `is_on`: whether changes are heard of. The thread keeps no program from ending.
    """

    def __init__(self, address: Address, told: Callable[[], None]) -> None:
        """Begin to listen. told: called in the thread, also when it begins to hear."""
        self._address = address
        self._told = told
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._wake, self._woken = os.pipe()
        self.is_on = False
        threading.Thread(target=self._run, name="listening", daemon=True).start()

    def stop(self) -> None:
        """Let the thread end soon; `told` is not called after this."""
        with self._lock:
            if not self._stopped.is_set():
                self._stopped.set()
                os.close(self._woken)  # the other end becomes readable

    def _run(self) -> None:
        try:
            while self._listen() and not self._stopped.wait(RETRY_S):
                pass
        finally:
            os.close(self._wake)

    def _listen(self) -> bool:
        """Listen until the connection is lost; return whether to try it again."""
        try:
            with closing(connect(self._address)) as db:
                if not is_direct(db):
                    return False
                channel = "cryptoread_" + check_on(db, self._address)
                db.execute(sql.SQL("LISTEN {}").format(sql.Identifier(channel)))
                self._wait(db)
        except CacheGone:
            return True
        except CacheError:
            return False
        except psycopg.Error as error:
            return is_lost(error)
        finally:
            self.is_on = False
        return False

    def _wait(self, db: Connection) -> None:
        """Call `told` for what is heard, until `stop`. Raises psycopg's errors on a loss."""
        with DefaultSelector() as selector:
            server = selector.register(db.fileno(), EVENT_READ)
            selector.register(self._wake, EVENT_READ)
            self._tell()  # what has changed before
            self.is_on = True
            while all(key is server for key, _ in selector.select()):
                db.pgconn.consume_input()
                is_told = False
                while db.pgconn.notifies():
                    is_told = True
                if is_told:
                    self._tell()

    def _tell(self) -> None:
        with self._lock:
            if not self._stopped.is_set():
                self._told()


def is_direct(db: Connection) -> bool:
    """Return whether the connection is to the server, not to a pooler before it."""
    row = db.execute("SELECT pg_backend_pid()").fetchone()
    return row is not None and row[0] == db.info.backend_pid
