"""A terminal emulator: pyte, extended to a modern terminal.

Added to pyte: the alternate screen, synchronized output, characters of several code points, and
deafness to sequences that pyte would take for others. The pty and the child are `terminal`'s.
"""

import codecs
import re
from functools import lru_cache
from typing import Any

import pyte
from pyte.screens import Char, Cursor
from wcwidth import wcswidth, wcwidth

Picture = tuple[tuple[Char, ...], ...]
"""Rows of cells: a character with colours, bold, italics, underline, strike, reverse, blink. The
second cell of a wide character holds "". Faint text is not told apart; the cursor is left out."""

_CONTROL = re.compile(
    r"\x1b\[(?P<prefix>[<-?]*)(?P<numbers>[\d:;]*)(?P<between>[ -/]*)(?P<final>[@-~])"
    r"|\x1b[PX^_][^\x07\x1b]*(?:\x07|\x1b\\)"  # device control, application and other strings
)
_UNFINISHED = re.compile(r"\x1b(?:\[[ -?]*|[]PX^_][^\x07\x1b]*\x1b?)?\Z")
_FRAME_BEGINS, _FRAME_ENDS = "\x1b[?2026h", "\x1b[?2026l"
_ALTERNATE_SCREEN = 1049

_char_width = lru_cache(4096)(wcwidth)


@lru_cache(4096)
def _joined_width(before: str, char: str) -> int:
    """Cells of a character with one that joins it; 0 if the two are side by side."""
    width = wcswidth(before + char)
    return width if width < wcswidth(before) + _char_width(char) or not _char_width(char) else 0


class _Screen(pyte.Screen):
    _main: tuple[dict[int, dict[int, Char]], Cursor] | None = None

    def set_mode(self, *modes: int, **kwargs: Any) -> None:
        super().set_mode(*modes, **kwargs)
        if kwargs.get("private") and _ALTERNATE_SCREEN in modes and self._main is None:
            self._main = ({y: dict(line) for y, line in self.buffer.items()}, self.cursor)
            self.cursor = Cursor(0, 0)
            self.erase_in_display(2)

    def reset_mode(self, *modes: int, **kwargs: Any) -> None:
        super().reset_mode(*modes, **kwargs)
        if kwargs.get("private") and _ALTERNATE_SCREEN in modes and self._main is not None:
            lines, self.cursor = self._main
            self._main = None
            self.erase_in_display(2)
            for y, line in lines.items():
                self.buffer[y].update(line)

    def draw(self, data: str) -> None:
        for char in data:
            width = 1 if " " <= char <= "~" else _char_width(char)
            if width >= 0 and (char <= "\u02ff" or not self._join(char)) and width:
                self._put(char, width)

    def _put(self, char: str, width: int) -> None:
        cursor = self.cursor
        if cursor.x + width > self.columns:
            if pyte.modes.DECAWM in self.mode:
                self.carriage_return()
                self.linefeed()
            else:
                cursor.x = self.columns - width
        self._fill(cursor.x, width, Char(char, *cursor.attrs[1:]))
        cursor.x += width

    def _fill(self, x: int, width: int, cell: Char) -> None:
        """A wide character that loses one of its cells leaves a blank in the other."""
        line = self.buffer[self.cursor.y]
        if not line[x].data:
            line[x - 1] = line[x - 1]._replace(data=" ")
        if not line[x + width].data:
            line[x + width] = line[x + width]._replace(data=" ")
        line[x] = cell
        if width == 2:
            line[x + 1] = cell._replace(data="")
        self.dirty.add(self.cursor.y)

    def _join(self, char: str) -> bool:
        """Whether the character is part of the one before the cursor: an accent, a half emoji."""
        line, x = self.buffer[self.cursor.y], self.cursor.x - 1
        if x > 0 and not line[x].data:
            x -= 1
        width = _joined_width(line[x].data, char) if x >= 0 else 0
        if not width or x + width > self.columns:
            return False
        self._fill(x, width, line[x]._replace(data=line[x].data + char))
        self.cursor.x = x + width
        return True


class Emulator:
    """Bytes to pictures. A frame between the marks of synchronized output shows at its end."""

    def __init__(self, columns: int, rows: int) -> None:
        self.keyboard_modes = 0
        """Depth of the stack of kitty's keyboard protocol."""
        self._screen = _Screen(columns, rows)
        self._stream = pyte.Stream(self._screen)
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        self._held = ""
        self._rows: list[tuple[Char, ...]] = []

    def feed(self, data: bytes, *, final: bool = False) -> None:
        """`final`: nothing can follow, so what waits for its end shows now."""
        text = self._held + self._decode(data, final)
        shown = len(text) if final else self._complete(text)
        self._held = text[shown:]
        self._stream.feed(_CONTROL.sub(self._understood, text[:shown]))

    def mode(self, number: int) -> bool:
        """Whether a DEC private mode is on."""
        return number << 5 in self._screen.mode

    def resize(self, columns: int, rows: int) -> None:
        self._screen.resize(rows, columns)
        self._rows.clear()

    def picture(self) -> Picture:
        screen = self._screen
        if not self._rows:
            self._rows = [()] * screen.lines
            screen.dirty.update(range(screen.lines))
        for y in screen.dirty.intersection(range(screen.lines)):
            line = screen.buffer[y]
            self._rows[y] = tuple([line[x] for x in range(screen.columns)])
        screen.dirty.clear()
        return tuple(self._rows)

    @staticmethod
    def _complete(text: str) -> int:
        begins = text.rfind(_FRAME_BEGINS)
        if begins > text.rfind(_FRAME_ENDS):
            return begins
        unfinished = _UNFINISHED.search(text)
        return unfinished.start() if unfinished else len(text)

    def _understood(self, control: re.Match[str]) -> str:
        """The sequence, or nothing where pyte would take it for another or for text."""
        prefix, final = control["prefix"], control["final"]
        if final is None:
            return ""
        if final == "u" and prefix in ("<", ">"):
            self.keyboard_modes = max(0, self.keyboard_modes + (1 if prefix == ">" else -1))
        is_mode = prefix == "?" and final in "hl"
        is_plain = not prefix and ":" not in control["numbers"]
        return control[0] if (is_mode or is_plain) and not control["between"] else ""
