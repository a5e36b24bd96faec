"""A walk over every screen and box of the program, as a process that speaks Ukrainian shows them.

    CRYPTOREAD_LANGUAGE=uk python -m tests.ui.ukrainian_walk FOLDER COLUMNS ROWS

prints what each scene shows as JSON: its name to its lines. FOLDER is empty. The articles, their
tags and sources have Cyrillic names alone, so that every Latin word is one of the program.
"""

import asyncio
import json
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from reader.article import Article
from reader.cache.store import Store
from reader.config.commands import OwnCommand
from reader.config.settings import Settings
from reader.insight.firsts import Firsts
from reader.library import Library
from reader.query.language import Query
from reader.subscriptions import Subscription
from reader.ui.modals.modal import open_box
from reader.ui.modals.related import RelatedScreen
from reader.ui.modals.sources import SourcesScreen
from reader.ui.sidebar.density import Density
from tests.builders import NOW, library, put
from tests.ui.screen import Reading, reading, story

HACK = "Зі сховищ Ларкспура вивели 41 мільйон через підроблений оракул"
RETOLD = "Ларкспур втратив 41 мільйон: підроблений оракул спорожнив його сховища"
LATER = "Підроблений оракул Ларкспура судять: зі сховищ вивели мільйон"

TITLES = (
    "Портове місто випускає токени для поромів",
    "Гаманці вчаться говорити фінською",
    "Судді відклали слухання про зберігання",
    "Полярне сяйво притлумило ферми",
    "Пекарі приймають миттєві платежі",
    "Аудитори підписали звіт про резерви",
    "Студенти виграли приз за докази",
    "Музей продає частки комети",
    "Фермери страхують зерно контрактом",
    "Пенсійні фонди зважують малу частку",
    "Міст між мережами знову відкрито",
    "Регулятор готує правила позик",
)

BODY = """Вступ із посиланням на [звіт аудитора](https://b.io/1) і на
[a.io](https://b.io/2).

## Що сталося

Сховища спорожніли за ніч. Оракул показав хибну ціну.

## Що далі

- Сховища закрито.
- Аудитор шукає сліди.

| Показник | Значення |
|---|---|
| Втрачено | 41 |

> Ніхто не постраждав.

""" + "\n\n".join(f"Абзац номер {number} про сховища й оракули." for number in range(60))

SETTINGS = Settings(
    tags="frequent",
    subscriptions=(
        Subscription("Вісник", "http://127.0.0.1:9/rss"),
        Subscription("Гавань", "http://127.0.0.1:9/feed"),
    ),
    views={"Ранок": "after:24h is:unread", "Сховища": "tag:СХОВИЩА"},
    commands=(OwnCommand(name="9", command=("/немає/такої",), key="ctrl+e"),),
)


def _story(n: int, title: str, sentiment: str = "UNRATED", **values: object) -> Article:
    plain = {
        "lang": "uk",
        "source": "вісник",
        "category": "РИНКИ",
        "tags": "РИНКИ,ЦІНИ",
        "body": BODY,
        "url": f"https://a.io/{n}",
        "external_id": f"{n}-{title}",
    }
    return story(n, title, sentiment, **(plain | values))  # type: ignore[arg-type]


def before() -> Iterator[Article]:
    """Articles that were seen before the last visit."""
    for n in range(60):
        sentiment = ("POSITIVE", "NEGATIVE", "NEUTRAL", "UNRATED")[n % 4]
        title = f"{TITLES[n % len(TITLES)]}, день {n}"
        yield _story(n * 9 + 30, title, sentiment, category=("РИНКИ", "МЕРЕЖІ")[n % 2])


def since() -> Iterator[Article]:
    """Articles that have arrived since."""
    yield _story(1, HACK, "NEGATIVE", tags="СХОВИЩА", category="ЗЛАМИ")
    yield _story(0, RETOLD, "POSITIVE", tags="СХОВИЩА", category="ЗЛАМИ", source="гавань")
    yield _story(480, LATER, "NEUTRAL", tags="СХОВИЩА", category="ЗЛАМИ", source="пошта", url="")
    for n, title in enumerate(TITLES, 4):
        yield _story(n, title, ("POSITIVE", "UNRATED")[n % 2], tags="ПРИСТАНЬ")


PALETTE = {
    "": "Шукати під час набору",
    "тема": "Вибрати кольори",
    "ґґґґ": "Нічого не знайдено",
}
"""What is typed into the palette, and what it shows then."""


