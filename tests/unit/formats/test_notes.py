"""Notes that a person wrote in any editor: their metadata is understood."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from reader.article import Article, Source
from reader.formats import NotAnArticle, read_article, write_article
from reader.formats.archive.fields import MAX_CHARACTERS
from reader.formats.archive.file_names import title_of_name
from reader.formats.archive.front_matter import UNREADABLE
from reader.formats.archive.note_text import MAX_HASHTAGS, first_heading, hashtags
from reader.formats.archive.other_matter import Unreadable, json_fields, toml_fields
from reader.formats.archive.wiki_links import without_links
from tests.examples import examples

CHANGED = datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)
DAY = datetime(2025, 9, 1, tzinfo=UTC)
ORIGIN = "notes/fees-fall.md"
UNDATED = "publishedAt is missing: the time of the file's last change stands in"


def note(text: str | bytes, origin: str = ORIGIN) -> Article:
    """The article of a note, which an export gives back."""
    data = text.encode() if isinstance(text, str) else text
    article = read_article(data, origin=origin, modified=CHANGED)
    again = read_article(write_article(article).encode(), origin=origin)
    assert replace(again, flags=()) == replace(article, flags=())
    return article


def said(header: str) -> Article:
    return note(f"---\n{header}\n---\nThe text.\n")


# Where the front matter is, and whether there is any.


@pytest.mark.parametrize(
    "start",
    [
        "---\ntitle: Fees fall\n---\n",
        "---yaml\ntitle: Fees fall\n---\n",
        "--- YAML \ntitle: Fees fall\n---\n",
        "---\ntitle: Fees fall\n...\n",
        "\ufeff\n \n---  \ntitle: Fees fall\n--- \n",
        "---\r\ntitle: Fees fall\r\n---\r\n",
        "---\rtitle: Fees fall\r---\r",
        '+++\ntitle = "Fees fall"\n+++\n',
        '---toml\ntitle = "Fees fall"\n---\n',
        '{"title": "Fees fall"}\n',
        '{\n  "title": "Fees fall"\n}\n\n',
        '{\n  // ours\n  "title": "Fees fall", // new\n}\n',
        ';;;\n{"title": "Fees fall"}\n;;;\n',
        '---json\n{"title": "Fees fall"}\n---\n',
        "Title: Fees fall\nDate: 2025-09-01\n\n",
        "title: Fees fall\n\n",
    ],
)
def test_front_matter_is_read_in_each_of_its_notations(start: str) -> None:
    article = note(start + "The text.\n\n---\n\nMore.\n")
    assert article.title == "Fees fall"
    assert article.body == "The text.\n\n---\n\nMore."


@pytest.mark.parametrize("block", ["---\n---\n", "---\n\n---\n", "---\n# nothing\n---\n", "{}\n"])
def test_an_empty_block_is_left_out(block: str) -> None:
    article = note(block + "The text.\n")
    assert (article.title, article.body) == ("fees fall", "The text.")


@pytest.mark.parametrize(
    "text",
    [
        "Only a text.",
        "---\n\nA rule above, and one below.\n\n---\n\nMore.",
        "---\nA rule above it, and none below.",
        "---\n\nBreaking: fees fall\n\n---\n\nMore.",
        "---\nBreaking: fees: fall\n\nAnd more of it.\n\n---\n\nMore.",
        "---\n- one\n- two\n---\nMore.",
        "+++\nplus signs\n+++",
        "{{< figure >}}\n\nText.",
        '{"title": "Fees"} is how it begins',
        "Note: this is a text\n\nMore.",
        "---",
    ],
)
def test_text_between_rules_is_not_front_matter(text: str) -> None:
    article = note(text)
    assert article.body == text
    assert article.extra == {}
    assert article.flags == (UNDATED,)


def test_a_rule_of_the_text_does_not_close_fields_that_are_not_closed() -> None:
    article = note("---\ntitle: Fees fall\n\n## Overview\n\nText.\n\n---\n\nMore.\n")
    assert article.title == "Fees fall"
    assert article.body == "## Overview\n\nText.\n\n---\n\nMore."
    assert article.flags[0] == "the front matter has no closing ---"


@pytest.mark.parametrize(
    ("header", "title"),
    [
        ('title: "Fees" fall again', '"Fees" fall again'),
        ('title: "Buy" or "sell"', '"Buy" or "sell"'),
        ("title: 'Miners' fees' fall", "'Miners' fees' fall"),
        ("title: 'It's over'", "It's over"),
        ('title: "They said "no" again"', 'They said "no" again'),
        ("title: '20s are back", "'20s are back"),
        ("title: [BTC]", "[BTC]"),
        ("title: [BTC] rises", "[BTC] rises"),
        ("title: *Fees* fall", "*Fees* fall"),
        ("title: &c falls", "&c falls"),
        ("title: !new fees", "!new fees"),
        ("title: > 100 a day", "> 100 a day"),
        ("title: | fees", "| fees"),
        ("title: - fees", "- fees"),
        ("title: ? fees", "? fees"),
        ("title: Fees are #1", "Fees are #1"),
        ("title: #fees fall", "#fees fall"),
        ("title: @fees fall # really", "@fees fall"),
        ("title: Fees: they fall # really", "Fees: they fall"),
    ],
)
def test_a_title_that_yaml_would_not_read_is_whole_and_flagged(header: str, title: str) -> None:
    article = said(f"{header}\ntags: [fees]")
    assert (article.title, article.tags) == (title, ("FEES",))
    assert article.flags[0].startswith(("the front matter is broken at", "taken as written"))


@pytest.mark.parametrize(
    ("header", "title"),
    [
        ("title: Fees # really", "Fees"),
        ('title: "Fees # really"', "Fees # really"),
        ("title: >-\n  Fees\n  fall", "Fees fall"),
        ("title:\tFees", "Fees"),
        ('"title": Fees', "Fees"),
        ("Title: Fees", "Fees"),
    ],
)
def test_valid_yaml_is_read_as_yaml(header: str, title: str) -> None:
    article = said(header)
    assert (article.title, article.flags) == (title, (UNDATED,))


def test_one_line_that_is_not_yaml_does_not_affect_the_others() -> None:
    article = said("description: one: two\ntitle: Fees are #1\ntags:\n  - #fees")
    assert (article.title, article.description) == ("Fees are #1", "one: two")
    assert article.tags == ("FEES",)


@pytest.mark.parametrize("line", ["tags = ,", "tags = ", "title = '", 'title = "', "title = # x"])
def test_a_broken_toml_line_without_a_value_affects_only_that_line(line: str) -> None:
    article = note(f"+++\ntitle = Fees fall\n{line}\n= broken =\n+++\nText.\n")
    assert (article.title, article.body) == ("Fees fall", "Text.")


def test_broken_toml_and_json_are_rescued_line_by_line() -> None:
    toml = note('+++\ntitle = Fees fall\ntags = ["fees"]\n+++\nText.\n')
    json = note('{\n  "title": "Fees fall"\n  "tags": ["fees"]\n}\nText.\n')
    for article in (toml, json):
        assert (article.title, article.tags, article.body) == ("Fees fall", ("FEES",), "Text.")
        assert article.flags[0].startswith("the front matter is broken at line ")
        assert UNREADABLE in article.extra


# Bounds.


@pytest.mark.parametrize("sign", ["[", '{"a":'])
def test_json_of_any_depth_is_handled(sign: str) -> None:
    text = '{"title": ' + sign * 50_000
    assert note(text).body == text
    with pytest.raises(Unreadable, match="deeper"):
        json_fields('{"a":' * 9 + "1" + "}" * 9)


@pytest.mark.parametrize(
    "text",
    [
        "a = " + "[" * 50_000,
        "a = " + "{a = " * 10_000,
        ".".join("a" * 30_000) + " = 1",
        ".".join("a" * 60) + " = 1",
        "a = " + "1" * 5000,
        "[" + ".".join("a" * 20) + "]",
        f"{'a' * 300} = 1",
    ],
)
def test_toml_that_would_keep_a_parser_busy_is_refused(text: str) -> None:
    with pytest.raises(Unreadable):
        toml_fields(text)


def test_values_of_toml_and_json_keep_their_types_in_an_export() -> None:
    toml = (
        '+++\ntitle = "T"\nday = 2025-09-01\nat = 2025-09-01T10:00:00Z\nn = 1.50\nok = true\n+++\nx'
    )
    assert note(toml).extra == {
        "day": "2025-09-01",
        "at": "2025-09-01T10:00:00Z",
        "n": "1.50",
        "ok": True,
    }
    assert note('{"title": "T", "n": 12, "x": NaN}\nText').extra == {"n": 12, "x": "NaN"}


def test_escapes_in_toml_and_json_are_cleaned() -> None:
    assert note('+++\ntitle = "\\u001b]52;c;aGk=\\u0007Hi"\n+++\nText').title == "Hi"
    assert note('{"title": "\\u001b[2JHi\\ud800"}\nText').title == "Hi"


def test_too_much_front_matter_is_refused_and_a_long_text_between_rules_is_not() -> None:
    much = "a = 1\n" * (MAX_CHARACTERS // 6 + 1)
    with pytest.raises(NotAnArticle, match="64 KiB"):
        read_article(f"+++\n{much}+++\nText".encode(), origin=ORIGIN)
    text = "---\n" + "Words of a text.\n" * 5000 + "---\nMore."
    assert note(text).body == text


# Titles.


@pytest.mark.parametrize(
    ("body", "title"),
    [
        ("# Fees fall\n\nText.", "Fees fall"),
        ("Text.\n\n## Part\n\n# Whole", "Whole"),
        ("## Part", "Part"),
        ("Fees fall\n=========\n", "Fees fall"),
        ("Fees fall\n---\n", "Fees fall"),
        ("- an item\n---\n\n### Fees", "Fees"),
        ("```\n# code\n```\n# Fees", "Fees"),
        ("~~~~\n# code\n~~~\n# code\n~~~~\n# Fees ##", "Fees"),
        ("# [Fees](https://fees.example) fall {#fees}", "Fees fall"),
        ("#fees\n\nText.", ""),
        ("Text.\n\n---\n\nMore.", ""),
        ("#\n\nText.", ""),
    ],
)
def test_the_title_is_the_first_heading_of_the_highest_level(body: str, title: str) -> None:
    assert first_heading(body) == title
    assert note(body).title == (title or "fees fall")


@pytest.mark.parametrize(
    ("origin", "title", "published"),
    [
        ("a/fees-fall.md", "fees fall", CHANGED),
        ("Fees_fall.markdown", "Fees fall", CHANGED),
        ("Fees - part 2.md", "Fees - part 2", CHANGED),
        ("fees v1.2.uk.md", "fees v1.2", CHANGED),
        ("2025-09-01-fees-fall.md", "fees fall", DAY),
        ("2025-09-01.md", "2025-09-01", DAY),
        ("posts/20250901 Fees.md", "Fees", DAY),
        ("posts/2025-09-01-fees/index.md", "fees", DAY),
        ("2025/09/01/fees.md", "fees", DAY),
        ("2025-13-01-fees.md", "fees", CHANGED),
        ("Fees%20fall 0123456789abcdef0123456789abcdef.md", "Fees fall", CHANGED),
    ],
)
def test_a_file_name_gives_title_and_date_if_nothing_else_does(
    origin: str, title: str, published: datetime
) -> None:
    article = note("Text.", origin)
    assert (title_of_name(origin), article.title, article.published) == (title, title, published)


def test_a_file_name_does_not_count_if_the_note_has_its_own_title_and_date() -> None:
    article = note("---\ntitle: T\ndate: 2025-10-02\n---\n# H\n", "2025-09-01-fees.md")
    assert (article.title, article.published.month) == ("T", 10)


# The names of other programs.


@pytest.mark.parametrize(
    ("header", "published"),
    [
        ("date: 2025-09-01", DAY),
        ("date: 2025-09-01 02:00:00 +0200", DAY),
        ("pubDate: Mon, 01 Sep 2025 00:00:00 GMT", DAY),
        ("publishDate: Sep 1, 2025", DAY),
        ("published: 2025-09-01", DAY),
        ("published_at: 2025-09-01T00:00:00Z", DAY),
        ("created: 2025-09-01T00:00", DAY),
        ("Date Created: 2025-09-01", DAY),
        ("lastmod: 2025-09-01", DAY),
        ("created: 2020-01-01\ndate: 2025-09-01", DAY),
        ("publishedAt: 2025-09-01\ndate: 2020-01-01", DAY),
        ("date: soon\ncreated: 2025-09-01", DAY),
        ("published: true\ncreated: 2025-09-01", DAY),
        ("params:\n  date: 2025-09-01", DAY),
        ("date: soon", CHANGED),
        ("publishedAt: soon", CHANGED),
        ("lang: en", CHANGED),
    ],
)
def test_a_date_is_found_under_each_of_its_names(header: str, published: datetime) -> None:
    assert said(header).published == published


@pytest.mark.parametrize(
    ("header", "name", "value"),
    [
        ("modified: 2025-09-01", "updated", DAY),
        ("summary: S", "description", "S"),
        ("excerpt: E\nsubtitle: S", "description", "E"),
        ("description: D\nsummary: S", "description", "D"),
        ("description:\nsummary: S", "description", "S"),
        ("categories: [Mining, Fees]", "category", "MINING"),
        ("categories: [Mining, Fees]\nkeywords: [k]", "tags", ("K", "FEES")),
        ("category: [Mining, Fees]", "category", "MINING"),
        ("categories: Mining", "category", "MINING"),
        ("category: BTC\ncategories: [Mining]", "category", "BTC"),
        ("keywords: fees, miners", "tags", ("FEES", "MINERS")),
        ("tags: fees miners", "tags", ("FEES", "MINERS")),
        ("tags: Bitcoin News", "tags", ("BITCOIN NEWS",)),
        ("tags: #fees #miners", "tags", ("FEES", "MINERS")),
        ('tags: "#fees, #miners"', "tags", ("FEES", "MINERS")),
        ("tags: [#fees, #miners]", "tags", ("FEES", "MINERS")),
        ("tags:\n  - #fees\n  - miners", "tags", ("FEES", "MINERS")),
        ("tags: [fees]\nkeywords: [k]", "tags", ("FEES",)),
        ("taxonomies: {tags: [fees]}", "tags", ("FEES",)),
        ("url: https://fees.example/a", "url", "https://fees.example/a"),
        ("permalink: /a/\nlink: https://fees.example/a", "url", "https://fees.example/a"),
        ("canonical: //fees.example/a", "url", "https://fees.example/a"),
        ("permalink: /a/", "url", ""),
        ("link: javascript:alert(1)", "url", ""),
        ("language: en-GB", "lang", "en"),
        ("locale: uk_UA", "lang", "uk"),
        ("language: English", "lang", "en"),
        ("language: Elvish", "lang", "und"),
        ("guid: g-1", "external_id", "g-1"),
        ("id: 20250901100000", "external_id", "20250901100000"),
        ("id: 1", "external_id", ""),
        ("slug: fees", "external_id", ""),
        ("published: false", "draft", True),
        ("status: draft", "draft", True),
        ("draft: false\npublished: false", "draft", False),
        (
            "source: https://www.fees.example/a",
            "source",
            Source(key="fees", name="fees.example", url="https://www.fees.example/a"),
        ),
        ("source: https://www.fees.example/a", "url", "https://www.fees.example/a"),
    ],
)
def test_names_of_other_programs_are_understood(header: str, name: str, value: object) -> None:
    assert getattr(said(header), name) == value


@pytest.mark.parametrize(
    "header",
    [
        "image: https://p.example/1.png",
        "cover: {url: https://p.example/1.png, alt: x}",
        "cover: {image: //p.example/1.png}",
        "thumbnail:\n  src: https://p.example/1.png",
        "images: [https://p.example/1.png, https://p.example/2.png]",
        "heroImage: /1.png\nurl: https://p.example/a/",
        "header: {teaser: https://p.example/1.png}",
        "coverImage:\nbanner: https://p.example/1.png",
        "image: local.png\nog_image: https://p.example/1.png",
    ],
)
def test_a_picture_is_found_under_each_of_its_names(header: str) -> None:
    cover = said(header).cover
    assert cover is not None
    assert cover.best == "https://p.example/1.png"


@pytest.mark.parametrize(
    "date",
    [
        '"[[2025-09-01]]"',
        '"[[2025-09-01|1 Sep]]"',
        "[[2025-09-01]]",
        "[[2025-09-01|1 Sep]]",
        '"[[Daily/2025-09-01#Noon]]"',
        '"![[2025-09-01.md]]"',
        '"[[2025-09-01]] 00:00"',
        "\n  - '[[2025-09-01]]'",
        "\n  - [[2025-09-01]]",
        '"[1 Sep](2025-09-01)"',
    ],
)
@pytest.mark.parametrize("name", ["created", "date", "published"])
def test_a_date_that_is_a_link_to_the_note_of_a_day_is_that_day(name: str, date: str) -> None:
    article = said(f"{name}: {date}")
    assert (article.published, article.flags) == (DAY, ())


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ("#a #b", "A B"),
        ('"#a #b"', "A B"),
        ("#a, #b", "A B"),
        ("[[a]]", "A"),
        ('"[[a]]"', "A"),
        ('"[[a]] [[b|Bee]]"', "A B"),
        ('["[[x/a]]", "[[b|B]]"]', "A B"),
        ("[[a]], [[b]]", "A B"),
        ("\n  - '[[a]]'\n  - [[b]]\n  - '#c'", "A B C"),
    ],
)
def test_tags_that_are_links_or_have_their_sign_are_names(tags: str, expected: str) -> None:
    assert said(f"created: 2025-09-01\ntags: {tags}").tags == tuple(expected.split())


@pytest.mark.parametrize(
    ("header", "name", "value"),
    [
        ('category: "[[Markets]]"', "category", "MARKETS"),
        ('categories: ["[[Markets]]", "[[Macro]]"]', "category", "MARKETS"),
        ('source: "[[CoinDesk]]"', "source", Source("CoinDesk", "CoinDesk")),
        ("source: [[CoinDesk]]", "source", Source("CoinDesk", "CoinDesk")),
        ('url: "[The page](https://a.example/1)"', "url", "https://a.example/1"),
        ("url: <https://a.example/1>", "url", "https://a.example/1"),
        ('title: "[[BTC]] hits 100k"', "title", "[[BTC]] hits 100k"),
        ('up: "[[Index]]"', "extra", {"up": "[[Index]]"}),
    ],
)
def test_other_values_that_are_links_are_what_they_name(
    header: str, name: str, value: object
) -> None:
    assert getattr(said(header), name) == value


def test_a_value_of_many_brackets_is_scanned_once() -> None:
    for value in ("[[" * 10_000, "[[a" * 10_000, "[[a]] " * 5_000, "![](" * 10_000):
        assert said(f"created: '{value}'").body == "The text."


def test_a_picture_beside_the_note_is_not_a_cover_for_a_browser() -> None:
    assert said("image: ./1.png\ncover: '[[1.png]]'").cover is None


def test_an_export_keeps_the_names_that_a_note_uses() -> None:
    header = "title: T\ndate: 2025-09-01 10:00:00 +0200\ntags:\n  - A\nsummary: S\nweight: 007"
    written = write_article(said(header))
    for line in ("date: '2025-09-01 10:00:00 +0200'", "summary: S", "weight: '007'"):
        assert f"\n{line}\n" in written
    assert "publishedAt: '2025-09-01T08:00:00.000Z'" in written


def test_tags_are_found_in_the_text_of_a_note_without_tags() -> None:
    text = (
        "On #fees and (#miners), not #1, #FEES, #1a2b3c or `#code`.\n\n```\n#code\n```\n#last/one\n"
    )
    assert list(hashtags(text)) == ["fees", "miners", "last/one"]
    assert note(text).tags == ("FEES", "MINERS", "LAST/ONE")
    assert note(f"---\ntags: [a]\n---\n{text}").tags == ("A",)
    assert note(f"---\npublishedAt: 2025-09-01\n---\n{text}").tags == ()
    assert len(list(hashtags(" ".join(f"#t{n}" for n in range(99))))) == MAX_HASHTAGS


# Encodings.

CYRILLIC = "# Комісії падають\n\nТретій тиждень поспіль. Їжаки ґречно радіють."
RUSSIAN = "# Комиссии падают\n\nТретью неделю подряд: майнеры терпят, пользователи рады."


@pytest.mark.parametrize(
    ("text", "encoding", "flag"),
    [
        (CYRILLIC, "cp1251", "windows-1251"),
        (CYRILLIC, "koi8_u", "KOI8-U"),
        (RUSSIAN, "cp866", "cp866"),
        (RUSSIAN, "iso8859_5", "iso8859_5"),
        ("# Größe\n\nÜber die Gebühren – „viel“.", "cp1252", "windows-1252"),
        ("# Café\n\nDéjà.", "latin-1", "windows-1252"),
        ("# 手数料\n\nビットコインの手数料が下がった。", "cp932", "Shift_JIS"),
        ("# 手续费\n\n比特币的手续费连续下降。", "gb18030", "gb18030"),
        ("# 수수료\n\n비트코인 수수료가 하락했다.", "euc_kr", "EUC-KR"),
        ("# Привіт", "cp1251", "windows-1251"),
    ],
)
def test_a_note_in_another_encoding_is_read_and_says_so(
    text: str, encoding: str, flag: str
) -> None:
    article = note(text.encode(encoding))
    assert article.body == text
    assert article.flags[0] == f"not UTF-8: read as {flag}"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("text", [CYRILLIC, "# Fees fall\n\nText."])
def test_unicode_is_read_whichever_way_it_was_saved(text: str, encoding: str) -> None:
    article = note(text.encode(encoding))
    assert (article.body, article.flags) == (text, (UNDATED,))


def test_an_encoding_that_is_declared_counts() -> None:
    article = note("---\ntitle: Zażółć\nencoding: iso-8859-2\n---\nGęślą jaźń".encode("iso8859-2"))
    assert (article.title, article.body) == ("Zażółć", "Gęślą jaźń")


def test_utf_8_with_a_damaged_byte_stays_utf_8() -> None:
    article = note(CYRILLIC.encode() + b"\xff and more")
    assert article.body == CYRILLIC + "\ufffd and more"
    assert article.flags[0].startswith("not valid UTF-8 at byte ")


@pytest.mark.parametrize(
    "data",
    [b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0\x10JFIF", b"%PDF-1.7\n%", b"GIF89a", b"text\0text"],
)
def test_binary_data_is_refused_whatever_its_name(data: bytes) -> None:
    with pytest.raises(NotAnArticle, match="is not a text file"):
        read_article(data, origin=ORIGIN)


PIECES = st.lists(
    st.sampled_from(["[", "]", "[[", "]]", "(", ")", "<", ">", "a", "b/", "|", "#", " ", ", ", "!"])
    | st.just("https://e.example/"),
    max_size=40,
).map("".join)


@given(PIECES | st.lists(PIECES | st.lists(st.lists(PIECES, max_size=1), max_size=1), max_size=3))
@example("[[[[10:]]]]] 3G[[[[[10]]]]")
@example("[" * 200 + "a" + "]" * 200)
@example("[a[[b]]c](u)")
@examples(500)
def test_a_value_without_links_has_none_to_take_away(value: object) -> None:
    once = without_links(value)
    assert without_links(once) == once
