"""Commands on a shared archive, as the program runs them."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import psycopg
import pytest

from tests.builders import markdown
from tests.postgres import server

Runs = Callable[..., tuple[int, str, str]]

ROOT = Path(__file__).parents[3]


@pytest.fixture
def called(tmp_path: Path) -> Runs:
    """Runs a command line in a home of its own; gives its exit code and what it printed."""
    usual = {name: value for name, value in os.environ.items() if name != "CRYPTOREAD_DATA"}
    own = {"HOME": tmp_path, "XDG_DATA_HOME": tmp_path / "share", "XDG_CONFIG_HOME": tmp_path}
    environ = usual | {name: str(path) for name, path in own.items()} | {"PYTHONPATH": str(ROOT)}

    def call(*arguments: str, data: str = "") -> tuple[int, str, str]:
        done = subprocess.run(
            [sys.executable, "-c", "from reader.main import main; main()", *arguments],
            env=environ | ({"CRYPTOREAD_DATA": data} if data else {}),
            capture_output=True, text=True, cwd=tmp_path, timeout=120,
        )  # fmt: skip
        return done.returncode, done.stdout, done.stderr

    return call


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with a folder of three articles."""
    news = tmp_path / "news"
    news.mkdir()
    for n in range(3):
        text = markdown(title=f"Lantern {n}", publishedAt=f"2026-03-0{n + 1}", tags="[XRP]")
        (news / f"{n}.en.md").write_text(text)
    return tmp_path


def test_an_archive_is_set_up_filled_read_and_marked(called: Runs, home: Path) -> None:
    address = server().new_database()
    code, _, said = called("--data", address, "stats")
    assert (code, "has no archive yet" in said) == (3, True)
    code, _, said = called("archive", "init", address)
    assert (code, "has an archive now" in said) == (0, True)
    code, _, said = called("archive", "migrate", address)
    assert (code, "is up to date already" in said) == (0, True)
    code, _, said = called("--data", address, "import", str(home / "news"))
    assert (code, "3 new" in said) == (0, True)
    code, found, _ = called("--data", address, "list", "lantern", "-title:1")
    assert (code, found.count("Lantern")) == (0, 2)
    code, _, said = called("--data", address, "mark", "--read", "title:2")
    assert code == 0
    assert called("--data", address, "list", "is:unread")[1].count("Lantern") == 2
    code, found, _ = called("--data", address, "doctor")
    assert "can be reached" in found
    assert "3 articles, 3 texts" in found


def test_the_width_of_slots_is_chosen_when_an_archive_is_set_up(called: Runs, home: Path) -> None:
    address = server().new_database()
    assert called("archive", "init", "--slots", "2s", address)[0] == 2
    assert called("archive", "init", "--slots", "1s", address)[0] == 0
    assert called("--data", address, "import", str(home / "news"))[0] == 0
    with psycopg.connect(address) as db:
        ids = db.execute("SELECT id FROM cryptoread.articles ORDER BY id").fetchall()
    assert [other[0] - one[0] for one, other in pairwise(ids)] == [86_400, 86_400]
    code, found, _ = called("--data", address, "list", "--format", "json")
    reference = str(json.loads(found)[0]["id"])
    assert called("--data", address, "show", reference)[0] == code == 0


def test_the_environment_may_name_an_archive(called: Runs, home: Path) -> None:
    address = server().new_archive()
    assert called("import", str(home / "news"), data=address)[0] == 0
    assert called("list", data=address)[1].count("Lantern") == 3
    assert [*(home / "share" / "cryptoread" / "archives").iterdir()]
    assert called("list")[1] == ""


def test_an_archive_that_is_not_there_yet_can_be_set_up_and_the_settings_be_seen(
    called: Runs,
) -> None:
    address = server().new_database()
    for line in (["--version"], ["--help"], ["config"], ["sync", "--help"]):
        assert called(*line, data=address)[0] == 0
    code, _, said = called("list", data=address)
    assert (code, "`cryptoread archive init`" in said) == (3, True)
    assert called("archive", "init", address, data=address)[0] == 0
    assert called("list", data=address)[0] == 0


def test_a_password_in_the_address_is_refused_and_not_shown(called: Runs) -> None:
    code, out, said = called("--data", "postgresql://me:hush@127.0.0.1/news", "list")
    assert (code, "has a password" in said) == (3, True)
    assert "hush" not in out + said


def test_a_backup_has_the_marks_and_says_where_the_articles_are(called: Runs, home: Path) -> None:
    address = server().new_archive()
    called("--data", address, "import", str(home / "news"))
    called("--data", address, "mark", "--favourite", "title:1")
    to = str(home / "backup.zip")
    code, _, said = called("--data", address, "backup", to)
    assert (code, "the archive is shared" in said) == (0, True)
    code, _, said = called("--data", address, "restore", to)
    assert (code, "--marks restores your marks alone" in said) == (3, True)
    called("--data", address, "mark", "--no-favourite", "title:1")
    assert called("--data", address, "list", "is:favourite")[1] == ""
    code, _, said = called("--data", address, "restore", "--marks", to)
    assert code == 0, said
    assert called("--data", address, "list", "is:favourite")[1].count("Lantern 1") == 1


def test_an_archive_is_copied_to_a_server_and_back(called: Runs, home: Path) -> None:
    local, address = str(home / "local"), server().new_archive()
    called("--data", local, "import", str(home / "news"))
    code, _, said = called("archive", "copy", local, address)
    assert (code, said) == (0, "3 articles copied; both archives were compared and are equal\n")
    code, _, said = called("archive", "copy", address, str(home / "back"))
    assert code == 0
    assert called("--data", str(home / "back"), "list", "lantern")[1].count("Lantern") == 3
    code, _, said = called("archive", "copy", str(home / "missing"), address)
    assert (code, "is not a folder" in said) == (3, True)
