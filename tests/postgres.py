"""A private PostgreSQL for the tests: in a temporary folder, on loopback, ended with the session.

It is started from the binaries that are installed, never from a server that is running.
"""

import ctypes
import json
import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import datetime
from functools import cache
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from uuid import uuid4

import pytest

from reader.cache.opened import open_store
from reader.cache.store import SHARED, Store
from reader.cache.values.instants import utc_now
from reader.cache.values.slots import of_name

NEEDED = "CRYPTOREAD_NEEDS_POSTGRES"
"""Environment variable that makes a missing PostgreSQL a failure, as in `.ci/run`."""

_PLACES = ("/usr/lib/postgresql", "/usr/local/pgsql", "/opt/homebrew/opt", "/usr/local/opt")
_QUICK = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "autovacuum": "off",
    "shared_buffers": "32MB",
    "max_connections": "60",
    "unix_socket_directories": "",
    "listen_addresses": "127.0.0.1",
}
_READY_S, _ASK_S = 60, 0.05
_numbers = count(1)


@cache
def binaries() -> Path | None:
    """The folder of `initdb` and `postgres`, of the latest version installed."""
    found = [Path(at).parent for at in [shutil.which("initdb")] if at]
    for place in map(Path, _PLACES):
        found += [each.parent for each in place.glob("**/bin/initdb")]
    usable = [each.resolve() for each in found if (each.resolve() / "postgres").exists()]
    return max(usable, key=_version, default=None)


def _version(folder: Path) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", str(folder))]


def missing() -> str:
    """Why there can be no server here, as a sentence; empty if there can."""
    if find_spec("psycopg") is None:
        return (
            "shared archives are not tested: psycopg is not installed (`pip install .[postgres]`)"
        )
    if binaries() is None:
        return "shared archives are not tested: no PostgreSQL (initdb, postgres) is installed"
    return ""


_at_end = ExitStack()
_servers: "list[Server]" = []


def server() -> "Server":
    """The server of this process, started on first use.

    Skips the test where there can be none; fails where one is asked for.
    """
    if why := missing():
        if os.environ.get(NEEDED):
            pytest.fail(why)
        pytest.skip(why)
    if not _servers:
        _servers.append(_at_end.enter_context(running()))
    return _servers[0]


def stop() -> None:
    """Stop the server of this process, if there is one."""
    _servers.clear()
    _at_end.close()


def shared_store(
    folder: Path, *, clock: Callable[[], datetime] = utc_now, lasts: bool = False
) -> Store:
    """Open a folder as that of a user of a shared archive; without one yet, of a new archive."""
    if not (folder / SHARED).exists():
        join(folder, server().new_archive(folder, lasts=lasts))
    return open_store(folder, clock=clock)


def join(folder: Path, address: str) -> None:
    """Make a folder that of another user of an archive."""
    from reader.cache.engines.postgres.address import parse
    from reader.cache.engines.postgres.setup import check

    folder.mkdir(exist_ok=True)
    values = {"address": address, "id": check(parse(address))}
    (folder / SHARED).write_text(json.dumps(values))


