"""`list`, `show`, `stats`, `open`, `export` as scripts and people use them."""

import csv
import fcntl
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.archive import DRAFT, SHOWN, STORIES, cover_url
from tests.e2e.conftest import COMMAND, Browser, Command, run
from tests.terminal import Terminal

pytestmark = pytest.mark.usefixtures("data")

FIELDS = [
    *("id", "external_id", "title", "description", "published_at", "updated_at", "lang"),
    *(
        "source",
        "category",
        "sentiment",
        "score",
        "tags",
        "read",
        "favourite",
        "later",
        "cover",
        "url",
    ),
]
COMMANDS = ("import", "list", "show", "stats", "mark", "mood", "open", "export")


def listed(command: Command, *words: str) -> list[dict[str, Any]]:
    done = command("list", *words, "--format", "json")
    assert done.returncode == 0, done.stderr
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


def id_of(command: Command, external_id: str, lang: str = "en") -> str:
    return str(
        next(
            each["id"]
            for each in listed(command, f"lang:{lang}", "is:unread")
            if each["external_id"] == external_id
        )
    )


# list


def test_json_has_the_fields_of_the_design_in_their_types(command: Command) -> None:
    articles = listed(command)
    assert len(articles) == SHOWN
    (first,) = (each for each in articles if each["external_id"] == "1001" and each["lang"] == "en")
    assert list(first) == FIELDS
    assert type(first.pop("id")) is int
    assert first == {
        "external_id": "1001",
        "title": "Vault keys move to a glass box",
        "description": "In short, number 1",
        "published_at": "2025-11-20T17:00:00Z",
        "updated_at": "2025-11-20T17:00:00Z",
        "lang": "en",
        "source": "harbour_gazette_",
        "category": "BTC",
        "sentiment": "POSITIVE",
        "score": 0.25,
        "tags": ["BTC", "ETF", "PICTURES"],
        "read": False,
        "favourite": False,
        "later": False,
        "cover": cover_url(1, "regular"),
        "url": None,
    }


def test_unknown_values_are_null(command: Command) -> None:
    (unrated,) = listed(command, 'title:"paper wallets"')
    assert unrated["sentiment"] is None
    assert unrated["cover"] is None
    (original,) = listed(command, "title:miners", "lang:en")
    assert original["url"] == "https://gazette.example.org/miners-sleep"


def test_the_newest_comes_first_in_every_format(command: Command) -> None:
    articles = listed(command)
    dates = [each["published_at"] for each in articles]
    assert dates == sorted(dates, reverse=True)
    lines = command("list", "--format", "jsonl").stdout.splitlines()
    assert [json.loads(line) for line in lines] == articles
    rows = list(csv.DictReader(command("list", "--format", "csv").stdout.splitlines()))
    assert list(rows[0]) == FIELDS
    assert [row["id"] for row in rows] == [str(each["id"]) for each in articles]
    assert rows[0]["tags"].split("|") == articles[0]["tags"]
    table = command("list").stdout.splitlines()
    assert [line.split()[0] for line in table] == [str(each["id"]) for each in articles]


def test_a_table_in_a_pipe_has_whole_titles_and_no_colours(command: Command) -> None:
    table = command("list").stdout
    assert all(story.title in table for story in STORIES.values() if story.external_id != DRAFT)
    assert "\x1b" not in table


def test_a_table_has_colours_on_a_terminal_unless_the_user_wants_none(data: Path) -> None:
    words = ("list", "title:vault", "lang:en")
    with on_terminal(data, *words) as terminal:
        assert terminal.wait_exit() == 0
        assert b"\x1b[32m" in terminal.raw
        coloured = terminal.text
    for more, env in (((), {"NO_COLOR": "1"}), (("--color", "never"), {}), ((), {"TERM": "dumb"})):
        with on_terminal(data, *words, *more, **env) as terminal:
            assert terminal.wait_exit() == 0
            assert b"\x1b" not in terminal.raw
            assert terminal.text == coloured


def test_colours_in_a_pipe_are_there_when_they_are_asked_for(command: Command) -> None:
    plain, coloured = command("list").stdout, command("list", "--color", "always").stdout
    assert re.sub(r"\x1b\[\d*m", "", coloured) == plain != coloured


def test_a_limit_keeps_the_newest_articles(command: Command) -> None:
    assert listed(command, "--limit", "2") == listed(command)[:2]
    assert listed(command, "--limit", "0") == []
    assert command("list", "--limit", "0").stdout == ""


