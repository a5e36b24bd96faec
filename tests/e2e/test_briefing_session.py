"""The briefing in a real terminal: at the start, with its key, and after the next visit."""

import pytest

from tests.e2e.conftest import Reader, leave

pytestmark = pytest.mark.usefixtures("data")

SIZES = [(80, 24), (120, 40)]


@pytest.mark.parametrize("size", SIZES)
def test_it_is_shown_opens_an_article_and_comes_back(reader: Reader, size: tuple[int, int]) -> None:
    terminal = reader(size=size)
    if size[0] >= 100:
        terminal.wait_for("The newest 24 hours")
        assert terminal.find("The newest 24 hours")[0] > 40, "it stands beside the list"
    else:
        assert "The newest 24 hours" not in terminal.text
    terminal.send("w")
    terminal.wait_for("M caught up")
    terminal.wait_for("The newest 24 hours")
    terminal.send("\r")
    terminal.wait_for(lambda shown: "M caught up" not in shown.text)
    terminal.send("w")
    terminal.wait_for("M caught up")
    terminal.send("w")
    terminal.wait_for(lambda shown: "M caught up" not in shown.text)
    leave(terminal)


def test_the_next_session_counts_from_the_last(reader: Reader) -> None:
    terminal = reader(size=(120, 40))
    terminal.wait_for("The newest 24 hours")
    leave(terminal)
    again = reader(size=(120, 40))
    again.wait_for("Nothing new since")
    leave(again)
