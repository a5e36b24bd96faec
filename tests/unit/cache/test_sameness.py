"""The law of identity: which item of a feed is which stored article."""

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.article import Article, Identity, Source
from reader.cache.answers import Outcome
from reader.cache.ids import Ids
from reader.cache.marks.kinds import Mark
from reader.cache.sameness.law import MAX_TELLINGS, Item, Known, Page, item_of, judge
from reader.cache.sameness.revising import former_titles, former_titles_and
from reader.cache.sameness.tellings import (
    Name,
    Telling,
    link_of,
    normalised,
    related,
    retold,
    telling_of,
)
from reader.cache.store import Store
from reader.cache.values.incoming import Incoming
from reader.formats.page import UNDATED
from reader.query.language import Field, Query, parse
from tests.builders import NOW, put
from tests.engines import Opens
from tests.examples import examples

ADDRESS = "https://news.example/feed"
LONG = " ".join(f"word{chr(97 + n % 26)}{chr(97 + n // 26)}" for n in range(40))


def item(
    title: str = "",
    *,
    id: str = "",
    link: str = "",
    text: str | None = None,
    hours: float | None = 0,
    updated: float = 0,
    lang: str = "en",
) -> Article:
    """An item of a feed, published some hours after NOW; None: it has no date."""
    published = NOW + timedelta(hours=hours or 0)
    flags = [UNDATED] if hours is None else []
    body = f"The text of {title}." if text is None else text
    if not title:
        flags.append("title is missing: the first line stands in")
    return Article(
        title=title or body.split(".")[0],
        body=body,
        published=published,
        updated=published + timedelta(hours=updated),
        lang=lang,
        external_id=id,
        url=f"https://a.example{link}" if link.startswith("/") else link,
        origin="ledger",
        source=Source("ledger", "Ledger"),
        flags=tuple(flags),
    )


def sync(
    store: Store,
    *items: Article,
    address: str = ADDRESS,
    moved: str = "",
    name: str = "Ledger",
    at_once: int = 2,
) -> list[Outcome]:
    """Store a page as a sync does, some items a transaction."""
    run = store.intake.begin_run()
    page = store.intake.feed_page((address, moved or address), name, items)
    outcomes = []
    for start in range(0, len(page.arrivals), at_once):
        with store.intake.writing(run) as writer:
            for group, arrival in page.arrivals[start : start + at_once]:
                outcomes.append(writer.put_item(page, group, arrival))
    return outcomes


def articles(store: Store) -> list[Article]:
    """Newest first."""
    ids = store.questions.find(Query(), NOW + timedelta(days=999))
    return [article for _, article in store.texts.articles(ids[:])]


def titles(store: Store) -> list[str]:
    return sorted(article.title for article in articles(store))


A, B, C = "Fees fall", "Court rules on a fund", "Miners move north"

