"""What a format may say of its input."""

from reader.errors import CryptoreadError


class NotAnArticle(CryptoreadError):
    """These bytes are no article; `line` (from 1) is where that shows, if it does at one."""

    def __init__(self, reason: str, line: int | None = None) -> None:
        super().__init__(reason)
        self.line = line
