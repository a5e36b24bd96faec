"""PgBouncer in transaction mode before the private PostgreSQL, for tests."""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.postgres import NEEDED, Server, end_with_the_tests, free_port, owner, wait

_CONFIG = """
[databases]
* = host=127.0.0.1 port={server}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = trust
auth_file = {folder}/users
pool_mode = transaction
default_pool_size = {size}
"""


def binary() -> str:
    """The path of PgBouncer; empty without it."""
    return shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin") or ""


def missing() -> str:
    """Why it cannot be tested here, as a sentence; empty if it can."""
    return "" if binary() else "shared archives are not tested through PgBouncer: it is missing"


@contextmanager
def pooler(server: Server, size: int) -> Iterator[int]:
    """Start PgBouncer with so many connections for a database; give its port.

    Skips the test where there is none; fails where one is asked for.
    """
    if why := missing():
        if os.environ.get(NEEDED):
            pytest.fail(why)
        pytest.skip(why)
    folder = Path(tempfile.mkdtemp(prefix="cryptoread-pgbouncer-"))
    try:
        port, user = free_port(), owner(folder)
        config = folder / "config.ini"
        config.write_text(_CONFIG.format(server=server.port, port=port, folder=folder, size=size))
        (folder / "users").write_text('"postgres" ""\n')
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(
                [binary(), config], user=user, cwd=folder, stdout=log, stderr=log,
                start_new_session=True, preexec_fn=end_with_the_tests,
            )  # fmt: skip
        try:
            wait(folder, port, process)
            yield port
        finally:
            process.send_signal(signal.SIGTERM)  # at once
            process.wait(30)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