# What is one article and what is not: pages of one feed in their order, and the titles after them.
LAW: dict[str, tuple[list[list[Article]], list[str]]] = {
    "the same id with other words is a correction": (
        [[item(A, id="1", link="/a")], [item("Fees do not fall", id="1", link="/a")]],
        ["Fees do not fall"],
    ),
    "the same id at another address is the same article": (
        [[item(A, id="1", link="/a")], [item("No fees fall", id="1", link="/b")]],
        ["No fees fall"],
    ),
    "a new id at the same address is the same article": (
        [[item(A, id="1", link="/a")], [item(B, id="2", link="/a")]],
        [B],
    ),
    "a new id, and then another one, at the same address": (
        [[item(A, id=str(n), link="/a")] for n in range(5)],
        [A],
    ),
    "an id that comes back after the site had another one": (
        [[item(A, id=id, link=f"/{id}")] for id in "121"],
        [A],
    ),
    "without ids, links tell": (
        [[item(A, link="/a"), item(A, link="/b", text="Another story.")]] * 2,
        [A, A],
    ),
    "one id for all: links tell": (
        [[item(A, id="x", link="/a"), item(B, id="x", link="/b"), item(C, id="x", link="/c")]] * 2,
        [A, B, C],
    ),
    "one id for all is remembered when one comes alone": (
        [
            [item(A, id="x", link="/a"), item(B, id="x", link="/b")],
            [item(C, id="x", link="/c")],
            [item(B, id="x", link="/b")],
        ],
        [A, B, C],
    ),
    "an id that is that of all as the second page shows": (
        [[item(A, id="x", link="/a")], [item(A, id="x", link="/a"), item(B, id="x", link="/b")]],
        [A, B],
    ),
    "one id for all, and one item a page": (
        [
            [item(A, id="x", link="/a", text="They are lower than in May.")],
            [item(B, id="x", link="/b", text="Judges heard both sides for hours.")],
            [item(C, id="x", link="/c", text="Cheap power draws machines away.")],
            [item("Fees fall again", id="x", link="/a", text="Now at a cent.")],
        ],
        ["Fees fall again", B, C],
    ),
    "an id at another address, with another title and much of the text": (
        [
            [item(A, id="1", link="/a", text=LONG)],
            [item(B, id="1", link="/b", text=" ".join(LONG.split()[:12]))],
        ],
        [B],
    ),
    "an id without an address, with other words": (
        [[item(A, id="1", text="It is so.")], [item(B, id="1", text="Nothing of that holds.")]],
        [B],
    ),
    "one id for some only": (
        [
            [item(A, id="http://a.example/blog/", link="/a"), item(B, id="2", link="/b")],
            [
                item(C, id="http://a.example/blog/", link="/c"),
                item(A, id="http://a.example/blog/", link="/a"),
            ],
        ],
        [A, B, C],
    ),
    "one link for all: ids tell": (
        [[item(A, id="1", link="/all"), item(B, id="2", link="/all")]] * 2
        + [[item(C, id="3", link="/all")]],
        [A, B, C],
    ),
    "the home page is not a link of an item": (
        [[item(A, id="1", link="https://a.example/")], [item(B, id="2", link="https://a.example")]],
        [A, B],
    ),
    "one id and one link for all: words tell": (
        [[item(each, id="x", link="/all", hours=n) for n, each in enumerate((A, B, C))]] * 2
        + [[item(B, id="x", link="/all", hours=1)]],
        [A, B, C],
    ),
    "neither id nor link: title and text tell": (
        [[item(A), item(A, text="Another story."), item(B)]] * 2,
        [A, A, B],
    ),
    "ids that differ in case are two": (
        [[item(A, id="abc", link="/a"), item(B, id="ABC", link="/b")]] * 2,
        [A, B],
    ),
    "an id that is the address, written another way": (
        [[item(A, id="http://A.example:80/a")], [item(A, id="https://a.example/a", link="/a")]],
        [A],
    ),
    "id and link change places": (
        [
            [item(A, id="https://a.example/1", link="/2")],
            [item(A, id="https://a.example/2", link="/1")],
        ],
        [A],
    ),
    "entries of a live blog, at one address each at its own place": (
        [
            [item(A, link="/live#1"), item(B, link="/live#2")],
            [item(C, link="/live#3"), item(B, link="/live#2")],
        ],
        [A, B, C],
    ),
    "entries of a live blog that come one by one": (
        [[item(A, id="1", link="/live#1")], [item(B, id="2", link="/live#2")]],
        [A, B],
    ),
    "an address with and without a place in it": (
        [[item(A, id="1", link="/a")], [item(A, id="2", link="/a#rss")]],
        [A],
    ),
    "ids that count from the top of the page": (
        [
            [item(A, id="1", link="/a")],
            [item(B, id="1", link="/b"), item(A, id="2", link="/a")],
            [item(C, id="1", link="/c"), item(B, id="2", link="/b"), item(A, id="3", link="/a")],
        ],
        [A, B, C],
    ),
    "published again under a new id and link: the same title and text": (
        [
            [item(A, id="1", link="/a")],
            [item(A, id="2", link="/b", hours=5), item(B, id="3", link="/c")],
        ],
        [A, B],
    ),
    "published again with a few words more": (
        [
            [item(A, id="1", link="/a", text=LONG)],
            [item(A, id="2", link="/b", text=f"{LONG} and more")],
        ],
        [A],
    ),
    "published again under another title, the very same long text": (
        [[item(A, id="1", link="/a", text=LONG)], [item(B, id="2", link="/b", text=LONG)]],
        [B],
    ),
    "both publications on one page": (
        [[item(A, id="1", link="/a"), item(A, id="2", link="/b", hours=1)]] * 2,
        [A],
    ),
    "one headline for two events of a day": (
        [
            [
                item(A, id="1", link="/a", text="The first outage, of the engine, is over."),
                item(A, id="2", link="/b", text="A second one of the gateway is over.", hours=9),
            ]
        ],
        [A, A],
    ),
    "one headline and text for a column every day": (
        [[item(A, id=str(n), link=f"/{n}", hours=24 * n)] for n in range(4)],
        [A] * 4,
    ),
    "one template with other numbers": (
        [
            [item(A, id="1", link="/a", text=f"{LONG} 61,000")],
            [item(A, id="2", link="/b", text=f"{LONG} 62,000")],
        ],
        [A, A],
    ),
    "one short text under two titles": (
        [
            [item(A, id="1", link="/a", text="Read more.")],
            [item(B, id="2", link="/b", text="Read more.")],
        ],
        [A, B],
    ),
    "a title alone": (
        [[item(A, id="1", link="/a", text="")], [item(A, id="2", link="/b", text="")]],
        [A, A],
    ),
    "posts without a title that begin alike": (
        [[item(id=str(n), link=f"/{n}", text=f"GM. Thought {n} of today.") for n in range(3)]] * 2,
        ["GM"] * 3,
    ),
    "one id for short posts at different addresses that share their common words": (
        [
            [item(id="x", link="/1", text="The price of it is up for now")],
            [item(id="x", link="/2", text="The price of it is down for now")],
        ],
        ["The price of it is down for now", "The price of it is up for now"],
    ),
    "one headline over two short texts that differ in one word": (
        [
            [item(A, id="1", link="/a", text="The fund has won in the court of appeal")],
            [item(A, id="2", link="/b", text="The fund has not won in the court of appeal")],
        ],
        [A, A],
    ),
    "posts without a title that are alike": (
        [[item(id=str(n), link=f"/{n}", text="GM", hours=n) for n in range(3)]] * 2,
        ["GM"] * 3,
    ),
    "the language, given or guessed, is a property": (
        [[item(A, id="1", link="/a", lang="und")], [item(A, id="1", link="/a", lang="en")]],
        [A],
    ),
    "an item named twice on a page: the newest date counts": (
        [[item(A, id="1", link="/a"), item("Fees rise", id="1", link="/a", updated=1)]] * 2,
        ["Fees rise"],
    ),
    "an item named twice on a page: of equal dates the first counts": (
        [[item(A, id="1", link="/a"), item("Fees rise", id="1", link="/a")]] * 2,
        [A],
    ),
    "an item without a date": (
        [
            [item(A, id="1", link="/a", hours=None)],
            [item("Fees rise", id="1", link="/a", hours=None)],
        ],
        ["Fees rise"],
    ),
}


