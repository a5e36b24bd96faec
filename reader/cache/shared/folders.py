"""The local folder of a shared archive: what belongs to the user, named by the archive's own id.

`archive.json` in it says where the archive is. Whatever opens a data folder opens that archive.
"""

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

from reader.cache.store import SHARED
from reader.digests import blake2b
from reader.errors import CacheError, CacheUnwritable
from reader.i18n import _
from reader.safety.own_files import PRIVATE_FILE, NotRegular, create_beside, make_folder, read_own

if TYPE_CHECKING:
    from reader.cache.engines.postgres.address import Address

EXTRA = 'pip install "cryptoread[postgres]"'  # not shown: a command


def folder_of(text: str, home: Path) -> Path:
    """Return the folder of the archive at an address, made on first use. Raises CacheError.

    home: the user's own data folder. A server is asked on first use alone.
    """
    address = parsed(text)
    pointer = _pointer(address, home)
    known = _known(pointer)
    if known and (home / "archives" / known / SHARED).exists():
        return home / "archives" / known
    from reader.cache.engines.postgres.setup import check

    return made(address, check(address), home)


def parsed(text: str) -> "Address":
    """Return the address that a text names. Raises CacheError, also without the extra."""
    from importlib.util import find_spec

    from reader.cache.engines.postgres.address import parse

    address = parse(text)
    if find_spec("psycopg") is None:
        raise CacheError(_("a shared archive needs an extra: {command}").format(command=EXTRA))
    return address


def made(address: "Address", id: str, home: Path) -> Path:
    """Make the folder of an archive, and note that the address names it."""
    folder, pointer = home / "archives" / id, _pointer(address, home)
    try:
        make_folder(folder)
        make_folder(pointer.parent)
        _write(folder / SHARED, json.dumps({"address": address.text, "id": id}).encode())
        _write(pointer, id.encode())
    except OSError as error:
        raise CacheUnwritable(folder, error) from error
    return folder


def is_shared(folder: Path) -> bool:
    """Return whether the articles of a data folder are in a shared archive."""
    return (folder / SHARED).exists()


def address_of(folder: Path) -> "tuple[Address, str]":
    """Return where the archive of a folder is, and its id. Raises CacheError."""
    try:
        values = json.loads(read_own(folder / SHARED))
        return parsed(str(values["address"])), str(values["id"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        text = _("{file} cannot be read; open the archive by its address again")
        raise CacheError(text.format(file=folder / SHARED)) from error


def forget(address: "Address", folder: Path) -> None:
    """Ask the server again which archive an address names."""
    _pointer(address, folder.parent.parent).unlink(missing_ok=True)


def _pointer(address: "Address", home: Path) -> Path:
    name = blake2b(address.text.encode(errors="replace"), digest_size=12).hexdigest()
    return home / "archives" / "addresses" / name


def _known(pointer: Path) -> str:
    try:
        return read_own(pointer).decode()
    except (OSError, UnicodeDecodeError, NotRegular):
        return ""


def _write(path: Path, content: bytes) -> None:
    descriptor, part = create_beside(path, PRIVATE_FILE)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    part.replace(path)
