"""The pipeline's news.json to articles."""

from datetime import datetime

from reader.formats.page import Page


def read_news_json(data: bytes, *, now: datetime) -> Page:
    """The page. Raises NotAPage."""
    raise NotImplementedError
