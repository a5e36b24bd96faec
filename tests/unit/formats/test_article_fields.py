"""The schema: every field with odd values; nothing raises or is lost."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.article import EPOCH, LAST_INSTANT, Ai, Article, Cover, Sentiment, Source
from reader.formats import format_instant, from_fields, parse_instant, to_fields
from reader.formats.archive.schema import FIELDS, MAX_TAGS, article_of
from tests.examples import examples

NOON = datetime(2025, 11, 16, 12, 0, tzinfo=UTC)
ORIGIN = "2025/11/ether-rises.uk.md"


def article(*, body: str = "Text.", origin: str = ORIGIN, **fields: object) -> Article:
    given_fields = {"title": "T", "publishedAt": "2025-11-16T12:00:00Z", "lang": "en"} | fields
    present = {name: value for name, value in given_fields.items() if value is not ...}
    return article_of(present, body, origin, [])


@pytest.mark.parametrize(
    "text",
    [
        "2025-11-16T12:00:00.000Z",
        "2025-11-16T12:00:00Z",
        "2025-11-16 12:00:00",
        "2025-11-16 12:00:00 Z",
        "2025-11-16t12:00:00z",
        "2025-11-16T14:00:00+02:00",
        "2025-11-16 14:00:00.0 +2",
        "2025-11-16 06:30:00 -5:30",
        "1763294400",
        "1763294400.0",
        "1763294400000",
        "1763294400000000",
    ],
)
def test_every_notation_of_an_instant_gives_the_same_instant(text: str) -> None:
    assert parse_instant(text) == NOON
    assert article(publishedAt=text).published == NOON
    assert article(publishedAt=text).flags == ()


def test_a_date_alone_is_midnight_utc() -> None:
    assert parse_instant("2025-11-16") == NOON - timedelta(hours=12)
    assert parse_instant("2025-1-6") == datetime(2025, 1, 6, tzinfo=UTC)


def test_thirteen_digits_are_milliseconds_even_if_they_look_like_a_date() -> None:
    assert parse_instant("1612121000000") == datetime(2021, 1, 31, 19, 23, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    ["2025-02-30", "2025-11-16T25:00:00Z", "soon", "9999-12-31T23:59:59-12:00", "9" * 20, "7"],
)
def test_an_impossible_date_is_flagged_and_kept_and_replaced_by_the_update(text: str) -> None:
    found = article(publishedAt=text, updatedAt="2025-11-16T12:00:00Z")
    assert (found.published, found.updated) == (NOON, NOON)
    assert found.flags == (f"publishedAt is not a date: {text}",)
    assert found.extra == {"publishedAt": text}


@pytest.mark.parametrize(
    ("text", "clamped"),
    [
        ("0001-01-01", datetime(2, 1, 1, tzinfo=UTC)),
        ("9999-12-31T23:59:59Z", LAST_INSTANT),
    ],
)
def test_a_date_out_of_range_is_clamped_flagged_and_kept(text: str, clamped: datetime) -> None:
    found = article(publishedAt=text)
    assert found.published == clamped
    assert found.flags == (f"publishedAt is out of range: {text} became {format_instant(clamped)}",)
    assert to_fields(found)["publishedAt"] == text


@pytest.mark.parametrize("text", ["1999-01-01", "1905-06-30T10:00:00Z", "-1000000000"])
def test_a_date_before_the_first_block_is_the_date_of_the_article(text: str) -> None:
    found = article(publishedAt=text)
    assert found.published == parse_instant(text) < EPOCH
    assert found.flags == ()
    assert to_fields(found)["publishedAt"] == format_instant(found.published)


def test_without_any_date_an_article_is_the_oldest() -> None:
    found = article(publishedAt=...)
    assert (found.published, found.updated) == (EPOCH, EPOCH)
    assert found.flags == ("publishedAt is missing: the earliest date stands in",)


def test_instants_are_written_in_milliseconds_and_finer_only_where_needed() -> None:
    assert format_instant(NOON) == "2025-11-16T12:00:00.000Z"
    fine = NOON + timedelta(microseconds=1500)
    assert format_instant(fine) == "2025-11-16T12:00:00.001500Z"
    assert parse_instant(format_instant(fine)) == fine


@pytest.mark.parametrize(
    ("tags", "read"),
    [
        ("BTC, eth ,, BTC", ("BTC", "ETH")),
        ("BITCOIN NEWS", ("BITCOIN NEWS",)),
        ('["BTC", eth', ("BTC", "ETH")),
        (["b", "A", "B", " a\xa0 c ", None, ""], ("B", "A", "A C")),
        ([2024, "х"], ("2024", "Х")),
        ([], ()),
        (None, ()),
    ],
)
def test_tags_are_upper_case_in_order_and_once_each(tags: object, read: tuple[str, ...]) -> None:
    assert article(tags=tags).tags == read
    assert article(tags=tags).flags == ()


def test_too_many_tags_are_cut_flagged_and_come_out_again() -> None:
    tags = [f"TAG {number}" for number in range(MAX_TAGS + 1)]
    found = article(tags=tags)
    assert found.tags == tuple(tags[:MAX_TAGS])
    assert found.flags == ("tags are too many: the first 64 of 65 count",)
    assert to_fields(found)["tags"] == tags


@pytest.mark.parametrize(
    ("fields", "name", "value"),
    [
        ({"externalId": 54493179}, "external_id", "54493179"),
        ({"externalId": "0123"}, "external_id", "0123"),
        ({"sentiment": "positive"}, "sentiment", Sentiment.POSITIVE),
        ({"sentiment": None}, "sentiment", Sentiment.UNRATED),
        ({"score": "0"}, "score", 0),
        ({"score": "-1.5e2"}, "score", -150.0),
        ({"score": 0.25}, "score", 0.25),
        ({"draft": "Yes"}, "draft", True),
        ({"draft": False}, "draft", False),
        ({"stickyWeight": "3"}, "sticky_weight", 3),
        ({"category": " btc "}, "category", "BTC"),
        ({"category": None}, "category", "OTHER"),
        ({"canonicalUrl": None}, "url", ""),
        ({"canonicalUrl": " https://a.example/ "}, "url", "https://a.example/"),
        ({"coverImage": None}, "cover", None),
        ({"coverImage": "https://a.example/p"}, "cover", Cover(raw="https://a.example/p")),
        ({"coverImage": {"full": "f", "thumb": None}}, "cover", Cover(full="f")),
        ({"source": "Desk_"}, "source", Source(key="Desk_", name="Desk_")),
        (
            {"source": {"name": "Desk", "url": "u"}},
            "source",
            Source(key="Desk", name="Desk", url="u"),
        ),
        ({"source": None}, "source", None),
        ({"ai": {"translatedFrom": 7}}, "ai", Ai(translated_from="7")),
        ({"ai": None}, "ai", None),
        ({"lang": "EN"}, "lang", "en"),
        ({"lang": ...}, "lang", "uk"),
        ({"lang": ..., "origin": "notes.md"}, "lang", "und"),
        ({"title": " Two\n lines\there "}, "title", "Two lines here"),
        ({"title": "Two  spaces\xa0stay"}, "title", "Two  spaces\xa0stay"),
        ({"title": 2024}, "title", "2024"),
        ({"description": "a\n\nb\n"}, "description", "a\n\nb"),
    ],
)
def test_a_field_is_taken_in_each_of_its_forms(
    fields: dict[str, object], name: str, value: object
) -> None:
    found = article(**fields)  # type: ignore[arg-type]
    assert getattr(found, name) == value
    assert type(getattr(found, name)) is type(value)
    assert (found.flags, found.extra) == ((), {})


@pytest.mark.parametrize(
    ("name", "value", "flag"),
    [
        ("sentiment", "meh", "sentiment is unknown: meh"),
        ("score", "nan", "score is not a number: nan"),
        ("score", "1e999", "score is not a number: 1e999"),
        ("score", "1_000", "score is not a number: 1_000"),
        ("draft", "perhaps", "draft is neither true nor false: perhaps"),
        ("stickyWeight", "1.5", "stickyWeight is not a whole number: 1.5"),
        ("lang", "Klingon", "lang is not a language code: klingon"),
        ("category", ["BTC"], "category is not a text"),
        ("externalId", {"a": "b"}, "externalId is not a text"),
        ("coverImage", ["x"], "coverImage is not a mapping"),
        ("source", ["x"], "source is not a mapping"),
        ("source", {"type": "RSS"}, "source has neither key nor name"),
        ("ai", "yes", "ai is not a mapping"),
        ("tags", {"a": "b"}, "tags is not a text"),
        ("tags", ["A", ["B"]], "tags holds something that is not a text"),
    ],
)
def test_an_unreadable_field_is_flagged_and_exported_again(
    name: str, value: object, flag: str
) -> None:
    found = article(**{name: value})  # type: ignore[arg-type]
    assert found.flags == (flag,)
    assert to_fields(found)[name] == value


def test_the_feed_and_former_titles_come_back() -> None:
    made = article(feed="0123456789abcdef0123", formerTitles=["One", " One ", "Two"] + ["x"] * 9)
    assert (made.feed, made.former_titles) == ("0123456789abcdef0123", ("One", "Two", "x"))
    assert from_fields(to_fields(made), made.body, made.origin) == made
    assert made.identity.is_of_feed


@pytest.mark.parametrize(
    "fields",
    [
        {"feed": "https://a.example/rss"},
        {"feed": 7},
        {"formerTitles": "One"},
        {"formerTitles": [1]},
    ],
)
def test_fields_of_other_programs_under_those_names_are_kept(fields: dict[str, Any]) -> None:
    made = article(**fields)
    assert (made.feed, made.former_titles, made.flags) == ("", (), ())
    assert to_fields(made).items() >= fields.items()


def test_an_unreadable_field_of_a_mapping_is_named_with_it() -> None:
    found = article(ai={"version": "new", "rewritten": "true", "model": "m"})
    assert found.ai == Ai(rewritten=True)
    assert found.flags == ("ai.version is not a whole number: new",)
    assert to_fields(found)["ai"] == {"rewritten": True, "version": "new", "model": "m"}


def test_a_region_does_not_count_as_language_but_is_exported() -> None:
    found = article(lang="pt-BR")
    assert (found.lang, found.flags) == ("pt", ())
    assert to_fields(found)["lang"] == "pt-BR"


@pytest.mark.parametrize(
    ("body", "title", "where"),
    [
        ("Intro.\n\n# The *heading* #\n", "The *heading*", "first heading"),
        ("## Overview\n\n- a point\n\nFirst prose line.", "First prose line.", "first line"),
        ("## Overview", "ether rises", "file's name"),
        ("", "ether rises", "file's name"),
        ("word " * 60, "word " * 19 + "word…", "first line"),
    ],
)
def test_a_missing_title_is_found_elsewhere_and_flagged(body: str, title: str, where: str) -> None:
    found = article(title=None, body=body)
    assert found.title == title
    assert found.flags == (f"title is missing: the {where} stands in",)


@pytest.mark.parametrize("title", ["\u200b", "\u200d \xa0", "\xad"])
def test_an_invisible_title_counts_as_missing(title: str) -> None:
    found = article(title=title, body="First prose line.")
    assert found.title == "First prose line."
    assert found.flags == ("title is missing: the first line stands in",)


def test_a_tag_that_is_mojibake_in_upper_case_is_on_one_line() -> None:
    found = article(tags=["x\xc2\xa0\xff\xc2\xff"])
    assert all(tag == " ".join(tag.split()) for tag in found.tags)
    assert from_fields(to_fields(found), found.body, found.origin).tags == found.tags


def test_an_article_without_any_name_is_untitled() -> None:
    assert article(title="", body="", origin="").title == "Untitled"


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8)
    | st.sampled_from(["2025-11-16", "-0", "1e5", "yes", "a, b", "EN-us"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["key", "name", "raw", "version", "x"]), inner, max_size=3
        )
    ),
    max_leaves=5,
)
NAMES = st.sampled_from([*sorted(FIELDS), "other"])


@given(st.dictionaries(NAMES, JSON, max_size=6))
@examples(200)
def test_no_value_of_any_type_raises_and_what_is_stored_as_json_comes_back(
    fields: dict[str, object],
) -> None:
    found = article_of(fields, "Text.", ORIGIN, [])
    assert found.published <= LAST_INSTANT
    stored = json.loads(json.dumps(to_fields(found), allow_nan=False))
    assert from_fields(stored, found.body, found.origin) == found
