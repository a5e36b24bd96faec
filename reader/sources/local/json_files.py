"""Articles in `.jsonl` and `.json` files, plain or gzip: read in pieces, never whole.

`formats.json.blocks` finds where an article begins and ends; this module reads the bytes safely.
"""

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO

from reader.errors import Refusal
from reader.formats.errors import NotAnArticle
from reader.i18n import _
from reader.sources.local.archives import ReadError, budget, damage
from reader.sources.local.files import CHANGED, cannot_be_read, open_regular
from reader.text import display_name

if TYPE_CHECKING:
    from reader.formats.json.blocks import Block

LINES_SUFFIXES = (".jsonl", ".jsonl.gz")
JSON_SUFFIXES = (*LINES_SUFFIXES, ".json", ".json.gz")

PIECE = 256 * 1024
"""Bytes that are read and parsed at once: some eighty articles."""

_PART = 64 * 1024
_GZIP = b"\x1f\x8b"
_BOMB = _(
    "unpacks to far more than articles would, the rest is left out; if it is sound, unpack "
    "it and import that"
)


def json_blocks(path: str) -> Iterator["Block | Refusal"]:
    """Yield the articles of a file in blocks, in order, and refusals.

    A damaged file is refused after the articles before the damage. Raises SourceError if the file
    cannot be opened.
    """
    from reader.formats.json.blocks import Block, blocks_of_lines, blocks_of_values

    where = display_name(path)
    with open_regular(path) as file:
        before = _state(file)
        pieces = _pieces(file)
        of_lines = path.lower().endswith(LINES_SUFFIXES)
        try:
            for found in blocks_of_lines(pieces) if of_lines else blocks_of_values(pieces):
                yield found if isinstance(found, Block) else _refusal(where, found)
        except NotAnArticle as error:
            yield _refusal(where, error)
        except ReadError as error:
            yield Refusal(where, str(error))
        except OSError as error:
            yield Refusal(where, cannot_be_read(error))
        if _state(file) != before:
            yield Refusal(where, CHANGED)


def _refusal(where: str, error: NotAnArticle) -> Refusal:
    return Refusal(where, str(error), error.line)


def _state(file: BinaryIO) -> tuple[int, int]:
    status = os.fstat(file.fileno())
    return status.st_size, status.st_mtime_ns


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    """Yield the decompressed bytes. Raises ReadError after those before the damage."""
    packed = file.read(len(_GZIP)) == _GZIP
    file.seek(0)
    left = budget(_state(file)[0]) if packed else None
    for piece in _unpacked(file) if packed else _plain(file):
        yield piece
        if left is not None:
            left -= len(piece)
            if left < 0:
                raise ReadError(_BOMB)


def _plain(file: BinaryIO) -> Iterator[bytes]:
    while piece := file.read(PIECE):
        yield piece


def _unpacked(file: BinaryIO) -> Iterator[bytes]:
    from gzip import GzipFile

    stream = GzipFile(fileobj=file)
    trouble: Exception | None = None
    while not trouble:
        piece = bytearray()
        try:
            # Only `read1` returns all bytes before the damage.
            while len(piece) < PIECE and (part := stream.read1(_PART)):
                piece += part
        except Exception as error:  # noqa: BLE001 - zlib and gzip have their own
            trouble = error
        if piece:
            yield bytes(piece)
        elif not trouble:
            return
    raise damage(trouble) from trouble
