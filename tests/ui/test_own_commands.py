"""Programs of the user's own are called with the article: no shell, whole arguments."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from reader.config.commands import OwnCommand
from reader.config.settings import Settings
from reader.library import Library
from tests.builders import library
from tests.ui.screen import reading, story

TITLE = '$(touch x) `id` "quoted" [/foo]'


@pytest.fixture
def news(tmp_path: Path) -> Iterator[Library]:
    some = [
        story(1, TITLE, url="https://news.example/a?b=c&d"),
        story(2, "Without a link", url=""),
    ]
    with library(tmp_path / "data", some) as made:
        yield made


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """A program that writes down its arguments, and what is in the last one if it is a file."""
    path = tmp_path / "program"
    path.write_text(
        '#!/bin/sh\n: > "$0.part"\nfor each; do printf "%s\\n" "$each" >> "$0.part"; done\n'
        '[ ! -f "$each" ] || cat "$each" >> "$0.part"\nmv "$0.part" "$0.called"\n'
    )
    path.chmod(0o755)
    return path


def settings(*command: object, key: str = "ctrl+e") -> Settings:
    own = OwnCommand(name="share", command=tuple(map(str, command)), key=key)
    return Settings(commands=(own,))


async def test_a_key_calls_the_program_with_what_the_article_has(
    news: Library, program: Path
) -> None:
    own = settings(program, "--", "{title}", "{url}", "as it is", "{markdown_file}")
    async with reading(news, settings=own) as reader:
        await reader.go_to("quoted")
        await reader.press("ctrl+e")
        assert f"share was called with {TITLE}" in reader.status
        called = program.with_suffix(".called").read_text().splitlines()
        assert called[:4] == ["--", TITLE, "https://news.example/a?b=c&d", "as it is"]
        assert called[4].endswith(".md")
        assert called[5] == f"# {TITLE}"


async def test_the_palette_calls_it_too_and_names_its_key(news: Library, program: Path) -> None:
    async with reading(news, settings=settings(program, key="f9,ctrl+e")) as reader:
        await reader.go_to("quoted")
        assert await reader.palette("share (F9") == ["share (F9 ctrl+e)"]
        await reader.press("down", "enter")
        await reader.wait_for(program.with_suffix(".called").exists)


async def test_keys_one_after_another_call_it(news: Library, program: Path) -> None:
    async with reading(news, settings=settings(program, key="ctrl+e !")) as reader:
        await reader.go_to("quoted")
        await reader.press("ctrl+e", "!")
        await reader.wait_for(program.with_suffix(".called").exists)


async def test_an_article_without_an_address_is_not_passed_on(news: Library, program: Path) -> None:
    async with reading(news, settings=settings(program, "{url}")) as reader:
        await reader.go_to("Without")
        await reader.press("ctrl+e")
        assert "share needs the article's address" in reader.status
        assert not program.with_suffix(".called").exists()


async def test_what_goes_wrong_is_said(news: Library, tmp_path: Path) -> None:
    async with reading(news, settings=settings(tmp_path / "none")) as reader:
        await reader.press("n", "ctrl+e")
        assert "share cannot be started" in reader.status
    async with reading(news, settings=settings("false")) as reader:
        await reader.press("n", "ctrl+e")
        assert "share ended with exit code 1" in reader.status
