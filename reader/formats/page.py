"""What one answer of a live source holds, and why an answer may hold nothing. Bytes are others'."""

from typing import NamedTuple

from reader.article import Article
from reader.errors import CryptoreadError, Refusal


class Page(NamedTuple):
    """The articles of one answer, in its order, each identity once.

    A refusal's `where` is the number of the item, such as `item 17`, from 1.
    """

    articles: tuple[Article, ...]
    refusals: tuple[Refusal, ...] = ()
    older: int | None = None
    """Second since 1970 at which the next page back ends (`to_ts`); None where there is none."""


class NotAPage(CryptoreadError):
    """These bytes are no page of articles; the text is what is wrong with the answer."""


class ApiFailure(NotAPage):
    """The service answered, and said that it could not serve."""


class OverQuota(ApiFailure):
    """The service answered that the key, or the address, has asked too often."""