@pytest.mark.parametrize("words", LAW)
def test_what_is_one_article_and_what_is_not(opened: Opens, tmp_path: Path, words: str) -> None:
    pages, expected = LAW[words]
    with opened(tmp_path) as store:
        for page in pages:
            sync(store, *page)
        assert titles(store) == sorted(expected)
        for page in pages[-1:]:
            assert set(sync(store, *page)) == {Outcome.UNCHANGED}
    assert partition(pages) == len(expected)


class Remembered:
    """What a feed's items were called, in memory."""

    def __init__(self) -> None:
        self.names: dict[Name, int] = {}
        self.items: list[tuple[Item, list[Telling]]] = []

    def is_shared(self, name: Name) -> bool:
        return self.names.get(name) == -1

    def named(self, name: Name) -> Known | None:
        entry = self.names.get(name, -1)
        return None if entry < 0 else self._known(entry)

    def _known(self, entry: int) -> Known:
        return Known(entry, self.items[entry][0].id, self.items[entry][0].link)

    def alike(self, telling: Telling) -> Iterator[Known]:
        for entry, (_, tellings) in enumerate(self.items):
            if any(telling.text == t.text or telling.title == t.title for t in tellings):
                yield self._known(entry)

    def tellings(self, entry: int) -> Sequence[Telling]:
        return self.items[entry][1]

    def take(self, items: Sequence[Article]) -> None:
        page = Page(
            [(item_of(each), int(each.updated.timestamp())) for each in items],
            [name for name, entry in self.names.items() if entry == -1],
        )
        claimed: set[int] = set()
        groups = list(reversed(page.groups))
        groups.sort(key=lambda group: items[group.number].published)
        for group in groups:
            verdict = judge(group, page, self, claimed)
            self.names |= dict.fromkeys(verdict.shared, -1)
            entry = verdict.entry
            if entry is None:
                entry = len(self.items)
                self.items.append((group.item, list(group.tellings)))
            elif verdict.is_republished:
                self.items[entry] = (group.item, [*self.items[entry][1], group.item.telling])
            else:
                self.items[entry] = (group.item, [*self.items[entry][1][:-1], group.item.telling])
            claimed.add(entry)
            own = [name for name in group.names if not self.is_shared(name)]
            if group.item.id not in own:
                kept = group.item._replace(id=b"")
                self.items[entry] = (kept, self.items[entry][1])
            for name in own or [group.item.words_name]:
                self.names[name] = entry if self.names.get(name, entry) == entry else -1


