"""Setup shared by all tests: quick or full, no deadlines, a news server without a proxy."""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from reader.i18n import VARIABLE
from tests.news_server import NewsServer, news_server

# In whatever language the system of the developer speaks.
os.environ[VARIABLE] = "en"

# A test has no right to read the keyring of the developer.
os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.null.Keyring"

# To rewrite the assertions of all tests takes 7 s in each process, in each run if nothing is kept.
sys.dont_write_bytecode = False

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
    config.addinivalue_line("markers", "chooses_engine(why): is not run on every engine")
    # A shell starts background jobs with Ctrl-C ignored, which programs in tests would inherit.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    settings.load_profile("full" if config.getoption("--full") else "quick")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave the long folders out, unless they are asked for, or a file of theirs is named."""
    is_long = collection_path.parent.name in LONG and collection_path.name.startswith("test_")
    is_left_out = is_long and collection_path.name not in SHORT
    return True if is_left_out and not _is_asked_for(collection_path, config) else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the long tests out, unless they are asked for, or their file is named."""
    left_out = [
        item
        for item in items
        if item.get_closest_marker("long") and not _is_asked_for(item.path, config)
    ]
    items[:] = [item for item in items if item not in left_out]
    config.hook.pytest_deselected(items=left_out)


def _is_asked_for(path: Path, config: pytest.Config) -> bool:
    named = {Path(name.partition("::")[0]).resolve() for name in config.args}
    return config.getoption("--full") or path in named


def pytest_sessionfinish() -> None:
    """Stop the private PostgreSQL of this process, if a test has started one."""
    if started := sys.modules.get("tests.postgres"):
        started.stop()


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say once that shared archives were not tested, where they cannot be."""
    from tests import pooler, postgres

    for why in filter(None, (postgres.missing(), pooler.missing())):
        terminalreporter.write_line(why)


@pytest.fixture(autouse=True, scope="session")
def shortcuts() -> Iterator[None]:
    """Do once what each test needs; a process without tests imports nothing."""
    from tests.shortcuts import take

    with ExitStack() as at_end, pytest.MonkeyPatch.context() as patch:
        take(patch, at_end)
        yield


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
