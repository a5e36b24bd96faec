"""A real terminal for tests and benchmarks: a child on a pty and an emulator that shows its screen.

    with Terminal(["cryptoread", "--data", str(folder)], size=(80, 24)) as terminal:
        terminal.wait_for("BTC")
        terminal.send("jj<Enter>")
        terminal.wait_for(lambda screen: "What happened" in screen.text)
        terminal.send("q")
        assert terminal.wait_exit() == 0
        assert terminal.unrestored() == []

One thread reads bytes and stamps them; the emulator runs only when a test looks, so measuring is
never slowed by it. `emulator` turns bytes into a picture. What a test asserts and
what a benchmark makes of its figures do not belong here.
"""

import contextlib
import fcntl
import itertools
import os
import re
import select
import signal
import struct
import subprocess
import tempfile
import termios
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

from pyte.screens import Char

from tests.emulator import Emulator, Picture
from tests.keys import click, keystrokes, wheel

_QUERY = re.compile(rb"\x1b\[\?(?P<mode>\d+)\$p|\x1b\[0?(?P<device>c)|\x1b\[5(?P<status>n)")
_LONGEST_QUERY = 16


class NothingPainted(AssertionError):
    """The picture was the same before and after."""


class Paint(NamedTuple):
    """How a picture came to the screen."""

    seconds: float
    """To the first moment of the picture that the screen then keeps."""
    size: int
    """Bytes received until the screen was quiet."""
    pictures: int
    """Different pictures in turn, the last one counted: more than one is flicker."""


@dataclass(frozen=True, slots=True)
class _Chunk:
    time: float
    data: bytes


