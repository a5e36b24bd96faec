"""What the reader weighs after it was used: PSS, its fair share of every page, as Linux tells."""

import re
import time
from itertools import cycle
from pathlib import Path

from tests.benchmarks.figures import Figure
from tests.benchmarks.program import empty_app, reader

BROWSING = ["j", "j", "j", "J", "<Space>", "K", "J", "J", "1", "1", "1", "G", "g", "+", "0", "n"]


def measure_memory(data: Path, seconds: float) -> list[Figure]:
    """The reader after `seconds` of keys, as fast as it paints; the empty app as it starts."""
    with empty_app() as terminal:
        terminal.first_paint()
        empty = pss(terminal.pid)
    with reader(data) as terminal:
        terminal.first_paint()
        end = time.monotonic() + seconds
        for key in cycle(BROWSING):
            terminal.send(key)
            terminal.settle(quiet=0.03)
            if time.monotonic() > end:
                break
        ours = pss(terminal.pid)
    return [
        Figure(
            name=f"memory after {seconds:g} s",
            unit="MB",
            samples=[ours],
            ratio=ours / empty,
            budget="≤ 2 × empty app",
        ),
        Figure(name="memory, empty app", unit="MB", samples=[empty]),
    ]


def pss(pid: int) -> float:
    """Megabytes of a process and its children."""
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    [kilobytes] = re.findall(r"^Pss: +(\d+) kB", rollup, re.MULTILINE)
    children = [
        int(child)
        for tasks in Path(f"/proc/{pid}/task").glob("*/children")
        for child in tasks.read_text().split()
    ]
    return int(kilobytes) * 1024 / 1e6 + sum(map(pss, children))
