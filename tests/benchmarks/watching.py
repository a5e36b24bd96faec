"""A terminal that also records the pictures before the final one, as text.

For answers that come in two steps, and for inputs, whose cursor blinks: a picture here is its
characters alone.
"""

import time
from collections.abc import Callable
from typing import NamedTuple

from tests.emulator import Picture
from tests.keys import keystrokes
from tests.terminal import Terminal

Lines = tuple[str, ...]
"""The rows of the screen, padded with blanks to its width."""


UNTIL_QUIET_S = 0.05


class Frame(NamedTuple):
    """What the screen showed, and how many seconds after the key."""

    seconds: float
    lines: Lines


class Watched(Terminal):
    """A reader under measurement. Let the screen settle before each question, as in `Terminal`."""

    @property
    def lines(self) -> Lines:
        return _lines(self.picture)

    def press(self, keys: str, quiet: float = 0.15) -> None:
        """Sends keys that are not measured."""
        self.send(keys)
        self.settle(quiet)

    def frames(
        self, keys: str, *, quiet: float = 0.4, busy: str = "", timeout: float = 20
    ) -> list[Frame]:
        """Every picture in turn after the keys, until no byte has come for `quiet` seconds.

        busy: a text that is on the screen as long as the program has not done with the answer.
        """
        pressed = self._send(keys)
        frames: list[Frame] = []
        while True:
            self.settle(quiet, timeout)
            frames += self._frames(pressed)
            if not busy or not frames or busy not in "\n".join(frames[-1].lines):
                return frames
            if time.perf_counter() - pressed > timeout:
                raise self._failure(f"{busy!r} is there after {timeout} s")

    def until(self, keys: str, wanted: Callable[[Lines], bool], timeout: float = 5) -> float:
        """Seconds from the keys to the first picture that is wanted, whatever comes later."""
        pressed = self._send(keys)
        while time.perf_counter() < pressed + timeout:
            # What replays would keep the thread waiting that says when the next bytes came.
            self.settle(UNTIL_QUIET_S, timeout)
            for frame in self._frames(pressed):
                if wanted(frame.lines):
                    return frame.seconds
        raise self._failure(f"not painted within {timeout} s: {keys!r}")

    def _send(self, keys: str) -> float:
        data = keystrokes(keys)
        self._catch_up()
        pressed = time.perf_counter()
        self.send_raw(data)
        return pressed

    def _frames(self, pressed: float) -> list[Frame]:
        first = self._fed
        pictures = self._replay()
        chunks = self._chunks[first : first + len(pictures)]
        return [
            Frame(chunk.time - pressed, _lines(picture))
            for chunk, picture in zip(chunks, pictures, strict=True)
        ]


def kept(frames: list[Frame]) -> float:
    """Seconds to the first moment of the last picture, which the screen then kept."""
    last = frames[-1].lines
    since = frames[-1].seconds
    for frame in reversed(frames):
        if frame.lines != last:
            break
        since = frame.seconds
    return since


def chips(lines: Lines) -> str:
    """What filters, as the line on top says it."""
    return lines[0].partition("│")[0]


def _lines(picture: Picture) -> Lines:
    return tuple("".join([cell.data for cell in row]) for row in picture)