def partition(pages: Iterable[Sequence[Article]]) -> int:
    """How many articles the law makes of the pages, without a database."""
    memory = Remembered()
    for page in pages:
        memory.take(page)
    return len(memory.items)


# Names and words.


@pytest.mark.parametrize(
    ("one", "other", "agrees"),
    [
        ("https://a.example/1", "http://A.example:80/1", True),
        ("https://a.example/1", "https://a.example:443/1", True),
        ("https://a.example/1", "https://a.example:8443/1", False),
        ("https://a.example/1", "https://a.example/1?page=2", False),
        ("https://a.example/A", "https://a.example/a", False),
        ("https://a.example/1", "https://a.example/1#more", True),
        ("https://a.example/1#one", "https://a.example/1#two", False),
        ("https://a.example/1#utm_source=x", "https://a.example/1#utm_source=y", True),
        ("https://a.example/", "https://a.example/", False),
        ("https://a.example", "https://a.example/#x", False),
        ("", "", False),
        ("https://[::1", "https://[::1", False),
    ],
)
def test_which_addresses_name_one_place(one: str, other: str, agrees: bool) -> None:
    assert link_of(one).agrees(link_of(other)) is agrees


@given(st.text(max_size=40))
def test_any_text_may_be_in_place_of_an_address(text: str) -> None:
    for address in (text, f"https://a.example/{text}", f"https://{text}"):
        assert normalised(normalised(address)) in ("", normalised(normalised(address)))
        assert not link_of(address).contradicts(link_of(address))


@pytest.mark.parametrize(
    ("one", "other", "is_one"),
    [
        ((A, LONG), (A, LONG), True),
        ((A, LONG), ("FEES  fall!", LONG.upper()), True),
        ((A, LONG), (A, " ".join(LONG.split()[:34])), True),
        ((A, LONG), (A, " ".join(LONG.split()[:31])), False),
        ((A, LONG), (B, LONG), True),
        ((A, LONG), (B, LONG + " more"), False),
        (("", LONG), ("", LONG), True),
        (("", "GM"), ("", "GM"), False),
        ((A, "Up 5 %."), (A, "Up 7 %."), False),
        ((A, ""), (A, ""), False),
        ((A, "[x](https://a.example/1)"), (A, "[x](https://a.example/2)"), True),
        (
            ("手数料が下がる", "手数料は三週続けて下がった。"),
            ("手数料が下がる", "手数料は三週続けて下がった"),
            True,
        ),
    ],
)
def test_which_texts_are_nearly_the_same(
    one: tuple[str, str], other: tuple[str, str], is_one: bool
) -> None:
    tellings = [telling_of(title, text, 0) for title, text in (one, other)]
    assert retold(*tellings) is is_one
    assert retold(*reversed(tellings)) is is_one


