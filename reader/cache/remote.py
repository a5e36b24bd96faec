"""What the rest of the program knows of a shared archive. Import it for type checking only."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Protocol


class Remote(Protocol):
    """Where the articles of a shared archive are."""

    @property
    def name(self) -> str:
        """Return its address for messages."""

    @property
    def lost(self) -> str:
        """Return why it could not be reached last, empty if it could."""

    @property
    def is_heard(self) -> bool:
        """Return whether `told` of `listen` is called for changes now."""

    @property
    def marks(self) -> int:
        """Return a number that grows with this user's marks, by any program. Raises CacheError."""

    def deciding_alone(self) -> AbstractContextManager[bool]:
        """Give whether this program decides stories meanwhile: one screen of all machines does."""

    def listen(self, told: Callable[[], None]) -> None:
        """Call `told`, in another thread, soon after others have changed it, until it is closed."""

    def claim(
        self, sources: Sequence[str], holder: str, seconds: int
    ) -> dict[str, tuple[str, int]]:
        """Claim sources for so long; return those that other machines have claimed.

        That is: their names, and until when, in Unix seconds. holder: names this machine. Raises
        CacheError.
        """
