"""Two ways to the same screen: Textual's pilot in this process, and the program in a real pty.

A driver starts the program on a data folder, sends keys and mouse, and gives a picture. Keys have
Textual's names (`enter`, `escape`, `ctrl+p`) or are single characters.
"""

import asyncio
import contextlib
import os
import sqlite3
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any, Protocol

from textual import events

from reader.config.settings import read_settings
from reader.library import Library
from tests.builders import NOW
from tests.emulator import Emulator
from tests.keys import KEYS
from tests.model.archive import CODE
from tests.model.seen import Painted, is_searching
from tests.terminal import Terminal
from tests.ui.screen import Reading, reading

PATIENCE_S = 20.0
"""After so long without the expected picture a step has failed."""


END_OF_FRAME = b"\x1b[?2026l"
KEYBOARD_MODE = b"\x1b[?1004h"
"""Sent by the program itself, after the picture that was kept."""


class Unsettled(AssertionError):
    """The screen did not come to rest, or the program ended unasked."""


class Driver(Protocol):
    """A running screen."""

    def keys(self, *names: str) -> None:
        """Send keys one right after the other, without waiting for their effect."""

    def click(self, x: int, y: int) -> None: ...

    def wheel(self, x: int, y: int, clicks: int) -> None: ...

    def resize(self, columns: int, rows: int) -> None: ...

    def rest(self) -> None:
        """Wait until the program has nothing to do at once. Raises Unsettled."""

    def picture(self, is_list_hidden: bool) -> Painted: ...

    def kept_lines(self) -> tuple[str, ...] | None:
        """The first screen that was shown from the last time; None if none was."""

    def wait_exit(self) -> int:
        """The exit code, after `q`. Raises Unsettled."""

    def close(self) -> None: ...


Start = Callable[[Path, Path, tuple[int, int]], Driver]
"""Takes the data folder, the config file and the size."""


class PilotDriver:
    """The application in this process. An event loop of its own runs only while it is asked."""

    def __init__(self, data: Path, config: Path, size: tuple[int, int]) -> None:
        self._loop = asyncio.new_event_loop()
        self._library = Library(data, clock=lambda: NOW)
        self._data = data
        self._jobs: asyncio.Queue[tuple[Callable[[], Awaitable[Any]], asyncio.Future[Any]]]
        self._main = self._loop.create_task(self._run(config, size))
        self._loop.run_until_complete(self._started())

    async def _started(self) -> None:
        self._jobs = asyncio.Queue()
        self._ready = asyncio.Event()
        ready = asyncio.ensure_future(self._ready.wait())
        await asyncio.wait({ready, self._main}, return_when=asyncio.FIRST_COMPLETED)
        if self._main.done():
            ready.cancel()
            self._main.result()

    async def _run(self, config: Path, size: tuple[int, int]) -> None:
        """Everything happens in this task, whose context is the application's."""
        settings = read_settings(config)
        async with reading(self._library, settings=settings, config=config, size=size) as it:
            self._it: Reading = it
            self._ready.set()
            while True:
                work, done = await self._jobs.get()
                try:
                    done.set_result(await work())
                except asyncio.CancelledError:
                    done.cancel()
                    return
                except Exception as error:  # noqa: BLE001 - raised where the result is read
                    done.set_exception(error)

    def _ask(self, work: Callable[[], Awaitable[Any]]) -> Any:
        async def ask() -> Any:
            done = asyncio.get_running_loop().create_future()
            await self._jobs.put((work, done))
            await asyncio.wait({done, self._main}, return_when=asyncio.FIRST_COMPLETED)
            if not done.done():
                self._main.result()
                raise Unsettled("the program has ended")
            return await done

        return self._loop.run_until_complete(ask())

    def keys(self, *names: str) -> None:
        async def send() -> None:
            for name in names:
                self._it.app.post_message(_key(name))

        self._ask(send)

    def click(self, x: int, y: int) -> None:
        async def click() -> None:
            await self._it.pilot.click(offset=(x, y))

        self._ask(click)

    def wheel(self, x: int, y: int, clicks: int) -> None:
        kind = events.MouseScrollDown if clicks > 0 else events.MouseScrollUp

        async def turn() -> None:
            for _ in range(abs(clicks)):
                event = kind(None, x, y, 0, 0, 0, False, False, False, screen_x=x, screen_y=y)
                self._it.app.post_message(event)

        self._ask(turn)

    def resize(self, columns: int, rows: int) -> None:
        async def resize() -> None:
            await self._it.pilot.resize_terminal(columns, rows)

        self._ask(resize)

    def rest(self) -> None:
        async def rest() -> None:
            try:
                await asyncio.wait_for(self._it.settle(), PATIENCE_S)
            except TimeoutError:
                busy = [w.group for w in self._it.app.workers if not w.is_finished]
                raise Unsettled(f"these workers do not end: {busy}") from None

        self._ask(rest)

    def picture(self, is_list_hidden: bool) -> Painted:
        async def look() -> Painted:
            await self._it.pilot.pause(0.01)
            return self._look(is_list_hidden)

        painted = self._ask(look)
        assert isinstance(painted, Painted)
        return painted

    def _look(self, is_list_hidden: bool) -> Painted:
        screen, sidebar = self._it.screen, self._it.screen._sidebar
        area = sidebar.region
        y = area.y + sidebar.line
        article = screen._article.article
        opened = CODE.search(article.title) if article else None
        with closing(sqlite3.connect(self._data / "cache.db")) as db:
            titles = dict(db.execute("SELECT id, title FROM articles"))
        codes = [CODE.search(titles.get(id, "")) for id in screen._listing.ids]
        return Painted(
            lines=tuple(strip.text for strip in self._it.strips),
            list_area=None if is_list_hidden or not area else tuple(area),  # type: ignore[arg-type]
            cursor_y=y if area.y <= y < area.bottom else None,
            opened=opened[0] if opened else "",
            listed=tuple(code[0] if code else "?" for code in codes),
        )

    def kept_lines(self) -> tuple[str, ...] | None:
        return None

    def wait_exit(self) -> int:
        async def end() -> int:
            app = self._it.app
            task = app._task
            assert task is not None
            await asyncio.wait({task}, timeout=PATIENCE_S)
            if not task.done():
                raise Unsettled("the program runs on after q")
            if app.crash is not None:
                raise Unsettled(f"it crashed: {app.crash!r}") from app.crash
            return app.return_code or 0

        code = self._ask(end)
        assert isinstance(code, int)
        return code

    def close(self) -> None:
        self._main.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            self._loop.run_until_complete(asyncio.wait_for(asyncio.shield(self._main), PATIENCE_S))
        self._loop.run_until_complete(self._loop.shutdown_default_executor())
        self._library.close()
        self._loop.close()


