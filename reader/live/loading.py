"""Imports for parsing and storing, made while the first answers are on their way.

An optimisation only: what is missing is imported when it is used.
"""

import threading
from collections.abc import Callable, Collection, Iterator
from functools import partial
from importlib import import_module

from reader.sources.http.client import prepare
from reader.subscriptions import Kind, SyncOptions

_OF_FEEDS = (
    *("feedparser", "xml.sax.expatreader"),
    *(
        "reader.formats.feeds.reading",
        "reader.formats.feeds.xml_feed",
        "reader.cache.storing.feeds",
    ),
    *(
        "reader.cache.intake",
        "reader.cache.engines.sqlite.transaction",
        "reader.cache.engines.sqlite.arrivals",
        "reader.cache.engines.sqlite.changed",
        "reader.cache.engines.sqlite.feed_memory",
        "reader.cache.engines.sqlite.source_states",
    ),
    *("reader.cache.engines.sqlite.former", "reader.cache.engines.sqlite.lookups"),
)


def load(kinds: Collection[Kind], options: SyncOptions, over: threading.Event) -> None:
    """Import what sources of these kinds need, step by step until `over` is set."""
    for step in _steps(kinds, options):
        if over.is_set():
            return
        step()


def _steps(kinds: Collection[Kind], options: SyncOptions) -> Iterator[Callable[[], object]]:
    if set(kinds) - {Kind.FOLDER}:
        yield prepare
    if Kind.FEED in kinds:
        for name in _OF_FEEDS:
            yield partial(import_module, name)
    if set(kinds) - {Kind.FOLDER}:
        from reader.formats.classify import prepare as prepare_classifying

        yield partial(
            prepare_classifying, estimate=options.estimate_sentiment, extra=options.categories
        )
