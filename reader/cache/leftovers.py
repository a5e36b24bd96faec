"""Find obsolete files of cryptoread: replaced ones that were kept, and incomplete ones.

For `doctor`; nothing is deleted.
"""

import stat
from collections.abc import Iterator
from contextlib import suppress
from glob import escape
from pathlib import Path
from typing import NamedTuple

from reader.i18n import _

_RESTORED = _("replaced by `cryptoread restore`")
_SET_ASIDE = (
    ("*.db.v[0-9]*", _("kept before an update")),
    ("*.db.damaged-*", _("damaged, and renamed")),
    ("*.db.before-restore-*", _RESTORED),
)
"""Name patterns, and the reason for such files."""

_CUT_SHORT = ("cache.db.*.part", "marks*.db*.part", ".restore-*.part", ".marks.db.new")
_OF_CONFIG = ("{name}.before-restore-*", ".{name}.*.part", ".{name}-????????")
"""Patterns beside the config file, where other programs have files, too."""

_BESIDE = ("-wal", "-shm", "-journal")


class Leftover(NamedTuple):
    """A file or folder. `size`: bytes, with its logs. `why`: the reason that it exists."""

    path: Path
    size: int
    why: str
    is_cut_short: bool

    @property
    def advice(self) -> str:
        """Return what the user may do with the file."""
        if self.is_cut_short:
            return _("may be deleted when no other cryptoread is running")
        return _("may be deleted")


def leftovers(folder: Path, config: Path) -> list[Leftover]:
    """Return obsolete files in the data folder and beside the config file, sorted by path.

    Links are followed: the paths are those of the files that they lead to.
    """
    folder, config = folder.resolve(), config.resolve()
    found: dict[Path, Leftover] = {}
    of_config = [pattern.format(name=escape(config.name)) for pattern in _OF_CONFIG]
    places = (
        *((folder, each) for each in _CUT_SHORT),
        *((config.parent, each) for each in of_config[1:]),
    )
    for place, pattern in places:
        for path in place.glob(pattern):
            _add(found, path, _("of an interrupted run"), is_cut_short=True)
    set_aside = (
        *((folder, *each) for each in _SET_ASIDE),
        (config.parent, of_config[0], _RESTORED),
    )
    for place, pattern, why in set_aside:
        for path in place.glob(pattern):
            _add(found, path, why)
    return [found[path] for path in sorted(found)]


def _add(found: dict[Path, Leftover], path: Path, why: str, *, is_cut_short: bool = False) -> None:
    if path in found or path.name.endswith(_BESIDE):
        return
    with suppress(OSError):  # it has been removed meanwhile
        found[path] = Leftover(path, sum(_sizes(path)), why, is_cut_short)


def _sizes(path: Path) -> Iterator[int]:
    """Yield the sizes of a file and its logs, or of the files in a folder."""
    status = path.lstat()
    if stat.S_ISDIR(status.st_mode):
        for each in path.iterdir():
            yield each.lstat().st_size
        return
    yield status.st_size
    for ending in _BESIDE:
        with suppress(OSError):
            yield path.with_name(path.name + ending).lstat().st_size
