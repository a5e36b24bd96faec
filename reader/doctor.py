"""Run the checks of `cryptoread doctor`: settings, files, sources, and programs that it uses.

Each check yields a finding: a sentence, and advice if something is wrong. Nothing is changed,
unless it repairs: then the finding says what was done.
"""

import os
import platform
import shutil
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from reader import __version__
from reader.cache.leftovers import leftovers
from reader.config.exposed import findings
from reader.config.paths import APP, ConfigError
from reader.config.settings import Settings, read_settings
from reader.errors import CryptoreadError
from reader.i18n import _, decimal, pgettext
from reader.reasons import reason_of
from reader.safety.logs import noted_errors

if TYPE_CHECKING:
    from reader.cache.repairing import Check
    from reader.subscriptions import Subscription

LITTLE_SPACE = 200 * 1024 * 1024
"""Bytes that should be free: an import writes its articles twice."""

LEFT_OVER, FULL_TEXT = "left over", "full text"  # not shown: of JSON


class State(StrEnum):
    """Result of a check."""

    WELL = "✓"
    NOTED = "·"
    WRONG = "!"
    UNKNOWN = "?"
    """It could not be checked or repaired."""

    @property
    def is_ok(self) -> bool:
        """Return whether nothing is wrong."""
        return self in (State.WELL, State.NOTED)


class Finding(NamedTuple):
    """Result of one check. advice: what to do about it, empty if nothing. repair: what was done."""

    what: str
    text: str
    state: State = State.WELL
    advice: str = ""
    repair: str = ""

    def record(self) -> dict[str, object]:
        """Return the finding as `doctor --json` prints it."""
        text = f"{self.text}; {self.advice}" if self.advice else self.text
        return {"check": self.what, "ok": self.state.is_ok, "finding": text, "repair": self.repair}


def check_names() -> Mapping[str, str]:
    """Return what `what` of a finding is in the language of the interface; not names of files."""
    return {
        "program": pgettext("check", "program"),
        "settings": pgettext("check", "settings"),
        "archive": pgettext("check", "archive"),
        "articles": pgettext("check", "articles"),
        "privacy": pgettext("check", "privacy"),
        "data": pgettext("check", "data"),
        "log": pgettext("check", "log"),
        LEFT_OVER: pgettext("check", "left over"),
        "orphans": pgettext("check", "orphans"),
        "rows": pgettext("check", "rows"),
        "twins": pgettext("check", "twins"),
        "dates": pgettext("check", "dates"),
        "facets": pgettext("check", "facets"),
        "search": pgettext("check", "search"),
        "room": pgettext("check", "room"),
        "set aside": pgettext("check", "set aside"),  # not shown: of JSON
        "sources": pgettext("check", "sources"),
        "source": pgettext("check", "source"),
        "key": pgettext("check", "key"),
        FULL_TEXT: pgettext("check", "full text"),
        "browser": pgettext("check", "browser"),
    }


class Depth(NamedTuple):
    """How thorough to be. deep: compare every article, which otherwise is done for few."""

    repair: bool = False
    deep: bool = False


def examine(
    folder: Path,
    config: Path,
    environ: Mapping[str, str] = os.environ,
    settings_fault: Callable[[Settings], str | None] = lambda _settings: None,
    depth: Depth = Depth(),  # noqa: B008
) -> Iterator[Finding]:
    """Yield one finding after the other, as they are made: reading a large cache takes a while.

    settings_fault: returns what the screen cannot use in valid settings.
    """
    text = _("{program}, Python {python} on {system}").format(
        program=f"{APP} {__version__}",
        python=platform.python_version(),
        system=platform.system(),
    )
    yield Finding("program", text)
    known: Settings | None = None
    try:
        settings = known = read_settings(config)
        if fault := settings_fault(settings):
            raise ConfigError(config, fault)
    except ConfigError as error:
        settings = Settings()
        yield Finding("settings", str(error), State.WRONG, _("correct it there"))
    else:
        is_there = config.exists()
        none = _("none; they would be in {file}")
        text = str(config) if is_there else none.format(file=config)
        yield Finding("settings", text, State.WELL if is_there else State.NOTED)
    for sentence in findings(config, folder, known):
        text, _between, advice = sentence.partition("; ")
        yield Finding("privacy", text, State.WRONG, advice)
    yield from _files(folder, depth)
    yield from _left_over(folder, config)
    yield from _left_behind(folder, config, repair=depth.repair)
    yield from _sources(folder, settings, environ)
    yield _full_text()
    yield _browser(environ)


def _files(folder: Path, depth: Depth) -> Iterator[Finding]:
    if not folder.exists():
        text = _("{folder} does not exist yet; an import or a sync creates it")
        yield Finding("data", text.format(folder=folder), State.NOTED)
        return
    yield _space(folder)
    if _is_shared(folder):
        yield from _checked("archive", lambda: _archive(folder))
    else:
        yield from _checked("cache.db", lambda: _cache(folder, depth))
    yield from _checked("marks.db", lambda: _marks(folder, depth))
    if log := noted_errors(folder):
        text = _("a previous run hit an unexpected error: {file}").format(file=log)
        yield Finding("log", text, State.WRONG, _("report it, then delete the file"))


def _left_over(folder: Path, config: Path) -> Iterator[Finding]:
    for left in leftovers(folder, config):
        where = left.path.name if left.path.parent == folder.resolve() else str(left.path)
        text = f"{where}, {_size(left.size)}, {left.why}: {left.advice}"
        yield Finding(LEFT_OVER, text, State.NOTED)


