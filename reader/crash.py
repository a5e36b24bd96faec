"""When something unforeseen happens: one sentence for the user, the details in a file."""

from contextlib import suppress
from pathlib import Path

from reader.errors import CryptoreadError

CRASH_LOG = "crash.log"


class Broken(CryptoreadError):
    """Something unforeseen happened; it says where the details are."""

    def __init__(self, error: Exception, folder: Path) -> None:
        log = folder / CRASH_LOG
        _write_down(error, log)
        super().__init__(
            f"something went wrong ({type(error).__name__}); your articles and marks are safe, "
            f"the details are in {log}"
        )


def _write_down(error: Exception, log: Path) -> None:
    """The traceback without values: what the reader read is nobody else's business."""
    import traceback

    with suppress(OSError), log.open("w", encoding="utf-8") as file:
        traceback.print_exception(error, file=file)
