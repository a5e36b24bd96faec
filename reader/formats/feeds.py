"""RSS, Atom and JSON Feed to articles."""

from datetime import datetime

from reader.formats.page import Page


def read_feed(
    data: bytes, *, url: str, name: str = "", content_type: str = "", now: datetime
) -> Page:
    """The page. Raises NotAPage."""
    raise NotImplementedError
