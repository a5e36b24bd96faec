"""What tests of every kind share: a news server on the loopback, asked without a proxy."""

from collections.abc import Iterator

import pytest

from tests.news_server import NewsServer, news_server


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
def server() -> Iterator[NewsServer]:
    with news_server() as serving:
        yield serving
