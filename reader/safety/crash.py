"""Unexpected errors: one sentence for the user, details in the log."""

from pathlib import Path

from reader.errors import CryptoreadError
from reader.i18n import _


class Broken(CryptoreadError):
    """An unexpected error; the message says where the details are.

    folder: the data folder, for the log if the log folder cannot be written.
    """

    def __init__(self, error: Exception, folder: Path) -> None:
        from reader.safety.logs import note_error

        log = note_error(error, folder)
        if log:
            said = _(
                "something went wrong ({error}); your articles and marks are safe, "
                "the details are in {log}"
            )
        else:
            said = _(
                "something went wrong ({error}); your articles and marks are safe, "
                "the details could not be saved"
            )
        super().__init__(said.format(error=type(error).__name__, log=log))
