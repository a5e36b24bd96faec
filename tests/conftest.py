"""Setup shared by all tests: quick or full, no deadlines, a news server without a proxy."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.news_server import NewsServer, news_server

# How long an example takes says more about the machine than about the program.
settings.register_profile("quick", deadline=None, max_examples=20)
settings.register_profile("full", deadline=None)

LONG = {"e2e", "model", "suites", "sweep"}
"""Folders of tests that start the program again and again, or are driven at random."""

SHORT = {"test_reading_session.py"}
"""Of these, what is worth its time at every change: the program on a terminal."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--full", action="store_true", help="long tests and every example, too")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "long: takes seconds; run with --full")
    # A shell starts background jobs with Ctrl-C ignored, which programs in tests would inherit.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    settings.load_profile("full" if config.getoption("--full") else "quick")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the long tests out, unless they are asked for, or named."""
    if config.getoption("--full"):
        return
    named = {Path(name.partition("::")[0]).resolve() for name in config.args}
    left_out = [item for item in items if _is_long(item) and item.path not in named]
    items[:] = [item for item in items if item not in left_out]
    config.hook.pytest_deselected(items=left_out)


def _is_long(item: pytest.Item) -> bool:
    is_long = item.path.parent.name in LONG and item.path.name not in SHORT
    return is_long or item.get_closest_marker("long") is not None


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture(autouse=True)
def logs(tmp_path: Path) -> Iterator[Path]:
    """The log folder of the test; what it holds is not the user's."""
    with pytest.MonkeyPatch.context() as environ:  # not the one that tests undo
        environ.setenv("CRYPTOREAD_LOGS", str(tmp_path / "logs"))
        yield tmp_path / "logs"


@pytest.fixture
def server() -> Iterator[NewsServer]:
    with news_server() as serving:
        yield serving
