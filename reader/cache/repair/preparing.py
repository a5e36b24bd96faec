"""Make a file ready when a folder is opened: nothing to do if it is, otherwise by `opening`."""

from contextlib import closing, suppress
from pathlib import Path

from reader.cache.files import copies
from reader.cache.files.damage import is_suspect
from reader.cache.files.damage import sql_errors as sql_errors
from reader.cache.files.migrations import Schema
from reader.cache.files.schema import BESIDE, check_version, connect
from reader.errors import CacheDamaged, CacheUnwritable
from reader.safety.own_files import make_folder, make_private


def prepare(path: Path, schema: Schema) -> str | None:
    """Make the file ready: create it, migrate it, or check it if damage is suspected.

    A damaged file is renamed and a new one begun; the returned sentence says so. In a read-only
    folder the file is prepared for reading (`copies.is_only_read`). Raises CacheTooNew,
    CacheLocked, CacheUnwritable, CacheDamaged.
    """
    with suppress(OSError):  # fails in a read-only folder
        make_folder(path.parent)
        for ending in BESIDE:
            make_private(path.with_name(path.name + ending))
    copies.forget(path)
    with suppress(CacheDamaged, CacheUnwritable):
        if path.exists() and copies.is_writable(path) and _is_ready(path, schema):
            return None
    from reader.cache.repair.opening import make_ready

    return make_ready(path, schema)


def _is_ready(path: Path, schema: Schema) -> bool:
    """Return whether the file is of the latest version and not suspected of damage."""
    if is_suspect(path):
        return False
    with closing(connect(path, schema)) as db, sql_errors(path):
        return check_version(db, path, schema) == len(schema.migrations)
