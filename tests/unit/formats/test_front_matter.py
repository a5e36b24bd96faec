"""The bounded handler: strings only, no bombs, and line numbers of the file."""

import frontmatter
import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from reader.formats import NotAnArticle
from reader.formats.archive import yaml_events
from reader.formats.archive.fields import MAX_CHARACTERS
from reader.formats.archive.front_matter import UNREADABLE, FrontMatter
from reader.formats.archive.plain_yaml import Tree
from reader.text import clean
from tests.examples import examples


def load(header: str) -> tuple[dict[str, Tree], list[str]]:
    handler = FrontMatter()
    return handler.load(header), handler.problems


@pytest.fixture(params=["libyaml", "python"])
def _either_parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "python":
        monkeypatch.setattr(yaml_events, "_Loader", yaml.BaseLoader)


@pytest.mark.usefixtures("_either_parser")
class TestWithEitherParser:
    @pytest.mark.parametrize(
        "text", ["0123456", "No", "12:30:45", "2025-11-12", "1e3", "0x1F", "1_000", "true", ".inf"]
    )
    def test_a_scalar_keeps_its_exact_text(self, text: str) -> None:
        assert load(f"externalId: {text}\n")[0] == {"externalId": text}

    def test_null_and_the_word_null_are_told_apart(self) -> None:
        fields, _ = load("a:\nb: ~\nc: null\nd: 'null'\ne: \"\"\n")
        assert fields == {"a": None, "b": None, "c": None, "d": "null", "e": ""}

    def test_nesting_ends_at_eight(self) -> None:
        assert load("a: " + "[" * 7 + "]" * 7)[1] == []
        fields, problems = load("title: T\na: " + "[" * 8 + "]" * 8)
        assert fields == {"title": "T", UNREADABLE: "a: " + "[" * 8 + "]" * 8}
        assert problems == ["the front matter is broken at line 3: it is nested deeper than 8"]

    @pytest.mark.parametrize("bracket", ["[", "{a: ", "- ", "? "])
    def test_fifty_thousand_levels_are_handled(self, bracket: str) -> None:
        bomb = bracket * (50_000 // len(bracket))
        assert load(f"title: T\na:\n {bomb}\n")[0]["title"] == "T"

    def test_an_alias_bomb_is_refused_and_the_rest_is_read(self) -> None:
        fields, problems = load("title: T\na: &a [x, x]\nb: [*a, *a]\nc: {<<: *a}\nlang: en\n")
        assert fields.keys() == {"title", "lang", UNREADABLE}
        assert problems == [
            "the front matter is broken at line 3: anchors and aliases are not accepted"
        ]

    def test_tags_are_ignored_and_merge_keys_are_not_merged(self) -> None:
        fields, problems = load("a: !!python/object/apply:os.system [ls]\n<<: {b: 1}\nc: !!int x\n")
        assert fields == {"a": ["ls"], "<<": {"b": "1"}, "c": "x"}
        assert problems == []

    def test_the_first_of_repeated_keys_counts_and_all_are_reported(self) -> None:
        fields, problems = load("title: one\ntitle: two\nsource: {key: a, key: b}\n")
        assert fields == {"title": "one", "source": {"key": "a"}}
        assert problems == ["given more than once, the first one counts: title, key"]

    def test_escapes_in_double_quotes_are_cleaned_too(self) -> None:
        fields, _ = load(r'title: "\e]52;c;aGk=\aHi \u202Ethere\0"' + '\n"k\\e[2J": 1\n')
        assert fields == {"title": "Hi there", "k": "1"}

    def test_a_second_document_is_not_read_as_the_first(self) -> None:
        fields, problems = load("title: T\n...\n---\ntitle: other\n")
        assert fields["title"] == "T"
        assert len(problems) == 1


@pytest.mark.parametrize(
    ("header", "title"),
    [
        ("title: Fed: rates stay\n", "Fed: rates stay"),
        ("title: @elon buys\n", "@elon buys"),
        ("title: %5 up\n", "%5 up"),
        ("title: `code`\n", "`code`"),
        ('title: "Unclosed\n', "Unclosed"),
        ("title: 'It's here'\n", "It's here"),
        ("title: [BTC] hits 100k\n", "[BTC] hits 100k"),
        ("title: {{ placeholder }}\n", "{{ placeholder }}"),
        ("\ttitle: After a tab\n", "After a tab"),
    ],
)
def test_a_title_is_rescued_from_broken_yaml_with_all_fields_beside_it(
    header: str, title: str
) -> None:
    rest = "lang: en\ntags:\n  - BTC\nsource:\n  key: desk_\n"
    fields, problems = load(header + rest)
    assert fields["title"] == title
    assert (fields["lang"], fields["tags"]) == ("en", ["BTC"])
    assert fields["source"] == {"key": "desk_"}
    assert fields[UNREADABLE] == header
    assert problems[0].startswith("the front matter is broken at line 2: ")


def test_broken_lists_and_mappings_are_rescued_line_by_line() -> None:
    fields, _ = load("tags:\n  - @a\n  - 'B C'\nsource:\n  name: A: b\n  key: ab\n")
    assert fields["tags"] == ["@a", "B C"]
    assert fields["source"] == {"name": "A: b", "key": "ab"}


def test_a_broken_mapping_is_kept_but_not_read_as_text() -> None:
    fields, _ = load("title: T\nsource: {name: A\n")
    assert fields == {"title": "T", UNREADABLE: "source: {name: A\n"}


@pytest.mark.parametrize(
    ("written", "text"),
    [
        (r'"\ud83e\udd94 news"', "🦔 news"),
        (r'"a \"b\" \u0041 \uD83E\uDD94"', 'a "b" A 🦔'),
        (r'"\\ud83e \ud83e\udd94"', r"\ud83e 🦔"),
        (r"\ud83e\udd94 as it is written", r"\ud83e\udd94 as it is written"),
        (r"'\ud83e\udd94'", r"\ud83e\udd94"),
    ],
)
def test_two_escaped_surrogates_are_one_character(written: str, text: str) -> None:
    assert load(f"title: {written}\nlang: en\n") == ({"title": text, "lang": "en"}, [])


def test_half_a_character_stays_as_it_is_written() -> None:
    fields, problems = load('title: "a \\ud83e b"\nlang: en\n')
    assert fields["title"] == r"a \ud83e b"
    assert fields["lang"] == "en"
    assert problems


def test_the_line_of_an_unclosed_quote_is_named() -> None:
    _, problems = load('lang: en\ntitle: "open\ncategory: BTC\n')
    assert problems[0].startswith("the front matter is broken at line 3: ")


@pytest.mark.parametrize("header", ["", "# only a comment\n", "just prose\n", "- a\n- b\n", "{}\n"])
def test_text_without_fields_has_none(header: str) -> None:
    assert load(header) == ({}, [])


def test_a_body_keeps_its_rules_fences_and_indentation() -> None:
    body = "    code\n\n---\ntext\n```\n---\n```\n***"
    handler = FrontMatter()
    assert handler.split(f"---\na: b\n---\n\n \n{body}\n\n \n") == ("a: b\n", body)


def test_lines_are_counted_from_the_top_of_the_file() -> None:
    handler = FrontMatter()
    header, _ = handler.split("\n\n---\nlang: en\ntitle: a: b\n---\n")
    handler.load(header)
    assert handler.problems[0].startswith("the front matter is broken at line 5")


def test_too_much_front_matter_is_refused() -> None:
    for closing in ("---\n", ""):
        with pytest.raises(NotAnArticle, match="64 KiB"):
            FrontMatter().split("---\n" + "a: b\n" * (MAX_CHARACTERS // 5 + 1) + closing)


def test_python_frontmatter_accepts_the_handler() -> None:
    post = frontmatter.loads("---\nexternalId: 007\n---\nText\n", handler=FrontMatter())
    assert (post.metadata, post.content) == ({"externalId": "007"}, "Text")


TEXT = st.text(st.one_of(st.characters(), st.sampled_from(" :#-?'\"\\[]{},&*!|>%@`\n\t\xa0"))).map(
    clean
)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**17), 10**17),
    st.floats(allow_nan=False, allow_infinity=False),
    TEXT,
    st.sampled_from(["no", "Null", "~", "1e3", "2025-01-01", "0x1f", "---", "a: b", " x", "x "]),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)


