"""`--data` may name a folder, or a shared archive by its address."""

import os
from pathlib import Path
from typing import Any

import click

from reader.config.paths import data_folder, is_address


class DataFolder(click.Path):
    """A folder, or the address of a shared archive."""

    def __init__(self) -> None:
        super().__init__(path_type=Path, file_okay=False)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return a folder as a path, and an address as it is: `opened` asks the server for it."""
        if isinstance(value, str) and is_address(value):
            return value
        return super().convert(value, param, ctx)


def opened(value: Path | str | None) -> Path | None:
    """Return the folder that the option names. Raises CacheError."""
    return folder_of(value) if isinstance(value, str) else value


def folder_of(address: str) -> Path:
    """Return the local folder of a shared archive. Raises CacheError."""
    from reader.cache.shared.folders import folder_of

    return folder_of(address, data_folder())


def use_environment() -> None:
    """Replace an address in CRYPTOREAD_DATA by the local folder, also for programs started later.

    Raises CacheError.
    """
    value = os.environ.get("CRYPTOREAD_DATA", "")
    if is_address(value):
        os.environ["CRYPTOREAD_DATA"] = str(folder_of(value))
