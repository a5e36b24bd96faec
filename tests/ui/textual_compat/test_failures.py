"""Unexpected errors: they are shown and logged, and the screen goes on."""

import ast
import asyncio
import importlib
import pkgutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from textual.message_pump import MessagePump

import reader.ui
from reader.config.commands import OwnCommand
from reader.config.settings import Settings
from reader.library import Grouping, Library
from reader.safety.logs import NAME, log_folder
from reader.ui.reading.pane import ReadingPane
from reader.ui.sidebar.widget import Sidebar
from reader.ui.textual_compat.failures import Guarded
from tests.builders import library
from tests.ui.screen import Reading, archive, bring, reading, story

SOURCES = {
    path: ast.parse(path.read_text("utf-8")) for path in sorted(Path("reader/ui").rglob("*.py"))
}


@pytest.fixture
def news(tmp_path: Path) -> Iterator[Library]:
    with library(tmp_path, archive()) as made:
        yield made


def calls(*names: str) -> Iterator[tuple[Path, ast.Call]]:
    """Every call of a function or a method of these names in the user interface."""
    for path, tree in SOURCES.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                called = node.func
                name = called.attr if isinstance(called, ast.Attribute) else ""
                if (name or (called.id if isinstance(called, ast.Name) else "")) in names:
                    yield path, node


def groups() -> list[str]:
    """The group of every piece of background work."""
    found = []
    for path, call in calls("in_background"):
        values = [each.value for each in call.keywords if each.arg == "group"]
        assert len(values) == 1, ast.unparse(call)
        assert isinstance(values[0], ast.Constant), f"{path}: {ast.unparse(call)}"
        found.append(str(values[0].value))
    return found


def a_defect(*_: object, **__: object) -> Any:
    raise RuntimeError("a defect")


async def _open_scroll_and_go_on(reader: Reading) -> None:
    await reader.press("n")
    reader.screen.query_one(ReadingPane)._anchor = 5
    await reader.press("J")


async def _look_for_changes(reader: Reading) -> None:
    bring(reader.library, story(99, "Just in"))
    reader.screen._look_for_changes()


async def _reopen(reader: Reading) -> None:
    (article,) = (each for _, each in reader.library.articles(list(reader.screen._listing.ids)[:1]))
    reader.screen._view.opened = article.identity
    reader.screen._reopen()


async def _choose_a_theme(reader: Reading) -> None:
    reader.app.theme = "nord"


async def _warm_up(reader: Reading) -> None:
    reader.screen._warm_up.begin()


async def _follow_a_link(reader: Reading) -> None:
    reader.screen._doors.link("https://news.example/")


async def _keep_a_copy(reader: Reading) -> None:
    reader.screen._warm_up.keep_copy()


async def _keep_words(reader: Reading) -> None:
    reader.screen._warm_up.keep_words()


async def _prepare_a_grouping(reader: Reading) -> None:
    reader.screen._listing._prepare(Grouping.SOURCE)


async def _let_go(reader: Reading) -> None:
    reader.screen._warm_up.let_go()


async def _leave_with_a_mark_on_its_way(reader: Reading) -> None:
    reader.screen.marker._writing += 1
    reader.app._leave()
    await reader.settle()
    reader.screen.marker._writing -= 1


async def _count_views(reader: Reading) -> None:
    await reader.screen.saved_views.show_bar()
    reader.screen.saved_views.look()


async def _save_a_view(reader: Reading) -> None:
    reader.screen.saved_views._config = reader.library.folder / "config.toml"
    await reader.press("a", *"mine", "enter")


async def _remove_a_view(reader: Reading) -> None:
    config = reader.library.folder / "config.toml"
    await asyncio.to_thread(config.write_text, '[views]\nmine = "tag:xrp"\n')
    views = reader.screen.saved_views
    views.own["mine"] = "tag:xrp"
    views._removed._config = config
    views._removed.remove("mine", reader.screen.marker)
    await reader.settle()


async def _bring_a_view_back(reader: Reading) -> None:
    await _remove_a_view(reader)
    await reader.press("u")


def _keys(*keys: str) -> Callable[[Reading], Any]:
    async def press(reader: Reading) -> None:
        await reader.press(*keys)

    return press


async def _brief_again(reader: Reading) -> None:
    reader.screen._mounted_briefings()._read = None
    await reader.press("w")


