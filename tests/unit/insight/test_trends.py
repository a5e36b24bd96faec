"""What stories are about more than usual: against tables by hand, and against shuffled archives."""

import random
from collections import Counter
from collections.abc import Sequence

import pytest

from reader.insight.chances import discoveries, tail, two_sided
from reader.insight.trends import Item, deviation, rises, turns


@pytest.mark.parametrize(
    ("count", "mean", "dispersion", "chance"),
    [
        (0, 3.0, 4, 1.0),
        # With a dispersion of 1 each further one has the chance mean / (mean + 1).
        (3, 1.0, 1, 1 / 8),
        (1, 3.0, 1, 3 / 4),
        (20, 0.25, 1, 0.2**20),
        # With 2, it is p^n (1 + n (1 - p)), and the mean 2 p / (1 - p).
        (2, 2.0, 2, 1 / 2),
        (6, 0.5, 2, 0.2**6 * (1 + 6 * 0.8)),
        (1, 0.0, 4, 0.0),
        (100_000, 0.5, 15, 0.0),
    ],
)
def test_the_tail_of_a_negative_binomial_distribution(
    count: int, mean: float, dispersion: float, chance: float
) -> None:
    assert tail(count, mean, dispersion) == pytest.approx(chance, rel=1e-12)


def test_the_tail_falls_and_is_a_chance_for_any_mean() -> None:
    for mean in (0.01, 0.4, 7.0, 300.0, 5_000.0):
        tails = [tail(count, mean, 15) for count in (0, 1, 5, 50, 299, 301, 4_999, 5_001, 9_000)]
        assert tails == sorted(tails, reverse=True)
        assert all(0 <= each <= 1 for each in tails)


@pytest.mark.parametrize(
    ("chances", "found"),
    [
        ([], []),
        ([0.04], [0]),
        ([0.06], []),
        ([0.01, 0.04, 0.03, 0.005], [3, 0, 2, 1]),
        ([0.06, 0.04], []),
        ([0.5, 0.012, 0.9, 0.8], [1]),
        ([0.013, 0.9, 0.8, 0.7], []),
    ],
)
def test_discoveries_of_benjamini_and_hochberg(chances: Sequence[float], found: list[int]) -> None:
    assert discoveries(chances) == found


def test_the_chance_of_a_normal_deviation() -> None:
    assert two_sided(0) == 1
    assert two_sided(1.959964) == pytest.approx(0.05, abs=1e-6)
    assert two_sided(-1.959964) == two_sided(1.959964)


@pytest.mark.parametrize(
    ("now", "was", "shift", "found"),
    [
        # odds 99.5 / 46.5, share 0.6815; (10 - 29 * share) / sqrt(share * 0.3185 * (29 + 5.8))
        ((10, 19), (99, 46), 1.0, -3.5526),
        # Everything fell as much: the odds are 1 to 1 as well.
        ((15, 15), (20, 10), 10.5 / 20.5, 0.0),
        ((12, 0), (0, 12), 1.0, 11.52 / 0.9406),
    ],
)
def test_how_far_labels_are_from_what_is_expected(
    now: tuple[int, int], was: tuple[int, int], shift: float, found: float
) -> None:
    assert deviation(now, was, shift) == pytest.approx(found, abs=1e-3)


def items(
    recent: int = 100, former: int = 400, *, is_in: str = "", now: int = 0, was: int = 0
) -> list[Item]:
    """Stories of the tag `plain`; some of them have the tag or the word `is_in`, too."""
    found = []
    for side, count, having in ((True, recent, now), (False, former, was)):
        for place in range(count):
            has = place < having
            title = f"Note {place} {'Tarnby' if has and is_in == 'word' else ''}"
            tags = {"quiet"} | ({"larkspur"} if has and is_in == "tag" else set())
            found.append(Item(side, ("one", "two")[place % 2], title, tags))
    return found


def test_a_tag_or_a_word_that_is_told_far_more_than_usual_rises() -> None:
    (rise,) = rises(items(is_in="tag", now=12, was=4))
    assert rise == ("larkspur", True, 12, (4 + 0.5) / 4)
    short = [
        each._replace(tags={"ai" if "larkspur" in each.tags else "quiet"})
        for each in items(is_in="tag", now=12, was=4)
    ]
    assert [rise.name for rise in rises(short)] == ["ai"]
    (rise,) = rises(items(is_in="word", now=12, was=2))
    assert rise == ("tarnby", False, 12, (2 + 0.5) / 4)


