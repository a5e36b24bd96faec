"""Terms: different spellings of one thing are one term, sums are rounded, small words are none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.insight.terms import MOST_CHARS, terms


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", []),
        ("The market says why", []),
        ("Banks, banking and banked bank", ["bank", "bank", "bank", "bank"]),
        ("Policies of a policy", ["policy", "policy"]),
        ("Indexes, indexed", ["index", "index"]),
        ("Losses and status", ["loss", "status"]),
        ("BTC, bitcoins: Bitcoin", ["bitcoin", "bitcoin", "bitcoin"]),
        ("Ether or ETH", ["ethereum", "ethereum"]),
        ("U.S. banks tell us: American, USA", ["bank", "tell", "us", "us"]),
        ("Orbit’s and Orbits' vaults", ["orbit", "orbit", "vault"]),
        ("$1.25 billion of losses", ["#1.25b", "loss"]),
        ("$1,250,000 stolen", ["#1.25m", "stolen"]),
        ("662,740 coins, 50 bps, 4.5 percent", ["#663k", "#50bps", "#4.5%", "coin"]),
        ("since 2024, in 5 days", ["#2.02e+03", "sinc"]),
        ("Пулы, трейдери", []),
    ],
)
def test_a_text_has_these_terms(text: str, found: list[str]) -> None:
    assert list(terms(text)) == found


def test_only_the_beginning_of_a_long_text_is_looked_at() -> None:
    assert list(terms("vault " * MOST_CHARS)) == ["vault"] * (MOST_CHARS // 6) + ["vaul"]


@given(st.text())
def test_any_text_has_terms_in_lower_case_without_spaces(text: str) -> None:
    for term in terms(text):
        assert term
        assert term == term.lower()
        assert not set(term) & set(" \n\t")
