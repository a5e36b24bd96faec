"""The program beside the model: start it, read its screen, compare until both agree."""

import json
import os
import shutil
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

from tests.model.check import Expected
from tests.model.drivers import PATIENCE_S, Driver, Start, monotonic
from tests.model.model import Identity, Records, State, Term
from tests.model.outside import Outside
from tests.model.predict import Before
from tests.model.seen import Seen

_GROUPINGS = {
    "category": "by category",
    "latest": "latest first",
    "source": "by source",
    "story": "by story",
    "none": "no groups",
}
"""What is written down, and how the status line names it."""


class Failed(AssertionError):
    """The screen and the model differ."""


class Comparing:
    """A copy of the archive, the program on it, and the state that it should be in."""

    def __init__(self, archive: Path, folder: Path, start: Start) -> None:
        self.folder = folder
        self.data = Path(shutil.copytree(archive, folder / "data"))
        os.environ["CRYPTOREAD_LOGS"] = str(folder / "logs")  # of the pilot, of the pty's child
        self.log = folder / "logs" / "cryptoread.log"
        self.outside = Outside(self.data, folder)
        self.config = folder / "config.toml"
        subscribed = f'[subscriptions]\nloopback = "{self.outside.url}"\n'
        self.config.write_text(f'tags = "frequent"\n{subscribed}', "utf-8")
        self.size = (120, 40)
        self.state = State()
        self.records = Records(self.data)
        self._start = start
        self.running: Driver | None = None
        self.zoomed = False
        self.is_zooming = False
        """While a `z` is on its way: a picture with the list is of before it."""
        self.is_finding_alone = False
        """While words are typed in the pane that hides the list: the key line is about them."""
        self.patience = PATIENCE_S
        """Seconds until a picture that is not as expected is a failure."""
        try:
            self.begin([State()])
        except BaseException:
            self.close()
            raise

    @property
    def driver(self) -> Driver:
        assert self.running is not None
        return self.running

    def close(self) -> None:
        try:
            if self.running is not None:
                self.running.close()
        finally:
            self.outside.close()
            shutil.rmtree(self.folder, ignore_errors=True)

    def begin(self, states: Sequence[State]) -> None:
        self.running = self._start(self.data, self.config, self.size)
        self.settle(states)
        kept = self.driver.kept_lines()
        if kept is not None and kept != self.look().lines:
            shown = "\n".join(kept)
            raise Failed(f"the first screen that was shown at once is another one:\n{shown}")

    def before(self) -> Before:
        return Before(self.state, self.seen, self.records, is_alone=self._is_alone(self.seen.focus))

    def _is_alone(self, focus: str | None) -> bool:
        return focus == "pane" and (self.zoomed or self.size[0] < 100)

    def look(self) -> Seen:
        """The picture as it is now."""
        seen = Seen(self.driver.picture(False))
        if seen.focus == "list" and not self.is_zooming:
            self.zoomed = False
        if self._is_alone(seen.focus) or self.is_finding_alone:
            return Seen(self.driver.picture(True))
        return seen

    def wait(self, condition: Callable[[Seen], object]) -> None:
        deadline = monotonic() + self.patience
        while not condition(self.look()):
            if monotonic() > deadline:
                raise Failed("nothing was painted")
            self.driver.rest()

    def wait_for_bar(self, state: State) -> None:
        """Wait until the bar says what it should; a box may cover what is below it."""
        bar = Expected(state, self.records).bar(self.size[0] - 2)
        self.wait(lambda seen: seen.lines[0].strip() == bar or seen.height < 20)
        self.driver.rest()

    def settle(self, states: Sequence[State], has: Sequence[str] = ()) -> None:
        """Wait until the screen is as one of the states says. Raises Failed with what is not."""
        deadline = monotonic() + self.patience
        states = [variant for state in states for variant in self._held(state)]
        while True:
            self.driver.rest()
            seen = self.look()
            self.records.refresh()
            troubles = []
            for state in states:
                differences = self._differences(state, seen, has)
                if not differences:
                    self._take_over(state, seen)
                    return
                troubles.append("\n  ".join(differences))
            if monotonic() > deadline:
                told = "\nor\n  ".join(dict.fromkeys(troubles))
                raise Failed(f"\n  {told}\n{_framed(seen)}")

    def _held(self, state: State) -> list[State]:
        """Under `is:unread` what was just read may stay, the open article in any case."""
        if Term("is", "unread") not in state.terms:
            return [state.but(held=frozenset())]
        opened = frozenset([state.opened] if state.opened in state.read else [])
        both = state.held.intersection(self.records.with_twins([*opened])) & state.read
        every = [state.held & state.read, frozenset[Identity](), opened, state.held | opened, both]
        return [state.but(held=held) for held in dict.fromkeys(every)]

    def _differences(self, state: State, seen: Seen, has: Sequence[str]) -> list[str]:
        expected = Expected(state, self.records)
        differences = list(expected.differences(seen))
        if missing := [code for code in has if code not in self.records.by_code]:
            differences.append(f"not in the cache: {missing}")
        return [*differences, *self._marks(state)]

    def _marks(self, state: State) -> list[str]:
        differences = []
        for name, stored in self._stored_marks().items():
            wanted = getattr(state, name)
            if stored != wanted:
                more, less = sorted(stored - wanted), sorted(wanted - stored)
                differences.append(
                    f"marks.db: {name} of {len(wanted)} expected, {len(stored)} there; "
                    f"too many {more[:3]}, missing {less[:3]}"
                )
        return differences

    def _stored_marks(self) -> dict[str, frozenset[Identity]]:
        names = ("read", "favourite", "later")
        with closing(sqlite3.connect(self.data / "marks.db")) as db:
            rows = db.execute(
                f"SELECT external, lang, source, {', '.join(names)} FROM marks"
            ).fetchall()
            tagged = db.execute("SELECT external, lang, source FROM tagged").fetchall()
        return {
            **{
                name: frozenset(Identity(*row[:3]) for row in rows if row[place])
                for place, name in enumerate(names, 3)
            },
            "tagged": frozenset(Identity(*row) for row in tagged),
        }

    def view_at_the_end(self) -> tuple[Identity | None, str]:
        """The open article and the grouping that the program wrote down when it was left."""
        with closing(sqlite3.connect(self.data / "marks.db")) as db:
            (view,) = db.execute("SELECT value FROM state WHERE name = 'view'").fetchone()
        saved = json.loads(view)
        opened = saved.get("opened")
        identity = Identity(opened[1], opened[2], opened[0]) if opened else None
        return identity, _GROUPINGS[saved["grouping"]]

    def adopt_marks(self) -> None:
        """Take the stored marks over, after keys that were sent without waiting."""
        self.state = self.state.but(**self._stored_marks(), journal=(), undone=())
        self.outside.forget_journal()

    def _take_over(self, state: State, seen: Seen) -> None:
        """What was left open is now as it is painted."""
        cursor = state.cursor
        if cursor is None and seen.cursor is not None:
            cursor = seen.cursor.name
        wanted = state.wanted
        if wanted == "":
            wanted = seen.cursor.name if seen.cursor else None
        focus = seen.focus or state.focus
        selected = Expected(state, self.records).selected
        self.state = state.but(
            cursor=cursor, wanted=wanted, focus=focus, selected=selected, arrow=None
        )
        self.seen = seen


def _framed(seen: Seen) -> str:
    edge = "+" + "-" * seen.width + "+"
    return "\n".join([edge, *(f"|{line}|" for line in seen.lines), edge])