@pytest.mark.parametrize("words", [48, 400, 4_000])
@pytest.mark.parametrize("share", [0.25, 0.5, 1])
def test_a_text_that_was_cut_short_is_related(words: int, share: float) -> None:
    text = [f"word{n}" for n in range(words)]
    one = telling_of("", " ".join(text), 0)
    other = telling_of("", " ".join(text[: int(words * share)]), 0)
    assert related(one, other)
    assert not related(one, telling_of("", " ".join(text).replace("word", "term"), 0))


@pytest.mark.parametrize(
    ("one", "other", "is_related"),
    [
        ("GM", "gm!", True),
        ("Fees fall", "“Fees  fall.”", True),
        ("GM", "GM to all", False),
        ("The price of it is up", "The price of it is down", False),
        ("We are live with the new release now", "We are back with the new plan now", False),
        ("The fund has won in court", "The fund has not won in court", False),
        ("It is up to all of us, and of you", f"It is up to all of us, and of you: {LONG}", False),
        (" ".join(LONG.split()[:12]), LONG, True),
        (" ".join(LONG.split()[:11]), LONG, False),
        ("手数料が下がる", "手数料が上がる", False),
        ("", "", True),
    ],
)
def test_very_short_texts_are_related_only_where_they_are_equal(
    one: str, other: str, is_related: bool
) -> None:
    tellings = [telling_of("", text, 0) for text in (one, other)]
    assert related(*tellings) is is_related
    assert related(*reversed(tellings)) is is_related
    if not is_related:
        assert not retold(*(telling_of(A, text, 0) for text in (one, other)))


def test_similar_publications_are_never_chained(
    opened: Opens,
) -> None:
    words = LONG.split()
    texts = [" ".join(words[n * 3 : 32 + n * 3]) for n in range(3)]
    tellings = [telling_of(A, text, 0) for text in texts]
    assert [retold(*pair) for pair in pairwise(tellings)] == [True, True]
    assert not retold(tellings[0], tellings[2])
    for order in ((0, 1, 2), (1, 0, 2), (2, 1, 0)):
        with TemporaryDirectory() as folder, opened(Path(folder)) as store:
            for n in order:
                sync(store, item(A, id=str(n), link=f"/{n}", text=texts[n]))
            assert len(articles(store)) == 2