class Walk:
    """Goes from scene to scene and keeps what each shows."""

    def __init__(self, reader: Reading, seen: dict[str, list[str]]) -> None:
        self.reader = reader
        self._seen = seen

    def keep(self, name: str) -> None:
        """Keep what is shown."""
        assert name not in self._seen, name
        self._seen[name] = self.reader.lines

    async def press(self, name: str, *keys: str) -> None:
        """Press keys and keep what is shown."""
        await self.reader.press(*keys)
        self.keep(name)

    async def box(self, name: str, *keys: str, ends: str = "escape") -> None:
        """Open a box, keep what is shown, and close it."""
        await self.reader.press(*keys)
        assert self.reader.app.screen is not self.reader.screen, f"no box: {name}"
        self.keep(name)
        for _ in range(3):
            if self.reader.app.screen is not self.reader.screen:
                await self.reader.press(ends)
        assert self.reader.app.screen is self.reader.screen, f"still open: {name}"


async def of_lists(walk: Walk) -> None:
    """All orders and densities, groups folded and opened."""
    walk.keep("start")
    await walk.press("a group is folded", "g", "enter")
    await walk.press("a group is opened", "enter")
    for order in ("latest", "source", "story", "none", "category"):
        await walk.press(f"order: {order}", "s")
        for density in list(Density)[1:]:
            await walk.press(f"order: {order}, {density}", "c")
        await walk.press(f"order: {order}, again", "c")


async def of_articles(walk: Walk) -> None:
    """An article, its links, headings, tellers and twins, and what may be searched in it."""
    reader = walk.reader
    await reader.go_to("через підроблений")
    await walk.press("article", "enter")
    await walk.press("article, at its end", *["space"] * 30)
    await reader.press("h")
    await reader.go_to("через підроблений")
    await reader.press("enter")
    await walk.press("next heading", "]")
    await walk.press("previous heading", "[")
    await walk.press("find", "/")
    await reader.type_in("сховища")
    walk.keep("find: words")
    await reader.type_in("ґґґ")
    walk.keep("find: nothing")
    await walk.press("find: ended", "escape")
    await walk.box("headings", "{")
    await walk.press("no related articles", "e")  # they are of English texts
    rows = reader.library.rows(reader.library.find(Query())[:5])
    await open_box(reader.app, RelatedScreen(rows, NOW.timestamp()))
    await walk.box("related")
    await walk.press("later of the story", ")")
    await walk.press("earlier of the story", "(")
    await walk.press("no other language", "T")
    await walk.press("no cover", "i")
    await walk.press("full text", "F")
    await walk.press("copied link", "y")
    await walk.press("copied Markdown", "Y")
    await walk.press("alone", "z")
    await walk.press("not alone", "z")
    await walk.press("width of text", "W")
    await walk.press("usual width of text", "W")
    await walk.press("own command", "ctrl+e")
    await walk.press("to the list", "h")
    await reader.go_to("судять")
    await walk.press("no link to copy", "enter", "y")
    await walk.box("links", "o")
    await reader.press("o", "down")
    await walk.box("confirmation", "enter")


async def of_marks(walk: Walk) -> None:
    """What is said of marks, of one article and of many."""
    reader = walk.reader
    await reader.go_to("Гаманці вчаться")
    for name, key in {
        "read": "m",
        "favourite": "f",
        "later": "b",
        "undo": "u",
        "redo": "U",
        "nothing to redo": "U",
        "story read": "R",
        "rest read": "D",
        "older read": "O",
        "all read": "M",
    }.items():
        await walk.press(f"mark: {name}", key)
    await walk.press("mark: undone", *["u"] * 4)
    await walk.press("mark: nothing to undo", *["u"] * 12)
    await walk.press("selected", "v", "j", "V")
    await walk.press("selected: marked", "m")
    await walk.box("own tags", "#")
    await reader.press("#")
    await reader.type_in("моє")
    walk.keep("own tags: typed")
    await walk.press("own tags: set", "enter")
    await walk.box("own tags: known", "#")
    await reader.press("#")
    await reader.type_in(" , ")
    walk.keep("own tags: refused")
    await reader.press("enter", "escape")
    await walk.press("selection ended", "escape", "escape")


async def of_filters(walk: Walk) -> None:
    """Search, tags, views, sentiments and what an empty list says."""
    reader = walk.reader
    await walk.press("search", "/")
    for typed in ("se", "sentiment:", "is:", "after:", "@", "sentmient:x", "(tag:", '"', "/[/"):
        await reader.type_in(typed)
        walk.keep(f"search: {typed}")
        await reader.type_in(["ctrl+u"])
    await reader.type_in("ґґґ")
    walk.keep("search: nothing")
    await walk.press("search: kept", "enter")
    await walk.press("search: ended", "escape")
    await walk.press("tag", "1")
    await walk.press("tag excluded", "1")
    await walk.press("tag off", "1")
    await walk.press("positive", "+")
    await walk.press("negative", "-")
    await walk.press("neutral", "=")
    await reader.screen.run_action("open_view('favourites')")
    await walk.press("empty filter")
    await walk.press("cleared", "x")
    await walk.press("language", "L")
    await walk.press("all languages", "L", "x")
    await walk.box("tags", "t")
    await reader.press("t")
    await reader.type_in("СХ")
    walk.keep("tags: typed")
    await reader.type_in("ґґґ")
    walk.keep("tags: nothing")
    await reader.press("escape", "escape")
    await walk.box("views", "'")
    await reader.press("+")
    await walk.box("save view", "a")
    await reader.press("a")
    await reader.type_in("Ранок")
    walk.keep("save view: a name that is taken")
    await reader.press("ctrl+u")
    await reader.type_in("@!")
    await walk.press("save view: refused", "enter")
    await reader.press("ctrl+u")
    await reader.type_in("Зростання")
    await walk.press("save view: saved", "enter")
    await reader.press("x")


