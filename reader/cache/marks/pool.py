"""Connections to `marks.db`, one per thread, and whether they are open on the present file."""

from pathlib import Path

from reader.cache.files import copies
from reader.cache.files.migrations import MARKS
from reader.cache.files.pool import Pool
from reader.cache.files.schema import sql_errors
from reader.cache.marks.journal import Marks
from reader.errors import MarksGone

FileId = tuple[int, int]
"""Device and inode, which identify a file under any name."""


class MarksPool(Pool):
    """Connections to `marks.db`, which follow the file when another takes its place."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, MARKS, MarksGone)
        self._files: dict[int, FileId | None] = {}
        """The file that a connection is open on, by the connection's `id()`."""

    def marks(self) -> Marks:
        """Return the marks, on this thread's connection. Raises MarksGone, CacheError.

        A connection is reopened if its file was replaced by another. If the file was
        deleted, an open connection goes on showing what was in it.
        """
        db, file = self.known(), file_id(self.path)
        if db is not None and file not in (None, self._files[id(db)]):
            self.release()
            db = None
        if db is None:
            if file is None and not copies.is_only_read(self.path):
                raise MarksGone(self.path)  # SQLite would begin an empty file
            db = self.of_thread()
            self._files[id(db)] = file
        return Marks(db, self.path)

    def is_present(self) -> bool:
        """Return whether this thread's connection is open on the file that is there now."""
        db = self.known()
        return db is not None and self._files[id(db)] == file_id(self.path)

    def wait_briefly(self) -> None:
        """Wait at most 500 ms for locks from now on, in this thread. Raises MarksGone."""
        self.marks()
        with sql_errors(self.path):
            super().wait_briefly()

    def release(self) -> None:
        """Close this thread's connection."""
        self._files.pop(id(self.known()), None)
        super().release()

    def close(self) -> None:
        """Close every connection, whichever thread opened it."""
        self._files.clear()
        super().close()


def file_id(path: Path) -> FileId | None:
    """Return device and inode of the file at a path; None if it is missing or empty."""
    try:
        status = path.stat()
    except OSError:
        return None
    return (status.st_dev, status.st_ino) if status.st_size else None
