"""The other process: it imports, syncs and marks while the screen is open.

    python -m tests.model.other FOLDER

reads a JSON object a line from stdin, does it with a library of its own on the data folder, and
answers with a line. `Other` is the parent's side of it.
"""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from reader.article import Identity
from reader.library import Ids, Library, Mark
from reader.subscriptions import Kind, Subscription


class Other:
    """A process that works on the same data folder."""

    def __init__(self, data: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.model.other", data],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
        )

    def do(self, work: str, **values: Any) -> Any:
        """Ask for one piece of work and wait until it is done."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps({"work": work, **values}) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        assert answer, "the other process has ended"
        return json.loads(answer)

    def close(self) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait(10)
        assert self._process.stdout
        self._process.stdout.close()


def _import(library: Library, path: str) -> str:
    report = str(library.bring_in([Path(path)]))
    library.deciding.run_in_passing()
    return report


def _sync(library: Library, url: str) -> str:
    asked = [Subscription(name="loopback", kind=Kind.FEED, url=url)]
    report = str(library.sync(asked))
    library.deciding.run_in_passing()
    return report


def _mark(library: Library, external: str, lang: str, source: str, mark: str, value: bool) -> int:
    id = library.id_of(Identity(source=source, external=external, lang=lang))
    return 0 if id is None else library.mark(Ids([id]), Mark(mark), value, "by another program")


_WORK: dict[str, Callable[..., str | int]] = {"import": _import, "sync": _sync, "mark": _mark}


def main() -> None:
    with Library(Path(sys.argv[1])) as library:
        for line in sys.stdin:
            values = json.loads(line)
            print(json.dumps(_WORK[values.pop("work")](library, **values)), flush=True)


if __name__ == "__main__":
    main()