@pytest.mark.parametrize(
    "some",
    [
        [],
        items(recent=0),
        items(is_in="tag", now=12, was=40),
        items(is_in="tag", now=5),
        items(recent=100, former=0, is_in="tag", now=50),
        items(recent=100, former=99, is_in="tag", now=50),
        [each._replace(source="one") for each in items(is_in="tag", now=12)],
        [each._replace(tags={"crypto news"}) for each in items() if each.is_recent] + items(),
        [each._replace(title="It won't rise in May") for each in items() if each.is_recent]
        + items(),
        [each._replace(title="Підсумки року") for each in items() if each.is_recent] + items(),
    ],
    ids=[
        *("nothing", "nothing recent", "as usual", "too few", "nothing former", "little former"),
        *("one source", "a plain tag", "plain words", "words of another script"),
    ],
)
def test_what_is_as_usual_or_says_nothing_does_not_rise(some: list[Item]) -> None:
    assert rises(some) == []


def test_names_of_the_same_stories_or_forms_of_one_name_are_one_alarm() -> None:
    some = items(is_in="tag", now=12)
    both = {"larkspur", "larkspur news", "oracles hacked"}
    same = [each._replace(tags=both) if "larkspur" in each.tags else each for each in some]
    assert [rise.name for rise in rises(same)] == ["larkspur"]
    forms = [Item(True, "one" if place % 2 else "two", "", {"larkspurs"}) for place in range(9)]
    assert [rise.name for rise in rises([*some, *forms])] == ["larkspur"]
    titled = [each._replace(title="Larkspur falls") for each in some if "larkspur" in each.tags]
    assert [rise.name for rise in rises([*some, *titled])] == ["larkspur"]


def labelled(now: tuple[int, int], was: tuple[int, int]) -> list[Item]:
    """Stories of a tag with so many positive and negative labels, beside evenly mixed ones."""
    found = [
        Item(side, "one", "", {"quiet"}, label)
        for side, count in ((True, 60), (False, 240))
        for label in (1, -1)
        for _ in range(count)
    ]
    for side, pair in ((True, now), (False, was)):
        for label, count in zip((1, -1), pair, strict=True):
            found += [Item(side, "one", "", {"larkspur"}, label)] * count
    return found


def test_a_tag_whose_labels_change_unlike_the_others_has_turned() -> None:
    assert turns(labelled((3, 17), (60, 20))) == [("larkspur", (3, 17), (60, 20))]
    assert turns(labelled((14, 6), (60, 20))) == []
    assert turns(labelled((0, 11), (60, 20))) == []
    assert turns(labelled((0, 20), (11, 0))) == []
    assert turns([]) == []


def test_a_tag_that_turns_as_all_others_has_not_turned() -> None:
    fell = [
        each._replace(label=-1) if each.is_recent and place % 5 else each
        for place, each in enumerate(labelled((15, 5), (60, 20)))
    ]
    assert turns(fell) == []


def archive(seed: int) -> list[Item]:
    """Invented stories whose tags and words are as unevenly frequent as those of news."""
    chance = random.Random(seed)
    tags = [f"tag{n}" for n in range(80)]
    words = [f"word{n}" for n in range(600)]
    made = []
    for _ in range(1_200):
        title = chance.choices(words, [1 / (n + 5) for n in range(600)], k=7)
        own = chance.choices(tags, [1 / (n + 3) for n in range(80)], k=5)
        source, label = chance.choice("abcde"), chance.choices((1, -1, 0), (5, 4, 1))[0]
        made.append(Item(False, source, " ".join(title), set(own), label))
    return made


def test_shuffled_archives_raise_few_alarms() -> None:
    """Their days say nothing, so each alarm is a false one."""
    chance, alarms, days = random.Random(7), Counter[str](), 60
    made = archive(1)
    for _ in range(days):
        chance.shuffle(made)
        some = [each._replace(is_recent=place < 240) for place, each in enumerate(made)]
        found = rises(some)
        alarms["tags"] += sum(rise.is_tag for rise in found)
        alarms["words"] += sum(not rise.is_tag for rise in found)
        alarms["turns"] += len(turns(some))
    assert max(alarms.values(), default=0) <= 0.15 * days


def test_a_burst_in_an_invented_archive_is_found() -> None:
    made = [each._replace(is_recent=place < 240) for place, each in enumerate(archive(2))]
    burst = [
        each._replace(title=f"{each.title} Larkspur's") if place in range(0, 120, 12) else each
        for place, each in enumerate(made)
    ]
    assert "larkspur" in [rise.name for rise in rises(burst)]