def test_a_query_includes_and_excludes_without_quotes(command: Command) -> None:
    found = listed(command, "tag:xrp", "-tag:market", "sentiment:negative", "lang:en")
    assert {each["external_id"] for each in found} == {"1006", "1007", "1024"}
    found = listed(command, "-lang:uk", "-category:btc", "after:2025-11-20", "-is:read")
    assert {each["external_id"] for each in found} == {str(1000 + n) for n in range(11, 19)}


def test_options_may_stand_before_the_query(command: Command) -> None:
    before = command("list", "--format", "json", "--limit", "1", "tag:xrp", "-tag:market")
    assert json.loads(before.stdout) == listed(command, "tag:xrp", "-tag:market", "--limit", "1")


def test_a_value_with_a_space_is_quoted_as_the_shell_does(command: Command) -> None:
    quoted = listed(command, 'tag:"bitcoin news"', "lang:en")
    assert {each["external_id"] for each in quoted} == {"1003", "1004", "1007", "1009"}
    # In a shell, tag:"bitcoin news" arrives without the quotes, as one word.
    assert listed(command, "tag:bitcoin news", "lang:en") == quoted


def test_full_text_reads_title_description_and_body(command: Command) -> None:
    assert {each["external_id"] for each in listed(command, '"desk note 1007"')} == {"1007"}
    assert {each["external_id"] for each in listed(command, "sunb*")} == {"1024"}
    assert {each["external_id"] for each in listed(command, '"In short, number 14"')} == {"1014"}


def test_any_text_is_a_query(command: Command) -> None:
    for text in ('"', "c++", "BTC/USD", "NEAR(", "*", "-", "AND OR NOT", "title:", "%_", "a\x01b"):
        done = command("list", text)
        assert done.returncode == 0, text
        assert "Traceback" not in done.stderr


def test_an_invalid_term_is_named_on_stderr(command: Command) -> None:
    done = command("list", "colour:red", "after:yesterday")
    assert done.returncode == 0
    assert done.stdout == ""
    hints = done.stderr.splitlines()
    assert len(hints) == 2
    assert hints[0].startswith("colour:red: no field `colour`")
    assert "after:yesterday" in hints[1]


def test_drafts_are_hidden_and_no_language_is_preferred(command: Command) -> None:
    assert DRAFT not in {each["external_id"] for each in listed(command)}
    assert {each["lang"] for each in listed(command)} == {"en", "uk"}
    assert [each["external_id"] for each in listed(command, "is:draft")] == [DRAFT]


def test_the_number_of_matches_alone(command: Command) -> None:
    assert command("list", "--count").stdout == f"{SHOWN}\n"
    assert command("list", "tag:etf", "--count", "--limit", "1").stdout == "1\n"
    assert command("list", "title:nothing", "--count").stdout == "0\n"


def test_a_template_makes_a_line_for_each_article(command: Command) -> None:
    text = r"{published:%F} {sentiment:<9}{score:5.1f} {category:>5.2}|{tags}\t{title} {{x}}"
    done = command("list", "title:vault", "lang:en", "--template", text)
    assert done.stdout == (
        "2025-11-20 POSITIVE   0.2    BT|BTC, ETF, PICTURES\tVault keys move to a glass box {x}\n"
    )
    assert command("list", "--format", "template", "--template", "{id}").stdout.split() == [
        str(each["id"]) for each in listed(command)
    ]
    unrated = command("list", 'title:"paper wallets"', "--template", "<{sentiment}><{cover:3}>")
    assert unrated.stdout == "<><   >\n"
    dates = command("list", "title:vault", "lang:en", "--template", "{published} {updated_at}")
    assert dates.stdout == "2025-11-20T17:00:00Z 2025-11-20T17:00:00Z\n"


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("{titel}", "(did you mean `{title}`?)"),
        ("{title.__class__}", "no field {title.__class__}"),
        ("{tags[0]}", "no field {tags[0]}"),
        ("{title!r}", "`!r` cannot be used"),
        ("{}", "no field {}"),
        ("{title", "a brace of the template is not closed"),
        ("{title:>999999999}", "has a format that cannot be used"),
        ("{title:>9999}", "at most 1000 cells"),
        ("{title:{id}}", "has a format that cannot be used"),
        ("{score:.999999f}", "has a format that cannot be used"),
        ("{published:%999999999d}", "has a format that cannot be used"),
    ],
)
def test_a_template_that_cannot_be_used_is_refused_with_the_reason(
    command: Command, text: str, named: str
) -> None:
    done = command("list", "--template", text)
    assert (done.returncode, done.stdout) == (2, "")
    assert named in " ".join(done.stderr.split())
    assert command("list", "--format", "template").returncode == 2
    assert command("list", "--format", "json", "--template", "{id}").returncode == 2


