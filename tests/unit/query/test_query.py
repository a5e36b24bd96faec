"""The query language: any text is a query, and its normal form parses back to it."""

import time
import unicodedata
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, timezone
from itertools import chain

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from reader.query.language import (
    MOST_DEPTH,
    SENTIMENTS,
    STATES,
    Condition,
    Field,
    Group,
    Pattern,
    Query,
    Term,
    instant,
    parse,
    parse_typed,
)
from reader.query.queries import grouped
from tests.examples import one_in

Conditions = st.SearchStrategy[tuple[Condition, ...]]

NOW = datetime(2025, 11, 12, 9, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Set the system's time zone; UTC until it is set."""

    def set_zone(name: str) -> None:
        monkeypatch.setenv("TZ", name)
        time.tzset()

    set_zone("UTC")
    yield set_zone
    monkeypatch.undo()
    time.tzset()


def tag(name: str, exclude: bool = False) -> Term:
    return Term(Field.TAG, name, exclude)


def word(value: str, exclude: bool = False, prefix: bool = False) -> Term:
    return Term(None, value, exclude, prefix)


SYNTAX = st.sampled_from(
    [
        *'-":*\\ \t\n()/',
        " OR ",
        "-(",
        "/a+/",
        "title:/b/",
        "tag:",
        "TITLE:",
        "after:",
        "is:",
        "foo:",
        "https://",
        "7d",
        "read",
        "\0",
        "İ̖",
    ]
)
TEXT = st.one_of(
    st.text(st.characters()),  # lone surrogates too: that is how odd bytes arrive in argv
    st.lists(st.one_of(SYNTAX, st.text(max_size=3))).map("".join),
)
SAID = st.text(min_size=1).filter(lambda text: any(map(str.isalnum, text)))
TERM = st.one_of(
    st.builds(Term, st.sampled_from([None, Field.TITLE]), SAID, st.booleans(), st.booleans()),
    st.builds(
        Term,
        st.sampled_from([Field.TAG, Field.CATEGORY, Field.SOURCE, Field.LANG]),
        SAID,
        st.booleans(),
    ),
    st.builds(Term, st.just(Field.SENTIMENT), st.sampled_from(SENTIMENTS), st.booleans()),
    st.builds(Term, st.just(Field.IS), st.sampled_from(STATES), st.booleans()),
    st.builds(Term, st.just(Field.STORY), st.integers(1, 10**18 - 1).map(str), st.booleans()),
    st.builds(
        Term,
        st.sampled_from([Field.AFTER, Field.BEFORE]),
        st.one_of(
            st.datetimes().map(datetime.isoformat),
            st.datetimes().map(lambda when: f"{when.isoformat()}Z"),
            st.dates().map(str),
            st.from_regex(r"\A[0-9]{1,12}[hdw]\Z"),
        ),
        st.booleans(),
    ),
)
SOURCES = [
    r"a+",
    r"^\w{2}$",
    r"[/)]",
    r"a\/b",
    r"\\/",
    "x / y",
    r"(?:\(a|b\))",
    r"\\",
    r"[[:alpha:]\d]",
]
PATTERN = st.builds(Pattern, st.sampled_from(SOURCES), st.booleans(), st.booleans())
PLAIN = (TERM | PATTERN).map(lambda term: (term,))


def branching(inner: st.SearchStrategy[tuple[Condition, ...]]) -> Conditions:
    """Groups of some of these conditions, and the conditions themselves."""
    queries = st.lists(inner, max_size=3).map(lambda some: Query(tuple(chain(*some))))
    return inner | st.builds(
        lambda branches, exclude: grouped(branches, exclude=exclude),
        st.lists(queries, max_size=3),
        st.booleans(),
    )


QUERY = st.lists(branching(branching(PLAIN)), max_size=4).map(
    lambda some: Query(tuple(chain(*some)))
)


@given(TEXT)
@example("\ud800 tag:\udcff")
@example("before:0001-01-01T00:00+23:59")
@example("after:9999-12-31T23:59-23:59")
@example("after:" + "9" * 5000 + "w")
def test_any_text_is_a_query_with_a_stable_normal_form(text: str) -> None:
    query = parse(text)
    again = parse(str(query))
    assert again == query
    assert str(again) == str(query)
    assert again.hints == ()


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("(tag:xrp OR tag:eth) -is:read", "(tag:xrp OR tag:eth) is:unread"),
        ("tag:xrp etf OR tag:eth", "(tag:xrp etf OR tag:eth)"),
        ("(a OR (b OR c))", "(a OR b OR c)"),
        ("(a b)c", "a b c"),
        ("(a OR b)(c OR d)", "(a OR b) (c OR d)"),
        ("(a OR a)", "a"),
        ("-(a b)", "-(a b)"),
        ("-(-(a OR b))", "(a OR b)"),
        ("-(is:read)", "is:unread"),
        ("-(after:7d)", "before:7d"),
        ("category:btc (category:eth)", "category:btc (category:eth)"),
        ("(a OR b", "(a OR b)"),
        ("(a OR b) c)", '(a OR b) "c)"'),
        ("(tag:foo(bar) OR x)", '(tag:"foo(bar)" OR x)'),
        ("-( OR ()", ""),
        ("a OR", "a"),
        ('"OR"', '"OR"'),
        ("title:OR or", "title:OR or"),
        (r"/spot\s+etf/ x", r"/spot\s+etf/ x"),
        ("TITLE:/a/", "title:/a/"),
        ("-/a b/ OR (/c/)", "(-/a b/ OR /c/)"),
        ("-(/a/)", "-/a/"),
        ("/a/b/", r"/a\/b/"),
        (r"/a\/b/", r"/a\/b/"),
        ("/r/bitcoin", '"/r/bitcoin"'),
        ("https://example.org/a/", "https://example.org/a/"),
    ],
)
def test_groups_and_expressions_have_one_normal_form(text: str, normal: str) -> None:
    assert str(parse(text)) == normal
    assert parse(text).hints == ()
    assert parse(normal) == parse(text)


