"""The documentation says what the program does: pages, examples, links, pictures, manual page."""

import re
import shlex
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import click
import pytest

from reader.alerts.command import LONGEST_S
from reader.alerts.telling import MOST_TOLD
from reader.cli.group import cli
from reader.cli.output import FIELDS as LISTED
from reader.config.alerts import KEYS, PLACEHOLDERS
from reader.config.settings import Settings, read_settings
from reader.formats.archive.article_file import MAX_ARTICLE_BYTES
from reader.formats.archive.fields import MAX_CHARACTERS
from reader.formats.archive.schema import FIELDS, MAX_TAGS
from reader.insight.alerts import MOST_KEPT
from reader.live.sync import pause
from reader.query.language import SENTIMENTS, STATES, Field
from reader.sources.http.fetcher import Limits
from reader.sources.local.archives import budget
from reader.subscriptions import DEFAULTS, Kind, Status
from reader.ui.checked_settings import fault
from tests.docs.commands import PROGRAM
from tests.docs.pages import PARTS, ROOT, differing, generated, write

PAGES = sorted((ROOT / "docs").glob("*.md"))
TEXTS = [*PAGES, ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "SECURITY.md"]

BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!\w+:)([^)#\s]*)(?:#([^)\s]+))?\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
MODULE = re.compile(r"`((?:reader|tests)/[\w/]+(?:\.py|/))`")
NAME_IN_MODULE = re.compile(r"`(\w+)`\s+in\s+`((?:reader|tests)/[\w/]+\.py)`")


def blocks(path: Path, *languages: str) -> Iterator[str]:
    for language, text in BLOCK.findall(path.read_text("utf-8")):
        if language in languages:
            yield text


def command_lines() -> Iterator[str]:
    """Every line of the documentation that calls the program, without a trailing comment."""
    for path in TEXTS:
        text = path.read_text("utf-8")
        fenced = "\n".join(blocks(path, "sh"))
        indented = "\n".join(re.findall(r"^    (.+)$", BLOCK.sub("", text), re.MULTILINE))
        for line in f"{fenced}\n{indented}".splitlines():
            line = re.split(r"   +|  #| \|| >|&&", line)[0].strip()
            if line.startswith(f"{PROGRAM} ") and "[" not in line:
                yield line


def without_code(text: str) -> str:
    return BLOCK.sub("", text)


def anchors(path: Path) -> set[str]:
    """The names that headings get: lower case, dashes for spaces, no punctuation."""
    headings = HEADING.findall(without_code(path.read_text("utf-8")))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


# What is generated.


def test_the_generated_pages_are_as_the_program_is() -> None:
    assert differing() == [], "run `python -m tests.docs`"


def test_a_page_that_differs_is_named_and_rewritten(tmp_path: Path) -> None:
    for path, text in generated():
        copy = tmp_path / path.relative_to(ROOT)
        copy.parent.mkdir(exist_ok=True)
        copy.write_text(text, "utf-8")
    assert differing(tmp_path) == []
    keys = tmp_path / "docs" / "keys.md"
    whole = keys.read_text("utf-8")
    keys.write_text(whole.replace("`reader.sync`", "`reader.async`"), "utf-8")
    (tmp_path / "man" / "cryptoread.1").unlink()
    assert {path.name for path in differing(tmp_path)} == {"keys.md", "cryptoread.1"}
    write(tmp_path)
    assert keys.read_text("utf-8") == whole


def test_a_page_without_the_marks_is_an_error(tmp_path: Path) -> None:
    for name in PARTS:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("# Nothing generated here\n")
    with pytest.raises(ValueError, match="no generated part"):
        differing(tmp_path)


@pytest.mark.skipif(not shutil.which("groff"), reason="groff is not installed")
def test_the_manual_page_is_well_formed() -> None:
    page = ROOT / "man" / "cryptoread.1"
    ran = subprocess.run(
        ["groff", "-man", "-Tutf8", "-ww", page], capture_output=True, text=True, check=False
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    text = re.sub(".\x08", "", ran.stdout)  # bold is a character, a backspace, and it again
    assert "cryptoread subscribe [OPTIONS] URL|PATH" in text


# What is written by hand.


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_every_example_of_settings_can_be_used(path: Path, tmp_path: Path) -> None:
    for number, text in enumerate(blocks(path, "toml")):
        config = tmp_path / f"{number}.toml"
        config.write_text(text, "utf-8")
        assert fault(read_settings(config)) is None


def test_every_command_line_is_one_that_the_program_takes() -> None:
    lines = list(dict.fromkeys(command_lines()))
    assert len(lines) > 20
    for line in lines:
        words = shlex.split(line)[1:]
        try:
            with cli.make_context(PROGRAM, list(words)) as program:
                rest = [*program._protected_args, *program.args]
                if rest:
                    name, command, rest = cli.resolve_command(program, rest)
                    assert command is not None
                    with command.make_context(name, rest, parent=program):
                        pass
        except click.exceptions.Exit:  # --version
            pass
        except click.UsageError as error:
            pytest.fail(f"{line}: {error.format_message()}")


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.name)
def test_every_link_leads_somewhere(path: Path) -> None:
    for target, anchor in LINK.findall(without_code(path.read_text("utf-8"))):
        found = path.parent / target if target else path
        assert found.exists(), target
        if anchor:
            assert anchor in anchors(found), f"{target}#{anchor}"


def words_of(name: str) -> str:
    return " ".join((ROOT / "docs" / name).read_text("utf-8").split())


@pytest.mark.parametrize(
    ("page", "names"),
    [
        ("live.md", [each.name for each in DEFAULTS]),
        ("live.md", [f"| `{kind}` |" for kind in Kind]),
        ("archive.md", [f"`{field}`" for field in FIELDS - {"feed"}]),
        ("query.md", [f"`{name}`" for name in (*STATES[1:], *SENTIMENTS[2:])]),
        ("query.md", [f"`{field}:" for field in Field]),
        ("commands.md", [f"`{field}`" for field in LISTED]),
        ("settings.md", [f"`{setting.name}`" for setting in fields(Settings)]),
        ("alerts.md", [f"| `{key}` |" for key in KEYS]),
        ("alerts.md", [f"| `{{{name}}}` |" for name in PLACEHOLDERS]),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_every_value_of_a_kind_is_documented(page: str, names: list[str]) -> None:
    text = words_of(page)
    assert [name for name in names if name not in text] == []


def test_the_bounds_that_are_named_are_those_of_the_program() -> None:
    seconds, size, redirects = Limits()[:3]
    assert (seconds, size, redirects) == (30, 16 * 1024**2, 10)
    assert "cut off at 16 MiB unpacked or 30 seconds" in words_of("security.md")
    assert "ten at most" in words_of("security.md")
    assert (MAX_ARTICLE_BYTES, MAX_CHARACTERS, MAX_TAGS) == (4 * 1024**2, 64 * 1024, 64)
    assert "larger than 4 MiB, or has more than 64 KiB of front matter" in words_of("archive.md")
    assert "at most 64" in words_of("archive.md")
    assert (LONGEST_S, MOST_TOLD, MOST_KEPT) == (30, 100, 2_000)
    assert "killed after 30 seconds" in words_of("alerts.md")
    assert "for each rule at most 2,000 articles" in words_of("alerts.md")
    assert budget(0) == 256 * 1024**2
    assert budget(10**9) == 200 * 10**9
    assert "256 MiB or 200 times its own size" in words_of("security.md")


@pytest.mark.parametrize(
    ("status", "failures", "asked_for", "least", "most"),
    [
        (Status.SERVER_ERROR, 2, None, 0, 0),
        (Status.SERVER_ERROR, 3, None, 96, 144),
        (Status.SERVER_ERROR, 4, None, 192, 288),
        (Status.SERVER_ERROR, 40, None, 69_120, 103_680),
        (Status.UNREACHABLE, 40, None, 720, 1080),
        (Status.RATE_LIMITED, 1, None, 120, 120),
        (Status.RATE_LIMITED, 1, 1.0, 60, 60),
        (Status.RATE_LIMITED, 1, 1e9, 21_600, 21_600),
        (Status.GONE, 1, None, 604_800, 604_800),
    ],
)
def test_a_failing_source_is_paused_as_long_as_documented(
    status: Status, failures: int, asked_for: float | None, least: float, most: float
) -> None:
    """The table in `docs/live.md`; a change here has to be one there."""
    assert least <= pause(status, failures, asked_for) <= most


def test_every_page_is_in_the_navigation_of_the_site() -> None:
    site = tomllib.loads((ROOT / "zensical.toml").read_text("utf-8"))
    named = {name for entry in site["project"]["nav"] for name in entry.values()}
    assert named == {path.name for path in PAGES}


def test_every_picture_is_shown_somewhere() -> None:
    shown = {
        Path(target).name
        for path in TEXTS
        for target, _ in LINK.findall(path.read_text("utf-8"))
        if target.endswith(".svg")
    }
    assert shown == {path.name for path in (ROOT / "docs" / "pictures").iterdir()}


def test_the_readme_stays_short() -> None:
    assert len((ROOT / "README.md").read_text("utf-8").splitlines()) <= 150


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.name)
def test_every_module_that_is_named_is_there(path: Path) -> None:
    for name in MODULE.findall(path.read_text("utf-8")):
        assert (ROOT / name).exists(), name


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.name)
def test_names_in_the_documentation_are_defined_in_their_modules(path: Path) -> None:
    for name, module in NAME_IN_MODULE.findall(path.read_text("utf-8")):
        text = (ROOT / module).read_text("utf-8")
        defined = rf"^(?: *(?:async )?def | *class ){name}\b|^{name}\b.*="
        assert re.search(defined, text, re.MULTILINE), f"{name} in {module}"


def test_the_architecture_answers_where_to_change_what() -> None:
    named = {name for name, _ in NAME_IN_MODULE.findall(words_of("architecture.md"))}
    assert named >= {"row", "judge", "decide", "cycle_tag", "assign_digits", "pause"}