def texts_of(value: object) -> object:
    """The tree of strings that a value is written as."""
    if isinstance(value, dict):
        return {name: texts_of(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [texts_of(inner) for inner in value]
    if isinstance(value, bool):
        return str(value).lower()
    return repr(value) if isinstance(value, int | float) else value


@given(st.dictionaries(TEXT, VALUES, min_size=1, max_size=4))
@examples(120)
def test_written_yaml_is_read_back_by_any_yaml_reader(fields: dict[str, object]) -> None:
    written = FrontMatter().export(fields)
    assert load(written) == (texts_of(fields), [])
    strings = {name: value for name, value in fields.items() if isinstance(value, str)}
    assert strings.items() <= yaml.safe_load(written).items()


MOJIBAKE = st.text(
    st.sampled_from("anB .'\"\\:\n\t\xa0ÂÃâï»¿½ðŸ€™‚\u0300\u0316\u0327\U0001e8d0\ufffdó®°"),
    max_size=40,
)


@given(st.dictionaries(MOJIBAKE.map(clean), MOJIBAKE.map(clean), min_size=1, max_size=3))
@example({"e": "\ufffd\xa0\xef\xbb\xbf &"})
@example({"â": "€"})
@example({"a\n\u0300": "b\n\u0316\u0300"})
@example({("\n" + "\u0316" * 30) * 8: {("\n" + "\u0316" * 30) * 8: "a"}})
@examples(400)
def test_cleaning_changes_nothing_of_what_is_written(fields: dict[str, object]) -> None:
    written = FrontMatter().export(fields)
    assert clean(written) == written
    assert load(written) == (fields, [])