class Terminal:
    """A child on a pty of its own, in a session of its own, and the screen that a user would see.

    `argv`: the program and its arguments. `size`: columns and rows, set before the program runs.
    The environment is built anew: PATH, TERM, COLORTERM, LANG=C.UTF-8, TZ=UTC and HOME, the folder
    that the child starts in, which is a fresh temporary one unless `cwd` names another. `env` adds
    to it; None takes a variable out. Everything that waits has a deadline in seconds and raises an
    AssertionError that shows the screen. Columns and rows count from 0.
    """

    def __init__(
        self,
        argv: Sequence[str | os.PathLike[str]],
        *,
        size: tuple[int, int] = (120, 40),
        env: Mapping[str, str | None] | None = None,
        cwd: Path | None = None,
    ) -> None:
        self.size = size
        self.started = 0.0
        """`time.perf_counter()` at the start of the child."""
        self._argv = [os.fspath(word) for word in argv]
        self._env = dict(env or {})
        self._cwd = cwd
        self._emulator = Emulator(*size)
        self._chunks: list[_Chunk] = []
        self._fed = 0
        self._news = threading.Condition()
        self._closing = contextlib.ExitStack()
        self._reader = threading.Thread(target=self._read, name="terminal", daemon=True)

    def __enter__(self) -> Self:
        cwd = self._cwd or Path(self._closing.enter_context(tempfile.TemporaryDirectory()))
        self._master, self._slave = os.openpty()
        self._set_size()
        self._attributes = self._attributes_left = termios.tcgetattr(self._slave)
        # A session leader that opens a tty gets it as its controlling one; the shell does that and
        # becomes the program. (Popen's preexec_fn would need a fork in a process with threads.)
        become = ["/bin/sh", "-c", 'exec "$@" <>"$0" >&0 2>&0', os.ttyname(self._slave)]
        self.started = time.perf_counter()
        self._process = subprocess.Popen(
            become + self._argv,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=self._environment(cwd),
            cwd=cwd,
            start_new_session=True,
        )
        self._reader.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        with self._closing:
            if self._process.poll() is None:
                os.killpg(self._process.pid, signal.SIGTERM)
            try:
                self._process.wait(2)
            except subprocess.TimeoutExpired:
                os.killpg(self._process.pid, signal.SIGKILL)
                self._process.wait()
            self._ended()
            master, self._master = self._master, -1
            self._reader.join()
            os.close(master)

    # What the child gets

    def send(self, keys: str) -> None:
        """Types text and named keys, `"jj<Enter>"`: see `keys.keystrokes`."""
        self.send_raw(keystrokes(keys))

    def send_raw(self, data: bytes) -> None:
        """Sends bytes as they are: a paste, an answer."""
        while data:
            data = data[os.write(self._master, data) :]

    def click(self, column: int, row: int) -> None:
        """Clicks the left mouse button; `click(*terminal.find("text"))` clicks on a text."""
        self.send_raw(click(column, row))

    def wheel(self, column: int, row: int, clicks: int) -> None:
        """Turns the mouse wheel there, down for positive clicks and up for negative ones."""
        self.send_raw(wheel(column, row, clicks))

    def resize(self, columns: int, rows: int) -> None:
        """The user drags the window's corner; the child gets SIGWINCH."""
        self._catch_up()
        self.size = (columns, rows)
        self._emulator.resize(columns, rows)
        self._set_size()

    def signal(self, number: signal.Signals) -> None:
        """Sends a signal to the child alone."""
        self._process.send_signal(number)

    @property
    def pid(self) -> int:
        return self._process.pid

    # What the user sees

    @property
    def picture(self) -> Picture:
        """The screen with its colours, as far as the child's bytes have come."""
        self._catch_up()
        return self._emulator.picture()

    @property
    def display(self) -> list[str]:
        """The screen's rows, padded with blanks to its width."""
        return ["".join(cell.data for cell in row) for row in self.picture]

    @property
    def text(self) -> str:
        """The screen's rows without blanks at their ends, joined by newlines."""
        return "\n".join(line.rstrip() for line in self.display)

    def find(self, text: str) -> tuple[int, int]:
        """Column and row where `text` first stands on the screen; AssertionError where nowhere."""
        for y, row in enumerate(self.picture):
            before, found, _ = "".join(cell.data for cell in row).partition(text)
            if found:
                return self._column(row, len(before)), y
        raise self._failure(f"{text!r} is not on the screen")

    @staticmethod
    def _column(row: tuple[Char, ...], characters: int) -> int:
        column = 0
        while characters > 0 or row[column].data == "":
            characters -= len(row[column].data)
            column += 1
        return column

    @property
    def raw(self) -> bytes:
        """Every byte that the child wrote."""
        return b"".join([chunk.data for chunk in self._chunks])

    @property
    def alternate_screen(self) -> bool:
        self._catch_up()
        return self._emulator.mode(1049)

    @property
    def mouse_on(self) -> bool:
        """Whether the child asks for any mouse reports."""
        self._catch_up()
        return any(map(self._emulator.mode, (9, 1000, 1002, 1003)))

    @property
    def attributes_restored(self) -> bool:
        """Whether the tty's attributes (echo, line mode, signals, …) are those from before."""
        return self._attributes == self._attributes_now()

    def unrestored(self) -> list[str]:
        """What the next program in this terminal would trip over; empty when all is as it was."""
        self._catch_up()
        mode = self._emulator.mode
        left = {
            "alternate screen": self.alternate_screen,
            "mouse": self.mouse_on,
            "focus reports": mode(1004),
            "bracketed paste": mode(2004),
            "hidden cursor": not mode(25),
            "no line wrap": not mode(7),
            "keyboard protocol": self._emulator.keyboard_modes > 0,
            "tty attributes": not self.attributes_restored,
        }
        return [name for name, is_left in left.items() if is_left]

    # Waiting

    def wait_for(self, wanted: "str | Callable[[Terminal], object]", timeout: float = 10.0) -> None:
        """Returns as soon as the screen holds the text, or as the predicate is true.

        A picture that comes and goes within one read may be missed.
        """
        deadline = time.monotonic() + timeout
        looked_at = -1
        while True:
            running = self._process.poll() is None
            if not running:
                self._ended()
            self._catch_up()
            if not isinstance(wanted, str):
                if wanted(self):
                    return
            elif looked_at != self._fed:
                looked_at = self._fed
                if wanted in self.text:
                    return
            if not running:
                raise self._failure(
                    f"the program ended with {self._process.returncode}: {wanted!r}"
                )
            if time.monotonic() > deadline:
                raise self._failure(f"not within {timeout} s: {wanted!r}")
            with self._news:
                # In slices: a predicate may look at files, and a child may die without a word.
                self._news.wait_for(lambda: self._fed < len(self._chunks), 0.02)

    def wait_exit(self, timeout: float = 10.0) -> int:
        """The child's exit status, negative for a signal, once it has ended and all is read."""
        try:
            status = self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            raise self._failure(f"the program runs on after {timeout} s") from None
        self._ended()
        return status

    def settle(self, quiet: float = 0.15, timeout: float = 10.0) -> None:
        """Returns when no byte has come for `quiet` seconds.

        For benchmarks; a test waits for what it wants to see.
        """
        since = time.perf_counter()
        while (rest := self._last_time(since) + quiet - time.perf_counter()) > 0:
            if time.perf_counter() - since > timeout:
                raise self._failure(f"still painting after {timeout} s")
            time.sleep(rest)

    # Measuring

    def measure(self, keys: str, *, quiet: float = 0.15, timeout: float = 5.0) -> Paint:
        """Sends keys and finds the first moment at which the screen shows what it then keeps.

        The child's output is read until the picture differs from the one before and no byte has
        come for `quiet` seconds; then it is replayed. A half-drawn picture does not count, nor does
        painting the same picture again. Raises NothingPainted when `timeout` passes first. Let the
        screen settle before: what is still under way would be taken for the answer.
        """
        data = keystrokes(keys)
        before = self.picture
        pressed = time.perf_counter()
        self.send_raw(data)
        return self._paint(before, pressed, quiet, timeout)

    def first_paint(self, *, quiet: float = 0.5, timeout: float = 20.0) -> Paint:
        """As `measure`, from the start of the child; to be asked before anything else."""
        assert self._fed == 0, "the first paint is past"
        return self._paint(self._emulator.picture(), self.started, quiet, timeout)

    def second_picture(self, *, quiet: float = 0.5, timeout: float = 20.0) -> float:
        """Seconds from the start to the first change of the first picture on the whole screen.

        To be asked before anything else, where a kept picture is shown and a key is pressed.
        """
        self.wait_for(lambda shown: shown.alternate_screen, timeout)
        self.settle(quiet, timeout)
        emulator = Emulator(*self.size)
        first: Picture | None = None
        for chunk in self._chunks:
            emulator.feed(chunk.data)
            if emulator.mode(1049) and any(cell.data != " " for cell in emulator.picture()[0]):
                if first is None:
                    first = emulator.picture()
                elif emulator.picture() != first:
                    return chunk.time - self.started
        raise NothingPainted(self._failure("the first picture stays"))

    def _paint(self, before: Picture, since: float, quiet: float, timeout: float) -> Paint:
        first = self._fed
        pictures = [before]
        while pictures[-1] == before:
            rest = timeout - (time.perf_counter() - since)
            with self._news:
                came = self._news.wait_for(lambda: self._fed < len(self._chunks), rest)
            if not came or rest < 0:
                raise NothingPainted(self._failure(f"the same picture after {timeout} s"))
            self.settle(quiet, timeout)
            pictures += self._replay()
        kept = len(pictures) - 1
        while pictures[kept - 1] == pictures[-1]:
            kept -= 1
        chunks = self._chunks[first : self._fed]
        return Paint(
            seconds=chunks[kept - 1].time - since,
            size=sum(len(chunk.data) for chunk in chunks),
            pictures=sum(a != b for a, b in itertools.pairwise(pictures)),
        )

    def _replay(self) -> list[Picture]:
        """The picture after each chunk that was not yet fed."""
        pictures = []
        for chunk in self._chunks[self._fed :]:
            self._emulator.feed(chunk.data)
            pictures.append(self._emulator.picture())
            self._fed += 1
        return pictures

    # The machinery

    def _environment(self, home: Path) -> dict[str, str]:
        env: dict[str, str | None] = {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": str(home),
            "TERM": "xterm-256color",
            "COLORTERM": "truecolor",
            "LANG": "C.UTF-8",
            "TZ": "UTC",
        }
        return {name: value for name, value in (env | self._env).items() if value is not None}

    def _set_size(self) -> None:
        columns, rows = self.size
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def _read(self) -> None:
        """Stamps and keeps what comes, and answers queries, until the child's end."""
        question = b""
        with contextlib.suppress(OSError, ValueError):
            while self._master >= 0:
                # A deadline, because a grandchild may hold the tty open for ever.
                if not select.select([self._master], [], [], 0.1)[0]:
                    continue
                data = os.read(self._master, 65536)
                now = time.perf_counter()
                if not data:
                    break
                with self._news:
                    self._chunks.append(_Chunk(now, data))
                    self._news.notify_all()
                question = self._answer(question + data)

    def _answer(self, asked: bytes) -> bytes:
        """Answers as a terminal with synchronized output; returns what may be half a question."""
        end = 0
        for query in _QUERY.finditer(asked):
            end = query.end()
            if query["mode"]:
                known = 2 if query["mode"] == b"2026" else 0
                self.send_raw(b"\x1b[?%b;%d$y" % (query["mode"], known))
            else:
                self.send_raw(b"\x1b[?62;22c" if query["device"] else b"\x1b[0n")
        return asked[end:][-_LONGEST_QUERY:]

    def _ended(self) -> None:
        """With the tty's last holder gone, the reader reads to the end."""
        if self._slave >= 0:
            self._attributes_left = termios.tcgetattr(self._slave)
            os.close(self._slave)
            self._slave = -1
            self._reader.join(2)
            self._catch_up()
            self._emulator.feed(b"", final=True)

    def _attributes_now(self) -> list[Any]:
        return termios.tcgetattr(self._slave) if self._slave >= 0 else self._attributes_left

    def _catch_up(self) -> None:
        for chunk in self._chunks[self._fed :]:
            self._emulator.feed(chunk.data)
            self._fed += 1

    def _last_time(self, otherwise: float) -> float:
        return max(otherwise, self._chunks[-1].time) if self._chunks else otherwise

    def _failure(self, reason: str) -> AssertionError:
        columns, _ = self.size
        edge = "+" + "-" * columns + "+"
        screen = "\n".join(f"|{line}|" for line in self.display)
        return AssertionError(f"{reason}\n{edge}\n{screen}\n{edge}")