def test_an_article_joins_a_bounded_number_of_publications(opened: Opens, tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        for n in range(MAX_TELLINGS + 3):
            sync(store, item(A, id=str(n), link=f"/{n}"))
        assert len(articles(store)) == 2


# Corrections.


def test_the_last_version_of_the_feed_counts_and_the_former_title_is_kept(
    opened: Opens, tmp_path: Path
) -> None:
    with opened(tmp_path) as store:
        sync(store, item("SEC approves", id="1", link="/a", text=LONG))
        fixed = item("SEC has not approved", id="1", link="/a", text="It has not.", hours=-1)
        assert sync(store, fixed) == [Outcome.UPDATED]
        (article,) = articles(store)
        assert (article.title, article.body) == ("SEC has not approved", "It has not.")
        assert article.published == NOW - timedelta(hours=1)
        assert article.former_titles == ("SEC approves",)
        assert sync(store, fixed) == [Outcome.UNCHANGED]
        assert store.questions.find(parse("approves"), NOW) == Ids()


@pytest.mark.parametrize(
    ("titles", "former"),
    [
        ("A", []),
        ("A A", []),
        ("A B", ["A"]),
        ("A a", []),
        ("A B A", ["B"]),
        ("A B A B", ["A"]),
        ("A B C A B C", ["B", "A"]),
        ("A B C D E F G", ["F", "E", "D", "C", "B"]),
    ],
)
def test_former_titles_are_few_and_each_once(titles: str, former: list[str]) -> None:
    fields: dict[str, Any] = {}
    for title in titles.split():
        now = {"title": title}
        fields = now | {"formerTitles": former_titles(fields, now) if fields else []}
    assert fields["formerTitles"] == former


def test_former_titles_that_an_export_names_are_kept_behind_those_that_are_known() -> None:
    before = {"title": "B", "formerTitles": ["A"]}
    assert former_titles(before, {"title": "C", "formerTitles": ["Z", "A"]}) == ["B", "A", "Z"]
    assert former_titles_and(before, {"title": "Z"}) == ["A", "Z"]
    assert former_titles_and(before, {"title": "b"}) == ["A"]


def test_first_words_in_place_of_a_title_are_not_a_former_title(
    opened: Opens, tmp_path: Path
) -> None:
    with opened(tmp_path) as store:
        sync(store, item(id="1", text="First words. More."))
        sync(store, item("A title", id="1", text="First words. More."))
        assert [each.former_titles for each in articles(store)] == [()]


def test_an_item_without_a_date_keeps_the_time_of_its_first_arrival(
    opened: Opens, tmp_path: Path
) -> None:
    with opened(tmp_path) as store:
        sync(store, item(A, id="1", link="/a", hours=None))
        later = replace(item("Fees rise", id="1", link="/a", hours=5), flags=(UNDATED,))
        assert sync(store, later) == [Outcome.UPDATED]
        again = replace(later, published=NOW + timedelta(days=3), updated=NOW + timedelta(days=3))
        assert sync(store, again) == [Outcome.UNCHANGED]
        assert [each.published for each in articles(store)] == [NOW]


def test_an_article_of_an_archive_is_that_of_an_api(opened: Opens, tmp_path: Path) -> None:
    story = item(A, id="7", link="/a")
    with opened(tmp_path) as store:
        put(store, [story])
        with store.intake.writing(store.intake.begin_run()) as writer:
            newer = replace(story, title=B)
            older = replace(story, title=C, updated=NOW - timedelta(hours=1))
            outcomes = [writer.put_live(Incoming.of(each)) for each in (older, newer, newer)]
        assert outcomes == [Outcome.SUPERSEDED, Outcome.UPDATED, Outcome.UNCHANGED]
        assert titles(store) == [B]
        assert articles(store)[0].former_titles == (A,)


# Feeds.


def test_two_feeds_of_one_site_share_no_article(opened: Opens, tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        sync(store, item(A, id="1", link="/a"), address="https://status.a.example/rss")
        sync(store, item(B, id="1", link="/b"), address="https://blog.a.example/rss", name="Blog")
        assert titles(store) == sorted((A, B))
        assert store.questions.names(Field.SOURCE) == {"ledger": 2}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"name": "One"}, {"name": "Other"}),
        ({"address": "http://A.example/feed"}, {"address": "https://a.example:443/feed#x"}),
        ({"moved": "https://b.example/new"}, {"address": "https://b.example/new", "name": "New"}),
        ({}, {"address": "https://elsewhere.example/rss"}),
        (
            {"moved": "https://b.example/"},
            {"address": "https://c.example/", "moved": "https://b.example/"},
        ),
    ],
    ids=["renamed", "written another way", "moved and edited", "edited", "one place of two"],
)
def test_a_feed_stays_the_same_feed(
    opened: Opens, tmp_path: Path, before: dict[str, str], after: dict[str, str]
) -> None:
    page = item(A, id="1", link="/a"), item(B, id="2", link="/b")
    with opened(tmp_path) as store:
        sync(store, *page, **before)  # type: ignore[arg-type]
        store.marking.mark(
            store.questions.find(Query(), NOW + timedelta(days=1)), Mark.READ, True, "read"
        )
        sync(store, *page, item(C, id="3", link="/c"), **after)  # type: ignore[arg-type]
        assert titles(store) == sorted((A, B, C))
        assert len(store.questions.find(parse("is:read"), NOW + timedelta(days=1))) == 2
    for file in tmp_path.glob("cache.db*"):
        file.unlink()
    with opened(tmp_path) as store:
        sync(store, *page, **after)  # type: ignore[arg-type]
        assert len(store.questions.find(parse("is:read"), NOW + timedelta(days=1))) == 2


