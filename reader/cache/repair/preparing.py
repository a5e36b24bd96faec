"""A file made ready to be used, when a folder is opened: at once if it is, else by `opening`."""

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
    """Make the file ready: created, migrated, checked where it was suspected of damage.

    A damaged file is put aside beside itself and a new one begun; the sentence returned says so.
    Where nothing can be written the file is made ready to be read (`copies.is_only_read`).
    Raises CacheTooNew, CacheLocked, CacheUnwritable, CacheDamaged.
    """
    with suppress(OSError):  # a folder that cannot be written is only read
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
    """Return whether the file is of the latest version and nothing is suspected of it."""
    if is_suspect(path):
        return False
    with closing(connect(path, schema)) as db, sql_errors(path):
        return check_version(db, path, schema) == len(schema.migrations)
