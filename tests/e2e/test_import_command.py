"""`import`: accepted and refused files, messages, and interruptions."""

import json
import os
import re
import select
import shutil
import signal
import subprocess
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.builders import TAR_MODES
from tests.e2e.archive import FILES, STORIES
from tests.e2e.conftest import COMMAND, Command, Reader, run
from tests.terminal import Terminal

MANY = 3000


def last_line(done: "subprocess.CompletedProcess[str]") -> str:
    return done.stderr.splitlines()[-1]


def summary(
    read: int,
    new: int = 0,
    updated: int = 0,
    unchanged: int = 0,
    superseded: int = 0,
    refused: int = 0,
) -> str:
    return (
        f"{read} read: {new} new, {updated} updated, {unchanged} unchanged, "
        f"{superseded} superseded, {refused} refused"
    )


def articles(command: Command) -> int:
    count: int = json.loads(command("stats", "--format", "json").stdout)["articles"]
    return count


def article(title: str, body: str = "Text.", **fields: str) -> str:
    lines = [f"title: {title}", *(f"{name}: {value}" for name, value in fields.items())]
    return "\n".join(["---", *lines, "---", body, ""])


@pytest.fixture
def news(archive: Path, tmp_path: Path) -> Path:
    """A copy of the archive that a test may change; dates of the files are kept."""
    return Path(shutil.copytree(archive, tmp_path / "news"))


# Where articles come from


def test_a_folder_is_imported_with_one_line_of_output(command: Command, archive: Path) -> None:
    done = command("import", archive)
    assert done.returncode == 0
    assert done.stdout == ""
    assert done.stderr.splitlines() == [summary(FILES, new=FILES)]


