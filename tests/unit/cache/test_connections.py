"""Connections that one thread closes while another uses them."""

import subprocess
import sys
from pathlib import Path

import pytest

from reader.cache.store import Store
from tests.builders import article, put
from tests.engines import chooses_engine

pytestmark = chooses_engine("connections to the two files")

CLOSED_WHILE_USED = """
import sys
import threading
from pathlib import Path

from reader.cache.engines.sqlite.pool import CachePool

COUNT = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 9999) {}"
folder = Path(sys.argv[1])
for _ in range(20):
    pool = CachePool(folder / "cache.db")
    started = threading.Barrier(4)

    def ask():
        db = pool.of_thread()
        started.wait()
        try:
            while True:
                db.execute(COUNT.format("SELECT max(x) FROM n")).fetchall()
        except Exception:
            pass

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    started.wait()
    pool.close()
    for thread in threads:
        thread.join()
"""


@pytest.fixture
def store(tmp_path: Path) -> Path:
    with Store(tmp_path):
        return tmp_path


def test_connections_are_closed_while_other_threads_use_them(
    store: Path,
) -> None:
    command = [sys.executable, "-c", CLOSED_WHILE_USED, str(store)]
    assert subprocess.run(command, timeout=60).returncode == 0


def test_the_last_connection_leaves_no_log_behind(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        put(store, [article(1)])
        assert (tmp_path / "cache.db-wal").exists()
    assert not list(tmp_path.glob("*-wal"))
