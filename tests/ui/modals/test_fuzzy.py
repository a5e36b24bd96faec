"""The names that match what was typed, and their order."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.ui.modals.fuzzy import best, fold, matched
from tests.examples import examples


def found(typed: str, *names: str) -> list[str]:
    return [names[place] for place in best(typed, [fold(name) for name in names])]


def test_the_exact_name_comes_first_then_prefix_word_part_and_letters() -> None:
    names = ("META XRAY P", "XXRP", "THE XRP LEDGER", "XRP ETF", "XRP", "SOLANA")
    assert found("xrp", *names) == ["XRP", "XRP ETF", "THE XRP LEDGER", "XXRP", "META XRAY P"]


def test_ties_keep_their_order() -> None:
    assert found("et", "ETF", "ETH", "ETC") == ["ETF", "ETH", "ETC"]


def test_nothing_typed_matches_everything() -> None:
    assert found("  ", "B", "A") == ["B", "A"]


def test_case_does_not_matter_in_any_alphabet() -> None:
    assert found("бітк", "РИНОК", "БІТКОЇН") == ["БІТКОЇН"]
    assert found("БІТК", "біткоїн") == ["біткоїн"]


@pytest.mark.parametrize("typed", ["[/", "^-]", "\\", ".*", "(", "]", "a-z", "[^", "&&", "\n"])
def test_typed_signs_are_literal(typed: str) -> None:
    assert found(typed, "NOTHING OF THE KIND", f"x{typed}y") == (
        [f"x{typed}y"] if typed.strip() else ["NOTHING OF THE KIND", f"x{typed}y"]
    )


def test_a_long_name_that_nearly_matches_is_rejected_in_one_pass() -> None:
    assert found("a" * 30 + "b", *["a" * 3000] * 20) == []


@pytest.mark.parametrize(
    ("typed", "name", "letters"),
    [
        ("etf", "BITCOIN ETF", "ETF"),
        ("bn", "BITCOIN NEWS", "BN"),
        ("ew", "NEWS", "EW"),
        ("м", "РИНОК", ""),
        ("n", "İSTANBUL", "N"),
    ],
)
def test_matched_letters_are_known_by_index(typed: str, name: str, letters: str) -> None:
    assert "".join(name[place] for place in matched(typed, name)) == letters


@given(st.text(), st.text(max_size=30))
@examples(200)
def test_a_name_matches_just_when_its_letters_can_be_shown(name: str, typed: str) -> None:
    places = list(matched(typed, name))
    assert places == sorted(set(places))
    assert bool(found(typed, name)) == (bool(places) or not typed.strip())
    assert [fold(name)[place] for place in places] == list(fold(typed.strip()))[: len(places)]
