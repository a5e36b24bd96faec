"""Themes of our own: every text has a contrast of 4.5 : 1 or more to what is behind it."""

from collections.abc import Iterator
from itertools import combinations, product
from pathlib import Path

import pytest
from rich.color import Color as RichColor
from rich.color import ColorSystem
from rich.style import Style
from textual import constants
from textual.color import Color
from textual.strip import Strip
from textual.theme import Theme
from textual.widget import Widget

from reader.config.settings import Settings
from reader.library import Library
from reader.ui.themes import OF_16_COLORS, THEMES
from tests.builders import library
from tests.ui.screen import Reading, archive, reading, story, told_by_several

ENOUGH = 4.5

NO_TEXT = {
    *("reading-pane--bar", "reading-pane--edge", "reading-pane--rule", "reading-pane--tag-edge"),
    *("reading-pane--underline", "option-list--separator", "screen--selection"),
    "command-palette--help-text",  # its colour is taken from what is behind it
}
"""Parts that are lines, or a background alone."""

PLACES = ["", "1", "+ 1 1", "n", "n f m tab", "w", "w tab", "s s s", "slash b", "s s z"]
BOXES = ["d", "S", "?", "t", "o"]

LINKS = "[one](https://one.example) and [bank.example](https://two.example)"


@pytest.fixture
def news(tmp_path: Path) -> Iterator[Library]:
    links = story(30, "With links", url="", body=LINKS)
    with library(tmp_path, [*archive(), *told_by_several(), links]) as made:
        yield made


def brightness(color: Color) -> float:
    """The relative luminance of WCAG 2."""

    def linear(value: int) -> float:
        part = value / 255
        return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)

    return 0.2126 * linear(color.r) + 0.7152 * linear(color.g) + 0.0722 * linear(color.b)


def contrast(style: Style) -> float:
    """The contrast of WCAG 2 between text and background; that of a style without colours is 21."""
    if style.color is None or style.bgcolor is None:
        return 21.0
    pair = [brightness(Color(*each.get_truecolor())) for each in (style.color, style.bgcolor)]
    return (max(pair) + 0.05) / (min(pair) + 0.05)


def weak(strips: list[Strip]) -> Iterator[tuple[str, float]]:
    """What is written with less: letters and digits, as lines and bars are no text."""
    for text, style, _ in (segment for strip in strips for segment in strip):
        found = contrast(style) if style else ENOUGH
        if found < ENOUGH and any(sign.isalnum() for sign in text):
            yield text, found


def in_few_colors(style: Style, system: ColorSystem) -> Style:
    """The style as a terminal of 16 or 256 colours shows it."""
    color, behind = style.color, style.bgcolor
    return Style(
        color=color.downgrade(system) if color else None,
        bgcolor=behind.downgrade(system) if behind else None,
    )


@pytest.mark.parametrize("theme", [each.name for each in THEMES])
@pytest.mark.parametrize(
    ("system", "enough"), [(ColorSystem.EIGHT_BIT, 3.0), (ColorSystem.STANDARD, 2.0)]
)
async def test_text_can_be_read_in_few_colours(
    theme: str, system: ColorSystem, enough: float, news: Library
) -> None:
    async with reading(news, settings=Settings(theme=theme, tags="frequent")) as reader:
        for keys in PLACES:
            await reader.press(*keys.split())
            for text, style, _ in (segment for strip in reader.strips for segment in strip):
                if style and any(sign.isalnum() for sign in text):
                    assert contrast(in_few_colors(style, system)) > enough, (keys, text, style)
            await reader.press("escape", "escape", "x")


@pytest.mark.parametrize("theme", [each.name for each in OF_16_COLORS])
async def test_a_terminal_of_16_colours_gets_colours_that_it_has(
    theme: str, news: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(constants, "COLOR_SYSTEM", "standard")
    async with reading(news, settings=Settings(theme=theme, tags="frequent")) as reader:
        for keys in PLACES:
            await reader.press(*keys.split())
            for text, style, _ in (segment for strip in reader.strips for segment in strip):
                if style and any(sign.isalnum() for sign in text):
                    shown = in_few_colors(style, ColorSystem.STANDARD)
                    assert contrast(shown) >= 3.0, (keys, text, style)
            await reader.press("escape", "escape", "x")


@pytest.mark.parametrize(
    ("themes", "system"),
    [
        (THEMES, ColorSystem.TRUECOLOR),
        (THEMES, ColorSystem.EIGHT_BIT),
        (OF_16_COLORS, ColorSystem.STANDARD),
    ],
)
def test_good_and_bad_news_differ_from_each_other_and_from_muted_text_in_every_terminal(
    themes: tuple[Theme, ...], system: ColorSystem
) -> None:
    for theme in themes:
        kinds = [theme.variables[f"text-{kind}"] for kind in ("success", "error", "muted")]
        shown = [RichColor.parse(each).downgrade(system).get_truecolor() for each in kinds]
        for one, other in combinations(shown, 2):
            assert sum(abs(a - b) for a, b in zip(one, other, strict=True)) > 60, theme.name


def test_greys_stay_grey_in_256_colours() -> None:
    for theme in THEMES:
        for ground in (theme.background, theme.surface, theme.panel):
            shown = RichColor.parse(ground or "").downgrade(ColorSystem.EIGHT_BIT).get_truecolor()
            assert len(set(shown)) == 1, theme.name


def weak_parts(reader: Reading) -> Iterator[tuple[str, str, float]]:
    """The component styles of all widgets of the topmost screen that have less."""
    for widget in reader.app.screen.walk_children(with_self=True):
        assert isinstance(widget, Widget)
        names = {
            name for kind in type(widget).__mro__ for name in getattr(kind, "COMPONENT_CLASSES", ())
        }
        for name in names - NO_TEXT:
            found = contrast(widget.rich_style + widget.get_component_rich_style(name))
            if found < ENOUGH:
                yield type(widget).__name__, name, found


@pytest.mark.parametrize("theme", [each.name for each in THEMES])
async def test_every_text_can_be_read(theme: str, news: Library) -> None:
    async with reading(news, settings=Settings(theme=theme, tags="frequent")) as reader:
        assert reader.app.theme == theme
        for keys in PLACES:
            await reader.press(*keys.split())
            assert list(weak(reader.strips)) == [], keys
            assert list(weak_parts(reader)) == [], keys
            await reader.press("escape", "escape", "x")
        for keys in BOXES:
            await reader.go_to("links")
            await reader.press(*keys.split())
            region = reader.app.screen.query_one(".modal-box").region
            rows = reader.strips[region.y : region.bottom]
            assert list(weak([row.crop(region.x, region.right) for row in rows])) == [], keys
            assert list(weak_parts(reader)) == [], keys
            await reader.press("escape")
        await reader.palette()
        assert list(weak(reader.strips[3:20])) == []


def test_positive_and_negative_differ_by_more_than_a_shade() -> None:
    for theme, (one, other) in product(THEMES, [("success", "error"), ("accent", "primary")]):
        pair = [Color.parse(theme.variables[f"text-{kind}"]) for kind in (one, other)]
        assert sum(abs(a - b) for a, b in zip(pair[0].rgb, pair[1].rgb, strict=True)) > 60


async def test_a_theme_of_our_own_that_was_chosen_is_kept(news: Library) -> None:
    async with reading(news) as reader:
        reader.app.theme = "cryptoread-light"
        await reader.settle()
    async with reading(news) as reader:
        assert reader.app.theme == "cryptoread-light"
