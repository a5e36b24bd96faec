"""CoinDesk's Data API and the pipeline's news.json: bytes to a page of articles."""

import json
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.article import Sentiment
from reader.formats.json.coindesk import read_coindesk
from reader.formats.json.news import read_news_json
from reader.formats.page import UNDATED, ApiFailure, NotAPage, OverQuota, Page

NOW = datetime(2026, 3, 14, 12, tzinfo=UTC)
READERS = (read_coindesk, read_news_json)


def item(**fields: Any) -> dict[str, Any]:
    """As the Data API gives it."""
    plain = {
        "ID": 101,
        "PUBLISHED_ON": 1773400000,
        "UPDATED_ON": 1773400600,
        "IMAGE_URL": "https://i.example/101.png",
        "TITLE": "Rates [BTC] hold",
        "SUBTITLE": "They hold.",
        "AUTHORS": "Ada Byron",
        "URL": "https://chainwire.example/101",
        "BODY": "All of it is calm.",
        "KEYWORDS": "Rates|spot/etf|rates",
        "LANG": "EN",
        "SCORE": 3,
        "SENTIMENT": "NEGATIVE",
        "SOURCE_DATA": {"SOURCE_KEY": "chainwire", "NAME": "Chain Wire", "SOURCE_TYPE": "RSS"},
        "CATEGORY_DATA": [{"NAME": "CRYPTOCURRENCY", "CATEGORY": "CRYPTOCURRENCY"}],
    }
    return plain | fields


def news(**fields: Any) -> dict[str, Any]:
    """As the pipeline's file has it."""
    plain = {
        "id": 7,
        "published": 1773400000123,
        "title": "Seven",
        "body": "One line of it.",
        "sentiment": "POSITIVE",
        "score": 0,
        "keywords": "A|B",
        "lang": "EN",
        "source_data": {"name": "Chain Wire", "source_key": "chainwire", "source_type": "RSS"},
        "category_data": [],
    }
    return plain | fields


def coindesk(*items: Any, **answer: Any) -> Page:
    return read_coindesk(json.dumps({"Data": items, "Err": {}} | answer).encode(), now=NOW)


def pipeline(*items: Any) -> Page:
    return read_news_json(json.dumps(items).encode(), now=NOW)


def test_an_item_of_the_data_api_becomes_an_article() -> None:
    (article,) = coindesk(item()).articles
    assert article.external_id == "101"
    assert article.title == "Rates [BTC] hold"
    assert article.description == "They hold."
    assert article.body == "All of it is calm."
    assert article.published == datetime.fromtimestamp(1773400000, UTC)
    assert article.updated == datetime.fromtimestamp(1773400600, UTC)
    assert article.tags == ("CRYPTOCURRENCY", "RATES", "SPOT-ETF")
    assert article.category == "OTHER"
    assert article.sentiment is Sentiment.NEGATIVE
    assert not article.sentiment_is_estimated
    assert article.score == 3
    assert article.lang == "en"
    assert article.source is not None
    assert article.source.key == "chainwire"
    assert article.cover is not None
    assert article.url == "https://chainwire.example/101"
    assert article.extra["authors"] == "Ada Byron"


def test_the_next_page_back_ends_where_this_one_begins() -> None:
    found = coindesk(item(PUBLISHED_ON=50_000_000), item(ID=2, PUBLISHED_ON=40_000_000), "broken")
    assert found.older == 40_000_000
    assert coindesk().older is None
    assert pipeline(news()).older is None


@pytest.mark.parametrize(
    ("names", "category"),
    [
        (["MARKET", "BTC"], "BTC"),
        (["TRADING", "MARKET"], "MARKET"),
        (["XRP", "SOL", "ETH"], "ETH"),
        (["SPONSORED", "CRYPTOCURRENCY", "XRP", "ADA"], "XRP"),
        (["SPONSORED"], "OTHER"),
        ([], "OTHER"),
    ],
)
def test_the_category_is_the_first_of_the_archives_own(names: list[str], category: str) -> None:
    named = [{"NAME": name, "CATEGORY": name} for name in names]
    assert pipeline(news(category_data=named)).articles[0].category == category
    assert coindesk(item(CATEGORY_DATA=named)).articles[0].category == category


def test_an_item_of_the_pipeline_becomes_an_article() -> None:
    (article,) = pipeline(news(category_data=[{"NAME": "Defi", "CATEGORY": "DEFI"}])).articles
    assert article.external_id == "7"
    assert article.published == datetime(2026, 3, 13, 11, 6, 40, 123000, tzinfo=UTC)
    assert article.tags == ("DEFI", "A", "B")
    assert article.sentiment is Sentiment.POSITIVE
    assert article.body == "One line of it."