def test_another_feed_under_an_old_name_is_another_feed(opened: Opens, tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        sync(store, item(A, id="1", link="/a"))
        sync(store, item(B, id="1", link="/b"), address="https://elsewhere.example/rss")
        assert titles(store) == sorted((A, B))


def test_two_feeds_that_move_to_one_place_are_one_from_then_on(
    opened: Opens, tmp_path: Path
) -> None:
    first, second = "https://one.example/rss", "https://two.example/rss"
    with opened(tmp_path) as store:
        sync(store, item(A, id="1", link="/a"), address=first, name="One")
        store.marking.mark(
            store.questions.find(Query(), NOW + timedelta(days=1)), Mark.READ, True, "read"
        )
        sync(store, item(B, id="1", link="/b"), address=second, name="Two")
        sync(store, item(A, id="9", link="/a"), address=first, moved=second, name="One")
        assert titles(store) == sorted((A, B))
        (id,) = store.questions.find(parse("is:read"), NOW + timedelta(days=1))
        assert store.texts.rows([id])[0].title == A


def test_a_former_identity_finds_the_present_article(opened: Opens, tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        sync(store, item(A, id="1", link="/a"))
        (id,) = store.questions.find(Query(), NOW)
        before = store.texts.identity(id)
        store.marking.mark(Ids([id]), Mark.FAVOURITE, True, "favourite")
        sync(store, item(B, id="2", link="/a"))
        now = store.texts.identity(id)
        assert before is not None
        assert now is not None
        assert before != now
        assert store.texts.with_identity(before) == store.texts.with_identity(now) == id
        assert articles(store)[0].identity == now
        undone = store.marking.undo()
        assert undone is not None
        assert list(undone.ids) == [id]


# Laws.


@st.composite
def pages(draw: st.DrawFn) -> list[list[Article]]:
    """Pages of a feed that gives ids, links and titles as it likes."""

    def one() -> Article:
        return item(
            draw(st.sampled_from(["", A, B, "Fees rise"])),
            id=draw(st.sampled_from(["", "1", "2", "3", "https://a.example/a"])),
            link=draw(st.sampled_from(["", "/", "/a", "/b", "/c", "/a#x", "/a#y"])),
            text=draw(st.sampled_from(["GM. One.", "GM. Two.", LONG, LONG + " more", ""])) or "x",
            hours=draw(st.sampled_from([0, 1, 2, 30, None])),
            updated=draw(st.sampled_from([0, 1])),
            lang=draw(st.sampled_from(["en", "und"])),
        )

    few = st.integers(1, 4)
    return [[one() for _ in range(draw(few))] for _ in range(draw(few))]


@examples(60)
@given(pages(), st.integers(1, 5))
def test_whatever_a_feed_sends_identities_ids_and_facets_hold(
    opened: Opens, given_pages: list[list[Article]], at_once: int
) -> None:
    """Every identity is of one article, ids are in order, facets are what the articles say."""
    with TemporaryDirectory() as folder, opened(Path(folder)) as store:
        for page in given_pages:
            sync(store, *page, at_once=at_once)
        found = articles(store)
        assert len({each.identity for each in found}) == len(found)
        moments = [each.published for each in found]
        assert moments == sorted(moments, reverse=True)
        ids = store.questions.find(Query(), NOW + timedelta(days=99))
        languages: dict[str, int] = {}
        for each in found:
            languages[each.lang] = languages.get(each.lang, 0) + 1
        assert store.questions.stats(ids).languages == languages
        assert all(
            store.texts.with_identity(each.identity) == id
            for id, each in zip(ids, found, strict=True)
        )


@st.composite
def pages_of_stories(draw: st.DrawFn) -> list[list[Article]]:
    """Pages of a feed whose stories have ids or links of their own, or both; titles of no worth."""
    named = draw(st.sampled_from(["id", "link", "both"]))

    def one(number: int) -> Article:
        return item(
            draw(st.sampled_from(["", A, B])),
            id=str(number) if named != "link" else "",
            link=f"/{number}" if named != "id" else draw(st.sampled_from(["", "/"])),
            text=f"Story {number}. {draw(st.sampled_from([LONG, 'Short.']))}",
            hours=number,
            updated=draw(st.sampled_from([0, 1])),
            lang=draw(st.sampled_from(["en", "und"])),
        )

    numbers = st.lists(st.integers(1, 5), min_size=1, max_size=4, unique=True)
    return [[one(n) for n in draw(numbers)] for _ in range(draw(st.integers(1, 4)))]


@examples(40)
@given(pages_of_stories())
def test_the_cache_remembers_as_the_law_alone_does(
    opened: Opens, given_pages: list[list[Article]]
) -> None:
    with TemporaryDirectory() as folder, opened(Path(folder)) as store:
        for page in given_pages:
            sync(store, *page)
        assert len(articles(store)) == partition(given_pages)


@examples(40)
@given(pages_of_stories(), st.integers(1, 3))
def test_the_same_pages_in_the_same_order_give_the_same_articles_each_time(
    opened: Opens, given_pages: list[list[Article]], times: int
) -> None:
    with TemporaryDirectory() as folder, opened(Path(folder)) as store:
        counts = []
        for _ in range(times + 1):
            for page in given_pages:
                sync(store, *page)
                assert set(sync(store, *page)) == {Outcome.UNCHANGED}
            found = [replace(each, former_titles=()) for each in articles(store)]
            counts.append(found)
        assert counts[1:] == [counts[0]] * times
        stories = {each.published for page in given_pages for each in page}
        assert len(counts[0]) == len(stories)


@examples(40)
@given(st.lists(st.integers(0, 60), min_size=1, max_size=40), st.randoms(use_true_random=False))
def test_in_whatever_order_articles_come_their_ids_are_in_order_of_publication(
    opened: Opens, seconds: list[int], chance: random.Random
) -> None:
    every = [item(f"Story {n}", id=str(n), hours=s / 3600) for n, s in enumerate(seconds)]
    with TemporaryDirectory() as folder, opened(Path(folder)) as store:
        while every:
            some, every = every[:7], every[7:]
            chance.shuffle(some)
            put(store, some)
            moments = [each.published for each in articles(store)]
            assert moments == sorted(moments, reverse=True)
        assert len(articles(store)) == len(seconds)


def test_marks_are_kept_when_articles_change_identities(opened: Opens, tmp_path: Path) -> None:
    """One takes the name that another gives up: each keeps its own marks."""
    with opened(tmp_path) as store:
        sync(store, item(A, id="1", link="/a"), item(B, id="2", link="/b"))
        store.marking.mark(store.questions.find(parse("fees"), NOW), Mark.READ, True, "read")
        sync(store, item(A, id="2", link="/a"), item(B, id="3", link="/b"))
        read = store.questions.find(parse("is:read"), NOW)
        assert [row.title for row in store.texts.rows(read[:])] == [A]
    with opened(tmp_path) as store:
        read = store.questions.find(parse("is:read"), NOW)
        assert [row.title for row in store.texts.rows(read[:])] == [A]


def test_an_identity_of_a_feed_has_no_language() -> None:
    made = replace(item(A, id="1", lang="uk"), feed="0" * 20)
    assert made.identity == Identity("0" * 20, "1", "")
