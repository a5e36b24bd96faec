"""Imports: the outcome of each file, skipped files, and what an interruption keeps."""

import json
import os
import signal
import tarfile
import zipfile
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

import pytest

from reader.archive import importing
from reader.archive import jobs as import_jobs
from reader.archive.importing import Import, ImportReport
from reader.cache.answers import Outcome
from reader.cache.engines.sqlite import upkeep
from reader.cache.store import Store
from reader.errors import CacheError, CacheLocked, Refusal
from reader.library import Library, Mark
from reader.query.language import Query, parse
from reader.sources import Entry, scan
from tests.builders import TAR_MODES, markdown

Files = dict[str, str | bytes]


def story(n: int, **fields: object) -> str:
    """The n-th story, an hour after the one before."""
    given: dict[str, object] = {
        "title": f"Story {n}",
        "publishedAt": f"2026-03-{1 + n // 24:02}T{n % 24:02}:00:00Z",
        "lang": "en",
        "externalId": n,
        "category": "BTC",
    }
    return markdown(**(given | fields))


def stories(*numbers: int) -> Files:
    return {f"2026/03/story-{n}.en.md": story(n) for n in numbers}


def write(folder: Path, files: Files) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def zipped(path: Path, files: Files) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


@pytest.fixture
def news(tmp_path: Path) -> Iterator[Library]:
    with Library(tmp_path / "data") as made:
        yield made


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Where tests put what is imported."""
    folder = tmp_path / "news"
    folder.mkdir()
    return folder


def titles(news: Library, query: str = "") -> list[str]:
    return [row.title for row in news.rows(news.find(parse(query)))]


def counts(report: ImportReport) -> tuple[int, ...]:
    """New, updated, unchanged, superseded, refused."""
    return (*(report.outcomes[outcome] for outcome in Outcome), len(report.refusals))


def reasons(report: ImportReport) -> list[str]:
    return [refusal.reason for refusal in report.refusals]


# What becomes of an article.


def test_a_folder_is_imported_and_the_second_time_nothing_is_new(news: Library, root: Path) -> None:
    write(root, stories(1, 2, 3))
    assert counts(news.bring_in([root])) == (3, 0, 0, 0, 0)
    report = news.bring_in([root])
    assert counts(report) == (0, 0, 3, 0, 0)
    assert str(report) == "3 read: 0 new, 0 updated, 3 unchanged, 0 superseded, 0 refused"
    assert titles(news) == ["Story 3", "Story 2", "Story 1"]


def test_a_changed_file_is_an_update(news: Library, root: Path) -> None:
    news.bring_in([write(root, stories(1, 2))])
    write(root, {"2026/03/story-1.en.md": story(1, title="Corrected")})
    assert counts(news.bring_in([root])) == (0, 1, 1, 0, 0)
    assert titles(news) == ["Story 2", "Corrected"]


def test_the_newest_version_of_an_article_under_two_names_counts(news: Library, root: Path) -> None:
    write(
        root,
        {
            "a.en.md": story(1, title="Old", updatedAt="2026-03-02"),
            "b.en.md": story(1, title="Newest", updatedAt="2026-03-04"),
            "c.en.md": story(1, title="Newer", updatedAt="2026-03-03"),
        },
    )
    assert counts(news.bring_in([root])) == (1, 0, 0, 2, 0)
    assert titles(news) == ["Newest"]
    assert counts(news.bring_in([root])) == (0, 0, 3, 0, 0)


def test_the_same_files_elsewhere_are_the_same_articles(news: Library, root: Path) -> None:
    news.bring_in([write(root / "here", stories(1, 2))])
    assert counts(news.bring_in([write(root / "there", stories(1, 2))])) == (0, 0, 2, 0, 0)


def test_an_article_keeps_its_marks_when_it_is_updated(news: Library, root: Path) -> None:
    news.bring_in([write(root, stories(1))])
    news.mark(news.find(Query()), Mark.READ, True, "read")
    write(root, {"2026/03/story-1.en.md": story(1, publishedAt="2026-03-09", title="Later")})
    news.bring_in([root])
    assert titles(news, "is:read") == ["Later"]


# What is skipped.


def former(news: Library) -> list[tuple[str, tuple[str, ...]]]:
    """Titles with those that they replaced, by title."""
    ids = news.find(Query())
    return sorted((each.title, each.former_titles) for _, each in news.articles(ids[:]))


def test_titles_that_a_changed_file_replaces_are_kept(news: Library, root: Path) -> None:
    write(root, stories(1, 2))
    news.bring_in([root])
    for title in ("Story one", "STORY ONE!", "Story 1, corrected"):
        write(root, {"2026/03/story-1.en.md": story(1, title=title)})
        assert counts(news.bring_in([root])) == (0, 1, 1, 0, 0)
    corrected = ("Story 1, corrected", ("STORY ONE!", "Story 1"))
    assert former(news) == [corrected, ("Story 2", ())]
    os.utime(root / "2026/03/story-1.en.md", (1, 1))
    assert counts(news.bring_in([root])) == (0, 0, 2, 0, 0)
    elsewhere = write(root.parent / "copy", {"a.md": story(1, title="Story 1, corrected")})
    assert counts(news.bring_in([elsewhere])) == (0, 0, 1, 0, 0)
    assert former(news)[0] == corrected


def test_titles_that_a_changed_json_article_replaces_are_kept(news: Library, root: Path) -> None:
    def line(title: str) -> str:
        return json.dumps({"title": title, "externalId": "1", "lang": "en", "body": "Text."})

    for title in ("Fees fall", "Fees do not fall", "Fees do not fall"):
        write(root, {"news.jsonl": f"{line(title)}\n{'' if title == 'Fees fall' else ' '}"})
        news.bring_in([root / "news.jsonl"])
    assert former(news) == [("Fees do not fall", ("Fees fall",))]
    os.utime(root / "news.jsonl", (1, 1))
    assert counts(news.bring_in([root / "news.jsonl"])) == (0, 0, 1, 0, 0)


@pytest.mark.parametrize("names", ["abc", "acb", "bac", "bca", "cab", "cba"])
def test_titles_of_older_versions_in_one_import_are_kept_in_any_order(
    news: Library, root: Path, names: str
) -> None:
    for n, name in enumerate(names):
        file = story(1, title=f"Title {n}", updatedAt=f"2026-04-0{n + 1}T00:00:00Z")
        write(root, {f"{name}.md": file})
    assert counts(news.bring_in([root])) == (1, 0, 0, 2, 0)
    ((title, titles_before),) = former(news)
    assert title == "Title 2"
    assert sorted(titles_before) == ["Title 0", "Title 1"]
    assert counts(news.bring_in([root])) == (0, 0, 3, 0, 0)


def test_an_export_gives_former_titles_back(news: Library, root: Path, tmp_path: Path) -> None:
    write(root, stories(1))
    news.bring_in([root])
    write(root, {"2026/03/story-1.en.md": story(1, title="Corrected")})
    news.bring_in([root])
    news.export(Query(), tmp_path / "out")
    with Library(tmp_path / "other") as other:
        other.bring_in([tmp_path / "out"])
        assert former(other) == [("Corrected", ("Story 1",))]


# A file whose article goes by another identity than before.


NOTE = "---\n{}\n---\nFees fell again today, as blocks were half empty for a week or more.\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("title: A note", "title: A note\nguid: 0123-4567-89ab"),
        ("title: A note", "title: A note\nurl: https://a.example/1"),
        ("title: A note", "title: A note\nlanguage: uk"),
        ("title: A note\nexternalId: 1", "title: A note\nexternalId: 2"),
        ("title: A note", "title: Another title\nsource: CoinDesk"),
    ],
)
def test_a_renamed_note_keeps_its_marks(news: Library, root: Path, before: str, after: str) -> None:
    write(root, {"a/note.md": NOTE.format(before), **stories(1)})
    news.bring_in([root])
    news.mark(news.find(parse("fees")), Mark.READ, True, "read")
    news.mark(news.find(parse("fees")), Mark.FAVOURITE, True, "favourite")
    write(root, {"a/note.md": NOTE.format(after)})
    assert counts(news.bring_in([root])) == (0, 1, 1, 0, 0)
    assert len(news.find(parse("fees is:read is:favourite"))) == 1
    assert len(news.find(parse("fees"))) == 1
    news.undo()
    assert len(news.find(parse("fees is:favourite"))) == 0
    assert len(news.find(parse("fees is:read"))) == 1


def test_a_file_with_another_text_is_another_article(news: Library, root: Path) -> None:
    write(root, {"note.md": NOTE.format("title: A note")})
    news.bring_in([root])
    news.mark(news.find(Query()), Mark.READ, True, "read")
    write(root, {"note.md": "---\ntitle: A note\nguid: 0123-4567\n---\nMiners moved north.\n"})
    assert counts(news.bring_in([root])) == (1, 0, 0, 0, 0)
    assert titles(news, "is:unread miners") == ["A note"]
    assert titles(news, "is:read fees") == ["A note"]


def test_two_files_of_one_path_do_not_replace_each_other(news: Library, root: Path) -> None:
    one, other = root / "one", root / "other"
    write(one, {"note.md": NOTE.format("title: A note\nguid: 0123-4567")})
    write(other, {"note.md": NOTE.format("title: A note\nguid: 89ab-cdef")})
    news.bring_in([one])
    news.bring_in([other])
    write(one, {"note.md": NOTE.format("title: A note\nguid: 0000-0000")})
    assert counts(news.bring_in([one])) == (1, 0, 0, 0, 0)
    assert len(news.find(Query())) == 3


def test_a_note_that_moved_to_another_file_keeps_its_identity(news: Library, root: Path) -> None:
    dated = "title: A note\npublishedAt: 2026-03-01T10:00:00Z"  # else the second of the file is it
    write(root, {"b.md": NOTE.format(f"{dated}\nexternalId: 1")})
    news.bring_in([root])
    news.mark(news.find(Query()), Mark.READ, True, "read")
    write(root, {"a.md": NOTE.format(f"{dated}\nexternalId: 1")})
    write(root, {"b.md": NOTE.format("title: A note\nexternalId: 2")})
    assert counts(news.bring_in([root])) == (1, 0, 1, 0, 0)
    assert len(news.find(parse("is:read"))) == 1
    assert len(news.find(Query())) == 2


def test_a_note_that_has_a_copy_stays(news: Library, root: Path) -> None:
    write(root, dict.fromkeys(("b.md", "c.md"), NOTE.format("title: A note\nexternalId: 1")))
    news.bring_in([root])
    write(root, {"b.md": NOTE.format("title: A note\nexternalId: 2")})
    assert counts(news.bring_in([root])) == (1, 0, 1, 0, 0)
    assert len(news.find(Query())) == 2


def test_notes_renamed_in_two_imports_of_one_process_keep_their_marks(
    news: Library, root: Path
) -> None:
    for n in range(1, 4):
        write(root, {"note.md": NOTE.format(f"title: A note\nexternalId: {n}")})
        assert news.bring_in([root]).stored == 1
        news.mark(news.find(Query()), Mark.READ, True, "read")
    assert len(news.find(Query())) == len(news.find(parse("is:read"))) == 1


def test_a_file_that_was_only_touched_is_unchanged(news: Library, root: Path) -> None:
    news.bring_in([write(root, stories(1, 2))])
    path = root / "2026/03/story-1.en.md"
    os.utime(path, (1, 1))
    assert counts(news.bring_in([root])) == (0, 0, 2, 0, 0)


def test_a_file_of_known_size_and_time_is_not_read_again(news: Library, root: Path) -> None:
    news.bring_in([write(root, stories(1))])
    path = root / "2026/03/story-1.en.md"
    status = path.stat()
    path.write_bytes(b"\0" * status.st_size)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert counts(news.bring_in([root])) == (0, 0, 1, 0, 0)


def test_a_file_of_the_same_size_with_another_text_is_read(news: Library, root: Path) -> None:
    news.bring_in([write(root, stories(1))])
    path = root / "2026/03/story-1.en.md"
    before = path.stat().st_mtime_ns
    path.write_text(story(1).replace("Story 1", "Other 1"))
    os.utime(path, ns=(before, before + 1))
    assert counts(news.bring_in([root])) == (0, 1, 0, 0, 0)


@pytest.mark.parametrize("name", ["news.zip", "news.tar", "news.tar.gz", "news.tar.xz"])
def test_an_archive_is_imported_and_not_opened_again_if_unchanged(
    news: Library, tmp_path: Path, root: Path, name: str
) -> None:
    path = tmp_path / name
    if name == "news.zip":
        zipped(path, stories(1, 2, 3))
    else:
        write(root, stories(1, 2, 3))
        with tarfile.open(path, TAR_MODES[path.suffix]) as archive:
            archive.add(root, arcname="")
    assert counts(news.bring_in([path])) == (3, 0, 0, 0, 0)
    status = path.stat()
    path.write_bytes(b"garbage".ljust(status.st_size))
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert counts(news.bring_in([path])) == (0, 0, 3, 0, 0)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns + 1))
    (reason,) = reasons(news.bring_in([path]))
    assert "damaged" in reason


def test_a_changed_archive_brings_what_is_new_in_it(news: Library, tmp_path: Path) -> None:
    path = zipped(tmp_path / "news.zip", stories(1, 2))
    news.bring_in([path])
    zipped(path, stories(1, 2, 3) | {"2026/03/story-2.en.md": story(2, title="Corrected")})
    assert counts(news.bring_in([path])) == (1, 1, 1, 0, 0)


def test_an_archive_with_refusals_names_them_each_time(news: Library, tmp_path: Path) -> None:
    path = zipped(tmp_path / "news.zip", stories(1) | {"empty.md": ""})
    assert counts(news.bring_in([path])) == (1, 0, 0, 0, 1)
    report = news.bring_in([path])
    assert counts(report) == (0, 0, 1, 0, 1)
    assert str(report.refusals[0]) == f"{path}!empty.md: is empty"


def test_the_same_archive_by_another_path_is_known(news: Library, tmp_path: Path) -> None:
    path = zipped(tmp_path / "news.zip", stories(1, 2))
    (tmp_path / "link.zip").symlink_to(path)
    news.bring_in([path])
    path_by_link = tmp_path / "data" / ".." / "link.zip"
    assert counts(news.bring_in([path_by_link])) == (0, 0, 2, 0, 0)


# What is refused, flagged, or gone.


def test_refusals_are_printed_as_they_happen_and_the_rest_is_imported(
    news: Library, root: Path, tmp_path: Path
) -> None:
    write(root, stories(1, 2) | {"empty.md": "", "binary.md": b"PNG\0\1\2" * 99})
    (root / "away.md").symlink_to(write(tmp_path / "elsewhere", {"a.md": "# A"}) / "a.md")
    told: list[Refusal] = []
    report = news.bring_in([root, tmp_path / "no", root / "x.png"], on_refusal=told.append)
    assert counts(report) == (2, 0, 0, 0, 5)
    assert sorted(map(str, report.refusals)) == sorted(
        [
            f"{root}/away.md: is a link out of the folder",
            f"{root}/binary.md: is not a text file",
            f"{root}/empty.md: is empty",
            f"{tmp_path}/no: there is no such file or folder",
            f"{root}/x.png: there is no such file or folder",
        ]
    )
    assert told == report.refusals
    assert report.read == 7


def test_a_refused_file_is_looked_at_again(news: Library, root: Path) -> None:
    write(root, {"a.en.md": ""})
    assert counts(news.bring_in([root])) == (0, 0, 0, 0, 1)
    assert counts(news.bring_in([root])) == (0, 0, 0, 0, 1)
    write(root, {"a.en.md": story(1)})
    assert counts(news.bring_in([root])) == (1, 0, 0, 0, 0)


def test_an_article_with_broken_front_matter_is_imported_and_flagged(
    news: Library, root: Path
) -> None:
    text = "---\ntitle: A: colon @ large\npublishedAt: soon\n---\nA text to read.\n"
    report = news.bring_in([write(root, {"2026/03/a.en.md": text})])
    assert counts(report) == (1, 0, 0, 0, 0)
    assert {flag.where for flag in report.flagged} == {f"{root}/2026/03/a.en.md"}
    assert any("publishedAt" in flag.reason for flag in report.flagged)
    (row,) = news.rows(news.find(Query()))
    assert row.flagged
    assert row.title == "A: colon @ large"
    assert news.article(row.id).flags == tuple(flag.reason for flag in report.flagged)


def test_a_note_without_a_date_has_that_of_its_last_change(news: Library, root: Path) -> None:
    write(root, {"a note.md": "Fees fall."})
    os.utime(root / "a note.md", (1_700_000_000, 1_700_000_000))
    assert counts(news.bring_in([root])) == (1, 0, 0, 0, 0)
    (row,) = news.rows(news.find(Query()))
    assert (row.title, row.published) == ("a note", datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC))
    assert row.flagged
    os.utime(root / "a note.md", (1_800_000_000, 1_800_000_000))
    assert counts(news.bring_in([root])) == (0, 0, 1, 0, 0)
    write(root, {"a note.md": "Fees rise."})
    assert counts(news.bring_in([root])) == (0, 1, 0, 0, 0)
    (row,) = news.rows(news.find(Query()))
    assert news.article(row.id).body == "Fees rise."


def test_files_that_are_gone_are_named_and_their_articles_stay(news: Library, root: Path) -> None:
    news.bring_in([write(root, stories(1, 2, 3))])
    (root / "2026/03/story-2.en.md").unlink()
    report = news.bring_in([root])
    assert report.vanished == [f"{root}/2026/03/story-2.en.md"]
    assert counts(report) == (0, 0, 2, 0, 0)
    assert len(titles(news)) == 3


def test_files_beside_the_folder_are_not_missed(news: Library, root: Path) -> None:
    news.bring_in([write(root / "a", stories(1)), write(root / "a-b", stories(2))])
    report = news.bring_in([root / "a"])
    assert report.vanished == []


def test_a_path_given_twice_counts_twice_but_stores_once(news: Library, root: Path) -> None:
    write(root, stories(1, 2))
    report = news.bring_in([root, root / "2026/03/story-1.en.md", root])
    assert counts(report) == (2, 0, 3, 0, 0)


def test_hostile_names_are_shown_without_their_controls(news: Library, root: Path) -> None:
    try:
        write(root, {"\x1b]52;c;AAAA\x07[BTC].md": ""})
    except OSError:
        pytest.skip("the file system takes no such name")
    (refusal,) = news.bring_in([root]).refusals
    assert str(refusal) == f"{root}/[BTC].md: is empty"


# Many files: progress, workers, interruption.


def test_progress_is_reported_up_to_the_last_file(news: Library, root: Path) -> None:
    seen: list[tuple[int, int | None]] = []
    write(root, stories(*range(70)) | {"empty.md": ""})
    news.bring_in([root], on_progress=lambda *told: seen.append(told))
    done = [count for count, _ in seen]
    assert done == sorted(done)
    assert seen[-1] == (71, 71)
    seen.clear()
    news.bring_in([root], on_progress=lambda *told: seen.append(told))
    assert seen[-1] == (71, 71)


def dump(news: Library) -> list[object]:
    return [article for _, article in news.articles(news.find(Query()))]


@pytest.mark.parametrize("is_read", [False, True])
def test_workers_import_the_same_as_one_process(
    tmp_path: Path, root: Path, monkeypatch: pytest.MonkeyPatch, is_read: bool
) -> None:
    files = stories(*range(90)) | {"empty.md": "", "odd.en.md": "---\ntitle: 'x\n---\nText."}
    write(root, files)
    with Library(tmp_path / "one") as one, Library(tmp_path / "many") as many:
        report = one.bring_in([root])
        if is_read:  # then fewer work at a time
            many.announce()
        monkeypatch.setattr(importing, "WORTH_WORKERS", 1)
        monkeypatch.setattr(importing, "PARSED_AT_ONCE", 16)
        monkeypatch.setattr(importing, "cores", lambda: 2)
        monkeypatch.setattr(import_jobs, "cores", lambda: 2)
        in_workers = many.bring_in([root])
        assert in_workers == report
        assert dump(many) == dump(one)
        assert counts(many.bring_in([root])) == (0, 0, 91, 0, 1)


def test_the_log_of_a_long_import_stays_short(
    tmp_path: Path, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(root, stories(*range(300)))
    sizes = []
    for name, at_once in (("one", 300), ("many", 20)):
        monkeypatch.setattr(importing, "STORED_AT_ONCE", at_once)
        monkeypatch.setattr(upkeep, "LOG_BYTES", 0)
        with Library(tmp_path / name) as news:
            news.bring_in([root])
            sizes.append((news.folder / "cache.db-wal").stat().st_size)
    assert sizes[1] < sizes[0]


def test_a_mark_of_an_open_screen_gets_its_turn_within_an_import(
    news: Library, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "BRIEF_S", 0)
    monkeypatch.setattr(importing, "WORTH_WORKERS", 100)
    news.bring_in([write(root, stories(1000))])
    news.announce()
    ids, moments = news.find(Query()), list[bool]()
    with Library(news.folder) as other, ThreadPoolExecutor(1) as screen:
        marks: list[Future[int]] = []

        def press(_done: int, _total: int | None) -> None:
            marks.append(marks[0] if marks else screen.submit(news.mark, ids, Mark.READ, True, ""))
            moments.append(marks[0].done())

        report = other.bring_in([write(root, stories(*range(600)))], on_progress=press)
        assert marks[0].result() == 1
    assert counts(report) == (600, 0, 1, 0, 0)
    assert moments[-2], "it waited for the end of the import"


class Interrupted(BaseException):
    """As a ctrl+c would."""


def test_an_interrupted_import_keeps_what_it_reported_and_goes_on_from_there(
    news: Library, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "STORED_AT_ONCE", 10)
    write(root, stories(*range(50)))
    reported = 0

    def interrupt(done: int, _total: int | None) -> None:
        nonlocal reported
        reported = done
        if done >= 20:
            raise Interrupted

    with pytest.raises(Interrupted):
        news.bring_in([root], on_progress=interrupt)
    with Library(news.folder) as again:
        assert reported == 20
        assert len(titles(again)) == reported
        assert counts(again.bring_in([root])) == (30, 0, 20, 0, 0)


def test_a_failing_batch_leaves_nothing_of_it(
    news: Library, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "STORED_AT_ONCE", 10)
    write(root, stories(*range(25)))
    parse_one, parsed = import_jobs._read_and_parse, 0

    def fail_at_the_fifteenth(task: import_jobs.Task) -> import_jobs.Parsed:
        nonlocal parsed
        parsed += 1
        if parsed == 15:
            raise Interrupted
        return parse_one(task)

    monkeypatch.setattr(import_jobs, "_read_and_parse", fail_at_the_fifteenth)
    with pytest.raises(Interrupted):
        news.bring_in([root])
    assert len(titles(news)) == 10
    assert counts(news.bring_in([root])) == (15, 0, 10, 0, 0)


def test_an_interrupted_archive_is_opened_again(
    news: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "STORED_AT_ONCE", 10)
    path = zipped(tmp_path / "news.zip", stories(*range(30)))

    def interrupt(done: int, _total: int | None) -> None:
        if done >= 20:
            raise Interrupted

    with pytest.raises(Interrupted):
        news.bring_in([path], on_progress=interrupt)
    assert counts(news.bring_in([path])) == (10, 0, 20, 0, 0)


def test_a_cache_that_cannot_be_written_ends_the_import(tmp_path: Path, root: Path) -> None:
    def locked(_run: int, **_: object) -> NoReturn:
        raise CacheLocked(tmp_path / "data" / "cache.db")

    write(root, stories(1))
    with Store(tmp_path / "data") as store, pytest.MonkeyPatch.context() as patch:
        patch.setattr(store.intake, "writing", locked)
        begun = Import(store, lambda _done, _total: None, lambda _refusal: None)
        with pytest.raises(CacheError, match="in use by another program"):
            begun.run([root])


def test_a_report_counts_what_was_read() -> None:
    report = ImportReport(refusals=[Refusal("a.md", "is empty")])
    report.outcomes.update({Outcome.NEW: 5438, Outcome.SUPERSEDED: 14})
    assert report.read == 5453
    assert str(report) == "5453 read: 5438 new, 0 updated, 0 unchanged, 14 superseded, 1 refused"


class Deadly(Entry):
    """An entry that takes the process with it that reads it, as a lack of memory may."""

    def read(self) -> bytes:
        os.kill(os.getpid(), signal.SIGKILL)
        return b""


def test_a_worker_that_is_killed_is_named_and_other_paths_go_in(
    news: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "cores", lambda: 2)
    monkeypatch.setattr(import_jobs, "cores", lambda: 2)
    monkeypatch.setattr(importing, "PARSED_AT_ONCE", 1)
    bad, good = write(tmp_path / "bad", stories(*range(20))), write(tmp_path / "good", stories(30))

    def deadly(path: Path) -> Iterator[Entry | Refusal]:
        for number, entry in enumerate(scan(path)):
            if path.name == "bad" and number == 12 and isinstance(entry, Entry):
                yield Deadly(**entry._asdict())
            else:
                yield entry

    monkeypatch.setattr(importing, "scan", deadly)
    report = news.bring_in([bad, good])
    (refusal,) = report.refusals
    assert refusal.where == str(bad)
    assert refusal.reason.startswith("a worker process was killed")
    assert next(row.title for row in news.rows(news.find(Query()))) == "Story 30"
    monkeypatch.setattr(importing, "scan", scan)
    assert news.bring_in([bad, good]).refusals == []
    assert len(news.find(Query())) == 21
