"""What a terminal sends for keys and the mouse, as xterm does."""

import re

KEYS = {
    "Enter": "\r",
    "Tab": "\t",
    "S-Tab": "\x1b[Z",
    "Esc": "\x1b",
    "Space": " ",
    "Backspace": "\x7f",
    "Delete": "\x1b[3~",
    "Insert": "\x1b[2~",
    "Up": "\x1b[A",
    "Down": "\x1b[B",
    "Right": "\x1b[C",
    "Left": "\x1b[D",
    "Home": "\x1b[H",
    "End": "\x1b[F",
    "PageUp": "\x1b[5~",
    "PageDown": "\x1b[6~",
    "F1": "\x1bOP",
    "F2": "\x1bOQ",
    "F3": "\x1bOR",
    "F4": "\x1bOS",
    "lt": "<",
} | {f"C-{letter}": chr(ord(letter) & 0x1F) for letter in "abcdefghijklmnopqrstuvwxyz"}

_NAMED = re.compile(r"<([A-Za-z][A-Za-z0-9-]*)>")


def keystrokes(keys: str) -> bytes:
    """Text with `<Name>` for a key of KEYS: `"jj<Enter>"`, `"<C-d>"`.

    A lone `<` or `>` is itself; `<lt>` is `<` where a name would follow. `<Esc>` comes last: with
    a key right after it, it would be Alt. ValueError for an unknown name.
    """

    def stroke(named: re.Match[str]) -> str:
        if named[1] not in KEYS:
            raise ValueError(f"no key is named {named[0]}; there are {', '.join(KEYS)}")
        if named[1] == "Esc" and named.end() < len(keys):
            raise ValueError(f"<Esc> must be the last key: {keys!r}")
        return KEYS[named[1]]

    return _NAMED.sub(stroke, keys).encode()


def click(column: int, row: int) -> bytes:
    """The left button goes down and up; columns and rows count from 0."""
    where = f"\x1b[<0;{column + 1};{row + 1}"
    return f"{where}M{where}m".encode()


def wheel(column: int, row: int, clicks: int) -> bytes:
    """Down for positive clicks, up for negative ones."""
    button = 65 if clicks > 0 else 64
    return f"\x1b[<{button};{column + 1};{row + 1}M".encode() * abs(clicks)