def test_broken_items_are_refused_by_number_and_the_rest_is_stored() -> None:
    deep: Any = "x"
    for _ in range(40):
        deep = [deep]
    text = json.dumps([news(), "no", news(id=2, keywords=deep), {}, news(id=3)])
    text = (
        text.replace('"id": 3', '"id": 3, "score": NaN')[:-1] + ', {"title": "T", "score": 1e999}'
    )
    text += ', {"title": "U", "id": ' + "9" * 5000 + "}]"
    found = read_news_json(text.encode(), now=NOW)
    assert [refusal.where for refusal in found.refusals] == [
        *("item 2", "item 3", "item 4"),
        *("item 6", "item 7"),
    ]
    assert [article.external_id for article in found.articles] == ["7", "3"]


def test_a_page_has_a_bounded_amount_of_markup() -> None:
    bodies = ["<b>x</b>", "<b></b>" * 200_000, "<i>y</i>"]
    found = pipeline(*(news(id=n, body=body) for n, body in enumerate(bodies)))
    assert [each.external_id for each in found.articles] == ["0", "2"]
    found = coindesk(*(item(ID=n + 1, BODY=body) for n, body in enumerate(bodies)))
    assert [each.external_id for each in found.articles] == ["1", "3"]
    assert found.refusals[0].where == "item 2"


def test_an_undated_item_gets_the_time_of_the_sync() -> None:
    (article,) = pipeline(news(published=None)).articles
    assert (article.published, article.flags) == (NOW, (UNDATED,))


@pytest.mark.parametrize(
    ("answer", "error", "said"),
    [
        ({"Data": {}, "Err": {"type": 2, "message": "bad to_ts"}}, ApiFailure, "bad to_ts"),
        ({"Data": {}, "Err": {"type": 99, "message": "Too fast"}}, OverQuota, "Too fast"),
        ({"Data": {}, "Err": {"message": "Rate limit reached"}}, OverQuota, "Rate limit"),
        ({"Data": [], "Err": {"x": 1}}, ApiFailure, "without a reason"),
        ({"Response": "Error", "Message": "over your rate limit", "Type": 99}, OverQuota, "over"),
        ({"Response": "Error", "Message": 5}, ApiFailure, "without a reason"),
    ],
)
def test_an_error_of_the_service_is_an_error_whatever_the_http_status(
    answer: dict[str, Any], error: type[NotAPage], said: str
) -> None:
    for read in READERS:
        with pytest.raises(NotAPage, match=said) as caught:
            read(json.dumps(answer).encode(), now=NOW)
        assert type(caught.value) is error


def test_a_key_in_an_error_is_not_repeated() -> None:
    with pytest.raises(ApiFailure) as caught:
        coindesk(Err={"message": f"key {'ab12' * 12}\x1b[2J is bad"})
    assert "ab12" not in str(caught.value)
    assert "\x1b" not in str(caught.value)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "empty"),
        (b"<html>", "web page"),
        (b'{"Data": [{"TITLE": "a', "incomplete"),
        (b'[{"title": "a"}, ', "incomplete"),
        (b"nonsense", "not JSON"),
        (b"[" * 100_000, "too deep"),
        (b"5", "JSON, but no"),
    ],
)
def test_other_answers_are_refused_with_the_reason(data: bytes, said: str) -> None:
    for read in READERS:
        with pytest.raises(NotAPage, match=said):
            read(data, now=NOW)


def test_nothing_hostile_comes_through() -> None:
    evil = "\x1b]52;c;eA==\x07a\u202eb\ud800"
    found = pipeline(news(title=evil, body=evil, keywords=evil, id=evil, url=evil))
    (article,) = found.articles
    for text in (article.title, article.body, article.external_id, article.url, *article.tags):
        assert text.casefold() == "ab"


@given(st.binary(max_size=300))
def test_no_bytes_raise_anything_else(data: bytes) -> None:
    for read in READERS:
        with suppress(NotAPage):
            read(data, now=NOW)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from(sorted(item())), JSON), JSON)
def test_no_values_in_the_fields_raise(fields: dict[str, Any], other: Any) -> None:
    small = {name.lower(): value for name, value in fields.items()}
    small |= {"published": other, "source_data": other, "category_data": other}
    for read, answer in (
        (read_coindesk, {"Data": [fields, other]}),
        (read_news_json, [small, other]),
    ):
        found = read(json.dumps(answer).encode(), now=NOW)
        assert len(found.articles) + len(found.refusals) == 2