async def of_boxes(walk: Walk) -> None:
    """Help, palette, mood, sources, export and the briefing."""
    reader = walk.reader
    await reader.press("?")
    for page in range(12):
        walk.keep(f"help {page}")
        await reader.press("space")
    await reader.press("escape")
    for typed, found in PALETTE.items():
        await reader.press("ctrl+p")
        await reader.type_in(typed)
        await reader.wait_for(lambda: found in " ".join(reader.lines))  # noqa: B023 - waited for
        await walk.box(f"palette: {typed}")
    await reader.palette("theme")
    await reader.press("down", "enter")
    await reader.wait_for(lambda: "Знайти тему…" in " ".join(reader.lines))
    await walk.box("themes")
    for name, keys in {"days": "d", "by tag": "db", "by source": "dbb", "weeks": "dw"}.items():
        await walk.box(f"mood: {name}", *keys)
    await walk.box("sources", "S")
    await reader.press("E")
    walk.keep("export")
    await reader.press("ctrl+u")
    await reader.type_in("/proc/nowhere")
    await walk.press("export: failed", "enter")
    await reader.press("escape")
    await walk.press("briefing", "w")
    await walk.press("briefing: next", "j", "j", "enter")
    await walk.press("briefing: again", "w", "w")
    await walk.press("briefing: caught up", "tab", "M")
    await walk.press("briefing: caught up again", "M")
    await walk.press("briefing: to the end", "G")
    await walk.press("newly arrived", "A")
    await reader.press("r")
    await reader.wait_for(lambda: "недоступн" in reader.status)
    walk.keep("sync: no network")
    await walk.box("sources: failing", "S")
    await reader.press("S")
    box = reader.app.screen
    assert isinstance(box, SourcesScreen)
    box.text.show_firsts([Firsts("Вісник", 1_200, 700, 500, 4.4 * 3600)])
    await reader.settle()
    await walk.box("sources: first with a story")


async def empty(folder: Path, size: tuple[int, int], seen: dict[str, list[str]]) -> None:
    """Keep what an archive without articles shows."""
    with library(folder) as news:
        async with reading(news, settings=Settings(tags="frequent"), size=size) as reader:
            walk = Walk(reader, seen)
            walk.keep("empty archive")
            await walk.press("empty archive: briefing", "w")
            await walk.press("empty archive: next", "n")
            await walk.press("empty archive: mark", "m")
            await walk.press("empty archive: all read", "M")
            await walk.box("empty archive: sources", "S")
            await walk.press("empty archive: mood", "d")


def archive(folder: Path) -> Library:
    """Return an archive that was visited yesterday, and more articles since."""
    yesterday = NOW - timedelta(hours=18)
    with Store(folder, clock=lambda: yesterday) as store:
        put(store, list(before()))
        store.deciding.run()
    made = library(folder)
    made.insight.save_visit(made.insight.present()._replace(at=yesterday))
    with Store(folder, clock=made.clock) as store:
        put(store, list(since()))
        store.deciding.run()
    return made


async def walked(folder: Path, size: tuple[int, int]) -> dict[str, list[str]]:
    """Return the lines of every scene at a size of the screen."""
    seen: dict[str, list[str]] = {}
    await empty(folder / "empty", size, seen)
    (folder / "own.toml").write_text(
        "[subscriptions]\n"
        + "".join(f'"{each.name}" = "{each.url}"\n' for each in SETTINGS.subscriptions or ())
    )
    with archive(folder / "data") as news:
        for scenes in (of_lists, of_articles, of_marks, of_filters, of_boxes):
            started = reading(
                news, settings=SETTINGS, config=folder / "own.toml", size=size, density=None
            )
            async with started as reader:
                await scenes(Walk(reader, seen))
    return seen


if __name__ == "__main__":
    columns, rows = map(int, sys.argv[2:4])
    print(json.dumps(asyncio.run(walked(Path(sys.argv[1]), (columns, rows)))))
