"""Whether `marks.db` is whole, and how it is put right: from its rows, its copies and the cache.

For `doctor` and `doctor --repair`:

    from reader.cache import marks_repair

    marks_repair.check(folder)   # ["…/marks.db is damaged (…)", …]; [] where all is well
    marks_repair.repair(folder)  # ["marks.db was damaged and now lies in …", …]; [] where nothing was

Both take the data folder, may be called while screens are open, and need no `Store`.
"""

from pathlib import Path


def check(folder: Path) -> list[str]:
    """Return what is wrong with the marks and their copies, a sentence each; change nothing.

    It reads the whole file. Raises CacheTooNew for a file of a newer version, other CacheErrors
    where it cannot be read (locked, no permission).
    """
    raise NotImplementedError


def repair(folder: Path) -> list[str]:
    """Put right what `check` finds; return what was done, a sentence each.

    A damaged file is set aside, never deleted and never over another. Raises CacheLocked,
    CacheUnwritable, CacheTooNew.
    """
    raise NotImplementedError