def test_no_code_of_the_working_folder_runs(
    command: Command, archive: Path, tmp_path: Path
) -> None:
    for name in ("reader", "multiprocessing"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("open('ran', 'w')")
    assert command("import", archive).returncode == 0
    assert not (tmp_path / "ran").exists()


def test_a_temporary_folder_with_a_long_name_is_no_hindrance(
    command: Command, archive: Path, tmp_path: Path
) -> None:
    long = tmp_path / ("a" * 100)
    long.mkdir()
    done = command("import", archive, env={"TMPDIR": str(long)})
    assert done.returncode == command("import", archive).returncode, done.stderr
    assert not list(long.iterdir())


def test_a_second_run_finds_nothing_changed(command: Command, archive: Path) -> None:
    command("import", archive)
    done = command("import", archive)
    assert done.returncode == 0
    assert last_line(done) == summary(FILES, unchanged=FILES)


def pack(archive: Path, target: Path) -> Path:
    if target.suffix == ".zip":
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as zipped:
            for path in sorted(archive.rglob("*.md")):
                zipped.write(path, path.relative_to(archive))
    else:
        with tarfile.open(target, TAR_MODES[target.suffix]) as tar:
            tar.add(archive, "news")
    return target


@pytest.mark.parametrize("name", ["news.zip", "news.tar.gz", "news.tar.xz"])
def test_an_archive_is_imported_and_known_afterwards(
    command: Command, archive: Path, tmp_path: Path, name: str
) -> None:
    packed = pack(archive, tmp_path / name)
    assert last_line(command("import", packed)) == summary(FILES, new=FILES)
    assert last_line(command("import", packed)) == summary(FILES, unchanged=FILES)
    assert not list(tmp_path.glob("**/*.en.md")), "something was extracted"
    assert last_line(command("import", archive)) == summary(FILES, unchanged=FILES)


def test_several_paths_are_one_import(command: Command, archive: Path, tmp_path: Path) -> None:
    one = tmp_path / "single.en.md"
    one.write_text(article("Alone", externalId="alone", lang="en"))
    done = command("import", one, archive)
    assert last_line(done) == summary(FILES + 1, new=FILES + 1)
    assert "Alone" in command("show", "alone").stdout


@pytest.mark.parametrize("name", ["news.jsonl", "news.jsonl.gz"])
def test_an_export_of_lines_imported_elsewhere_is_the_same(
    command: Command, archive: Path, tmp_path: Path, name: str
) -> None:
    command("import", archive)
    done = command("export", "--to", tmp_path / name)
    assert done.stderr.splitlines() == [f"{FILES - 1} written, 0 refused"]
    (tmp_path / "elsewhere").mkdir()
    for new, unchanged in ((FILES - 1, 0), (0, FILES - 1)):
        again = run(tmp_path / "elsewhere", "import", tmp_path / name)
        assert (again.returncode, again.stdout) == (0, "")
        assert again.stderr.splitlines() == [summary(FILES - 1, new=new, unchanged=unchanged)]
    counted = ("stats", "--format", "json")
    assert run(tmp_path / "elsewhere", *counted).stdout == command(*counted).stdout
    assert last_line(command("import", tmp_path / name)) == summary(FILES - 1, unchanged=FILES - 1)


def test_broken_lines_are_refused_and_the_rest_of_a_file_is_imported(
    command: Command, tmp_path: Path
) -> None:
    path = tmp_path / "mixed.jsonl"
    good = [json.dumps({"title": f"Good {n}", "externalId": n, "body": "Text."}) for n in (1, 2)]
    hostile = '{"title": "\\u001b]52;c;AA\\u0007[BTC]", "externalId": 3, "body": "x"}'
    path.write_text("\n".join([good[0], "{", hostile, "[]", good[1], "[" * 100_000]))
    done = command("import", path)
    assert done.returncode == 1
    assert [line.split(":")[1] for line in done.stderr.splitlines() if "mixed" in line] == [
        *("2", "4", "6"),  # what is refused, as it happens
        *("1", "3", "5"),  # what went in without a date
    ]
    assert last_line(done) == summary(6, new=3, refused=3)
    assert command("show", "3").stdout.startswith("[BTC]\n")


# What changes


def test_a_changed_file_is_updated(command: Command, news: Path) -> None:
    command("import", news)
    path = next(news.rglob("cold-wallet.en.md"))
    path.write_text(path.read_text().replace("too early", "at last").replace("In short", "In long"))
    assert last_line(command("import", news)) == summary(FILES, updated=1, unchanged=FILES - 1)
    assert command("show", "1007").stdout.startswith("Cold wallet thaws at last\n")
    assert articles(command) == FILES - 1


def test_a_touched_file_is_unchanged(command: Command, news: Path) -> None:
    command("import", news)
    for path in news.rglob("*.md"):
        os.utime(path)
    assert last_line(command("import", news)) == summary(FILES, unchanged=FILES)


def test_the_newest_version_of_an_article_published_twice_counts(
    command: Command, tmp_path: Path
) -> None:
    old = article("Old words", externalId="7", lang="en", updatedAt="2025-01-01T00:00:00Z")
    new = article("New words", externalId="7", lang="en", updatedAt="2025-02-01T00:00:00Z")
    folder = tmp_path / "twice"
    folder.mkdir()
    (folder / "a-new.en.md").write_text(new)
    (folder / "b-old.en.md").write_text(old)
    assert last_line(command("import", folder)) == summary(2, new=1, superseded=1)
    assert articles(command) == 1
    assert "New words" in command("list").stdout
    assert last_line(command("import", folder)) == summary(2, unchanged=2)


def test_vanished_files_are_reported_and_their_articles_stay(command: Command, news: Path) -> None:
    command("import", news)
    for name in ("odd-socks.en.md", "sun-dial.en.md"):
        next(news.rglob(name)).unlink()
    done = command("import", news)
    assert done.returncode == 0
    assert last_line(done) == summary(FILES - 2, unchanged=FILES - 2)
    assert done.stderr.startswith("2 previously imported files no longer exist, such as ")
    assert ".en.md" in done.stderr.splitlines()[0]
    assert articles(command) == FILES - 1


def test_the_reader_sees_an_import_while_it_is_open(
    reader: Reader, data: Path, command: Command, tmp_path: Path
) -> None:
    terminal = reader()
    assert "28 of 39 articles" in terminal.text
    late = tmp_path / "late.en.md"
    late.write_text(
        article("Hot off the press", publishedAt="2025-12-01T00:00:00Z", lang="en", category="BTC")
    )
    assert command("import", late).returncode == 0
    terminal.wait_for("29 of 40 articles")
    assert data.exists()


# What is refused, by name and with a reason


def test_bad_files_are_refused_by_name_and_the_rest_is_imported(
    command: Command, news: Path
) -> None:
    folder = news / "2025/11"
    (folder / "picture.md").write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR")
    (folder / "empty.en.md").write_text("")
    (folder / "binary.en.md").write_bytes(bytes(range(256)) * 40)
    (folder / "huge.en.md").write_text(article("Huge", "x" * (4 * 1024 * 1024)))
    os.mkfifo(folder / "pipe.en.md")
    (folder / "passwd.en.md").symlink_to("/etc/passwd")
    (folder / "dangling.en.md").symlink_to(folder / "nothing.en.md")
    (folder / "header.en.md").write_text(f"---\ntitle: {'x' * 70_000}\n---\nText.\n")
    (folder / "note.txt").write_text("passed over")
    done = command("import", news)
    assert done.returncode == 1
    assert last_line(done) == summary(FILES + 8, new=FILES, refused=8)
    reasons = {
        "picture.md": "is not a text file",
        "empty.en.md": "is empty",
        "binary.en.md": "is not a text file",
        "huge.en.md": "is larger than 4 MiB",
        "pipe.en.md": "is not a regular file",
        "passwd.en.md": "is a link out of the folder",
        "dangling.en.md": "cannot be read",
        "header.en.md": "front matter",
    }
    lines = done.stderr.splitlines()[:-1]
    assert len(lines) == len(reasons)
    for name, reason in reasons.items():
        (line,) = (each for each in lines if f"/{name}" in each)
        assert reason in line
    assert articles(command) == FILES - 1
    again = command("import", news)
    assert again.returncode == 1, "what is bad is named again"
    assert last_line(again) == summary(FILES + 8, unchanged=FILES, refused=8)


def test_an_article_with_broken_front_matter_is_flagged(
    command: Command, reader: Reader, tmp_path: Path
) -> None:
    path = tmp_path / "broken.en.md"
    path.write_text("---\ntitle: Rates: up again\npublishedAt: 2025-11-01\nlang: en\n---\nBody.\n")
    done = command("import", path)
    assert done.returncode == 0
    assert last_line(done) == summary(1, new=1)
    assert re.search(r"broken\.en\.md.*line 2", done.stderr)
    assert "Rates: up again" in command("list").stdout
    terminal = reader()
    terminal.send("n")
    terminal.wait_for("Rates: up again")
    terminal.wait_for("! the front matter is broken at line 2")


@pytest.mark.parametrize(
    "name", ["nowhere", "nowhere.zip", "picture.png", "lies.zip", "cut.tar.gz"]
)
def test_a_path_without_articles_is_named_and_the_others_are_imported(
    command: Command, archive: Path, tmp_path: Path, name: str
) -> None:
    if name == "cut.tar.gz":
        whole = pack(archive, tmp_path / "whole.tar.gz").read_bytes()
        (tmp_path / name).write_bytes(whole[: len(whole) // 3])
    elif not name.startswith("nowhere"):
        (tmp_path / name).write_bytes(b"\x89PNG and so on")
    done = command("import", tmp_path / name, archive)
    assert done.returncode == 1
    assert name in done.stderr.splitlines()[0]
    assert "Traceback" not in done.stderr
    assert last_line(done).endswith(", 1 refused")
    assert articles(command) == FILES - 1


def test_an_archive_with_paths_outside_writes_nothing(command: Command, tmp_path: Path) -> None:
    text = article("Outside", externalId="outside").encode()
    with zipfile.ZipFile(tmp_path / "evil.zip", "w") as zipped:
        zipped.writestr("../escaped.en.md", text)
        zipped.writestr("2025/11/good.en.md", article("Good", externalId="good"))
    with tarfile.open(tmp_path / "evil.tar", "w") as tar:
        link = tarfile.TarInfo("link.en.md")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(link)
    done = command("import", tmp_path / "evil.zip", tmp_path / "evil.tar")
    assert done.returncode == 1
    assert "escaped.en.md" in done.stderr
    assert last_line(done) == summary(3, new=1, refused=2)
    assert not list(tmp_path.parent.rglob("escaped*"))


# The progress bar


def test_a_terminal_sees_a_bar_that_goes_away(archive: Path, tmp_path: Path) -> None:
    argv: list[str | Path] = [COMMAND, "--data", tmp_path / "data", "import", archive]
    with Terminal(argv, size=(100, 10)) as terminal:
        assert terminal.wait_exit() == 0
        assert b"importing" in terminal.raw
        assert terminal.text.strip() == summary(FILES, new=FILES)
        assert terminal.unrestored() == []


# Interrupted


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of thousands of small files."""
    folder = tmp_path_factory.mktemp("many") / "2025/11"
    folder.mkdir(parents=True)
    for n in range(MANY):
        when = f"2025-11-{1 + n // 1440:02}T{n // 60 % 24:02}:{n % 60:02}:00Z"
        text = article(f"Story {n}", externalId=f'"{n}"', lang="en", publishedAt=when)
        (folder / f"{n}.en.md").write_text(text)
    return folder.parent.parent


class Importing:
    """An import with its progress bar on a pty, and a pipe that its last process closes."""

    def __init__(self, data: Path, folder: Path) -> None:
        self._master, slave = os.openpty()
        self._process = subprocess.Popen(
            [COMMAND, "--data", data, "import", folder],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=slave,
            start_new_session=True,
        )
        os.close(slave)
        self._seen = b""

    @property
    def reported(self) -> int:
        """Files that the bar has said to be done."""
        return max((int(done) for done in re.findall(rb"(\d+)/%d" % MANY, self._seen)), default=0)

    def wait_for_report(self) -> int:
        while not self.reported:
            assert select.select([self._master], [], [], 20)[0], "no progress"
            self._seen += os.read(self._master, 65536)
        return self.reported

    def send(self, number: signal.Signals) -> int:
        """The exit code, once no process is left that the import has started."""
        assert self._process.poll() is None, "the import was over before it could be interrupted"
        if number == signal.SIGINT:  # as a terminal does, to all of them
            os.killpg(self._process.pid, number)
        else:
            self._process.send_signal(number)
        self._process.communicate(timeout=60)  # to the end of the pipe: all holders are gone
        return self._process.returncode

    def __enter__(self) -> "Importing":
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        os.close(self._master)


@pytest.fixture
def importing(tmp_path: Path, many: Path) -> Iterator[Importing]:
    with Importing(tmp_path / "data", many) as started:
        yield started


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_an_interrupted_import_keeps_what_it_reported_and_goes_on_from_there(
    importing: Importing, command: Command, many: Path, number: signal.Signals
) -> None:
    reported = importing.wait_for_report()
    code = importing.send(number)
    if number == signal.SIGINT:
        assert code == 130
    kept = articles(command)
    assert reported <= kept <= MANY
    again = command("import", many)
    assert again.returncode == 0, again.stderr
    assert last_line(again) == summary(MANY, new=MANY - kept, unchanged=kept)
    assert articles(command) == MANY
    listed = json.loads(command("list", "--format", "json").stdout)
    assert len({each["external_id"] for each in listed}) == MANY


def test_stories_have_been_written_once(archive: Path) -> None:
    assert len(list(archive.rglob("*.en.md"))) == len(STORIES)