def _key(name: str) -> events.Key:
    from textual.keys import _character_to_key

    if len(name) == 1:
        return events.Key(_character_to_key(name), name)
    return events.Key(name, None)


_PTY_NAMES = {
    "enter": "Enter",
    "tab": "Tab",
    "escape": "Esc",
    "space": "Space",
    "up": "Up",
    "down": "Down",
    "left": "Left",
    "right": "Right",
    "home": "Home",
    "end": "End",
    "pageup": "PageUp",
    "pagedown": "PageDown",
    "backspace": "Backspace",
    "f1": "F1",
}


class PtyDriver:
    """The installed command on a pty, seen through the emulator."""

    def __init__(self, data: Path, config: Path, size: tuple[int, int]) -> None:
        self._closing = ExitStack()
        env: dict[str, str | None] = {
            "CRYPTOREAD_DATA": str(data),
            "CRYPTOREAD_CONFIG": str(config),
            "CRYPTOREAD_LOGS": os.environ["CRYPTOREAD_LOGS"],
            "BROWSER": "/bin/true",
            "COLORTERM": None,
            "HOME": str(data.parent),  # the same at each start, or no first screen is kept
        }
        command = Path(sys.executable).with_name("cryptoread")
        self._terminal = self._closing.enter_context(Terminal([command], size=size, env=env))
        self._terminal.wait_for(lambda it: "articles" in it.text)

    def keys(self, *names: str) -> None:
        for name in names:
            self._terminal.send_raw(_bytes(name))

    def click(self, x: int, y: int) -> None:
        self._terminal.click(x, y)

    def wheel(self, x: int, y: int, clicks: int) -> None:
        self._terminal.wheel(x, y, clicks)

    def resize(self, columns: int, rows: int) -> None:
        self._terminal.resize(columns, rows)

    def rest(self) -> None:
        """Wait until the program has done nothing for a moment, and has painted nothing.

        Where many programs run, one that waits for a processor paints nothing either.
        """
        deadline = monotonic() + PATIENCE_S
        before: object = None
        while monotonic() < deadline:
            self._terminal.settle(0.08, PATIENCE_S)
            now = _time_used(self._terminal.pid)
            if now is None or now == before:
                return
            before = now

    def picture(self, is_list_hidden: bool) -> Painted:
        if not _is_running(self._terminal.pid):
            raise Unsettled(f"the program has ended\n{self._terminal.text}")
        picture = self._terminal.picture
        lines = tuple("".join(cell.data for cell in row) for row in picture)
        columns, rows = self._terminal.size
        below = 3 if is_searching(lines) else 2
        area = None if is_list_hidden else (0, 1, columns, max(0, rows - 1 - below))
        paper = [row[min(4, columns - 1)].bg for row in picture[1 : rows - below]]
        usual = Counter(paper).most_common(1)[0][0] if paper else ""
        odd = [y for y, bg in enumerate(paper, 1) if bg != usual]
        return Painted(lines=lines, list_area=area, cursor_y=odd[0] if len(odd) == 1 else None)

    def kept_lines(self) -> tuple[str, ...] | None:
        kept, shown, _ = self._terminal.raw.partition(END_OF_FRAME)
        if not shown or KEYBOARD_MODE in kept:
            return None
        emulator = Emulator(*self._terminal.size)
        emulator.feed(kept + shown)
        return tuple("".join(cell.data for cell in row) for row in emulator.picture())

    def wait_exit(self) -> int:
        code = self._terminal.wait_exit(PATIENCE_S)
        if left := self._terminal.unrestored():
            raise Unsettled(f"the terminal is left with {left}")
        return code

    def close(self) -> None:
        self._closing.close()


def _bytes(name: str) -> bytes:
    if name.startswith("ctrl+"):
        return KEYS[f"C-{name[-1]}"].encode()
    return (KEYS[_PTY_NAMES[name]] if name in _PTY_NAMES else name).encode()


def _is_running(pid: int) -> bool:
    """Whether the child lives; a zombie does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        try:
            os.kill(pid, 0)
        except OSError:
            return False
        return True
    return state != "Z"


def _time_used(pid: int) -> object:
    """What its threads have had of the processor; unlike any other while one of them runs.

    None where the system does not say, or the program has ended.
    """
    ticks = []
    try:
        for path in Path(f"/proc/{pid}/task").glob("*/stat"):
            state, *fields = path.read_text().rpartition(")")[2].split()
            if state == "R":
                return object()
            ticks.append((path, *fields[10:12]))
    except OSError:
        return object() if _is_running(pid) else None
    return sorted(ticks) or None


def monotonic() -> float:
    return time.monotonic()


DRIVERS: dict[str, Start] = {"pilot": PilotDriver, "pty": PtyDriver}