FAULTS: dict[str, tuple[str, Callable[[Reading], Any]]] = {
    "briefing": (
        "reader.cache.insight.insight.Insight.briefing",
        _brief_again,
    ),
    "bring-back-view": ("reader.config.views_file.put_back", _bring_a_view_back),
    "browser": ("reader.browser.plan", _follow_a_link),
    "catch-up": ("prepare", _look_for_changes),
    "copy": ("keep_copy_of_marks", _keep_a_copy),
    "copy-links": ("articles", _keys("n", "v", "y")),
    "export": ("reader.archive.exporting.export", _keys("n", "E", "enter")),
    "find": ("find", _keys("slash", *"fees")),
    "firsts": ("reader.cache.insight.insight.Insight.firsts", _keys("S")),
    "full-text": ("fetch_full_text", _keys("n", "F")),
    "history": ("save_state", _keys("slash", *"fees", "enter")),
    "leave": ("reader.ui.screen.marks.Marker.all_written", _leave_with_a_mark_on_its_way),
    "let-go": ("drop_unused", _let_go),
    "look-ahead": ("recent", _keys("slash")),
    "marks": ("set_marks", _keys("m")),
    "mood": ("reader.cache.insight.insight.Insight.mood", _keys("d")),
    "next-grouping": ("groups", _prepare_a_grouping),
    "reopen": ("reader.ui.screen.host_screen.import_module", _reopen),
    "own-command": ("reader.ui.screen.own.commands.filled", _keys("n", "ctrl+e")),
    "positions": ("save_position", _open_scroll_and_go_on),
    "related": ("reader.cache.insight.insight.Insight.related", _keys("n", "e")),
    "remove-view": ("reader.config.views_file.remove_view", _remove_a_view),
    "save-view": ("reader.config.views_file.save_view", _save_a_view),
    "sync": ("reader.ui.screen.sync_process.sync", _keys("r")),
    "tag-counts": ("tag_counts", _keys("t")),
    "tags": ("bar_tags", _keys("1")),
    "theme": ("save_state", _choose_a_theme),
    "undecided": ("reader.cache.storing.stories.Deciding.is_behind", _keys("s", "s", "s")),
    "views": ("reader.cache.questions.Questions.count_unread", _count_views),
    "warm-up": ("warm_up", _warm_up),
    "words": ("reader.cache.storing.stories.Deciding.is_behind", _keep_words),
}
"""Group of the background work: what breaks in it, and what sets it off."""


def test_this_file_makes_every_piece_of_background_work_fail() -> None:
    assert sorted(groups()) == sorted(FAULTS)


def test_background_work_is_started_in_one_place_alone() -> None:
    started = {path.name for path, _ in calls("run_worker", "work")}
    started |= {
        path.name
        for path, tree in SOURCES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and any(each.name == "work" for each in node.names)
    }
    assert started == {"failures.py"}


