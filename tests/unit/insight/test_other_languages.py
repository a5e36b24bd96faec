"""Stories in languages without a table of weights: by beginnings of words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.insight.others import LETTERS, OtherStories, Written, prefixes

HOUR = 3600
NOISE = (
    "Майнери Тарнбі переходять на гідроелектростанції",
    "Регулятор Мелстеда оновив правила для бірж",
    "Фонд Оріна купує казначейські облігації",
    "Стейкінг валідаторів зріс удвічі за квартал",
    "Музей криптографії відкрився після ремонту",
)
HACK = "Сховища Ларкспура спустошено через підроблений оракул"
RETOLD = "Ларкспур втратив кошти: підроблений оракул спустошив сховища"


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("Сховища Ларкспура", ["сховищ", "ларксп"]),
        ("сховищем ЛАРКСПУРУ", ["сховищ", "ларксп"]),
        ("Ще $1.5 billion у BTC та Bitcoin", ["#1.5b", "bitcoin", "bitcoin"]),
        ("Об’єднання об'єднали", ["об'єдн", "об'єдн"]),
        ("до та із на", []),
        ("", []),
    ],
)
def test_a_term_is_the_beginning_of_a_word_or_a_sum_or_a_name(text: str, terms: list[str]) -> None:
    found = [term for term in prefixes(text) if term not in ("billion", "5")]
    assert found[: len(terms)] == terms


@given(st.text())
def test_any_text_has_short_terms(text: str) -> None:
    for term in prefixes(text):
        assert term.isascii() or len(term) <= LETTERS


def stories(*titles: tuple[str, str, int]) -> list[int]:
    """The story of each title, source and hour, among other news."""
    made, found, last = OtherStories(), [], len(NOISE) * 8
    for n in range(last):
        made.add(Written(n, n * HOUR // 8, "daybook", f"{NOISE[n % 5]} {n}", ""), n)
    for n, (title, source, hour) in enumerate(titles):
        story = made.add(Written(last + n, (9 + hour) * HOUR, source, title, ""), last + n)
        found.append(story)
    return found


def test_the_same_event_in_other_cases_of_its_words_is_one_story() -> None:
    one, other, third = stories(
        (HACK, "ledgerpost", 0),
        ("Мережа Вілмера запустила міст", "wire", 1),
        (RETOLD, "harbour", 2),
    )
    assert one == third != other


def test_an_article_of_another_week_begins_a_story_of_its_own() -> None:
    one, other = stories((HACK, "ledgerpost", 0), (RETOLD, "harbour", 40))
    assert one != other


def test_words_that_many_articles_have_weigh_little() -> None:
    common = [(f"Аналітики про {title}", "wire", n) for n, title in enumerate(NOISE)]
    *_, one, other = stories(
        *common,
        ("Аналітики про Ларкспур: музей відкрито", "ledgerpost", 6),
        ("Аналітики про Вілмер: міст запущено", "harbour", 7),
    )
    assert one != other


def test_an_article_without_words_is_alone() -> None:
    one, other = stories(("", "ledgerpost", 0), ("…", "harbour", 1))
    assert one != other