@pytest.mark.parametrize(
    ("text", "normal", "reason"),
    [
        ("/(a/", '"(a"', "`/(a/` is not a regular expression (missing ))"),
        ("/a{1001}/", "a{1001}", "`/a{1001}/` is not a regular expression"),
        ("/" + "a" * 201 + "/", "a" * 201, "a regular expression has at most 200 characters"),
        (r"/\bбик/", r"\bбик", r"`\b` knows Latin letters only"),
    ],
)
def test_an_impossible_expression_is_plain_text_with_a_hint(
    text: str, normal: str, reason: str
) -> None:
    query = parse(text)
    assert str(query) == normal
    assert query.hints[0].reason.startswith(reason)


def test_groups_that_stand_too_deep_are_named_and_their_terms_are_kept() -> None:
    query = parse("-(a OR " * 20 + "b" + ")" * 20)
    assert {hint.reason for hint in query.hints} == {f"groups stand at most {MOST_DEPTH} deep"}
    assert parse(str(query)) == query


@pytest.mark.parametrize("text", ["(" * 50_000, "(a" * 30_000 + ")b" * 30_000, "/a " * 40_000])
def test_a_long_line_of_parentheses_is_a_query_like_any_other(text: str) -> None:
    assert parse(text) is not None


def test_a_step_of_the_filter_leaves_groups_as_they_are() -> None:
    query = parse("(tag:xrp OR tag:eth) etf")
    assert query.tag_state("xrp") is None
    assert str(query.cycle_tag("XRP")) == "(tag:xrp OR tag:eth) etf tag:xrp"
    assert str(query.with_only(Field.LANG, "uk")) == "(tag:xrp OR tag:eth) etf lang:uk"
    assert str(query.drop_last().drop_last()) == ""
    group = query.terms[0]
    assert isinstance(group, Group)
    assert str(query.without(group)) == "etf"