class Server:
    """A server in a folder. `port`: on loopback; `user`: that runs it, None for the present one."""

    def __init__(self, folder: Path, user: str | None, settings: Mapping[str, str]) -> None:
        self.folder = folder
        self.user = user
        self.port = free_port()
        self._settings = {**_QUICK, **settings, "port": str(self.port)}
        self._process: subprocess.Popen[bytes] | None = None
        self._template = ""
        self._taken: dict[str, tuple[str, Path | None]] = {}
        """Test and folder that have each database."""

    def start(self) -> None:
        """Start it, and wait until it lets in."""
        settings = [f"--{name}={value}" for name, value in self._settings.items()]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [_path("postgres"), "-D", self.folder / "data", *settings],
                user=self.user, cwd=self.folder, stdout=log, stderr=log, start_new_session=True,
                preexec_fn=end_with_the_tests,
            )  # fmt: skip
        wait(self.folder, self.port, self._process)

    def stop(self, by: signal.Signals = signal.SIGINT) -> None:
        """Stop it by its pid: SIGINT is a fast shutdown, SIGQUIT an immediate one."""
        if self._process is not None:
            self._process.send_signal(by)
            self._process.wait(_READY_S)

    def address(self, database: str = "postgres", user: str = "postgres") -> str:
        return f"postgresql://{user}@127.0.0.1:{self.port}/{database}"

    def new_database(self, template: str = "template1") -> str:
        """The address of an empty database, or of a copy of a template."""
        name = f"archive{next(_numbers)}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self.address(name)

    def new_archive(
        self, folder: Path | None = None, *, lasts: bool = False, slots: str = "16s"
    ) -> str:
        """The address of an archive without articles. slots: the width of its slots.

        It is of a former test, or of a folder that is gone, and was emptied: databases are many
        files. lasts: it is for more tests than the present one.
        """
        test = "" if lasts else os.environ.get("PYTEST_CURRENT_TEST", "").rpartition(" ")[0]
        free = (name for name, taken in self._taken.items() if _is_free(*taken, test))
        if name := next(free, ""):
            self.execute(_EMPTY.format(uuid4().hex), name)
        elif self._template:
            name = self.new_database(self._template).rpartition("/")[2]
        else:
            from reader.cache.engines.postgres.address import parse
            from reader.cache.engines.postgres.setup import init

            address = self.new_database()
            init(parse(address))
            self._template = address.rpartition("/")[2]
            name = self.new_database(self._template).rpartition("/")[2]
        width = "UPDATE cryptoread.meta SET value = {} WHERE name = 'slots'"
        if slots != "16s":
            self.execute(width.format(of_name(slots).quarters), name)
        self._taken[name] = test, folder
        return self.address(name)

    def execute(self, statement: str, database: str = "postgres") -> None:
        """Execute a statement, or several, outside of any archive."""
        import psycopg

        with psycopg.connect(self.address(database), autocommit=True) as db:
            db.execute(statement)


def _is_free(taken_by: str, folder: Path | None, test: str) -> bool:
    return bool(taken_by) and (taken_by != test or (folder is not None and not folder.exists()))


_TABLES = (
    *("articles", "documents", "words", "facets", "chunks", "wholes", "files", "sources"),
    *("texts_changed", "arrivals", "entries", "names", "tellings"),
)
_EMPTY = "; ".join(
    [
        *(f"DELETE FROM cryptoread.{table}" for table in _TABLES),
        "INSERT INTO cryptoread.arrivals VALUES (0, 0)",
        "DELETE FROM cryptoread.meta",
        "INSERT INTO cryptoread.meta VALUES ('version', 0), ('texts', 0), ('run', 0), "
        "('stories', 0), ('decided', -1), ('slots', 64)",
        "DELETE FROM cryptoread.archive",
        "INSERT INTO cryptoread.archive (id, migrations) VALUES ('{}', 2)",
    ]
)


@contextmanager
def running(**settings: str) -> Iterator[Server]:
    """Start a server of its own, and stop it at the end. settings: besides the quick ones."""
    folder = Path(tempfile.mkdtemp(prefix="cryptoread-postgres-"))
    try:
        user = owner(folder)
        _call("initdb", "-D", folder / "data", "-U", "postgres", "-A", "trust", "-E", "UTF8",
              "--locale=C", "--no-sync", user=user)  # fmt: skip
        server = Server(folder, user, settings)
        try:
            server.start()
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def end_with_the_tests() -> None:
    """Let the server end if the tests are killed."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGINT)  # PR_SET_PDEATHSIG


def _path(name: str) -> Path:
    folder = binaries()
    assert folder is not None
    return folder / name


def owner(folder: Path) -> str | None:
    """The user that runs the server: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return None
    known = {each.pw_name for each in pwd.getpwall()}
    name = "postgres" if "postgres" in known else "nobody"
    shutil.chown(folder, name)
    return name


def _call(name: str, *arguments: object, user: str | None) -> None:
    done = subprocess.run(
        [_path(name), *map(str, arguments)], user=user, cwd="/", capture_output=True, timeout=120
    )
    assert done.returncode == 0, done.stderr.decode()


def free_port() -> int:
    with socket.socket() as chosen:
        chosen.bind(("127.0.0.1", 0))
        port: int = chosen.getsockname()[1]
        return port


def wait(folder: Path, port: int, process: "subprocess.Popen[bytes]") -> None:
    ready = ["-h", "127.0.0.1", "-p", str(port), "-t", str(_READY_S)]
    while process.poll() is None:
        done = subprocess.run([_path("pg_isready"), *ready], capture_output=True, timeout=120)
        if done.returncode == 0:
            return
        if done.returncode not in (1, 2):
            break
        time.sleep(_ASK_S)
    raise AssertionError((folder / "log").read_text(errors="replace"))
