"""Run what opens a cache on every engine, unless a test says why not."""

from collections.abc import Iterator
from contextlib import nullcontext

import pytest

from tests.engines import EVERY, MARK, no_cache_file


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that chooses its engine gets SQLite, if it asks for any."""
    chooses = metafunc.definition.get_closest_marker(MARK)
    for name, engines in EVERY.items():
        if name in metafunc.fixturenames:
            names = ["sqlite"] if chooses else list(engines)
            metafunc.parametrize(name, [engines[each] for each in names], ids=names)


@pytest.fixture(autouse=True)
def _every_engine(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test on SQLite that does not say why, and one that opens it beside another engine."""
    parts = request.node.callspec.id.split("-") if hasattr(request.node, "callspec") else []
    is_sqlite = request.node.get_closest_marker(MARK) or "sqlite" in parts
    with nullcontext() if is_sqlite else no_cache_file():
        yield
