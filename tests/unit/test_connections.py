"""Connections that one thread closes while another uses them."""

import subprocess
import sys
from pathlib import Path

import pytest

from reader.cache import Store
from tests.builders import article, put

CLOSED_WHILE_USED = """
import sys
import threading
from pathlib import Path

from reader.cache.session import Session

COUNT = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 9999) {}"
folder = Path(sys.argv[1])
for _ in range(20):
    session = Session(folder / "cache.db", folder / "marks.db", None)
    started = threading.Barrier(4)

    def ask():
        db = session.cache_pool.of_thread()
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
    session.close()
    for thread in threads:
        thread.join()
"""


@pytest.fixture
def store(tmp_path: Path) -> Path:
    with Store(tmp_path):
        return tmp_path


def test_a_session_is_closed_while_other_threads_ask_and_the_process_goes_on(store: Path) -> None:
    command = [sys.executable, "-c", CLOSED_WHILE_USED, str(store)]
    assert subprocess.run(command, timeout=60).returncode == 0


def test_the_last_connection_leaves_no_log_behind(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        put(store, [article(1)])
        assert (tmp_path / "cache.db-wal").exists()
    assert not list(tmp_path.glob("*-wal"))
