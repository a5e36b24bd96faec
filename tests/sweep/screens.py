"""Two screens on one folder, with imports and syncs beside them: at the end all agree."""

import random
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.builders import markdown
from tests.news_server import NewsServer, feed, news_server
from tests.sweep.acts import opened
from tests.sweep.checks import faults
from tests.sweep.sweep import CODES, Report
from tests.terminal import Terminal

COMMAND = Path(sys.executable).with_name("cryptoread")
KEYS = (
    *("j", "k", "J", "K", "n", "<Enter>", "m", "m", "u", "U", "f", "x", "1", "2", "s", "z", "g"),
    *("G", "<Space>", "h", "l", "+", "0", "r"),
)
AT_FIRST = 30
"""Articles of the first import."""


def two_screens(
    work: Path,
    seed: int,
    seconds: float,
    said: Callable[[str], object] = lambda _: None,
    size: tuple[int, int] = (120, 30),
) -> Report:
    """Press keys in both while articles come in; then leave both and look at the folder."""
    some, folder, archive = random.Random(seed), work / "data", work / "archive"
    work.mkdir(parents=True, exist_ok=True)
    report = Report("screens")
    stories = _write(archive, 0, AT_FIRST)
    with news_server() as server:
        _serve(server, 0)
        config = work / "config.toml"
        config.write_text(f'[subscriptions]\nLedger = "{server.url("/feed")}"\n', "utf-8")
        common = ["--data", str(folder), "--config", str(config)]
        troubles = _command([*common, "import", str(archive)])
        with (
            Terminal([COMMAND, *common], size=size) as first,
            Terminal([COMMAND, *common], size=size) as second,
        ):
            screens = (first, second)
            for screen in screens:
                screen.wait_for("? help", 30)
            end, rounds = time.monotonic() + seconds, 0
            while time.monotonic() < end and not troubles:
                rounds += 1
                for screen in screens:
                    screen.send("".join(some.choice(KEYS) for _ in range(some.randrange(1, 8))))
                stories = _write(archive, stories, some.randrange(1, 6))
                _serve(server, rounds)
                troubles += _command([*common, "import", str(archive)])
                troubles += _command([*common, "sync"])
            troubles += _left(screens)
        report.disturbed = rounds
    troubles += faults(folder)
    with opened(str(folder)) as library:
        if (total := library.total) < stories:
            troubles.append(f"{total} articles, and {stories} files were imported")
    report.note(f"seed {seed}, {report.disturbed} rounds", troubles)
    for trouble in troubles:
        said(trouble)
    return report


def _left(screens: Sequence[Terminal]) -> list[str]:
    troubles = []
    for number, screen in enumerate(screens, 1):
        try:
            screen.wait_for("? help", 30)
            screen.send("q")
            if code := screen.wait_exit(30):
                troubles.append(f"screen {number} ended with {code}")
            troubles += [f"screen {number}: {each} is left" for each in screen.unrestored()]
        except AssertionError as error:
            troubles.append(f"screen {number}: {error}")
        if b"Traceback" in screen.raw or b"something went wrong" in screen.raw:
            troubles.append(f"screen {number}: a traceback")
    return troubles


def _command(words: list[str]) -> list[str]:
    done = subprocess.run(
        [COMMAND, *words], capture_output=True, text=True, timeout=120, check=False
    )
    if done.returncode in CODES[:2] and "Traceback" not in done.stderr:
        return []
    return [f"{words[4:]} ended with {done.returncode}: {done.stderr[-500:]}"]


def _write(archive: Path, first: int, more: int) -> int:
    """So many stories more; how many there are."""
    archive.mkdir(parents=True, exist_ok=True)
    for number in range(first, first + more):
        (archive / f"story-{number}.en.md").write_text(
            markdown(
                title=f"Story {number}",
                externalId=f'"{number}"',
                lang="en",
                publishedAt=f"2026-03-{1 + number * 11 % 28:02}T{number % 24:02}:00:00.000Z",
                category=("BTC", "ETH", "MARKET")[number % 3],
                sentiment=("POSITIVE", "NEGATIVE")[number % 2],
                tags=f"[T{number % 7}, T{number % 5}]",
                body=f"## Overview\n\nThis is own{number}word.\n\n" + "More text. " * (number % 90),
            ),
            "utf-8",
        )
    return first + more


def _serve(server: NewsServer, round_: int) -> None:
    server.serve("/feed", feed(*[f"News {n} of the ledger" for n in range(round_, round_ + 9)]))