def test_a_template_prints_no_control_character(command: Command) -> None:
    done = command("list", "--limit", "1", "--template", "\x1b[2J{lang}\x07\u202e")
    assert done.stdout == f"{listed(command)[0]['lang']}\n"


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (("list", "sentmient:positive"), "(did you mean `sentiment:`?)"),
        (("list", "sentiment:postive"), "(did you mean `positive`?)"),
        (("list", "is:unred"), "(did you mean `unread`?)"),
        (("list", "tag:stakin"), "no article has this tag (did you mean `STAKING`?)"),
        (("list", "(lang:em OR x)"), "lang:em: no article has this language (en, uk"),
        (("list", "--format", "jsn"), "(did you mean `json`?)"),
        (("show", "--format", "markdwon", "1"), "(did you mean `markdown`?)"),
        (("lits", "tag:xrp"), "did you mean `cryptoread list`?"),
        (("improt", "folder"), "did you mean `cryptoread import`?"),
    ],
    ids=str,
)
def test_a_slip_of_the_finger_names_what_was_meant(
    command: Command, words: tuple[str, ...], meant: str
) -> None:
    done = command(*words)
    assert done.stdout == ""
    assert meant in " ".join(done.stderr.split())


# show


def test_show_takes_the_id_and_an_unambiguous_external_id(command: Command) -> None:
    by_id = command("show", id_of(command, "1007"))
    assert by_id.returncode == 0
    assert by_id.stdout == command("show", "1007").stdout
    assert by_id.stdout.startswith("Cold wallet thaws too early\n")
    assert "Desk note 1007." in by_id.stdout


def test_show_json_is_the_record_with_the_body(command: Command) -> None:
    shown = json.loads(command("show", "1007", "--format", "json").stdout)
    (record,) = listed(command, '"desk note 1007"')
    assert shown.pop("body").startswith("## Overview\n\nDesk note 1007.")
    assert shown == record


def test_show_markdown_is_a_file_of_the_archive(command: Command, tmp_path: Path) -> None:
    text = command("show", "1007", "--format", "markdown").stdout
    assert text.startswith("---\n")
    assert "\n---\n## Overview" in text
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "article.en.md").write_text(text, "utf-8")
    assert run(elsewhere, "import", elsewhere / "article.en.md").returncode == 0
    again = run(elsewhere, "show", "1007", "--format", "markdown")
    assert again.stdout == text


def test_an_ambiguous_external_id_names_the_candidates(command: Command) -> None:
    ids = {id_of(command, "1001"), id_of(command, "1001", "uk")}
    for words in (("show", "1001"), ("open", "1001")):
        done = command(*words)
        assert done.returncode == 3
        assert done.stdout == ""
        assert all(id in done.stderr for id in ids)
        assert "Traceback" not in done.stderr


@pytest.mark.parametrize("wanted", ["77", "nothing", "-5", "99999999999999999999", "", "1001x"])
def test_an_unknown_id_is_reported(command: Command, wanted: str) -> None:
    done = command("show", "--", wanted)
    assert done.returncode == 3
    assert "no article" in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.fixture
def pager(tmp_path: Path) -> Path:
    """A program that writes down its input and its arguments, and shows nothing."""
    path = tmp_path / "pager of mine"
    path.write_text('#!/bin/sh\ncat > "$HOME/paged"\necho "$@" > "$HOME/arguments"\n')
    path.chmod(0o755)
    return path


def on_terminal(data: Path, *words: str, **env: str | None) -> Terminal:
    variables = {"CRYPTOREAD_DATA": str(data), "HOME": str(data.parent), **env}
    return Terminal([COMMAND, *words], env=variables, size=(80, 10))


