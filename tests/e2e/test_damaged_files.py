"""The program on damaged files, in read-only folders, and on full disks."""

import ctypes
import os
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.e2e.archive import SHOWN
from tests.e2e.conftest import COMMAND, Command

pytestmark = pytest.mark.usefixtures("data")

PR_CAPBSET_DROP = 24
OVERRIDES = (1, 2)
"""Capabilities with which root writes and reads whatever the permissions say."""

Limit = Callable[[], None]


def obey_permissions() -> None:
    """Have what is started obey permissions, also where it is started by root."""
    for capability in OVERRIDES if os.geteuid() == 0 else ():
        ctypes.CDLL(None).prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)


def no_room() -> None:
    """Let no file grow, as on a full disk."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def run(home: Path, *words: str, limit: Limit | None = None) -> "subprocess.CompletedProcess[str]":
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "CRYPTOREAD_DATA": str(home / "data"),
    }
    return subprocess.run(
        [COMMAND, *words],
        capture_output=True,
        encoding="utf-8",
        env=environment,
        preexec_fn=limit,
        check=False,
    )


def home_of(data: Path) -> Path:
    return data.parent


def made_unwritable(data: Path) -> None:
    for each in data.iterdir():
        each.chmod(0o444)
    data.chmod(0o555)


def needs_permissions(data: Path) -> None:
    """Skip where nothing can be forbidden to a program."""
    probe = [sys.executable, "-c", f"open({str(data / 'probe')!r}, 'w')"]
    done = subprocess.run(probe, capture_output=True, preexec_fn=obey_permissions, check=False)
    if done.returncode == 0:
        pytest.skip("permissions are not enforced here")


KILLED_BEHIND_A_MARK = """
import os, signal, sys
from pathlib import Path
from reader.cache.ids import Ids
from reader.cache.marks.kinds import Mark
from reader.library import Library
from reader.query.language import Query
news = Library(Path(sys.argv[1]))
news.mark(Ids(list(news.find(Query()))[:3]), Mark.READ, True, "three")
os.kill(os.getpid(), signal.SIGKILL)
"""


def mark_three_and_die(data: Path) -> None:
    """Leave the newest marks in the write-ahead log alone."""
    done = subprocess.run([sys.executable, "-c", KILLED_BEHIND_A_MARK, data], check=False)
    assert done.returncode == -signal.SIGKILL
    assert (data / "marks.db-wal").stat().st_size


@pytest.mark.parametrize("has_index", [True, False])
def test_a_read_only_folder_shows_the_newest_marks(data: Path, has_index: bool) -> None:
    mark_three_and_die(data)
    if not has_index:
        for each in data.glob("*-shm"):
            each.unlink()
    made_unwritable(data)
    needs_permissions(data)
    try:
        done = run(home_of(data), "list", "is:read", limit=obey_permissions)
        # One of the three has a twin, which is read as well.
        assert (done.returncode, len(done.stdout.splitlines())) == (0, 4)
        assert done.stderr == f"{data} cannot be written: marks are not kept\n"
        done = run(home_of(data), "import", "/dev/null", limit=obey_permissions)
        assert done.returncode == 3
        assert "cannot be written" in done.stderr
    finally:
        data.chmod(0o755)


@pytest.mark.parametrize("name", ["cache.db", "marks.db"])
def test_a_damaged_file_in_a_read_only_folder_is_reported_in_a_sentence(
    data: Path, name: str
) -> None:
    (data / name).write_bytes(b"no database " * 500)
    made_unwritable(data)
    needs_permissions(data)
    try:
        done = run(home_of(data), "list", limit=obey_permissions)
        assert "Traceback" not in done.stderr
        assert len(done.stderr.splitlines()) == 1
        assert f"{name} is damaged" in done.stderr
        assert done.returncode == (3 if name == "cache.db" else 0)
    finally:
        data.chmod(0o755)


def test_reading_goes_on_where_there_is_no_room(data: Path) -> None:
    for words, lines in (
        (["list"], SHOWN),
        (["list", "the", "--format", "jsonl"], None),
        (["stats"], None),
    ):
        done = run(home_of(data), *words, limit=no_room)
        assert done.returncode == 0, done.stderr
        assert done.stderr == f"{data} cannot be written: marks are not kept\n"
        assert lines is None or len(done.stdout.splitlines()) == lines
    done = run(home_of(data), "import", str(data), limit=no_room)
    assert done.returncode == 3
    assert "Traceback" not in done.stderr


def test_six_starts_at_once_on_damaged_files_set_each_aside_once(data: Path) -> None:
    with closing(sqlite3.connect(data / "cache.db")) as db, db:
        db.execute("PRAGMA writable_schema = ON")
        db.execute("UPDATE sqlite_schema SET sql = 'CREATE' WHERE name = 'facets'")
    kept = (data / "cache.db").read_bytes()
    (data / "marks.db").write_bytes(b"no database " * 500)
    environment = os.environ | {"CRYPTOREAD_DATA": str(data), "HOME": str(home_of(data))}
    starts = [
        subprocess.Popen(
            [COMMAND, "list"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            env=environment,
        )
        for _ in range(6)
    ]
    ended = [(start.communicate(), start.returncode) for start in starts]
    assert [code for _, code in ended] == [0] * 6
    assert [len(out.splitlines()) for (out, _), _ in ended] == [SHOWN] * 6
    aside = [each for each in data.glob("*.damaged-*") if each.name[-4:] not in ("-wal", "-shm")]
    assert sorted(each.name.split(".")[0] for each in aside) == ["cache", "marks"]
    assert kept in [each.read_bytes() for each in aside]


def test_the_doctor_reports_repairs_as_json(data: Path, command: Command) -> None:
    import json

    with closing(sqlite3.connect(data / "cache.db")) as db, db:
        db.execute("UPDATE articles SET title = 'Wrong'")
    found = command("doctor", "--json")
    assert found.returncode == 1
    assert {"rows"} == {each["check"] for each in json.loads(found.stdout) if not each["ok"]}
    mended = command("doctor", "--repair", "--json")
    assert mended.returncode == 0
    (rows,) = [each for each in json.loads(mended.stdout) if each["repair"]]
    assert list(rows) == ["check", "ok", "finding", "repair"]
    assert rows["repair"].endswith("rewritten from their articles")
    assert command("doctor").returncode == 0
    assert "Wrong" not in command("list").stdout


def test_a_damaged_article_is_left_out_named_and_imported_again(
    data: Path, command: Command, tmp_path: Path
) -> None:
    assert command("export", "--to", str(tmp_path / "all")).returncode == 0
    shutil.rmtree(data)
    assert command("import", str(tmp_path / "all")).returncode == 0
    with closing(sqlite3.connect(data / "cache.db")) as db, db:
        db.execute(
            "UPDATE documents SET body = replace(body, 'e', 'x') "
            "WHERE id = (SELECT max(id) FROM articles)"
        )
    listed = command("list", "--format", "jsonl")
    assert (listed.returncode, len(listed.stdout.splitlines())) == (1, SHOWN - 1)
    assert listed.stderr.count("was damaged on disk; import or sync again") == 1
    written = command("export", "--to", str(tmp_path / "out.jsonl"))
    assert written.returncode == 1
    assert f"{SHOWN - 1} written, 0 refused, 1 damaged" in written.stderr
    again = command("import", str(tmp_path / "all"))
    assert (again.returncode, "1 updated" in again.stderr) == (0, True)
    assert command("list", "--format", "jsonl").returncode == 0
