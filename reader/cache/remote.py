"""What the rest of the program knows of a shared archive. Import it for type checking only."""

from collections.abc import Sequence
from typing import Protocol


class Remote(Protocol):
    """Where the articles of a shared archive are."""

    @property
    def name(self) -> str:
        """Return its address for messages."""

    @property
    def lost(self) -> str:
        """Return why it could not be reached last, empty if it could."""

    def claim(self, sources: Sequence[str], holder: str, seconds: int) -> set[str]:
        """Return those of the sources that no other machine has claimed, claimed for so long.

        holder: names this machine. Raises CacheError.
        """