def test_an_article_on_a_terminal_is_shown_in_the_pager_of_the_user(
    command: Command, data: Path, pager: Path
) -> None:
    id = id_of(command, "1001")
    paged = data.parent / "paged"
    with on_terminal(data, "show", id, PAGER=f"'{pager}' -x 'a b'") as terminal:
        assert terminal.wait_exit() == 0
        assert "Vault keys" not in terminal.text
    text = paged.read_text()
    assert "\x1b[1mVault keys move to a glass box" in text
    assert (data.parent / "arguments").read_text() == "-x a b\n"
    paged.unlink()
    with on_terminal(data, "show", id, "--no-pager", PAGER=str(pager)) as terminal:
        assert terminal.wait_exit() == 0
        assert "The end of the matter." in terminal.text
    assert command("show", id, env={"PAGER": str(pager)}).stdout.startswith("Vault keys")
    assert not paged.exists()


@pytest.mark.parametrize("wanted", [None, "no-such-pager -x", "'"])
def test_without_a_usable_pager_less_shows_an_article(
    command: Command, data: Path, wanted: str | None
) -> None:
    with on_terminal(data, "show", id_of(command, "1001"), PAGER=wanted) as terminal:
        terminal.wait_for("Vault keys")
        terminal.send("q")
        assert terminal.wait_exit() == 0


@pytest.mark.parametrize("wanted", ["", "cat", "true"])
def test_a_pager_that_does_not_wait_ends_quietly(command: Command, data: Path, wanted: str) -> None:
    with on_terminal(data, "show", id_of(command, "1001"), PAGER=wanted) as terminal:
        assert terminal.wait_exit() == 0
        assert "Traceback" not in terminal.text


# stats


def test_stats_json_has_all_counts(command: Command) -> None:
    stats = json.loads(command("stats", "--format", "json").stdout)
    assert list(stats) == ["articles", "languages", "sources", "tags", "categories"]
    assert stats["articles"] == SHOWN
    assert stats["languages"] == {"en": 28, "uk": 11}
    assert stats["sources"] == {"harbour_gazette_": 21, "block_ledger": 18}
    assert stats["tags"]["BTC"] == 16
    assert stats["tags"]["BITCOIN NEWS"] == 6
    assert stats["categories"]["BTC"] == {"POSITIVE": 8, "NEGATIVE": 5, "NEUTRAL": 2, "UNRATED": 1}
    assert sum(sum(each.values()) for each in stats["categories"].values()) == SHOWN


def test_stats_of_a_query_count_what_it_matches(command: Command) -> None:
    stats = json.loads(command("stats", "tag:law", "--format", "json").stdout)
    assert stats["articles"] == 3
    assert stats["tags"] == {"LAW": 3, "XRP": 2}
    assert list(stats["categories"]) == ["REGULATION"]
    table = command("stats", "tag:law").stdout
    assert "3 articles" in table
    assert "REGULATION" in table


# open


def test_open_gives_the_browser_the_cover_or_the_original(
    command: Command, browser: Browser
) -> None:
    env = {"BROWSER": str(browser.path)}
    miners = id_of(command, "1002")
    for option in ("--cover", "--original"):
        done = command("open", miners, option, env=env)
        assert done.returncode == 0, done.stderr
        assert done.stdout == ""
    assert command("open", miners, env=env).returncode == 0
    assert command("open", id_of(command, "1001"), env=env).returncode == 0
    original = "https://gazette.example.org/miners-sleep"
    expected = [cover_url(2, "full"), original, original, cover_url(1, "regular")]
    assert browser.opened == expected


def test_open_says_what_an_article_does_not_have(command: Command, browser: Browser) -> None:
    for words in (("1007",), ("1007", "--cover"), ("1007", "--original")):
        done = command("open", *words, env={"BROWSER": str(browser.path)})
        assert done.returncode == 3
        assert "1007" in done.stderr
        assert len(done.stderr.splitlines()) == 1
    assert browser.opened == []


def test_open_without_a_browser_gives_the_address(command: Command) -> None:
    done = command("open", "1001", env={"BROWSER": "/nowhere"})
    assert done.returncode == 3
    done = command("open", id_of(command, "1001"), "--cover", env={"BROWSER": "/nowhere"})
    assert done.returncode == 3
    assert cover_url(1, "regular") in done.stderr


# export


@pytest.mark.parametrize("name", ["folder", "news.zip", "news.tar.xz"])
def test_imported_articles_can_be_exported(command: Command, tmp_path: Path, name: str) -> None:
    done = command("export", "--to", tmp_path / name)
    assert done.returncode == 0, done.stderr
    assert done.stderr.splitlines()[-1] == f"{SHOWN} written, 0 refused"
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    again = run(elsewhere, "import", tmp_path / name)
    assert again.returncode == 0, again.stderr
    for words in (("stats", "--format", "json"), ("list", "--format", "json")):
        assert comparable(run(elsewhere, *words)) == comparable(command(*words))


