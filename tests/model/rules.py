"""The state machine: hypothesis chooses actions and their values, a `Session` does and checks them.

A failing session is noted with its script and dropped; hypothesis goes on with the next one. So
nothing is run again behind the runner's back, and the runner shortens the script in bounded time.
"""

import tempfile
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from tests.model.archive import COMMON_TAGS, rare_tag
from tests.model.drivers import DRIVERS
from tests.model.session import SEARCHES, VIEWS, Session, Step

MOVES = ["j", "k", "g", "G", "home", "end", "ctrl+d", "ctrl+u", "pagedown", "pageup", "up", "down"]
FOLDS = ["h", "l", "enter", "backspace", "left", "right"]
WALKS = ["J", "K", "n", "N", "T", "tab", "z", "<", ">", "space"]
FILTERS = ["+", "-", "=", "0", "L", "x", "escape", "s"]
MARKS = ["m", "f", "b", "u", "U", "O", "D", "v"]
DIGITS = [str(digit) for digit in range(1, 10)]
SIZES = [(80, 24), (120, 40), (200, 60), (120, 24), (40, 10)]
TINY = [(1, 1), (2, 3), (10, 2), (300, 4)]

keys = st.one_of(*(st.sampled_from(each) for each in (MOVES, FOLDS, WALKS, FILTERS, MARKS, DIGITS)))
small = st.integers(0, 40)
tags = st.one_of(st.sampled_from(COMMON_TAGS), st.integers(0, 3199).map(rare_tag))


@dataclass(frozen=True, slots=True)
class Failure:
    """A script, the last step of which failed, and what was wrong."""

    script: list[Step]
    trouble: str


