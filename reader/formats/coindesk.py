"""CoinDesk's Data API to articles."""

from datetime import datetime

from reader.formats.page import Page


def read_coindesk(data: bytes, *, now: datetime) -> Page:
    """The page. Raises NotAPage."""
    raise NotImplementedError
