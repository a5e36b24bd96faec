"""Unexpected errors: one sentence for the user, details in the log."""

from pathlib import Path

from reader.errors import CryptoreadError


class Broken(CryptoreadError):
    """An unexpected error; the message says where the details are.

    folder: the data folder, for the log if the log folder cannot be written.
    """

    def __init__(self, error: Exception, folder: Path) -> None:
        from reader.safety.logs import note_error

        log = note_error(error, folder)
        details = f"the details are in {log}" if log else "the details could not be saved"
        super().__init__(
            f"something went wrong ({type(error).__name__}); your articles and marks are safe, "
            f"{details}"
        )
