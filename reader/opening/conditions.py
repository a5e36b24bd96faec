"""What the first screen depends on: program, terminal, settings, articles, marks, the last view."""

import os
import sys
import time
import zlib

from reader import __version__

_NAMES = frozenset(
    (
        *("LANG", "LANGUAGE", "CRYPTOREAD_LANGUAGE", "HOME", "TZ"),
        *("TERM", "COLORTERM", "NO_COLOR", "FORCE_COLOR"),
    )
)
_PREFIXES = ("TEXTUAL", "XDG_", "LC_", "TTY_")
_LARGEST = 1024 * 1024


def _checksum(value: object) -> int:
    return zlib.crc32(ascii(value).encode())


_ENVIRONMENT = _checksum(
    sorted(
        (name, value)
        for name, value in os.environ.items()
        if name in _NAMES or name.startswith(_PREFIXES)
    )
)
"""Checksum of the environment at the start, as the program changes some of it. It may have secrets:
nothing of it is written down."""

_APP = "cryptoread"
_ADDRESS = ("postgresql://", "postgres://")


def places(arguments: list[str]) -> tuple[str, str] | None:
    """Return data folder and config file of a command line; None unless it opens the first screen.

    Only on Linux and macOS. `reader.config.paths` knows every platform, but takes longer to load
    than the first screen may.
    """
    options = {"--data": "", "--config": ""}
    words = iter(arguments)
    for word in words:
        name, is_joined, value = word.partition("=")
        if name not in options or options[name]:
            return None
        options[name] = value if is_joined else next(words, "")
        if not options[name]:
            return None
    is_mac = sys.platform == "darwin"
    data, config = ("~/Library/Application Support",) * 2 if is_mac else _by_xdg()
    folder = options["--data"] or os.environ.get("CRYPTOREAD_DATA") or f"{data}/{_APP}"
    if folder.startswith(_ADDRESS) and not (folder := _of_archive(folder, f"{data}/{_APP}")):
        return None
    return (
        os.path.expanduser(folder),
        os.path.expanduser(
            options["--config"]
            or os.environ.get("CRYPTOREAD_CONFIG")
            or f"{config}/{_APP}/config.toml"
        ),
    )


def _of_archive(address: str, usual: str) -> str:
    """Return the local folder of a shared archive; empty before its first use."""
    from reader.digests import blake2b

    own = os.environ.get("CRYPTOREAD_DATA", "")
    home = os.path.expanduser(usual if own.startswith(_ADDRESS) else own or usual)
    name = blake2b(address.encode(errors="replace"), digest_size=12).hexdigest()
    try:
        with open(os.path.join(home, "archives", "addresses", name), encoding="ascii") as file:
            return os.path.join(home, "archives", file.read(64))
    except (OSError, ValueError):
        return ""


def _by_xdg() -> tuple[str, str]:
    return (
        os.environ.get("XDG_DATA_HOME", "").strip() or "~/.local/share",
        os.environ.get("XDG_CONFIG_HOME", "").strip() or "~/.config",
    )


def holding(data: str, config: str, columns: int, lines: int) -> str | None:
    """Return in one line all that the first screen depends on now, the clock left out.

    data: folder. config: file. None if it cannot be read at once; then no picture is right.
    """
    from reader.cache.glance import glance

    versions = glance(data)
    settings = _settings(config)
    if versions is None or settings is None:
        return None
    zone = (time.timezone, time.altzone, *time.tzname)
    whole = (__version__, columns, lines, _ENVIRONMENT, zone, _checksum(config), settings, versions)
    return ascii(whole)


def _settings(path: str) -> int | None:
    """Return a checksum of the file of settings, 0 without one; None if it cannot be read."""
    try:
        opened = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except FileNotFoundError:
        return 0
    except (OSError, ValueError):
        return None
    try:
        with os.fdopen(opened, "rb") as file:
            return 1 + zlib.crc32(file.read(_LARGEST))
    except OSError:
        return None
