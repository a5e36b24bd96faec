"""Who is first with stories, compared with chance."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.insight.firsts import LEAST_STORIES, firsts

HOUR = 3600


def test_a_source_is_compared_with_chance() -> None:
    both = [[(0.0, "fast"), (2.0 * HOUR, "slow")]] * 20
    three = [[(9.0 * HOUR, "slow"), (5.0 * HOUR, "fast"), (3.0 * HOUR, "slow"), (8.0 * HOUR, "")]]
    fast, slow = firsts(both + three * 20)
    assert (fast.source, fast.stories, fast.first, fast.by_chance) == ("fast", 40, 20, 20)
    assert (slow.source, slow.stories, slow.first, slow.by_chance) == ("slow", 40, 20, 20)
    assert (fast.lag, slow.lag) == ("2.0 h", "2.0 h")
    assert (fast.share, fast.chance) == (0.5, 0.5)


def test_the_best_compared_with_chance_comes_first_and_one_always_first_has_no_lag() -> None:
    stories = [[(1.0, "b"), (0.0, "a")], [(1.0, "b"), (2.0, "c"), (3.0, "d")]] * LEAST_STORIES
    found = firsts(stories)
    assert [each.source for each in found] == ["a", "b", "c", "d"]
    assert (found[0].first, found[0].by_chance, found[0].lag) == (30, 15, "")
    assert (found[1].first, found[1].by_chance) == pytest.approx((30, 25))


def test_sources_of_few_stories_are_left_out() -> None:
    assert firsts([[(0.0, "a"), (1.0, "b")]] * (LEAST_STORIES - 1)) == []
    assert firsts([[(0.0, "a"), (1.0, "a")]] * 100) == []


def test_a_story_begun_by_two_at_once_counts_half_for_each() -> None:
    one, other = firsts([[(0.0, "a"), (0.0, "b")]] * 30)
    assert one.first == other.first == 15


STORY = st.lists(st.tuples(st.floats(0, 1e9), st.sampled_from("abcd")), min_size=1, max_size=6)


@given(st.lists(STORY, max_size=8))
def test_each_story_has_one_first_in_total_and_by_chance(
    stories: list[list[tuple[float, str]]],
) -> None:
    found = firsts(stories * LEAST_STORIES)
    several = sum(len({source for _, source in story}) > 1 for story in stories) * LEAST_STORIES
    assert sum(each.first for each in found) == pytest.approx(several)
    assert sum(each.by_chance for each in found) == pytest.approx(several)