def comparable(done: "subprocess.CompletedProcess[str]") -> Any:
    """What was printed, but for ids: two articles of one second share them out as they come."""
    value = json.loads(done.stdout)
    if isinstance(value, dict):
        return value
    return sorted(
        ({**each, "id": None} for each in value),
        key=lambda each: (each["external_id"], each["lang"]),
    )


def test_an_export_has_the_layout_of_the_archive(
    command: Command, tmp_path: Path, archive: Path
) -> None:
    command("export", "tag:law", "--to", tmp_path / "out")
    files = {str(path.relative_to(tmp_path / "out")) for path in (tmp_path / "out").rglob("*.md")}
    names = {"travel-rule.en.md", "licence-lost.en.md", "travel-rule.uk.md"}
    assert files == {
        str(path.relative_to(archive)) for path in archive.rglob("*") if path.name in names
    }


@pytest.mark.parametrize("name", ["weekend.html", "weekend.epub", "WEEKEND.HTML"])
def test_a_weekend_is_exported_as_a_book(command: Command, tmp_path: Path, name: str) -> None:
    to = tmp_path / name
    done = command("export", "lang:en", "tag:etf", "--to", to)
    assert (done.returncode, done.stdout) == (0, "")
    count = len(listed(command, "lang:en", "tag:etf"))
    assert done.stderr == f"{count} written, 0 refused\n"
    assert to.is_file()
    again = command("export", "--to", to)
    assert again.returncode == 3
    assert "already exists" in again.stderr


@pytest.mark.parametrize("name", ["weekend.pdf", "weekend.json", "weekend.gz", "weekend.MD"])
def test_a_file_of_another_format_is_refused_and_no_folder_is_made(
    command: Command, tmp_path: Path, name: str
) -> None:
    done = command("export", "--to", tmp_path / name)
    assert done.returncode == 3
    assert ".epub" in done.stderr
    assert not (tmp_path / name).exists()


def test_an_export_overwrites_nothing(command: Command, tmp_path: Path) -> None:
    target = tmp_path / "news.zip"
    target.write_bytes(b"precious")
    done = command("export", "--to", target)
    assert done.returncode == 3
    assert "news.zip" in done.stderr
    assert target.read_bytes() == b"precious"


def test_an_export_of_drafts_gives_drafts(command: Command, tmp_path: Path) -> None:
    command("export", "is:draft", "--to", tmp_path / "out")
    (draft,) = (tmp_path / "out").rglob("*.md")
    assert "draft: true" in draft.read_text()


# Around the commands


