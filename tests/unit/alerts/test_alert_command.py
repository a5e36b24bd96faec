"""The command of an alert: whole arguments, JSON on stdin, and an end."""

import json
import signal
import sys
import threading
import time
from pathlib import Path

import pytest

from reader.alerts.command import call, filled

WRITES = "import sys; open(sys.argv[1], 'w').write(repr(sys.argv[2:]) + sys.stdin.read())"
WAITS = "import signal, sys; open(sys.argv[1], 'w').close(); signal.pause()"


def test_a_placeholder_is_replaced_as_a_whole_argument() -> None:
    title = "$(reboot) `x` \x1b]0;y\x07 --evil\n{url}"
    arguments = filled(["beep", "--", "{title}", "x{title}"], {"title": title, "url": "u"})
    assert arguments[:2] == ["beep", "--"]
    assert "\x1b" not in arguments[2]
    assert "\n" not in arguments[2]
    assert "{url}" in arguments[2]
    assert arguments[3:] == ["x{title}"]


def test_the_program_gets_its_arguments_and_stdin_without_a_shell(tmp_path: Path) -> None:
    out = tmp_path / "out"
    title = "; rm -rf $HOME"
    assert (
        call([sys.executable, "-c", WRITES, str(out), title], json.dumps({"a": 1}).encode()) == ""
    )
    assert out.read_text() == f"[{title!r}]" + '{"a": 1}'


def test_a_program_that_reads_nothing_is_not_waited_for() -> None:
    assert call([sys.executable, "-c", ""], b"x" * 1_000_000) == ""


def test_what_goes_wrong_is_said_in_a_sentence() -> None:
    assert "cannot be started (no-such-program-here: " in call(["no-such-program-here"], b"")
    failing = call([sys.executable, "-c", "raise SystemExit(3)"], b"")
    assert "ended with exit code 3 (" in failing


def test_a_program_that_hangs_is_killed_with_what_it_started(tmp_path: Path) -> None:
    begun, pid = tmp_path / "begun", tmp_path / "pid"
    child = (
        f"import subprocess, sys; c = subprocess.Popen([sys.executable, '-c', {WAITS!r}, "
        f"{str(begun)!r}]); open({str(pid)!r}, 'w').write(str(c.pid)); c.wait()"
    )
    stop = threading.Event()

    def stopper() -> None:
        while not begun.exists():
            pass
        stop.set()

    thread = threading.Thread(target=stopper)
    thread.start()
    assert "was killed, as the sync was stopped" in call(
        [sys.executable, "-c", child], b"", stop=stop
    )
    thread.join()
    end = time.monotonic() + 10  # a killed process takes a moment to end
    while is_running(pid.read_text()) and time.monotonic() < end:
        pass
    assert not is_running(pid.read_text())


def test_a_program_does_not_outlive_the_one_that_is_ended_by_ctrl_c(tmp_path: Path) -> None:
    begun, pid = tmp_path / "begun", tmp_path / "pid"
    program = f"import os; open({str(pid)!r}, 'w').write(str(os.getpid())); {WAITS}"

    def press() -> None:
        while not begun.exists():
            pass
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)

    thread = threading.Thread(target=press)
    thread.start()
    with pytest.raises(KeyboardInterrupt):
        call([sys.executable, "-c", program, str(begun)], b"")
    thread.join()
    assert not is_running(pid.read_text())


def is_running(pid: str) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().split()[2] not in "ZX"
    except OSError:
        return False


def test_a_program_that_takes_too_long_is_killed() -> None:
    waits = [sys.executable, "-c", "import signal; signal.pause()"]
    assert "was killed, as it ran for" in call(waits, b"", longest_s=0.0)