class Screen(RuleBasedStateMachine):
    """One session. The runner sets the class variables of a subclass."""

    archive: ClassVar[Path]
    driver: ClassVar[str] = "pilot"
    failures: ClassVar[list[Failure]]
    steps: ClassVar[list[int]]
    is_over: ClassVar["staticmethod[[], bool]"]

    def __init__(self) -> None:
        super().__init__()
        self._session: Session | None = None
        if not self.is_over():
            self._session = _guarded(self.failures, [], self._begin)

    def _begin(self) -> Session:
        folder = Path(tempfile.mkdtemp(prefix="cryptoread-model-"))
        return Session(self.archive, folder, DRIVERS[self.driver])

    def _do(self, name: str, **values: Any) -> None:
        if self._session is None or self.is_over():
            return
        self.steps[0] += 1
        session = self._session

        def work() -> bool:
            session.do(name, **values)
            return True

        if not _guarded(self.failures, session.script, work):
            self._session = None
            _guarded([], [], session.close)

    def teardown(self) -> None:
        if self._session is not None:
            _guarded(self.failures, self._session.script, self._session.close)
            self._session = None

    @rule(key=keys)
    def press(self, key: str) -> None:
        self._do("press", key=key)

    @rule(key=st.sampled_from([*MOVES, *FOLDS, "J", "n"]))
    def move(self, key: str) -> None:
        self._do("press", key=key)

    @rule(key=st.sampled_from([*DIGITS, *DIGITS, "x"]))
    def filter(self, key: str) -> None:
        self._do("press", key=key)

    @rule(key=st.sampled_from([*DIGITS, "+", "s", "m", "f"]))
    def press_twice(self, key: str) -> None:
        self._do("press_twice", key=key)

    @rule(key=keys)
    def press_on_a_ukrainian_keyboard(self, key: str) -> None:
        self._do("press", key=key, layout="uk")

    @rule()
    def read_on(self) -> None:
        self._do("press", key="space")

    @rule(rows=st.integers(1, 9))
    def select(self, rows: int) -> None:
        self._do("select", rows=rows)

    @rule(key=st.sampled_from(["m", "f", "b", "u"]))
    def select_group(self, key: str) -> None:
        self._do("select_group", key=key)

    @rule()
    def own_tag(self) -> None:
        self._do("own_tag")

    @rule(letter=st.sampled_from(sorted(VIEWS)))
    def view(self, letter: str) -> None:
        self._do("view", letter=letter)

    @rule()
    def densities(self) -> None:
        self._do("densities")

    @rule(place=small)
    def click_row(self, place: int) -> None:
        self._do("click_row", place=place)

    @rule(place=small)
    def click_chip(self, place: int) -> None:
        self._do("click_chip", place=place)

    @rule(place=small)
    def click_tag(self, place: int) -> None:
        self._do("click_tag", place=place)

    @rule(clicks=st.integers(-9, 9).filter(bool), in_list=st.booleans())
    def wheel(self, clicks: int, in_list: bool) -> None:
        self._do("wheel", clicks=clicks, in_list=in_list)

    @rule(size=st.sampled_from(SIZES))
    def resize(self, size: tuple[int, int]) -> None:
        self._do("resize", columns=size[0], rows=size[1])

    @rule(size=st.sampled_from(TINY), key=st.sampled_from(["x", "+", "s", "1"]))
    def shrink_and_back(self, size: tuple[int, int], key: str) -> None:
        self._do("shrink_and_back", columns=size[0], rows=size[1], key=key)

    @rule(text=st.sampled_from(sorted(SEARCHES)), keep=st.booleans())
    def search(self, text: str, keep: bool) -> None:
        self._do("search", text=text, keep=keep)

    @rule(tag=tags, times=st.integers(0, 3))
    def pick(self, tag: str, times: int) -> None:
        self._do("pick", tag=tag, times=times)

    @rule(key=st.sampled_from(["?", "ctrl+p", "S", "f1"]))
    def box(self, key: str) -> None:
        self._do("box", key=key)

    @rule(items=st.integers(0, 3))
    def sync(self, items: int) -> None:
        self._do("sync", items=items)

    @rule()
    def all_read(self) -> None:
        self._do("press", key="M")

    @rule(keys=st.lists(st.sampled_from(["j", "1", "2", "s", "x", "+", "enter", "n"]), max_size=3))
    def quit(self, keys: list[str]) -> None:
        self._do("quit", keys=keys)

    @rule(seconds=st.integers(0, 9), key=st.sampled_from(["enter", "m", "f", "j", "x", "1"]))
    def import_before_cursor(self, seconds: int, key: str) -> None:
        self._do("import_before_cursor", seconds=seconds, key=key)

    @rule(key=st.sampled_from(["enter", "m", "j", "x"]), draft=st.booleans())
    def correct(self, key: str, draft: bool) -> None:
        self._do("correct", key=key, draft=draft)

    @rule(items=st.integers(1, 3), key=st.sampled_from(["enter", "m", "j", "x"]))
    def sync_outside(self, items: int, key: str) -> None:
        self._do("sync_outside", items=items, key=key)

    @rule(place=small, mark=st.sampled_from(["read", "favourite"]), value=st.booleans())
    def mark_outside(self, place: int, mark: str, value: bool) -> None:
        self._do("mark_outside", place=place, mark=mark, value=value)


def _guarded(failures: list[Failure], script: list[Step], work: Callable[[], Any]) -> Any:
    """What the work gives; None, and a failure noted, where it raises."""
    try:
        return work()
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # noqa: BLE001 - a panic of the screen is a find, too
        trouble = str(error) if isinstance(error, AssertionError) else traceback.format_exc()
        failures.append(Failure(list(script), trouble))
        if script:
            print(f"{script[-1][0]}: {' / '.join(trouble.splitlines()[:2])[:300]}", flush=True)
        return None


def run(
    archive: Path,
    driver: str,
    *,
    examples: int,
    steps: int,
    number: int | None = None,
    is_over: Callable[[], bool] = lambda: False,
) -> tuple[int, list[Failure]]:
    """Run sessions; the number of steps made, and the failures.

    number: the seed; None: the same sessions every time.
    """
    machine: type[Screen] = type(
        "Screen",
        (Screen,),
        {
            "archive": archive,
            "driver": driver,
            "failures": [],
            "steps": [0],
            "is_over": staticmethod(is_over),
        },
    )
    chosen = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        derandomize=number is None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    if number is not None:
        machine = seed(number)(machine)
    run_state_machine_as_test(machine, settings=chosen)
    return machine.steps[0], machine.failures