def test_a_closed_pipe_ends_quietly(data: Path) -> None:
    with subprocess.Popen(
        [COMMAND, "--data", data, "list", "--format", "jsonl"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout
        assert process.stderr
        if hasattr(fcntl, "F_SETPIPE_SZ"):
            fcntl.fcntl(process.stdout, fcntl.F_SETPIPE_SZ, 4096)
        assert json.loads(process.stdout.readline())
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(10) == 0


@pytest.mark.parametrize(
    "words",
    [
        ("list", "--no-such-option"),
        ("--no-such-option",),
        ("list", "--format", "yaml"),
        ("list", "--limit", "-1"),
        ("list", "--limit", "many"),
        ("show",),
        ("import",),
        ("export", "tag:xrp"),
        ("stats", "--limit", "3"),
    ],
    ids=" ".join,
)
def test_wrong_usage_is_two_and_named(command: Command, words: tuple[str, ...]) -> None:
    done = command(*words)
    assert done.returncode == 2
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert done.stderr.strip()


def test_the_option_overrides_the_variable(command: Command, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    assert listed(command)
    assert command("--data", empty, "list").stdout == ""
    other = command("list", env={"CRYPTOREAD_DATA": str(empty)})
    assert other.stdout == ""
    both = command("--data", tmp_path / "data", "list", env={"CRYPTOREAD_DATA": str(empty)})
    assert both.stdout == command("list").stdout


def test_a_data_folder_that_is_a_file_is_an_error_with_its_name(
    command: Command, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    for words, env in (
        (("--data", tmp_path / "file", "list"), {}),
        (("list",), {"CRYPTOREAD_DATA": str(tmp_path / "file")}),
    ):
        done = command(*words, env=env)
        assert done.returncode in (2, 3)
        assert "file" in done.stderr
        assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ('colour = "red"', "colour"),
        ("sidebar_width = 'wide'", "sidebar_width"),
        ("language = 7", "language"),
        ("[keys]\n'reader.help' = 5", "reader.help"),
        ("this is not toml", "toml"),
        ("language = 'ukrainian'", "unknown language 'ukrainian'"),
        ("theme = 'nrod'", "unknown theme 'nrod'; valid themes: "),
        ("[keys]\n'reader.hlep' = 'f2'", "valid bindings: reader.help"),
        ("[keys]\n'reader.help' = 'f'", "'f' in [keys] is bound twice"),
        ("[keys]\n'reader.help' = 'ctl+f'", "unknown key 'ctl+f'"),
    ],
)
def test_an_invalid_config_is_an_error_that_names_it(tmp_path: Path, text: str, named: str) -> None:
    settings = tmp_path / "settings.toml"
    settings.write_text(text)
    code, said = on_a_terminal(tmp_path, "--config", settings)
    assert code == 3
    assert "settings.toml" in said
    assert named in said.lower()
    assert "Traceback" not in said
    checked = run(tmp_path, "--config", settings, "doctor")
    assert checked.returncode == 1
    assert named in checked.stdout.lower()


def test_the_config_may_be_named_by_the_environment(tmp_path: Path) -> None:
    settings = tmp_path / "settings.toml"
    settings.write_text('colour = "red"')
    code, said = on_a_terminal(tmp_path, CRYPTOREAD_CONFIG=str(settings))
    assert code == 3
    assert "colour" in said


def on_a_terminal(tmp_path: Path, *words: str | os.PathLike[str], **env: str) -> tuple[int, str]:
    """Exit code and screen of a reader that does not start."""
    variables = {"CRYPTOREAD_DATA": str(tmp_path / "data")} | env
    with Terminal([COMMAND, *words], env=variables, size=(500, 10)) as terminal:
        return terminal.wait_exit(), terminal.text


def test_a_missing_config_file_is_an_error_that_names_it(tmp_path: Path) -> None:
    code, text = on_a_terminal(tmp_path, "--config", tmp_path / "none.toml")
    assert code in (2, 3)
    assert "none.toml" in text


def test_help_of_every_command_has_an_example(command: Command) -> None:
    whole = command("--help")
    assert whole.returncode == 0
    assert "cryptoread tag:xrp" in whole.stdout
    for name in COMMANDS:
        assert f"\n  {name} " in whole.stdout
        done = command(name, "--help")
        assert done.returncode == 0
        assert f"Example:\n    cryptoread {name}" in done.stdout


def test_the_version_is_one_line(command: Command) -> None:
    done = command("--version")
    assert done.returncode == 0
    assert done.stdout.startswith("cryptoread ")
    assert len(done.stdout.splitlines()) == 1


@pytest.mark.parametrize(
    "words", ["--help", "--version", "list", "stats --format json", "show 1007"]
)
def test_no_command_loads_the_screen(data: Path, words: str) -> None:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", COMMAND, "--data", data, *words.split()],
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    loaded = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "click" in loaded
    assert not any(name.split(".")[0] == "textual" for name in loaded)
    assert not any(name.startswith("reader.ui") for name in loaded)


def test_the_shell_completes_commands_fields_and_values(command: Command) -> None:
    def completed(line: str) -> str:
        words = line.split(" ")
        env = {
            "_CRYPTOREAD_COMPLETE": "bash_complete",
            "COMP_WORDS": line,
            "COMP_CWORD": str(len(words) - 1),
        }
        return command(env=env).stdout

    assert "plain,import" in completed("cryptoread im")
    assert "category:" in completed("cryptoread list ca")
    assert "tag:staking" in completed("cryptoread list tag:sta")
    assert "-tag:staking" in completed("cryptoread list -tag:sta")


def test_the_doctor_says_what_is_wrong_by_its_exit_code(command: Command, data: Path) -> None:
    done = command("doctor")
    assert (done.returncode, done.stderr) == (0, "")
    assert "✓ cache.db  40 articles, all undamaged" in done.stdout
    with (data / "cache.db").open("r+b") as file:
        file.seek(20_000)
        file.write(bytes(20_000))
    done = command("doctor")
    assert done.returncode == 1
    assert "! cache.db  " in done.stdout
    assert "doctor --repair" in done.stdout
    assert command("doctor", "more").returncode == 2
