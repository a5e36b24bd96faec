"""Which known files an article may have come from."""

import os
from collections.abc import Collection, Iterable, Iterator

from reader.text import display_name


def stamps_of(locations: Iterable[bytes], origins: Collection[str]) -> set[bytes]:
    """Return those of the locations that articles of these origins came from, and their archives.

    origins: paths in import roots.
    """
    wanted = set(origins)
    wanted |= {name for each in origins if (name := _json_file(each))}
    found: set[bytes] = set()
    for location in locations:
        if not wanted.isdisjoint(stamp_ends(os.fsdecode(location))):
            found |= {location, location.partition(b"!")[0]}
    return found


def _json_file(origin: str) -> str:
    """Return the name of the file that an article of `news.jsonl:12` came from, else nothing."""
    name, _, number = origin.rpartition(":")
    return name if number.isdecimal() else ""


def stamp_ends(path: str) -> Iterator[str]:
    """Yield the possible origins of a file: its path after each `/` and after an archive."""
    if not path.isascii():
        path = display_name(path)
    place = len(path)
    while place > 0:
        place = max(path.rfind("/", 0, place), path.rfind("!", 0, place))
        yield path[place + 1 :]