def _left_behind(folder: Path, config: Path, *, repair: bool) -> Iterator[Finding]:
    """Yield a finding for each temporary folder of a killed program; repair: remove it."""
    from reader.safety.temporary import left_behind, remove

    for left in left_behind((folder, config)):
        text = _("{path}, {size}, of a program that was killed")
        text = text.format(path=left.path, size=_size(left.size))
        if not repair:
            advice = _("`cryptoread doctor --repair` removes it")
            yield Finding(LEFT_OVER, f"{text}: {advice}", State.NOTED)
            continue
        try:
            if remove(left.path):
                yield Finding(LEFT_OVER, text, repair=_("it was removed"))
        except OSError as error:
            yield Finding(LEFT_OVER, f"{text}: {reason_of(error)}", State.UNKNOWN, _("delete it"))


def _space(folder: Path) -> Finding:
    used = _size(sum(each.stat().st_size for each in folder.iterdir() if each.is_file()))
    free = shutil.disk_usage(folder).free
    text = _("{folder}: {used}, {free} free")
    is_writable = os.access(folder, os.W_OK)
    if not is_writable:
        text = _("{folder}: {used}, {free} free, not writable")
    text = text.format(folder=folder, used=used, free=_size(free))
    if not is_writable:
        return Finding("data", text, State.WRONG, _("make it writable, or use --data"))
    if free < LITTLE_SPACE:
        return Finding("data", text, State.WRONG, _("free some before the next import or sync"))
    return Finding("data", text)


def _checked(what: str, look: "Callable[[], Iterator[Check]]") -> Iterator[Finding]:
    try:
        for each in look():
            state = State.WELL if each.is_well else State.WRONG
            yield Finding(each.check, each.finding, state, each.advice, each.repair)
    except FileNotFoundError:
        yield Finding(what, _("does not exist yet"), State.NOTED)
    except CryptoreadError as error:
        text, _between, advice = str(error).partition("; ")
        yield Finding(what, text, State.UNKNOWN, advice)


def _cache(folder: Path, depth: Depth) -> "Iterator[Check]":
    from reader.cache.repairing import checks

    return checks(folder, repair=depth.repair, deep=depth.deep)


def _is_shared(folder: Path) -> bool:
    from reader.cache.shared.folders import is_shared

    return is_shared(folder)


def _archive(folder: Path) -> "Iterator[Check]":
    from reader.cache.checking_shared import checks

    return checks(folder)


def _marks(folder: Path, depth: Depth) -> "Iterator[Check]":
    from reader.cache.repairing import marks_checks

    return marks_checks(folder, repair=depth.repair)


def _sources(folder: Path, settings: Settings, environ: Mapping[str, str]) -> Iterator[Finding]:
    if settings.subscriptions is None:
        text = _("none yet; the first `cryptoread sync` subscribes to some")
        yield Finding("sources", text, State.NOTED)
        return
    failing = list(_failing(folder, settings.subscriptions))
    followed = len(settings.subscriptions)
    if failing:
        text = _("{number} followed, {failing} failing")
        text = text.format(number=followed, failing=len(failing))
        yield Finding("sources", text, State.NOTED)
    else:
        yield Finding("sources", _("{number} followed").format(number=followed))
    yield from failing
    yield from _keys(settings.subscriptions, settings.coindesk_key, environ)


def _failing(folder: Path, followed: "tuple[Subscription, ...]") -> Iterator[Finding]:
    from reader.cache.opened import states_of
    from reader.live.health import health
    from reader.subscriptions import Status

    try:
        states = states_of(folder)
    except CryptoreadError:
        return  # reported with the files
    now = datetime.now(UTC)
    for each in followed:
        its = health(each, states.get(each.url), now)
        if its.error and its.status is not Status.NO_KEY:  # reported with the key
            yield Finding("source", f"{each.name}: {its.error}", State.WRONG, its.advice)


def _keys(
    followed: "tuple[Subscription, ...]", setting: str | None, environ: Mapping[str, str]
) -> Iterator[Finding]:
    """Yield a finding about keys of sources that need one."""
    from reader.sources.secret import coindesk_key
    from reader.subscriptions import Kind, Status

    wanting = [each for each in followed if each.kind is Kind.COINDESK]
    if not wanting:
        return
    if coindesk_key(setting, environ):
        yield Finding("key", _("the key for CoinDesk's API is set"))
    else:
        advice = wanting[0].advice(Status.NO_KEY)
        yield Finding("key", _("no key for CoinDesk's API is set"), State.WRONG, advice)


def _full_text() -> Finding:
    if find_spec("trafilatura"):
        return Finding(FULL_TEXT, _("the key F fetches it"))
    text = _("the key F needs an extra: {command}")
    command = f'pip install "{APP}[fulltext]"'  # not shown: a command
    return Finding(FULL_TEXT, text.format(command=command), State.NOTED)


def _browser(environ: Mapping[str, str]) -> Finding:
    from reader.browser import BrowserFailed, plan

    try:
        return Finding("browser", plan("https://example.org/", environ).argv[0])
    except BrowserFailed as error:
        text = _("{reason}; addresses are shown and copied").format(reason=error.reason)
        return Finding("browser", text, State.NOTED)


def _size(number: float) -> str:
    *units, largest = _("B kB MB GB").split()
    for unit in units:
        if number < 1000:
            return f"{number:.0f} {unit}"
        number /= 1000
    return f"{decimal(number, 1)} {largest}"