def test_what_a_query_needs_is_found_in_groups_too() -> None:
    query = parse("-(is:read -etf OR after:7d /x/) (halving OR title:spot)")
    assert query.is_about_marks
    assert query.is_about_time
    assert query.has_patterns
    assert [str(term) for term in query.lookups] == ["etf", "halving", "title:spot"]
    assert query.sought == query.lookups
    assert parse("(lang:uk OR lang:de) a").asks_for(Field.LANG)
    assert not parse("-(lang:uk OR lang:de) a").asks_for(Field.LANG)
    assert parse("(is:draft OR a)").finds_drafts
    assert not parse("-(is:draft OR a)").finds_drafts


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("(tag:xrp OR bit", "(tag:xrp OR bit*)"),
        ("(tag:xrp OR tag:bi", "tag:xrp"),
        ("fees (", "fees"),
        ("fees /spot.*", "fees"),
        ("fees -title:/^a", "fees"),
        ("fees /spot/", "fees /spot/"),
        (r"fees /spot (etf|\$", "fees"),
        ("fees /fees", "fees"),
        ("fees /spot etf/", "fees /spot etf/"),
        ("fees (/spot OR x", "fees"),
        ("/r/bitcoin fe", '"/r/bitcoin" fe*'),
        ("fees (a OR b)", "fees (a OR b)"),
    ],
)
def test_what_is_typed_counts_as_far_as_it_makes_sense(line: str, meant: str) -> None:
    query = parse_typed(line, lambda _, value: value == "xrp")
    assert (str(query), query.hints) == (meant, ())


@given(TEXT)
def test_any_text_may_be_typed(text: str) -> None:
    query = parse_typed(text, lambda _field, _value: True)
    assert parse(str(query)) == query


@given(QUERY)
def test_any_query_parses_back_from_its_normal_form(query: Query) -> None:
    assert parse(str(query)) == query
    assert parse(str(query)).hints == ()


@given(TEXT)
def test_no_control_character_gets_into_a_query_or_a_hint(text: str) -> None:
    query = parse(text)
    shown = [str(query), *(part for hint in query.hints for part in hint)]
    assert not [c for c in "".join(shown) if unicodedata.category(c) in ("Cc", "Cs")]


@given(QUERY)
def test_every_term_of_a_query_can_be_evaluated(query: Query) -> None:
    after, before = query.period(NOW)
    assert all(bound is None or bound.tzinfo is UTC for bound in (after, before))


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("", ()),
        ("   ", ()),
        ("bitcoin etf", (word("bitcoin"), word("etf"))),
        ('"spot etf"', (word("spot etf"),)),
        ('"bitcoin"', (word("bitcoin"),)),
        ('"spot  \n etf', (word("spot etf"),)),
        ('"say ""hi"""', (word('say "hi"'),)),
        ('5" "a"b', (word('5"'), word("a"), word("b"))),
        ("-bitcoin", (word("bitcoin", exclude=True),)),
        ("--fast", (word("-fast", exclude=True),)),
        ("bit*", (word("bit", prefix=True),)),
        ('-"spot et"*', (word("spot et", exclude=True, prefix=True),)),
        ('"bit*"', (word("bit*"),)),
        ("title:xrp*", (Term(Field.TITLE, "xrp", prefix=True),)),
        ('TAG:"Bitcoin News"', (tag("bitcoin news"),)),
        ("-tag:XRP", (tag("xrp", exclude=True),)),
        ("tag:-x", (tag("-x"),)),
        ("source:Bloomberg_Crypto_", (Term(Field.SOURCE, "bloomberg_crypto_"),)),
        ("sentiment:Unrated", (Term(Field.SENTIMENT, "unrated"),)),
        ("story:0120", (Term(Field.STORY, "120"),)),
        ("-story:7", (Term(Field.STORY, "7", exclude=True),)),
        ("is:favorite", (Term(Field.IS, "favourite"),)),
        ("https://example.org/a:b", (word("https://example.org/a:b"),)),
        ("10:30", (word("10:30"),)),
        ('"tag:xrp"', (word("tag:xrp"),)),
        ("-", ()),
        ('"', ()),
        ('""', ()),
        ("c++", (word("c++"),)),
        ("BTC/USD", (word("BTC/USD"),)),
        ("NEAR(", (word("NEAR("),)),
        ("a AND or NOT b", tuple(map(word, ["a", "AND", "or", "NOT", "b"]))),
        ("bit\0coin", (word("bitcoin"),)),
        ("\x1b[2Jxrp\u202e", (word("[2Jxrp"),)),
        ("x\ufdecr\U000e0041p\U0001fffe\ufeff", (word("xrp"),)),
        ("xrp\u2028ada", (word("xrp"), word("ada"))),
    ],
)
def test_dates_mean_these_instants(text: str, terms: tuple[Term, ...]) -> None:
    query = parse(text)
    assert query.terms == terms
    assert query.hints == ()


