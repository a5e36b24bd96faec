"""Children of the zygote, as a test asks for them."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.sweep.library import Fault

ROOT = Path(__file__).parents[2]
HANG_S = 60


@dataclass(frozen=True, slots=True)
class Ended:
    """How a child ended: `code` is negative for a signal, `count` None where it was killed."""

    code: int
    out: str
    err: str
    count: int | None

    @property
    def killed(self) -> bool:
        return self.code == -9

    @property
    def said(self) -> list[list[Any]]:
        """Lines of JSON that are whole."""
        lines = self.out.splitlines(keepends=True)
        return [json.loads(line) for line in lines if line.endswith("\n")]


class Children:
    """Runs acts of `acts`, or commands of the program, in children, with a fault where wanted.

    library: that of `faults.c`; without it a kill happens at an SQL statement.
    """

    def __init__(self, library: Path | None, work: Path) -> None:
        self._work = work
        work.mkdir(parents=True, exist_ok=True)
        environment = {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": str(work),
            "LANG": "C.UTF-8",
            "TZ": "UTC",
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        if library:
            environment["LD_PRELOAD"] = str(library)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.sweep.zygote"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
            cwd=ROOT,
            text=True,
        )
        self.is_preloaded: bool = self._answer()["preloaded"]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.close()
        self._process.wait(90)
        self._process.stdout.close()

    def act(
        self,
        act: str,
        folder: Path,
        *,
        at: int = 0,
        fault: Fault = Fault.NONE,
        file_size: int | None = None,
        **given: Any,
    ) -> Ended:
        """A function of `acts` on a data folder."""
        task = {"act": act, "given": {"folder": str(folder)} | given}
        return self._run(task | _fault(folder, at, fault, file_size))

    def command(
        self,
        folder: Path,
        *words: str,
        at: int = 0,
        fault: Fault = Fault.NONE,
        file_size: int | None = None,
        env: dict[str, str] | None = None,
        seconds: int = HANG_S,
    ) -> Ended:
        """`cryptoread --data FOLDER …`. seconds: after which it is ended, with code -14."""
        task = {"words": ["--data", str(folder), *words], "env": env or {}, "seconds": seconds}
        return self._run(task | _fault(folder, at, fault, file_size))

    def _run(self, task: dict[str, Any]) -> Ended:
        for left in ("out", "err", "count"):
            (self._work / left).unlink(missing_ok=True)
        assert self._process.stdin
        self._process.stdin.write(json.dumps(task | {"to": str(self._work)}) + "\n")
        self._process.stdin.flush()
        code = self._answer()["status"]
        out, err = [(self._work / name).read_bytes().decode("utf-8", "replace") for name in _TEXTS]
        counted = self._work / "count"
        return Ended(code, out, err, int(counted.read_text()) if counted.exists() else None)

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout
        line = self._process.stdout.readline()
        assert line, "the process that forks the children has ended"
        answer: dict[str, Any] = json.loads(line)
        return answer


_TEXTS = ("out", "err")


def _fault(folder: Path, at: int, fault: Fault, file_size: int | None) -> dict[str, Any]:
    return {"below": str(folder), "at": at, "fault": int(fault), "file_size": file_size}
