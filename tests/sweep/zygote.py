"""A process in which the program is loaded, and which forks a child for each task.

    python -m tests.sweep.zygote     tasks come in as lines of JSON, and so do the answers go out

So a child that is killed costs some milliseconds, not the start of an interpreter. The children
hold nothing of each other: each is forked before anything is opened. Without the library of
`faults.c` a kill happens at the n-th SQL statement, which a child counts itself.
"""

import ctypes
import json
import os
import resource
import signal
import sqlite3
import sys
import traceback
from itertools import count
from pathlib import Path
from typing import Any

from reader.cli.context import FAILED
from reader.errors import CryptoreadError
from tests.sweep.children import HANG_S
from tests.sweep.library import Fault

PRELOADED = (
    *("reader.cli.group", "reader.cli.archive", "reader.cli.reading", "reader.cli.live"),
    *("reader.library", "reader.archive.importing", "reader.archive.exporting"),
    *(
        "reader.live.sync",
        "reader.live.full_text",
        "reader.doctor",
        "reader.cli.output",
        "reader.formats.html.conversion",
    ),
    *(
        "reader.formats.archive.notes",
        "reader.formats.archive.front_matter",
        "reader.formats.page",
        "feedparser",
    ),
    *(
        "reader.sources.http.fetcher",
        "reader.cache.source_states",
        "reader.cache.storing.writing",
        "reader.cache.repair.checking",
    ),
    *("httpx", "ftfy", "vaderSentiment.vaderSentiment", "tests.sweep.acts"),
)


def main() -> None:
    for name in PRELOADED:
        __import__(name)
    library = _library()
    print(json.dumps({"preloaded": library is not None}), flush=True)
    for line in sys.stdin:
        task = json.loads(line)
        child = os.fork()
        if child == 0:
            _run(task, library)
        _, status = os.waitpid(child, 0)
        print(json.dumps({"status": os.waitstatus_to_exitcode(status)}), flush=True)


def _library() -> ctypes.CDLL | None:
    path = os.environ.get("LD_PRELOAD")
    if not path:
        return None
    library = ctypes.CDLL(path)
    library.faults_count.restype = ctypes.c_long
    library.faults_arm.argtypes = [ctypes.c_char_p, ctypes.c_long, ctypes.c_int]
    return library


def _run(task: dict[str, Any], library: ctypes.CDLL | None) -> None:
    """Does not return. Standard output and error go to files, as a killed child flushes nothing."""
    to = Path(task["to"])
    os.setsid()
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(task.get("seconds", HANG_S))
    code = 70
    try:
        for number, name in ((0, os.devnull), (1, to / "out"), (2, to / "err")):
            os.dup2(os.open(name, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600), number)
        os.environ.update(task.get("env", {}))
        os.chdir(task.get("cwd", to))
        if limit := task.get("file_size"):
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
        _arm(task, library)
        code = _act(task)
    except BaseException:  # noqa: BLE001 - the child ends with what it raised
        traceback.print_exc()
    finally:
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        if library:
            library_count = library.faults_count()
            library.faults_arm(b"", 0, Fault.NONE)
            (to / "count").write_text(str(library_count))
        elif _statements:
            (to / "count").write_text(str(_statements[0]))
        os._exit(code)


def _act(task: dict[str, Any]) -> int:
    if words := task.get("words"):
        from reader.main import main as program

        sys.argv = ["cryptoread", *words]
        try:
            program()
        except SystemExit as done:
            return done.code if isinstance(done.code, int) else int(done.code is not None)
    from tests.sweep import acts

    try:
        getattr(acts, task["act"])(**task["given"])
    except CryptoreadError as error:
        print(error, file=sys.stderr)
        return FAILED
    return 0


_statements: list[int] = []


def _arm(task: dict[str, Any], library: ctypes.CDLL | None) -> None:
    below, at, fault = task.get("below", ""), task.get("at", 0), task.get("fault", 0)
    if library:
        library.faults_arm(os.fsencode(below), at, fault)
    elif below:
        _count_statements(at if fault else -1)


def _count_statements(at: int) -> None:
    connect, counted = sqlite3.connect, count(1)
    _statements.append(0)

    def trace(_: str) -> None:
        _statements[0] = next(counted)
        if _statements[0] == at:
            os.kill(os.getpid(), signal.SIGKILL)

    def traced(*words: Any, **named: Any) -> sqlite3.Connection:
        made: sqlite3.Connection = connect(*words, **named)
        made.set_trace_callback(trace)
        return made

    sqlite3.connect = traced  # type: ignore[assignment]


if __name__ == "__main__":
    main()