@pytest.mark.parametrize(
    ("text", "plain", "reason"),
    [
        ("foo:bar", "foo:bar", "no field `foo`"),
        ("Sentmient:x", "Sentmient:x", "no field `Sentmient` (did you mean `sentiment:`?)"),
        ("is:favourit", "is:favourit", "`favourit` is not a state (did you mean `favourite`?)"),
        ('foo:"bar baz"', "foo:bar baz", "no field `foo`"),
        ("tag:", "tag:", "`tag:` has no value"),
        ('tag:""', "tag:", "`tag:` has no value"),
        ("tag:bit*", "tag:bit*", "`tag:` takes no `*`"),
        ("title:++", "title:++", "`++` has no letter or digit to search for"),
        ("sentiment:great", "sentiment:great", "`great` is not a sentiment"),
        (
            "is:new",
            "is:new",
            f"`new` is not a state ({', '.join(STATES)})",
        ),
        *(
            (f"story:{value}", f"story:{value}", f"`{value}` is not the number of a story")
            for value in ("larkspur", "0", "-7", "1.5", "٣", "²", "9" * 19)
        ),
        ("after:31-31-2025", "after:31-31-2025", "`31-31-2025` is not a date"),
        ("after:2025-02-30", "after:2025-02-30", "`2025-02-30` is not a date"),
        ("before:2m", "before:2m", "`2m` is not a date"),
        ("after:-7d", "after:-7d", "`-7d` is not a date"),
        ("after:²d", "after:²d", "`²d` is not a date"),
    ],
)
def test_an_invalid_term_is_plain_text_with_a_hint(text: str, plain: str, reason: str) -> None:
    query = parse(f"xrp -{text}")
    assert query.terms == (word("xrp"), word(plain, exclude=True))
    (hint,) = query.hints
    assert hint.term == f"-{text}"
    assert hint.reason.startswith(reason)


def test_a_word_without_letters_or_digits_is_left_out_with_a_hint() -> None:
    query = parse("xrp +++ 🚀")
    assert query.terms == (word("xrp"),)
    assert [hint.term for hint in query.hints] == ["+++", "🚀"]


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("  TAG:XRP   -Category:BTC ", "tag:xrp -category:btc"),
        ("tag:й", "tag:й"),
        ("tag:STRASSE tag:straße", "tag:strasse"),
        ('title:"//x"', 'title:"//x"'),
        ("foo:bar", '"foo:bar"'),
        ("after:2025-11-01T00:00", "after:2025-11-01"),
        ("after:2025-11-01T00:00Z", "after:2025-11-01T00:00Z"),
        ("after:2025-11-01t08:00:30z", "after:2025-11-01T08:00:30Z"),
        ('after:"2025-11-01 10:00"', "after:2025-11-01T10:00"),
        ("after:20251101", "after:2025-11-01"),
        ("before:2025-11-01T10:00+02:00", "before:2025-11-01T08:00Z"),
        ("before:2025-11-01T10:00:07.5", "before:2025-11-01T10:00:07"),
        ("after:007D", "after:7d"),
        ("-after:7d", "before:7d"),
        ("-is:read -is:draft", "is:unread -is:draft"),
        ("xrp tag:a xrp", "xrp tag:a"),
        ("tag:a tag:b -tag:a", "-tag:a tag:b"),
    ],
)
def test_queries_that_mean_the_same_have_one_normal_form(text: str, normal: str) -> None:
    assert str(parse(text)) == normal
    assert parse(text) == parse(normal)


