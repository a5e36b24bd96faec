"""When something unforeseen happens: one sentence for the user, the details in a file."""

from contextlib import suppress
from pathlib import Path

from reader.errors import CryptoreadError

CRASH_LOG = "crash.log"


class Broken(CryptoreadError):
    """Something unforeseen happened; it says where the details are."""

    def __init__(self, error: Exception, folder: Path) -> None:
        log = folder / CRASH_LOG
        said = f"something went wrong ({type(error).__name__}); your articles and marks are safe, "
        if _write_down(error, log):
            super().__init__(f"{said}the details are in {log}")
        else:
            super().__init__(f"{said}the details could not be written to {log}")


def _write_down(error: Exception, log: Path) -> bool:
    """Write the traceback, without secrets; whether that went well.

    It takes the place of an earlier one, and never of anything else: no link is followed.
    """
    import os
    import traceback

    from reader.own_files import PRIVATE_FILE, create_beside
    from reader.redaction import redacted
    from reader.text import clean

    text = redacted(clean("".join(traceback.format_exception(error))))
    with suppress(OSError):
        if os.path.lexists(log) and (log.is_symlink() or not log.is_file()):
            return False
        descriptor, part = create_beside(log, PRIVATE_FILE)
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="replace") as file:
            file.write(text)
        part.replace(log)
        return True
    return False
