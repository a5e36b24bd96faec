"""Category by words, sentiment as an estimate that is never shown as the publisher's."""

from pathlib import Path
from typing import Any

import pytest

from reader.article import Article, Sentiment
from reader.formats import from_fields, read_article, to_fields, write_article
from reader.formats.classify import categorize, classified, estimate
from reader.query.language import parse
from tests.builders import article, library

GOOD = "Great gains: a happy win for holders"
BAD = "Terrible crash: fear and heavy losses"


@pytest.mark.parametrize(
    ("title", "text", "tags", "category"),
    [
        ("Bitcoin holds", "", (), "BTC"),
        ("Біткоїном торгують", "", (), "BTC"),
        ("Why SOL rises", "", (), "SOL"),
        ("The sol of the song", "", (), "OTHER"),
        ("A quiet day", "", ("REGULATION", "SEC"), "REGULATION"),
        ("Bridge drained by an exploit", "ether was taken", (), "SECURITY INCIDENTS"),
        ("Nothing to see", "", (), "OTHER"),
        ("", "", (), "OTHER"),
    ],
)
def test_the_category_is_found_by_words(
    title: str, text: str, tags: tuple[str, ...], category: str
) -> None:
    assert categorize(title, text, tags) == category


def test_a_reader_may_add_words_and_categories() -> None:
    assert categorize("Penguins march", "", (), {"nft": ["penguin*"]}) == "NFT"
    assert categorize("Penguins march", "", (), {"ETH": ["Penguins"]}) == "ETH"
    assert categorize("Penguins march", "") == "OTHER"


@pytest.mark.parametrize(
    ("title", "category"),
    [
        ("Alpha beta gamma", "LONG"),
        ("Alpha beta", "SHORT"),
        ("Alpha betas", "STEM"),
        ("Alphabet", "STEM"),
        ("An alpha", "STEM"),
        ("xalpha beta", "OTHER"),
        ("AB-1 rises", "EXACT"),
        ("ab-1 rises", "OTHER"),
    ],
)
def test_the_longest_of_words_with_one_beginning_is_found(title: str, category: str) -> None:
    extra = {
        "short": ["alpha beta"],
        "long": ["alpha beta gamma"],
        "stem": ["alpha*"],
        "exact": ["AB-1", "AB"],
    }
    assert categorize(title, "", (), extra) == category


def test_an_estimate_says_positive_negative_or_neutral() -> None:
    assert estimate(GOOD, "") is Sentiment.POSITIVE
    assert estimate(BAD, "") is Sentiment.NEGATIVE
    assert estimate("A report on the network", "") is Sentiment.NEUTRAL
    assert estimate("5%", "") is Sentiment.UNRATED


def unlabelled(title: str, **fields: Any) -> Article:
    return article(title=title, category="OTHER", **fields)


def test_missing_properties_of_a_source_are_filled_in() -> None:
    found = classified(unlabelled(f"{BAD} of bitcoin"), estimate=True)
    assert (found.category, found.sentiment) == ("BTC", Sentiment.NEGATIVE)
    assert found.sentiment_is_estimated


def test_a_sentiment_of_the_publisher_is_kept() -> None:
    said = article(title=BAD, category="ADA", sentiment=Sentiment.POSITIVE)
    assert classified(said, estimate=True) is said


def test_nothing_is_estimated_for_other_languages_or_where_estimates_are_off() -> None:
    assert classified(unlabelled(GOOD), estimate=False).sentiment is Sentiment.UNRATED
    assert classified(unlabelled(GOOD, lang="uk"), estimate=True).sentiment is Sentiment.UNRATED


def test_an_estimate_is_kept_as_one_by_the_fields_and_by_an_export() -> None:
    guessed = classified(unlabelled(GOOD), estimate=True)
    assert from_fields(to_fields(guessed), guessed.body, guessed.origin) == guessed
    written = write_article(guessed)
    assert "sentimentEstimated: true" in written
    assert read_article(written.encode(), origin=guessed.origin) == guessed
    assert "sentimentEstimated" not in write_article(article(sentiment=Sentiment.POSITIVE))


def test_estimates_are_found_and_their_rows_say_so(tmp_path: Path) -> None:
    guessed = classified(unlabelled(GOOD), estimate=True)
    said = article(2, sentiment=Sentiment.POSITIVE)
    with library(tmp_path, [guessed, said]) as news:
        rows = {row.title: row for row in news.rows(news.find(parse("")))}
        assert [row.title for row in news.rows(news.find(parse("is:estimated")))] == [GOOD]
        assert [row.title for row in news.rows(news.find(parse("-is:estimated")))] == ["Story 2"]
        assert rows[GOOD].estimated
        assert not rows["Story 2"].estimated