@pytest.mark.parametrize(
    ("value", "meant"),
    [
        ("24h", NOW - timedelta(hours=24)),
        ("7d", NOW - timedelta(days=7)),
        ("3w", NOW - timedelta(weeks=3)),
        ("0h", NOW),
        ("2025-11-01", datetime(2025, 11, 1, tzinfo=UTC)),
        ("2025-11-01T10:00", datetime(2025, 11, 1, 10, tzinfo=UTC)),
        ("9999-12-31", datetime(9999, 12, 31, tzinfo=UTC)),
        ("0001-01-01", datetime(1, 1, 1, tzinfo=UTC)),
        ("999999999999w", datetime(1, 1, 1, tzinfo=UTC)),
        ("9" * 5000 + "h", datetime(1, 1, 1, tzinfo=UTC)),
    ],
)
def test_the_instant_that_a_time_means(value: str, meant: datetime) -> None:
    assert instant(value, NOW) == meant
    assert instant(value, NOW.astimezone(timezone(timedelta(hours=2)))) == meant


ZONES = ["Europe/Kyiv", "America/New_York", "UTC", "Pacific/Apia"]


@pytest.mark.parametrize(
    ("name", "value", "meant"),
    [
        ("Europe/Kyiv", "2025-12-01", datetime(2025, 11, 30, 22, tzinfo=UTC)),
        ("Europe/Kyiv", "2025-07-01", datetime(2025, 6, 30, 21, tzinfo=UTC)),
        ("Europe/Kyiv", "2025-12-01T00:30", datetime(2025, 11, 30, 22, 30, tzinfo=UTC)),
        ("America/New_York", "2025-12-01", datetime(2025, 12, 1, 5, tzinfo=UTC)),
        ("Pacific/Apia", "2025-12-01", datetime(2025, 11, 30, 11, tzinfo=UTC)),
        # A day that this place left out, a time that no clock showed, and one shown twice.
        ("Pacific/Apia", "2011-12-30", datetime(2011, 12, 30, 10, tzinfo=UTC)),
        ("Europe/Kyiv", "2025-03-30T03:30", datetime(2025, 3, 30, 1, 30, tzinfo=UTC)),
        ("Africa/Cairo", "2025-04-25", datetime(2025, 4, 24, 22, tzinfo=UTC)),
        ("America/New_York", "2025-11-02T01:30", datetime(2025, 11, 2, 5, 30, tzinfo=UTC)),
        ("America/New_York", "9999-12-31T23:59", datetime(9999, 12, 31, 23, 59, tzinfo=UTC)),
        ("Europe/Kyiv", "0001-01-01", datetime(1, 1, 1, tzinfo=UTC)),
    ],
)
def test_a_date_is_local_unless_it_says_otherwise(
    zone: Callable[[str], None], name: str, value: str, meant: datetime
) -> None:
    zone(name)
    assert instant(value, NOW) == meant


@pytest.mark.parametrize("name", ZONES)
def test_a_date_with_an_offset_is_the_same_instant_everywhere(
    zone: Callable[[str], None], name: str
) -> None:
    zone(name)
    for text in ("after:2025-12-01T00:30+02:00", "after:2025-11-30T22:30Z"):
        query = parse(text)
        assert query.period(NOW) == (datetime(2025, 11, 30, 22, 30, tzinfo=UTC), None)
        assert str(query) == "after:2025-11-30T22:30Z"


