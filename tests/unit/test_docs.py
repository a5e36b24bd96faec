"""The documentation says what the program does: pages, examples, links, pictures, manual page."""

import re
import shlex
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from reader.cli import cli
from reader.config import read_settings
from reader.ui.checked_settings import fault
from tests.docs.commands import PROGRAM
from tests.docs.pages import PARTS, ROOT, differing, generated, write

PAGES = sorted((ROOT / "docs").glob("*.md"))
TEXTS = [*PAGES, ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "SECURITY.md"]

BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!\w+:)([^)#\s]*)(?:#([^)\s]+))?\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
MODULE = re.compile(r"`(reader/[\w/]+(?:\.py|/))`")


def blocks(path: Path, *languages: str) -> Iterator[str]:
    for language, text in BLOCK.findall(path.read_text("utf-8")):
        if language in languages:
            yield text


def command_lines() -> Iterator[str]:
    """Every line of the documentation that calls the program, without a comment behind it."""
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


def test_a_page_that_differs_is_named_and_written_anew(tmp_path: Path) -> None:
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


@pytest.mark.skipif(
    not (ROOT / "reader" / "ui" / "sidebar").is_dir(),
    reason="the documentation names the folders of the layout that is being made",
)
@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.name)
def test_every_module_that_is_named_is_there(path: Path) -> None:
    for name in MODULE.findall(path.read_text("utf-8")):
        assert (ROOT / name).exists(), name
