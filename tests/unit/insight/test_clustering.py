"""Stories: reports of one event come together, and what was decided does not depend on how."""

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.insight.stories import (
    FIRST_S,
    LATEST_S,
    MOST_REPORTS,
    REMEMBERED_S,
    Report,
    Stories,
    dot,
    unit,
)
from reader.insight.vectors import UNKNOWN, first_paragraph, vector, weights

HOUR = 3600


def report(id: int, hours: float, source: str, title: str, lead: str = "") -> Report:
    return Report(id, int(hours * HOUR), source, vector(title, lead))


def told(*reports: Report) -> list[int]:
    """The story of each report."""
    stories = Stories()
    return [stories.add(each, each.id) for each in reports]


HACK = "Vaults of Larkspur drained of $41 million by a forged oracle"
OTHER_HACK = "Larkspur loses $41 million after forged oracle drains its vaults"
MINING = "Miners of Tarnby move to hydro plants before the winter tariff"


def test_two_sources_with_one_event_are_one_story() -> None:
    assert told(
        report(1, 0, "ledgerpost", HACK),
        report(2, 1, "mintgazette", MINING),
        report(3, 2, "coinharbour", OTHER_HACK),
    ) == [1, 2, 1]


def test_a_first_paragraph_counts_too_but_less_than_a_title() -> None:
    one, other = report(1, 0, "a", "A bad day", HACK), report(2, 1, "b", "What happened", HACK)
    assert told(one, other) == [1, 1]
    weak = vector("Larkspur", "forged oracle")
    assert weak["larkspur"] > weak["oracl"] > 0


@pytest.mark.parametrize(
    ("hours", "story"),
    [(LATEST_S / HOUR, 1), (LATEST_S / HOUR + 0.01, 2)],
)
def test_a_story_ends_when_nobody_reports_it_for_36_hours(hours: float, story: int) -> None:
    assert told(report(1, 0, "a", HACK), report(2, hours, "b", HACK))[1] == story


def test_a_story_ends_after_96_hours() -> None:
    days = [report(id, 24 * id, f"source{id}", HACK) for id in range(6)]
    assert told(*days) == [0, 0, 0, 0, 0, 5]


def test_two_articles_of_one_source_must_be_more_alike() -> None:
    second = "Larkspur promises refunds for forged withdrawals by Friday"
    assert told(report(1, 0, "a", HACK), report(2, 1, "b", second)) == [1, 1]
    assert told(report(1, 0, "a", HACK), report(2, 1, "a", second)) == [1, 2]


def test_an_article_that_is_published_again_joins_its_story() -> None:
    assert told(report(1, 0, "a", HACK), report(2, 1, "a", HACK)) == [1, 1]


def test_articles_without_terms_are_stories_of_their_own() -> None:
    assert told(report(1, 0, "a", ""), report(2, 0, "b", ""), report(3, 0, "c", "The")) == [1, 2, 3]


def test_a_story_does_not_grow_along_a_chain() -> None:
    words = [f"word{letter}" for letter in "abcdefghijklmnop"]
    chain = [report(id, id, f"source{id}", " ".join(words[2 * id : 2 * id + 4])) for id in range(7)]
    assert all(dot(one.vector, other.vector) > 0.4 for one, other in pairwise(chain))
    assert len(set(told(*chain))) > 2


def test_thousands_of_articles_of_one_title_become_stories_of_bounded_size() -> None:
    stories = told(*(report(id, id / 200, f"source{id % 9}", HACK) for id in range(2_000)))
    assert max(stories.count(story) for story in set(stories)) == MOST_REPORTS


def test_old_articles_are_forgotten() -> None:
    stories = Stories()
    for id in range(300):
        stories.add(report(id, 3 * id, f"source{id}", f"{HACK} nr{id}"), id)
    assert len(stories) == FIRST_S // (3 * HOUR) + 1
    stories.add(report(300, 10_000, "a", MINING), 300)
    assert len(stories) == 1


TITLES = st.lists(st.sampled_from([*"abcdefgh"]), min_size=1, max_size=4).map(
    lambda letters: " ".join(f"event{letter}" for letter in letters)
)
ARCHIVES = st.lists(st.tuples(st.integers(0, 30), st.sampled_from("xyz"), TITLES), max_size=30).map(
    lambda rows: [
        report(id, sum(hours for hours, _, _ in rows[: id + 1]), source, title)
        for id, (_, source, title) in enumerate(rows)
    ]
)


def in_two_runs(reports: Sequence[Report], cut: int) -> list[int]:
    """The stories, with only what has to be remembered put in again for the second run."""
    first = told(*reports[:cut])
    stories = Stories()
    for each, story in zip(reports[:cut], first, strict=True):
        if cut < len(reports) and each.published >= reports[cut].published - REMEMBERED_S:
            stories.put(each, story)
    return first + [stories.add(each, each.id) for each in reports[cut:]]


@given(ARCHIVES, st.integers(0, 30))
def test_stories_do_not_depend_on_how_articles_are_cut_into_runs(
    reports: list[Report], cut: int
) -> None:
    cut = min(cut, len(reports))
    assert in_two_runs(reports, cut) == told(*reports)


@given(ARCHIVES)
def test_a_story_is_named_by_its_first_article_and_bounded_in_time(reports: list[Report]) -> None:
    members: dict[int, list[Report]] = {}
    for each, story in zip(reports, told(*reports), strict=True):
        members.setdefault(story, []).append(each)
    for story, every in members.items():
        assert every[0].id == story
        assert every[-1].published - every[0].published <= FIRST_S
        assert all(b.published - a.published <= LATEST_S for a, b in pairwise(every))


@given(st.dictionaries(st.text(), st.floats(0.1, 10), min_size=1), st.integers(1, 30))
def test_a_vector_is_of_unit_length(weights: dict[str, float], most: int) -> None:
    vector = unit(weights, most)
    assert len(vector) <= most
    assert dot(vector, vector) == pytest.approx(1)


def test_words_of_price_talk_weigh_less_than_rare_words() -> None:
    known = weights()
    assert known["bitcoin"] < known["oracl"] < UNKNOWN


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("## What happened\n\nA vault was drained.\n\nMore.", "A vault was drained."),
        ("## What happened\nA vault.", "A vault."),
        ("No heading here.", "the description"),
        ("", "the description"),
    ],
)
def test_the_lead_is_the_paragraph_below_the_first_heading(body: str, found: str) -> None:
    assert first_paragraph(body, "the description") == found
