"""`--data` may name a folder, or a shared archive by its address."""

from pathlib import Path
from typing import Any

import click

from reader.config.paths import is_address


class DataFolder(click.Path):
    """A folder, or the address of a shared archive."""

    def __init__(self) -> None:
        super().__init__(path_type=Path, file_okay=False)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return a folder as a path, and an address as it is."""
        if isinstance(value, str) and is_address(value):
            return value
        return super().convert(value, param, ctx)
