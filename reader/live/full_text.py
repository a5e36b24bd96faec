"""Fetch the full text of an article whose source gave a summary from its original, and store it.

On demand only. The page is fetched within the bounds of `sources.http`.
`formats.html.full_text` finds the text in it.
"""

import asyncio
import threading

from reader.article import Article
from reader.browser import check, host
from reader.cache.store import Store
from reader.cache.storing.feeds import feed_of
from reader.errors import CryptoreadError
from reader.formats.html.full_text import NoFullText, main_text, require
from reader.i18n import _
from reader.safety.redaction import for_articles_of
from reader.sources.http.fetcher import Answer, Fetcher, FetchFailed, Limits
from reader.web.inside import host_of, is_inside, is_same_host

PAGE = Limits(seconds=20.0, bytes=4 * 1024 * 1024)
LOOK_FOR_STOP_S = 0.05
_HTML = ("text/html", "application/xhtml+xml", "")


class NoOriginal(CryptoreadError):
    """The article has no link to its original."""

    def __init__(self) -> None:
        super().__init__(_("the publisher gave no link to fetch the text from"))


class OriginalFailed(CryptoreadError):
    """The original could not be used, and why."""

    def __init__(self, url: str, reason: str) -> None:
        text = _("{site}: {reason}; o opens it in the browser")
        super().__init__(text.format(site=host(url), reason=reason))


def fetch_full_text(
    store: Store,
    article: Article,
    stop: threading.Event | None = None,
    limits: Limits | None = None,
) -> bool:
    """Fetch and store the full text; return whether it is longer. False if stopped.

    Raises ExtraMissing, NoOriginal, UrlRefused, OriginalFailed, CacheError. No event loop may run
    in this thread.
    """
    require()
    stop = stop or threading.Event()
    if not article.url:
        raise NoOriginal
    url = check(article.url)
    try:
        answer = asyncio.run(_fetched(url, _named(store, article), stop, limits or PAGE))
        if answer is None:
            return False
        text = for_articles_of(url).of_article(main_text(_page(answer), url, article.title))
    except (FetchFailed, NoFullText) as error:
        raise OriginalFailed(url, str(error)) from error
    if stop.is_set() or len(text.encode()) <= len(article.body.encode()):
        return False
    # A later sync of the feed, which still has the summary, does not replace it. A version that
    # the publisher dates later does.
    with store.intake.writing(store.intake.begin_run()) as writer:
        return writer.put_text(article.identity, text)


def _named(store: Store, article: Article) -> str:
    """Return the address that the user named and that makes the host of the link trusted.

    It is that of the article's own source, if at the same host; or the link itself, if the article
    was imported from a file. Empty: the link may only lead to the public web.
    """
    host = host_of(article.url)
    for source in store.intake.source_states():
        is_its = not article.feed or article.feed == feed_of(source)
        if is_its and is_same_host(host_of(source), host):
            return source
    key = article.source.key if article.source else ""
    is_of_file = not article.feed and article.origin != key
    return article.url if is_of_file and is_inside(host) else ""


async def _fetched(url: str, named: str, stop: threading.Event, limits: Limits) -> Answer | None:
    """Return the answer, None if stopped. Raises FetchFailed."""
    async with Fetcher(limits) as fetcher:
        task = asyncio.create_task(fetcher.get(url, named=named))
        while not stop.is_set():
            done, _waiting = await asyncio.wait({task}, timeout=LOOK_FOR_STOP_S)
            if done:
                return task.result()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    return None


def _page(answer: Answer) -> bytes:
    kind = answer.content_type.partition(";")[0].strip().lower()
    if kind not in _HTML:
        raise NoFullText(_("it is not a web page"))
    return answer.body or b""
