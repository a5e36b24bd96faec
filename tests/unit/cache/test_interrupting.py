"""Ctrl-C at any moment ends a command with 130 and loses nothing; no Ctrl-C is missed."""

import asyncio
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from reader.library import Library
from reader.live import sync as syncing
from reader.query.language import parse
from reader.subscriptions import Subscription, SyncOptions
from tests.builders import NOW, article
from tests.engines import chooses_engine
from tests.unit.cache.test_former_caches import former

pytestmark = chooses_engine("statements of SQLite are interrupted")

ROOT = Path(__file__).parents[3]
MANY = 40

AT_A_CALL = """
import os, signal, sys
from reader.cache.files import migrations
from reader.main import main
name, at, calls = sys.argv[1], int(sys.argv[2]), 0
real = getattr(migrations, name)
def pressing(*values):
    global calls
    calls += 1
    if calls == at:
        os.kill(os.getpid(), signal.SIGINT)
    return real(*values)
setattr(migrations, name, pressing)
sys.argv = ["cryptoread", "--data", sys.argv[3], "list"]
main()
"""

AT_THE_END = """
import os, signal, sys
from reader.cli import program
from reader.main import main
real = program.settle
def pressing():
    real()
    if sys.exc_info()[0] is None:
        os.kill(os.getpid(), signal.SIGINT)
if sys.argv[1] == "done":
    program.settle = pressing
else:
    import atexit
    atexit.register(os.kill, os.getpid(), signal.SIGINT)
sys.argv = ["cryptoread", "--data", sys.argv[2], "list"]
main()
"""

STARTED = """
import os, signal
from reader import workers
workers.context()
from multiprocessing import forkserver
server = forkserver._forkserver
import sys
blocked = f"/proc/{server._forkserver_pid}/status"
mask = next(line for line in open(blocked) if line.startswith("SigBlk"))
print(bool(int(mask.split()[1], 16) & 1 << (signal.SIGINT - 1)))
try:
    os.kill(os.getpid(), signal.SIGINT)
except KeyboardInterrupt:
    print("interrupted")
"""


def run(script: str, *words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-c", script, *words],
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=60,
        check=False,
    )


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A data folder of an earlier version, which the next start migrates."""
    folder = tmp_path / "data"
    folder.mkdir()
    stories = [article(n, category="OTHER", body=f"Own {n}, ﬁnally ß.") for n in range(MANY, 0, -1)]
    former(folder, stories, read=range(1, MANY, 3))
    return folder


@pytest.mark.parametrize(
    ("name", "at"),
    [("is_kept", 1), ("is_kept", 9), ("folded", 1), ("folded", 5), ("row_sum", 1), ("row_sum", 3)],
)
def test_ctrl_c_ends_a_migration_and_nothing_counts_as_damaged(
    name: str, at: int, old: Path
) -> None:
    done = run(AT_A_CALL, name, str(at), str(old))
    assert (done.returncode, done.stdout) == (130, "")
    assert done.stderr == "interrupted; what was reported is kept\n"
    assert not list(old.glob("*.damaged-*"))
    assert not list(old.glob("*.suspect"))
    with Library(old, clock=lambda: NOW) as library:
        assert library.notices == ()
        assert len(library.find(parse(""))) == MANY
        assert len(library.find(parse("is:read"))) == len(range(1, MANY, 3))


@pytest.mark.parametrize("when", ["done", "leaving"])
def test_ctrl_c_after_the_last_line_of_a_command_prints_nothing(when: str, tmp_path: Path) -> None:
    done = run(AT_THE_END, when, str(tmp_path))
    assert "Traceback" not in done.stderr
    assert "ignored" not in done.stderr
    assert done.returncode == (0 if when == "leaving" else 130)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs /proc")
def test_processes_that_parse_never_get_ctrl_c_and_the_program_still_does() -> None:
    done = run(STARTED)
    assert (done.stdout, done.stderr) == ("True\ninterrupted\n", "")


def test_a_source_that_ignores_its_first_cancellation_ends_anyway(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Deaf:
        async def run(self) -> None:
            try:
                await asyncio.sleep(0)
                signal.raise_signal(signal.SIGINT)
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                await asyncio.sleep(60)

    monkeypatch.setattr(syncing, "source", lambda *_: Deaf())
    with Library(tmp_path) as library, pytest.raises(KeyboardInterrupt):
        library.sync(
            [Subscription("Deaf", "https://deaf.example/feed")], options=SyncOptions(environ={})
        )
