"""What tests of every kind share: no deadlines, and a news server, asked without a proxy."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.news_server import NewsServer, news_server

# How long an example takes says more about the machine than about the program.
settings.register_profile("cryptoread", deadline=None)
settings.load_profile("cryptoread")


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
