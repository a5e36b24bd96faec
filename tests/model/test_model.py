"""The whole screen against a plain model, driven at random: a short profile of a long run.

A failure prints a script, one action a line, and then what the screen should show and what it
shows instead, with the picture. Read it from below: the last action is the one that went wrong, the
lines under it say what was expected, and the actions above are how the screen got there. To see it
again, put the script into a file and run

    python -m tests.model --driver pilot --replay FILE

and to look for more, or for a shorter script, `python -m tests.model --minutes 60 --seed 1`.
"""

import time
from pathlib import Path

import pytest

from tests.model.archive import build
from tests.model.comparing import Failed
from tests.model.drivers import DRIVERS
from tests.model.replay import kind, read, replay, write
from tests.model.rules import run
from tests.model.session import Session

TOUR = """
press {"key": "j"}
press {"key": "j"}
press {"key": "enter"}
press {"key": "h"}
search {"text": "fees", "keep": true}
resize {"columns": 80, "rows": 24}
resize {"columns": 120, "rows": 40}
quit {"keys": ["x"]}
"""


LONGEST_S = 10.0
"""No step is begun later: on a slow machine fewer are made, always the same ones."""


GIVEN_UP_SEARCH = """
press {"key": "G"}
pick {"tag": "T0010", "times": 1}
search {"text": "xyzzyq", "keep": false}
"""
"""The cursor stood on the nearest row, as the article that it was on is filtered out."""


CLICK_AND_NARROW = """
press {"key": "j"}
press {"key": "enter"}
click_row {"place": 0}
resize {"columns": 40, "rows": 10}
"""
"""A click on a heading gave the list the focus, and a narrow window took it away again."""


PAIRS = """
press {"key": "L"}
press {"key": "L"}
search {"text": "is:favourite", "keep": true}
press {"key": "escape"}
press {"key": "s"}
press {"key": "M"}
press {"key": "u"}
search {"text": "is:twin", "keep": true}
"""
"""In all languages an article and its twin count once, also where nothing is found."""


IN_BULK = """
press {"key": "j"}
select {"rows": 3}
press {"key": "b"}
own_tag {}
press {"key": "m"}
press {"key": "escape"}
densities {}
search {"text": "mytag:due", "keep": true}
press {"key": "D"}
press {"key": "O"}
view {"letter": "l"}
press {"key": "space"}
press {"key": "b", "layout": "uk"}
"""
"""What is selected is marked in every way, shown in every density, found and read on."""


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("model") / "archive")


def test_the_screen_is_what_the_model_says_after_every_step(archive: Path) -> None:
    deadline = time.monotonic() + LONGEST_S
    made, failures = run(
        archive, "pilot", examples=5, steps=14, is_over=lambda: time.monotonic() > deadline
    )
    assert made
    told = [f"{write(failure.script)}{failure.trouble}" for failure in failures]
    assert not told, "\n\n".join(told)


def test_the_real_program_on_a_pty_is_what_the_model_says(archive: Path) -> None:
    assert replay(archive, "pty", read(TOUR)) == ""


@pytest.mark.parametrize(
    "script",
    [GIVEN_UP_SEARCH, CLICK_AND_NARROW, PAIRS, IN_BULK],
    ids=["given up search", "click and narrow", "pairs", "in bulk"],
)
def test_scripts_of_what_has_failed_or_is_rarely_tried_pass(archive: Path, script: str) -> None:
    assert replay(archive, "pilot", read(script)) == ""


def test_a_script_is_parsed_back_from_its_text() -> None:
    script = read(TOUR)
    assert read(write(script) + "\n# a comment\n") == script


def test_a_difference_is_reported_with_the_action_before_it(archive: Path, tmp_path: Path) -> None:
    session = Session(archive, tmp_path / "session", DRIVERS["pilot"])
    try:
        pinned = session.records.by_code["e0005"].identity
        session.state = session.state.marked("read", True, [pinned])
        session.patience = 0.2
        with pytest.raises(Failed) as failed:
            session.do("press", key="j")
    finally:
        session.close()
    trouble = str(failed.value)
    assert trouble.startswith("after press {'key': 'j'}")
    assert "status line: expected (" in trouble
    assert kind(trouble) == "status line"