@pytest.mark.parametrize("name", one_in(4, ZONES))
def test_every_hour_of_a_year_is_a_date_of_a_query(zone: Callable[[str], None], name: str) -> None:
    zone(name)
    first = datetime(2025, 1, 1, tzinfo=UTC)
    for hour in range(365 * 24):
        query = parse(f"after:{first + timedelta(hours=hour):%Y-%m-%dT%H:%M:%S}")
        assert parse(str(query)) == query
        after, _ = query.period(NOW)
        assert after is not None
        assert abs(after - first - timedelta(hours=hour)) <= timedelta(hours=14)


def test_the_period_has_the_narrowest_bounds() -> None:
    query = parse("after:2025-11-01 after:7d before:2025-11-10 before:2025-11-11")
    assert query.period(NOW) == (NOW - timedelta(days=7), datetime(2025, 11, 10, tzinfo=UTC))
    assert parse("tag:xrp").period(NOW) == (None, None)


def test_terms_are_grouped_for_evaluation_in_their_order() -> None:
    query = parse("lang:uk tag:b -lang:en etf -tag:a title:sec lang:de")
    assert query.included(Field.LANG) == ("uk", "de")
    assert query.excluded(Field.LANG) == ("en",)
    assert query.tags == (tag("b"), tag("a", exclude=True))
    assert query.words == (word("etf"), Term(Field.TITLE, "sec"))


def test_a_tag_cycles_through_included_excluded_and_absent_in_its_place() -> None:
    start = parse("tag:btc etf")
    assert start.tag_state("BTC") is True
    excluded = start.cycle_tag("BTC")
    assert str(excluded) == "-tag:btc etf"
    assert excluded.tag_state("btc") is False
    absent = excluded.cycle_tag("btc")
    assert str(absent) == "etf"
    assert absent.tag_state("BTC") is None
    assert str(absent.cycle_tag("BTC")) == "etf tag:btc"


@given(QUERY, SAID)
def test_a_tag_cycled_three_times_is_as_it_was(query: Query, name: str) -> None:
    before = query.tag_state(name)
    once = query.cycle_tag(name)
    assert once.tag_state(name) is {None: True, True: False, False: None}[before]
    assert once.cycle_tag(name).cycle_tag(name).tag_state(name) is before


def test_one_value_replaces_the_others_of_its_field() -> None:
    query = parse("lang:en tag:x lang:uk -lang:de")
    assert str(query.with_only(Field.LANG, "fr")) == "tag:x -lang:de lang:fr"
    assert str(query.with_only(Field.LANG, "DE")) == "tag:x lang:de"
    assert str(query.with_only(Field.LANG, None)) == "tag:x -lang:de"


def test_the_term_that_was_added_last_is_dropped_first() -> None:
    query = parse("tag:a xrp").with_term(word("etf"))
    assert str(query.drop_last()) == "tag:a xrp"
    assert str(query.drop_last().drop_last()) == "tag:a"
    assert query.drop_last().drop_last().drop_last().drop_last() == Query()


@given(QUERY)
def test_removing_a_term_leaves_the_others(query: Query) -> None:
    for term in query.terms:
        rest = query.without(term)
        assert rest.terms == tuple(other for other in query.terms if other != term)
        assert rest.without(term) == rest


def test_hints_belong_to_the_text_and_make_no_difference_between_queries() -> None:
    query = parse("foo:bar")
    assert query.hints
    assert query == parse('"foo:bar"')
    assert hash(query) == hash(parse('"foo:bar"'))
    assert not query.with_term(tag("xrp")).hints


@pytest.mark.parametrize(
    ("field", "value"), [(Field.TAG, " "), (Field.IS, "new"), (Field.AFTER, "soon"), (None, "?")]
)
def test_an_invalid_term_cannot_be_constructed(field: Field | None, value: str) -> None:
    with pytest.raises(ValueError, match=r"^`.+`"):
        Term(field, value)
