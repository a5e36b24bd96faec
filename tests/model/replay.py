"""Save and replay scripts, and shorten them as long as they fail in the same way."""

import json
import re
import tempfile
import time
from pathlib import Path

from tests.model.drivers import DRIVERS
from tests.model.session import Session, Step


def write(script: list[Step]) -> str:
    """A line a step: the action and its values as JSON."""
    return "".join(f"{name} {json.dumps(values, ensure_ascii=False)}\n" for name, values in script)


def read(text: str) -> list[Step]:
    """The script; lines that begin with # are comments."""
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    pairs = (line.partition(" ") for line in lines)
    return [(name, json.loads(values or "{}")) for name, _, values in pairs]


def replay(archive: Path, driver: str, script: list[Step]) -> str:
    """Run the script in a session of its own; what was wrong, empty where nothing was."""
    session = None
    try:
        folder = Path(tempfile.mkdtemp(prefix="cryptoread-model-"))
        session = Session(archive, folder, DRIVERS[driver])
        for name, values in script:
            session.do(name, **values)
        session.close()
        return ""
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # noqa: BLE001 - a panic of the screen is a find, too
        if session is not None:
            try:
                session.close()
            except BaseException as closing:  # noqa: BLE001 - said beside the first
                return f"{error}\n(and it closes with {closing!r})"
        return str(error) or repr(error)


def kind(trouble: str) -> str:
    """What sort of fault it is: its first sentence without names and numbers."""
    lines = [line.strip() for line in trouble.splitlines() if line.strip()]
    first = (
        lines[1] if len(lines) > 1 and lines[0].startswith("after ") else lines[0] if lines else ""
    )
    return re.sub(r"'.*'|\b[eufn]?\d+\b", "_", first.partition(":")[0])


def shorten(
    archive: Path, driver: str, script: list[Step], trouble: str, *, seconds: float
) -> tuple[list[Step], str]:
    """Leave out steps, large pieces first, as long as the same kind of fault is left."""
    deadline = time.monotonic() + seconds
    size = max(1, len(script) // 2)
    while size and len(script) > 1:
        start = 0
        while start < len(script) - 1 and time.monotonic() < deadline:
            shorter = [*script[:start], *script[min(start + size, len(script) - 1) :]]
            found = replay(archive, driver, shorter)
            if found and kind(found) == kind(trouble):
                script, trouble = shorter, found
            else:
                start += size
        size = size // 2 if time.monotonic() < deadline else 0
    return script, trouble
