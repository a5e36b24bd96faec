"""Measure the memory of the reader after use: PSS (proportional set size), as Linux reports it."""

import re
import time
from itertools import cycle
from pathlib import Path

from tests.benchmarks.figures import Budget, Figure
from tests.benchmarks.program import empty_app
from tests.benchmarks.subject import Subject

BROWSING = ["j", "j", "j", "J", "<Space>", "K", "J", "J", "1", "1", "1", "G", "g", "+", "0", "n"]


def measure_memory(subject: Subject) -> list[Figure]:
    """The reader after some seconds of keys, as fast as it paints; the empty app as it starts."""
    with empty_app() as terminal:
        terminal.first_paint()
        empty = pss(terminal.pid)
    with subject.reader() as terminal:
        terminal.first_paint()
        end = time.monotonic() + subject.seconds
        for key in cycle(BROWSING):
            terminal.send(key)
            terminal.settle(quiet=0.03)
            if time.monotonic() > end:
                break
        ours = pss(terminal.pid)
    return [
        Figure(
            name="memory",
            unit="MB",
            samples=[ours],
            ratios={"empty app": ours / empty},
            budget=Budget("empty app", 2),
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
