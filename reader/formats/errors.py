"""Errors that a format reports about its input."""

from reader.errors import CryptoreadError


class NotAnArticle(CryptoreadError):
    """The bytes are not an article. line: where that shows, from 1, if on one line."""

    def __init__(self, reason: str, line: int | None = None) -> None:
        super().__init__(reason)
        self.line = line
