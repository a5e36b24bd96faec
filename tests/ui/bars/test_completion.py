"""Completions of the last term of a search line."""

from collections.abc import Mapping

from reader.query.language import Field, parse_typed
from reader.ui.bars.completion import completed, completions, last_term

NAMES: Mapping[Field, Mapping[str, int]] = {
    Field.TAG: {"BTC": 9, "XRP": 7, "BITCOIN NEWS": 5, "XRPL": 2, "AXRP": 1},
    Field.CATEGORY: {"BTC": 9},
    Field.SOURCE: {"block_ledger": 9},
    Field.LANG: {"en": 8, "uk": 3},
}


def offered(line: str) -> list[str]:
    return [each.term for each in completions(line, NAMES.__getitem__)]


def is_known(field: Field, value: str) -> bool:
    return any(name.casefold() == value for name in NAMES[field])


def test_a_field_is_completed_from_its_first_letters() -> None:
    assert offered("fees ti") == ["title:"]
    assert offered("s") == ["sentiment:", "source:", "story:"]
    assert offered("") == offered("fees ") == []


def test_values_with_this_beginning_come_first_sorted_by_frequency() -> None:
    assert offered("tag:xr") == ["tag:xrp", "tag:xrpl", "tag:axrp"]
    assert offered("-tag:b") == ["tag:btc", 'tag:"bitcoin news"']
    assert completions("tag:xrpl", NAMES.__getitem__) == []


def test_fields_with_words_of_their_own() -> None:
    assert offered("is:fav") == ["is:favourite"]
    assert offered("sentiment:ne") == ["sentiment:negative", "sentiment:neutral"]
    assert offered("after:7") == ["after:7d"]
    assert offered("title:x") == offered("nothing:x") == []


def test_a_completed_line_is_ready_for_the_next_term() -> None:
    assert completed("fees -tag:b", 'tag:"bitcoin news"') == 'fees -tag:"bitcoin news" '
    assert completed("ti", "title:") == "title:"
    assert last_term('tag:"bitcoin ne') == 'tag:"bitcoin ne'


def test_a_term_in_parentheses_is_completed_like_any_other() -> None:
    assert offered("fees (tag:xr") == ["tag:xrp", "tag:xrpl", "tag:axrp"]
    assert offered("-(tag:eth OR sen") == ["sentiment:"]
    assert completed("-(-tag:b", "tag:btc") == "-(-tag:btc "
    assert last_term("tag:foo(b") == "tag:foo(b"


def test_the_last_word_is_the_beginning_of_one() -> None:
    assert str(parse_typed("spot bit", is_known)) == "spot bit*"
    assert str(parse_typed("spot bit ", is_known)) == "spot bit"
    assert str(parse_typed("title:bit", is_known)) == "title:bit*"
    assert str(parse_typed('"spot bit"', is_known)) == '"spot bit"'
    assert str(parse_typed("-bit", is_known)) == "-bit*"


def test_half_a_value_does_not_count_yet() -> None:
    for half in ("tag:", "tag:xr", "after:", "after:2025-1", "is:unr", "sentiment:", "lang:e", "-"):
        query = parse_typed(f"fees {half}", is_known)
        assert (str(query), query.hints) == ("fees", ())
    assert str(parse_typed("fees tag:xr ", is_known)) == "fees tag:xr"
    assert str(parse_typed("tag:xrp", is_known)) == "tag:xrp"


def test_an_invalid_term_is_named_as_soon_as_typing_cannot_complete_it() -> None:
    query = parse_typed("colour:red", is_known)
    assert [hint.term for hint in query.hints] == ["colour:red"]
    assert query.terms
