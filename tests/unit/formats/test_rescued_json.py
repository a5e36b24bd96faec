"""JSON documents with a broken item: it is refused with a reason, the others are kept."""

import json
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.formats.feeds.json_feed import read_json_feed
from reader.formats.json.coindesk import read_coindesk
from reader.formats.json.news import read_news_json
from reader.formats.page import NotAPage, Page

NOW = datetime(2026, 1, 1, tzinfo=UTC)

BROKEN = {
    "a text": '"text"',
    "null": "null",
    "a number": "7",
    "a list": "[1]",
    "a truth": "true",
    "NaN": "NaN",
    "minus infinity": "-Infinity",
    "a word": "undefined",
    "nothing": "",
    "nested too deep": "[" * 100_000 + "]" * 100_000,
    "objects nested too deep": '{"a":' * 5_000 + "1" + "}" * 5_000,
    "a trailing comma": '{"id": "2", "title": "Lost",}',
    "a wrong escape": r'{"id": "2", "title": "\x41"}',
    "single quotes": "{'id': '2', 'title': 'Lost'}",
    "names without quotes": '{id: 2, title: "Lost"}',
    "a plus sign": '{"id": +2, "title": "Lost"}',
    "a leading zero": '{"id": 02, "title": "Lost"}',
    "no value": '{"id": , "title": "Lost"}',
    "no colon": '{"id" "2"}',
    "a text without an end": '{"id": "2", "title": "Lost',
    "an object without an end": '{"id": "2", "title": {"a": 1',
    "a list without an end": '{"id": "2", "tags": ["a", "b", "title": "Lost"}',
    "a text without an end and lists": '{"id": "2", "authors": [{"name": "A"}, {"name": "B"}, "x}',
    "one bracket too many": '{"id": "2", "tags": ["a"]]}',
    "a quote in a text": '{"id": "2", "title": "The "lost" one"}',
    "braces in a text that is broken": r'{"id": "2", "title": "}{][ \q }{"}',
}


def item(number: int) -> str:
    return json.dumps(
        {"id": str(number), "title": f"Story {number}, [so] {{far}}", "body": "Text."}
    )


def feed_item(number: int) -> str:
    found = json.loads(item(number))
    return json.dumps({**found, "content_text": found.pop("body")})


def coindesk_item(number: int) -> str:
    return json.dumps({name.upper(): value for name, value in json.loads(item(number)).items()})


def news(*items: str) -> Page:
    return read_news_json(f"[{', '.join(items)}]".encode(), now=NOW)


def coindesk(*items: str) -> Page:
    return read_coindesk(f'{{"Data": [{",".join(items)}], "Err": {{}}}}'.encode(), now=NOW)


def json_feed(*items: str) -> Page:
    listed = ",\n".join(items)
    text = f'{{"version": "1.1", "title": "A \\"Feed\\"", "x": [{{}}], "items": [\n{listed}\n]}}\n'
    return read_json_feed(text.encode(), url="https://example.org/f", name="", now=NOW)


READERS = {
    "news": (news, item),
    "CoinDesk": (coindesk, coindesk_item),
    "feed": (json_feed, feed_item),
}


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("name", BROKEN)
def test_one_broken_item_is_named_and_the_others_are_kept(reader: str, name: str) -> None:
    read, good = READERS[reader]
    page = read(good(1), BROKEN[name], good(3), good(4))
    titles = [article.title for article in page.articles]
    assert titles == [f"Story {number}, [so] {{far}}" for number in (1, 3, 4)]
    assert page.refusals
    assert page.refusals[0].where == "item 2"
    assert len(page.refusals[0].reason) < 120


@pytest.mark.parametrize("reader", READERS)
def test_the_broken_one_may_come_first_or_last_or_often(reader: str) -> None:
    read, good = READERS[reader]
    bad = BROKEN["a wrong escape"]
    page = read(bad, good(1), bad, bad, good(2), bad)
    assert len(page.articles) == 2
    assert [each.where for each in page.refusals] == ["item 1", "item 3", "item 4", "item 6"]


def test_a_missing_comma_loses_nothing() -> None:
    assert len(json_feed(f"{feed_item(1)} {feed_item(2)}", feed_item(3)).articles) == 3


def test_a_truncated_page_is_to_be_fetched_again() -> None:
    whole = f'{{"items": [{feed_item(1)}, {feed_item(2)}]}}'
    for end in (len(whole) - 20, len(whole) - 1):
        with pytest.raises(NotAPage, match="incomplete"):
            read_json_feed(whole[:end].encode(), url="https://e.org/f", name="", now=NOW)


def test_a_document_that_is_not_json_is_refused_as_a_whole() -> None:
    for text in ("[what, ever]", "{}}", "{'items': []}", "[,]", '{"items": [,]}', "[[[[}}}}]"):
        with pytest.raises(NotAPage, match="not JSON"):
            read_json_feed(text.encode(), url="https://e.org/f", name="", now=NOW)


@given(st.text('{}[]",:\\ 1an', max_size=60))
def test_text_between_items_does_not_affect_those_before_it(text: str) -> None:
    page = json_feed(feed_item(1), text, feed_item(3))
    assert page.articles[0].external_id == "1"


@pytest.mark.parametrize("unit", ["{", "[", '"', '{"a', '[{"', "},{", "\\", '{"id":"1",},', "[]"])
def test_a_hostile_document_is_parsed_in_bounded_time(unit: str) -> None:
    """Quadratic time would take minutes."""
    with suppress(NotAPage):
        json_feed(feed_item(1), unit * (1_000_000 // len(unit)))