@pytest.mark.parametrize("group", FAULTS)
async def test_background_work_that_fails_is_reported_and_the_screen_stays(
    news: Library, group: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    what, begin = FAULTS[group]
    own = OwnCommand(name="share", command=("true", "{title}"), key="ctrl+e")
    settings = Settings(commands=(own,), tags="frequent")
    async with reading(news, settings=settings, breaks=True) as reader:
        if group == "tags":
            monkeypatch.setattr(
                news, "bar_tags", lambda *_, at_once=False: None if at_once else a_defect()
            )
        elif group == "find":
            find = news.find
            monkeypatch.setattr(
                news, "find", lambda query, **how: a_defect() if query.words else find(query, **how)
            )
        elif "." in what:
            monkeypatch.setattr(what, a_defect)
        else:
            monkeypatch.setattr(news, what, a_defect)
        await begin(reader)
        await reader.wait_for(lambda: "something went wrong (RuntimeError)" in reader.status)
        monkeypatch.undo()
        assert "a defect" in (log_folder() / NAME).read_text()
        await reader.press("escape", "escape", "x", "n")
        assert reader.opened is not None
    assert reader.app.crash is None


# Handlers, actions, callbacks and timers.


def test_every_widget_and_screen_survives_a_failure() -> None:
    for module in pkgutil.walk_packages(reader.ui.__path__, "reader.ui."):
        importlib.import_module(module.name)
    ours = [each for each in _below(MessagePump) if each.__module__.startswith("reader.ui.")]
    assert {each.__name__ for each in ours} >= {"CryptoreadApp", "ReaderScreen", "TagPicker"}
    assert [
        each for each in ours if not issubclass(each, Guarded) and each.__name__ != "_Bar"
    ] == []


def _below(kind: type) -> Iterator[type]:
    each: type
    for each in kind.__subclasses__():
        yield each
        yield from _below(each)


SCREEN = "reader.ui.screen.reader.ReaderScreen."
BREAKS: dict[str, tuple[str, Callable[[Reading], Any]]] = {
    "an action": (f"{SCREEN}action_regroup", _keys("s")),
    "an action of the list": ("reader.ui.sidebar.widget.Sidebar.action_move", _keys("j")),
    "a handler of a message": (f"{SCREEN}on_search_line_typed", _keys("slash", "a")),
    "a callback": (
        f"{SCREEN}action_clear",
        lambda reader: reader.screen.call_later(lambda: reader.screen.action_clear()),
    ),
    "a callback after painting": (
        f"{SCREEN}action_clear",
        lambda reader: reader.screen.call_after_refresh(lambda: reader.screen.action_clear()),
    ),
    "a timer": (
        f"{SCREEN}action_clear",
        lambda reader: reader.screen.set_timer(0.01, lambda: reader.screen.action_clear()),
    ),
    "a timer of a widget": (
        f"{SCREEN}action_clear",
        lambda reader: reader.screen.query_one(Sidebar).set_interval(
            0.01, lambda: reader.screen.action_clear()
        ),
    ),
    "what the palette starts": (
        f"{SCREEN}action_regroup",
        lambda reader: reader.app.call_later(reader.screen.run_action, "regroup"),
    ),
}


@pytest.mark.parametrize("what", BREAKS)
async def test_every_failure_is_reported_and_logged_and_the_screen_stays(
    news: Library, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    name, begin = BREAKS[what]
    async with reading(news, breaks=True) as reader:
        monkeypatch.setattr(name, a_defect)
        if (begun := begin(reader)) is not None and hasattr(begun, "__await__"):
            await begun
        await reader.wait_for(lambda: "something went wrong (RuntimeError)" in reader.status)
        monkeypatch.undo()
        assert "a defect" in (log_folder() / NAME).read_text()
        await reader.press("escape", "x", "n", "s")
        assert reader.opened is not None
        assert "Sat 14 Mar 2026" in reader.text(Sidebar)
    assert reader.app.crash is None


async def test_a_failure_while_a_box_is_open_is_shown_above_it(
    news: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with reading(news, breaks=True) as reader:
        monkeypatch.setattr(news, "tag_counts", a_defect)
        await reader.press("t")
        toasts = [toast.message for toast in reader.app._notifications]
        assert any("something went wrong (RuntimeError)" in each for each in toasts)


# Timers.


def test_no_timer_in_the_source_is_zero() -> None:
    found = [
        (path, call)
        for path, call in calls("set_timer", "set_interval")
        if path.name != "failures.py"  # which hands on what it is given
    ]
    assert len(found) > 5
    zero = [
        f"{path}:{call.lineno}: {ast.unparse(call)}"
        for path, call in found
        if not _is_above_zero(call.args[0] if call.args else call.keywords[0].value, path)
    ]
    assert zero == [], "0, or not shown to be above 0: use call_later or call_after_refresh"


@pytest.mark.parametrize(
    ("written", "is_above"),
    [
        ("0", False),
        ("0.0", False),
        ("0.5", True),
        ("-1", False),
        ("NOTHING_S", False),
        ("SOME_S", True),
        ("SOME_S * 2", True),
        ("SOME_S * NOTHING_S", False),
        ("max(1, anything)", True),
        ("max(0, anything)", False),
        ("anything", False),
        ("seconds", False),
        ("self._linger", True),
        ("self._rest", False),
    ],
)
def test_delays_are_evaluated_from_the_source(written: str, is_above: bool, tmp_path: Path) -> None:
    source = tmp_path / "timers.py"
    source.write_text(
        "NOTHING_S = 0.0\nSOME_S = 1\n"
        "class Line:\n"
        "    def __init__(self, linger=6.0, rest=0):\n"
        "        self._linger, self._other = linger, 0\n"
        "        self._rest = rest\n"
        "    def soon(self, anything, seconds=0): ...\n"
    )
    SOURCES[source] = ast.parse(source.read_text())
    try:
        delay = ast.parse(written, mode="eval").body
        assert _is_above_zero(delay, source) is is_above
    finally:
        del SOURCES[source]


def _is_above_zero(delay: ast.expr, path: Path) -> bool:
    """Whether all that the file says of the delay is above zero; False where it says nothing."""
    match delay:
        case ast.Constant(value=int() | float() as seconds):
            return seconds > 0
        case ast.BinOp(op=ast.Mult()):
            return _is_above_zero(delay.left, path) and _is_above_zero(delay.right, path)
        case ast.Call(func=ast.Name(id="max")):
            return any(_is_above_zero(each, path) for each in delay.args)
        case ast.Name(id=name) | ast.Attribute(value=ast.Name(id="self"), attr=name):
            values = list(_values(name, SOURCES[path]))
            return bool(values) and all(_is_above_zero(each, path) for each in values)
        case _:
            return False


def _values(name: str, tree: ast.Module) -> Iterator[ast.expr]:
    """What is assigned to a name or an attribute, and the defaults of arguments of that name."""
    for node in ast.walk(tree):
        match node:
            case ast.Assign(targets=targets, value=value):
                for target in targets:
                    yield from _assigned(name, target, value)
            case ast.AnnAssign(target=target, value=ast.expr() as value):
                yield from _assigned(name, target, value)
            case ast.arguments():
                with_default = node.args[len(node.args) - len(node.defaults) :]
                yield from (
                    default
                    for each, default in [
                        *zip(with_default, node.defaults, strict=True),
                        *zip(node.kwonlyargs, node.kw_defaults, strict=True),
                    ]
                    if each.arg == name and default is not None
                )


def _assigned(name: str, target: ast.expr, value: ast.expr) -> Iterator[ast.expr]:
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        for each, its in zip(target.elts, value.elts, strict=True):
            yield from _assigned(name, each, its)
    elif getattr(target, "id", getattr(target, "attr", None)) == name:
        yield value
