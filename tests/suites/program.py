"""The program as a suite drives it: commands with a deadline, and a walk through all articles."""

import json
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.e2e.conftest import COMMAND
from tests.e2e.test_hostile_archive import sequences
from tests.sweep.children import Children, Ended
from tests.sweep.sweep import misbehaved
from tests.terminal import Terminal

HANG_S = 5
SIZE = (120, 40)
AT_ONCE = 10
"""Keys that are pressed before the screen is looked at."""


_UNREAD = re.compile(r"([\d,]+) unread")

_own_sequences: set[str] = set()
"""Control sequences that the program writes by itself."""


@dataclass(slots=True)
class Tally:
    """How many inputs of a kind were tried, and what was wrong with which."""

    kind: str
    tried: int = 0
    failed: int = 0
    troubles: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return f"{self.kind}: {self.tried - self.failed} of {self.tried} passed"

    def note(self, name: str, troubles: list[str]) -> None:
        self.tried += 1
        self.failed += bool(troubles)
        self.troubles += [f"{self.kind} {name}: {trouble}" for trouble in troubles]


class Program:
    """A data folder of its own, a config file, and the commands on them."""

    def __init__(self, work: Path, children: Children) -> None:
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir(parents=True)
        self.work = work
        self.folder = work / "data"
        self.config = work / "config.toml"
        self._children = children
        self.walked = 0
        """Articles that the last walk has opened."""

    def run(self, *words: str, seconds: int = HANG_S) -> Ended:
        """A command; it is ended with code -14 where it takes longer."""
        return self._children.command(
            self.folder, *words, env={"CRYPTOREAD_CONFIG": str(self.config)}, seconds=seconds
        )

    def troubles(self, ended: Ended) -> list[str]:
        """What a suite finds wrong with how a command ended."""
        if ended.code == -14:
            return ["it hangs"]
        troubles = misbehaved(ended)
        if foreign := sequences((ended.out + ended.err).encode("utf-8", "replace")) - {"\n", "\t"}:
            troubles.append(f"foreign bytes on the command line: {sorted(foreign)[:3]}")
        return troubles

    def exported(self) -> list[dict[str, Any]]:
        """All articles, drafts included."""
        found = []
        for query in ("", "is:draft"):
            to = self.work / "export.jsonl"
            to.unlink(missing_ok=True)
            ended = self.run("export", *filter(None, [query]), "--to", str(to), seconds=60)
            assert ended.code == 0, ended.err
            found += [json.loads(line) for line in to.read_text("utf-8").splitlines()]
        return found

    def listed(self) -> list[dict[str, Any]]:
        ended = self.run("list", "--format", "jsonl", seconds=60)
        assert ended.code == 0, ended.err
        return [json.loads(line) for line in ended.out.splitlines()]

    def walk(self) -> Iterator[str]:
        """Open one article after the other on a screen; what came to it that should not."""
        known = _own_sequences or self._plain_sequences()
        self.walked = 0
        with Terminal(self._screen(self.folder), size=SIZE) as terminal:
            terminal.wait_for("? help", 30)
            articles = _unread(terminal)
            try:
                while self.walked < articles:
                    more = min(AT_ONCE, articles - self.walked)
                    terminal.send("J" * more)
                    left = articles - self.walked - more
                    terminal.wait_for(_has_at_most(left), more * HANG_S)
                    self.walked += more
                terminal.send("q")
                code = terminal.wait_exit(30)
            except AssertionError as error:
                yield f"after article {self.walked}: {error}"
                return
            raw, left_behind = terminal.raw, terminal.unrestored()
        if code:
            yield f"the screen ended with {code}"
        yield from (f"{each} is left" for each in left_behind)
        if b"Traceback" in raw or b"something went wrong" in raw:
            yield "a traceback on the screen"
        if foreign := sequences(raw) - known:
            yield f"foreign bytes on the screen: {sorted(foreign)[:5]}"

    def _plain_sequences(self) -> set[str]:
        """What the program writes of a harmless archive."""
        plain = self.work / "plain"
        (plain / "news").mkdir(parents=True)
        for number in range(30):
            text = f"---\ntitle: Plain {number}\ntags: [A, B]\n---\n{PLAIN}"
            (plain / f"news/{number}.en.md").write_text(text, "utf-8")
        done = self._children.command(plain / "data", "import", str(plain / "news"))
        assert done.code == 0, done.err
        with Terminal(self._screen(plain / "data"), size=SIZE) as terminal:
            terminal.wait_for("? help", 30)
            terminal.send("J" * 15)
            terminal.settle(0.2, 30)
            terminal.send("q")
            terminal.wait_exit(30)
            _own_sequences.update(sequences(terminal.raw))
        return _own_sequences

    def _screen(self, folder: Path) -> list[str | Path]:
        """The reader on the folder. No article is in its language: so it shows all of them."""
        config = self.work / "screen.toml"
        config.write_text('language = "qq"\n', "utf-8")
        return [COMMAND, "--data", folder, "--config", config]


def _has_at_most(unread: int) -> Callable[[Terminal], bool]:
    return lambda terminal: _unread(terminal) <= unread


def _unread(terminal: Terminal) -> int:
    """The number of unread articles, as the status line has it."""
    found = _UNREAD.search(terminal.text)
    return int(found[1].replace(",", "")) if found else 0


PLAIN = """## Heading

A paragraph with **bold**, *italic*, `code`, ~~struck~~ and a [link](https://a.example/).

> quoted

- one
- two

| a | b |
| --- | --- |
| 1 | 2 |

```
code
```
"""
